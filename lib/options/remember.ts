/** A browser that may log in without a call, as a store keeps it: neither its cookie nor its user in clear. */
export interface RememberedBrowser {
  /** Random; part of the cookie, so it is a secret too. */
  readonly id: string
  /** A keyed hash of the user's id. */
  readonly user: string
  /** What the person knows the browser by: "Firefox on Linux". */
  readonly name: string
  /** Keyed hash of the cookie's present value. */
  readonly hash: string
  /** Keyed hash of the telephone that was proved. */
  readonly phoneHash: string
  /** When it was remembered: milliseconds since 1970, as the others. */
  readonly createdAt: number
  /** When it last took the place of a call. */
  readonly usedAt: number
  /** Keyed hash of the session that the last use came from. */
  readonly usedBy: string
  /** Absolute; the store may forget the browser from then on. */
  readonly expiresAt: number
}

/** Where remembered browsers live. Every method may reject; then nobody is remembered, and a call is asked for. */
export interface RememberStore {
  /** Stores a browser, until `expiresAt` at least. */
  add(browser: RememberedBrowser): Promise<void>
  /** The browser of this id, or `undefined` if there is none. */
  get(id: string): Promise<RememberedBrowser | undefined>
  /** Puts `next` in place, in one atomic step, if the hash still is `from`; `false` if it was another or the browser is gone. */
  rotate(
    id: string,
    from: string,
    next: Pick<RememberedBrowser, 'hash' | 'usedAt' | 'usedBy'>,
  ): Promise<boolean>
  /** The browsers of this user; those that expired may be among them. */
  list(user: string): Promise<readonly RememberedBrowser[]>
  /** Forgets one browser; nothing if there is none. */
  remove(id: string): Promise<void>
  /** Forgets every browser of this user. */
  removeAll(user: string): Promise<void>
}

/** The option `remember`. */
export interface RememberOptions {
  /** How long a browser is remembered, from the call that proved it: 1 to 30 days. */
  readonly days: number
  /** Where they live: a table of yours, or {@link MemoryRememberStore}. */
  readonly store: RememberStore
}
