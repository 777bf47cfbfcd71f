import type { RecoveryOptions } from 'passport-voice-otp'
import type { RedisClient } from './redis.js'
import type { User } from './users.js'

/** A store of recovery codes. The strategy passes keyed hashes only, never the codes. */
export interface RecoveryCodes extends RecoveryOptions<User> {
  /** How many codes are left; 0 also for a user who never made any. */
  readonly left: (user: User) => number | Promise<number>
}

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
    left: ({ id }) => sets.get(id)?.size ?? 0,
  }
}

/**
 * Recovery codes in Redis, a set for each user. Each method is one transaction: if two requests
 * send the same code, `SREM` removes it for only one of them.
 */
export function recoveryInRedis(client: RedisClient, prefix: string): RecoveryCodes {
  const keyOf = ({ id }: User): string => `${prefix}:recovery:${id}`
  return {
    save: async (user, hashes) => {
      await client
        .multi()
        .del(keyOf(user))
        .sAdd(keyOf(user), [...hashes])
        .exec()
    },
    use: async (user, hashes) => {
      const [removed, left] = await client
        .multi()
        .sRem(keyOf(user), [...hashes])
        .sCard(keyOf(user))
        .execTyped()
      return removed > 0 ? left : undefined
    },
    left: user => client.sCard(keyOf(user)),
  }
}
