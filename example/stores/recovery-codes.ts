import type { RecoveryOptions } from 'passport-voice-otp'
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
