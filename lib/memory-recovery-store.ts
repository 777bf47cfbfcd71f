import type { RecoveryOptions, UserWithId } from './options/recovery.js'

/**
 * Keeps the hashes of recovery codes in the memory of this process: for tests, and for one process
 * that may lose them. It is the option `recovery` for users with an `id`.
 */
export class MemoryRecoveryStore implements Required<RecoveryOptions<UserWithId>> {
  private readonly sets = new Map<string, Set<string>>()

  save(user: UserWithId, hashes: readonly string[]): void {
    this.sets.set(nameOf(user), new Set(hashes))
  }

  use(user: UserWithId, hashes: readonly string[]): number | undefined {
    const set = this.sets.get(nameOf(user))
    return set && hashes.some(hash => set.delete(hash)) ? set.size : undefined
  }

  left(userId: string): number {
    return this.sets.get(userId)?.size ?? 0
  }

  removeAll(userId: string): void {
    this.sets.delete(userId)
  }
}

/**
 * Throws for a user without an id: otherwise all such users would share one set, and `removeAll`
 * would delete nothing. `redisStores()` checks the same.
 */
function nameOf({ id }: UserWithId): string {
  if (typeof id === 'number' || (typeof id === 'string' && id !== '')) return String(id)
  throw new TypeError(
    'MemoryRecoveryStore needs users with an id. For others, write your own store.',
  )
}
