/** What one counter is made with; hand all of it on to the limiter. */
export interface LimiterOptions {
  /** Keeps this counter's names apart from the others'. */
  readonly keyPrefix: string
  /** Most that may be counted in one window. */
  readonly points: number
  /** The window, in seconds. */
  readonly duration: number
}

/** State of one count, as rate-limiter-flexible answers it. */
export interface LimiterCount {
  /** Hits in the present window, a whole number. */
  readonly consumedPoints: number
  /** Milliseconds until the window ends. */
  readonly msBeforeNext: number
}

/**
 * The part of a rate-limiter-flexible limiter that is used; `RateLimiterMemory`, `RateLimiterRedis` and the others have it. One that rejects with an
 * `Error`, answers nonsense or takes over 2 seconds is trouble (503, `limiter-unavailable`).
 */
export interface Limiter {
  /** Adds one in one atomic step and answers the new count. The window begins with the first. Over the limit it may answer or reject with the count, which is no `Error`. */
  consume(key: string, points?: number): Promise<LimiterCount>
  /** Takes one back. */
  reward(key: string, points?: number): Promise<LimiterCount>
  /** The count, or `null` if there is none or its window is over. */
  get(key: string): Promise<LimiterCount | null>
  /** Puts the count to a whole number below 2^31 for so many seconds; 0 seconds is for ever. */
  set(key: string, points: number, secDuration: number): Promise<unknown>
  /** Forgets the count; answers whether there was one. */
  delete(key: string): Promise<boolean>
}

/** `options => new RateLimiterRedis({ storeClient, useRedisPackage: true, ...options })` moves every count to Redis. */
export type LimiterFactory = (options: LimiterOptions) => Limiter
