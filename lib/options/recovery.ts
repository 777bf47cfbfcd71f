/** Where the app keeps recovery codes: as keyed hashes, beside the user's other data. */
export interface RecoveryOptions<User> {
  /** Stores the hashes of a new set in place of the old one. */
  readonly save: (user: User, hashes: readonly string[]) => void | Promise<void>
  /**
   * Removes one of these hashes (the same code under each of your secrets) from the user's set and answers how many are left, in one
   * atomic step; `undefined` if none of them was there. Of two parallel requests with one code, one alone may be answered a number.
   */
  readonly use: (
    user: User,
    hashes: readonly string[],
  ) => number | undefined | Promise<number | undefined>
}
