// Checked by the compiler alone: the limiters of rate-limiter-flexible are counters as they are.
import {
  BurstyRateLimiter,
  RateLimiterMemory,
  RateLimiterMongo,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterUnion,
  RateLimiterValkey,
  RLWrapperBlackAndWhite,
} from 'rate-limiter-flexible'
import type { Limiter, LimiterFactory } from 'passport-voice-otp'

declare const storeClient: object

export const counters: readonly LimiterFactory[] = [
  options => new RateLimiterMemory(options),
  options => new RateLimiterRedis({ storeClient, useRedisPackage: true, ...options }),
  options => new RateLimiterValkey({ storeClient, ...options }),
  options => new RateLimiterPostgres({ storeClient, tableName: 'counters', ...options }),
  options =>
    new RateLimiterMongo({ storeClient, ...options, keyPrefix: `app:${options.keyPrefix}` }),
  options => new RLWrapperBlackAndWhite({ limiter: new RateLimiterMemory(options) }),
]

// Several limiters in one have no `set`, no `get` and no single count: they cannot hold the active
// challenge.
// @ts-expect-error -- one of these
export const union: LimiterFactory = options => new RateLimiterUnion(new RateLimiterMemory(options))
export const bursty: LimiterFactory = options =>
  // @ts-expect-error -- one of these
  new BurstyRateLimiter(new RateLimiterMemory(options), new RateLimiterMemory(options))

/** A store of one's own needs these five and nothing of rate-limiter-flexible. */
export const own: Limiter = {
  consume: async () => ({ consumedPoints: 1, msBeforeNext: 1000 }),
  reward: async () => ({ consumedPoints: 0, msBeforeNext: 1000 }),
  get: async () => null,
  set: async () => undefined,
  delete: async () => true,
}
// @ts-expect-error -- a count without a time is none
export const halfACount: Limiter = { ...own, get: async () => ({ consumedPoints: 1 }) }
