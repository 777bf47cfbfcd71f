import type { RecoveryOptions } from 'passport-voice-otp'
import type { RedisClient } from './redis.js'
import type { User } from './users.js'

/** A store of recovery codes. The strategy passes keyed hashes only, never the codes. */
export type RecoveryCodes = Required<RecoveryOptions<User>>

/** Recovery codes in the memory of this process, where removing a code is a single step. */
export function recoveryInMemory(): RecoveryCodes {
  const sets = new Map<string, Set<string>>()
  return {
    save: ({ id }, hashes) => {
      sets.set(id, new Set(hashes))
    },
    use: ({ id }, hashes) => {
      const codes = sets.get(id)
      return codes && hashes.some(hash => codes.delete(hash)) ? codes.size : undefined
    },
    left: userId => sets.get(userId)?.size ?? 0,
    removeAll: userId => {
      sets.delete(userId)
    },
  }
}

/**
 * Recovery codes in Redis, a set for each user. Each method is one transaction: if two requests
 * send the same code, `SREM` removes it for only one of them.
 */
export function recoveryInRedis(client: RedisClient, prefix: string): RecoveryCodes {
  const keyOf = (userId: string): string => `${prefix}:recovery:${userId}`
  return {
    save: async ({ id }, hashes) => {
      await client
        .multi()
        .del(keyOf(id))
        .sAdd(keyOf(id), [...hashes])
        .exec()
    },
    use: async ({ id }, hashes) => {
      const [removed, left] = await client
        .multi()
        .sRem(keyOf(id), [...hashes])
        .sCard(keyOf(id))
        .execTyped()
      return removed > 0 ? left : undefined
    },
    left: userId => client.sCard(keyOf(userId)),
    removeAll: async userId => {
      await client.del(keyOf(userId))
    },
  }
}
