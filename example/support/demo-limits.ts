import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Limiter, LimiterFactory, LimiterOptions, Limits } from 'passport-voice-otp'

/**
 * Looser limits for people who play with the demo. No real call is made there. Never copy them to
 * an app.
 */
const demoLimits: Partial<Limits> = {
  callIntervalSeconds: 10,
  callsPerUserHour: 200,
  callsPerPhoneTenMinutes: 60,
  callsPerPhoneDay: 2000,
  callsPerPrefixTenMinutes: 200,
  enrollCallsPerPhoneTenMinutes: 60,
  enrollCallsPerPhoneDay: 2000,
  reportedSeconds: 30,
  lockoutSeconds: 60,
}

export interface DemoLimits {
  readonly limits: Partial<Limits>
  readonly limiter: LimiterFactory
  /** Clears all counts, so that nobody is locked out. */
  readonly reset: () => void
}

/** The demo's limits, in the memory of this process. */
export function createDemoLimits(): DemoLimits {
  const limiters: ClearableLimiter[] = []
  return {
    limits: demoLimits,
    limiter: options => {
      const limiter = new ClearableLimiter(options)
      limiters.push(limiter)
      return limiter
    },
    reset: () => limiters.forEach(limiter => limiter.clear()),
  }
}

/** A limiter in memory that can forget all its counts. */
class ClearableLimiter implements Limiter {
  private counts: RateLimiterMemory

  constructor(private readonly options: LimiterOptions) {
    this.counts = new RateLimiterMemory(options)
  }

  clear(): void {
    this.counts = new RateLimiterMemory(this.options)
  }

  consume(key: string, points?: number) {
    return this.counts.consume(key, points)
  }

  reward(key: string, points?: number) {
    return this.counts.reward(key, points)
  }

  get(key: string) {
    return this.counts.get(key)
  }

  set(key: string, points: number, seconds: number) {
    return this.counts.set(key, points, seconds)
  }

  delete(key: string) {
    return this.counts.delete(key)
  }
}
