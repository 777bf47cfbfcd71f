import type { Channel } from './channel.js'
import type { Purpose } from './purpose.js'

/** One thing that happened to the codes of a user, as a {@link TrailStore} keeps it: plain JSON. */
export interface TrailEntry {
  /** When it happened, in milliseconds since 1970. */
  readonly at: number
  /** The name of the event, for example `code.sent`. */
  readonly event: string
  /** What the code was for. */
  readonly purpose?: Purpose
  /** The channel of the code. */
  readonly channel?: Channel
  /** The country of the number, two letters. */
  readonly country?: string
  /** The code of the failure or error, for example `destination-blocked`. */
  readonly code?: string
  /** The limit that was reached. */
  readonly limit?: string
  /** SignalWire's reason, for example `21211`. */
  readonly reason?: string
  /** Until when the user has to wait, in milliseconds since 1970. */
  readonly until?: number
}

/** How much a {@link TrailStore} keeps of one user. */
export interface TrailBounds {
  /** At most this many entries of one user: the newest. */
  readonly maxEntries: number
  /** Entries older than this many seconds may go. */
  readonly maxAgeSeconds: number
}

/**
 * Where the last events of each user are kept, for support. Each method may take 2 seconds. No
 * login waits for `add`, and a store that fails changes no login. An entry holds no number and no
 * code, and the user's name in the store is a keyed hash.
 */
export interface TrailStore {
  /** Adds an entry, and deletes what is beyond the bounds. */
  add(user: string, entry: TrailEntry, bounds: TrailBounds): void | Promise<void>
  /** Returns the entries of a user, the newest first. */
  list(user: string): readonly TrailEntry[] | Promise<readonly TrailEntry[]>
}
