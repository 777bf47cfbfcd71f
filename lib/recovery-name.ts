import type { UserWithId } from './options/recovery.js'

/**
 * The name of a user's recovery codes in a store. Throws a `TypeError` for a user without an id:
 * otherwise all such users would share one set, and `resetFactors` would delete nothing.
 * @internal
 */
export function recoveryName(user: UserWithId): string {
  const id: unknown = user.id
  if ((typeof id === 'string' && id !== '') || typeof id === 'number' || typeof id === 'bigint')
    return String(id)
  throw new TypeError(
    'This store of recovery codes needs users with an id. For other users, write { save, use, left, removeAll }.',
  )
}
