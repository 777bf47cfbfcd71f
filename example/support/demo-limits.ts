import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { LimiterOptions, Limits } from 'passport-voice-otp'

/**
 * Looser limits for people who play with the demo. No real call is made there. Never copy them to
 * an app.
 */
const limits: Partial<Limits> = {
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

/** The demo's limits, in the memory of this process. `resetDemo()` lets everybody in again. */
export function createDemoLimits() {
  let resets = 0
  /** After a reset, nobody reads the counts under the old keys. They expire by themselves. */
  class DemoLimiter extends RateLimiterMemory {
    override getKey(key: string | number): string {
      return `${resets}:${super.getKey(key)}`
    }
  }
  return {
    limits,
    limiter: (options: LimiterOptions) => new DemoLimiter(options),
    resetDemo: () => {
      resets++
    },
  }
}
