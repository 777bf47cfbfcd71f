import type { LimiterCount } from '../options/limiter.js'
import { type Hit, type LimitCounter, toSeconds } from '../limits/limit-counter.js'

const dayMilliseconds = 86_400_000

/**
 * How long the limiter keeps a count: longer than its day, because a send can be given back until
 * its code expires.
 */
export const keptSeconds = 2 * 86_400

/**
 * Counts for each day of UTC. The day is a part of the key of a count. So a hit is always given
 * back to the day in which it was taken, also after midnight. Every method throws a `VoiceOtpError`
 * (`limiter-unavailable`) if the limiter fails.
 * @internal
 */
export class DayCounts {
  constructor(
    private readonly counter: LimitCounter,
    private readonly clock: { now(): number },
  ) {}

  /** The parts of a key that name a limit and the present day. */
  nameOf(limit: string): readonly (string | number)[] {
    return [limit, 'day', Math.floor(this.clock.now() / dayMilliseconds)]
  }

  /** Whole seconds until the present day ends. */
  get secondsLeft(): number {
    return toSeconds(dayMilliseconds - (this.clock.now() % dayMilliseconds))
  }

  /** Adds one to a count. */
  async hit(key: string, limit: number): Promise<Hit> {
    return { ...(await this.counter.hit(key, limit)), retryAfter: this.secondsLeft }
  }

  /** The present count, or `undefined` if there is none. */
  async read(key: string): Promise<LimiterCount | undefined> {
    const count = await this.counter.get(key)
    return count && { ...count, msBeforeNext: this.secondsLeft * 1000 }
  }

  /** Gives one hit back. */
  async giveBack(key: string): Promise<void> {
    await this.counter.returnHit(key)
  }
}
