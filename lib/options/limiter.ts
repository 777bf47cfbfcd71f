/** What {@link LimiterFactory} gets for each limit. Pass all of it to the limiter. */
export interface LimiterOptions {
  /** Prefix of this limit's keys in the store, for example `voice-otp:attempts`. */
  readonly keyPrefix: string
  /** The highest count that is allowed in one window. */
  readonly points: number
  /** Length of the window in seconds. It starts with the first hit. */
  readonly duration: number
}

/** State of one count, as rate-limiter-flexible returns it. */
export interface LimiterCount {
  /** Hits in the current window, a whole number. */
  readonly consumedPoints: number
  /** Milliseconds until the window ends. */
  readonly msBeforeNext: number
}

/**
 * The part of a rate-limiter-flexible limiter that this package uses. `RateLimiterMemory`,
 * `RateLimiterRedis` and its other limiters with one store have it.
 *
 * If a method rejects with an `Error`, returns something else than described here, or takes longer
 * than 2 seconds, the request fails with the error `limiter-unavailable` (503).
 */
export interface Limiter {
  /**
   * Adds one hit in one atomic step and returns the new count. Over the limit it may return the
   * count, or reject with the count, which is not an `Error`.
   */
  consume(key: string, points?: number): Promise<LimiterCount>
  /** Takes one hit back. */
  reward(key: string, points?: number): Promise<LimiterCount>
  /** Returns the count, or `null` if there is none or its window is over. */
  get(key: string): Promise<LimiterCount | null>
  /** Sets the count to a whole number below 2^31 for that many seconds. 0 means for ever. */
  set(key: string, points: number, secDuration: number): Promise<unknown>
  /** Deletes the count. Returns whether there was one. */
  delete(key: string): Promise<boolean>
}

/**
 * Creates the limiter of one limit. With `redisLimiter(client)` of `passport-voice-otp/redis` every
 * count is in Redis, and any number of processes share it.
 */
export type LimiterFactory = (options: LimiterOptions) => Limiter
