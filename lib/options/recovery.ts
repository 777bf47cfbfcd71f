/** A user whose `id` names the recovery codes. The option `userId` must return the same id. */
export interface UserWithId {
  /** Never changes. */
  readonly id: string | number
}

/**
 * Where the app stores recovery codes: as keyed hashes, with the user's other data, or in a
 * `MemoryRecoveryStore`. Each method may take 5 seconds. A method that throws, rejects or takes
 * longer is the error `callback-failed` (503), and nobody is logged in.
 */
export interface RecoveryOptions<User> {
  /** Replaces the user's set of hashes by this one. */
  save(user: User, hashes: readonly string[]): void | Promise<void>
  /**
   * Removes a used code and returns how many are left, in one atomic step. `hashes` is the same
   * code under each of your secrets: remove the one that the user's set holds. Return `undefined`
   * if the set holds no such hash. When two requests send one code at the same time, only one of
   * them may get a number.
   */
  use(user: User, hashes: readonly string[]): number | undefined | Promise<number | undefined>
  /** Returns how many codes are left, for `describeUser(userId)`. Optional. */
  left?(userId: string): number | Promise<number>
  /** Deletes the set of a user. `resetFactors` and `forgetUser` need it. Optional. */
  removeAll?(userId: string): void | Promise<void>
}
