/**
 * A browser that may log in without a call, as a store keeps it. It holds neither the cookie nor
 * the user's id in plain text. All times are in milliseconds since 1970.
 */
export interface RememberedBrowser {
  /** Random. It is part of the cookie, so treat it as a secret. */
  readonly id: string
  /** Keyed hash of the user's id. */
  readonly user: string
  /** The name that the user sees in the list, for example "Firefox on Linux". */
  readonly name: string
  /** Keyed hash of the current value of the cookie. */
  readonly hash: string
  /**
   * Keyed hash of the value that the current one replaced. Empty for a new browser, and as soon as
   * the browser has sent the current value. From then on, only a copied cookie has the old value.
   */
  readonly replacedHash: string
  /** Keyed hash of the phone that was verified when the browser was remembered. */
  readonly phoneHash: string
  /** When the browser was remembered. */
  readonly createdAt: number
  /** When the browser last replaced a call. */
  readonly usedAt: number
  /** Keyed hash of the session in which the browser last replaced a call. */
  readonly usedBy: string
  /** Absolute. The store may delete the browser from then on. */
  readonly expiresAt: number
}

/**
 * A store of remembered browsers. Each method may take 2 seconds. If a method fails during a login,
 * the browser is not recognized and the user needs a call.
 */
export interface RememberStore {
  /** Stores a browser, at least until `expiresAt`. */
  add(browser: RememberedBrowser): Promise<void>
  /** Returns the browser with this id, or `undefined` if there is none. */
  get(id: string): Promise<RememberedBrowser | undefined>
  /**
   * In one atomic step: writes `next` into the browser if its hash still equals `from`. Returns
   * `false` if the hash is another one or the browser is gone.
   */
  rotate(
    id: string,
    from: string,
    next: Pick<RememberedBrowser, 'hash' | 'replacedHash' | 'usedAt' | 'usedBy'>,
  ): Promise<boolean>
  /** Returns the browsers of this user. Expired ones may be among them. */
  list(user: string): Promise<readonly RememberedBrowser[]>
  /** Deletes one browser. Does nothing if there is none. */
  remove(id: string): Promise<void>
  /** Deletes every browser of this user. */
  removeAll(user: string): Promise<void>
}

/** The option `remember`. */
export interface RememberOptions {
  /** How many days a browser is remembered after the call that verified the user: 1 to 30. */
  readonly days: number
  /** Where the browsers are stored: a table of the app, or `MemoryRememberStore`. */
  readonly store: RememberStore
}
