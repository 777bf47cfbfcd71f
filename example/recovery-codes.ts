import type { RecoveryOptions } from 'passport-voice-otp'
import type { RedisClient } from './redis.js'
import type { User } from './users.js'

/** Where recovery codes are kept, as the keyed hashes that the strategy makes of them. */
export interface RecoveryCodes extends RecoveryOptions<User> {
  /** How many are left; 0 also for a user who never made any. */
  readonly left: (user: User) => number | Promise<number>
}

/** In the memory of this process, where taking one is one step. */
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

/** A set for each user in Redis. Each method is one transaction: of two requests with one code, `SREM` takes it for one alone. */
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
      const [taken, left] = await client
        .multi()
        .sRem(keyOf(user), [...hashes])
        .sCard(keyOf(user))
        .execTyped()
      return taken > 0 ? left : undefined
    },
    left: user => client.sCard(keyOf(user)),
  }
}
