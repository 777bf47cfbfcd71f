import { delay, withDeadline } from '../deadline.js'
import { type FailureCode, Failure, toVoiceOtpError, VoiceOtpError } from '../errors.js'
import type { Limiter, LimiterCount } from '../options/limiter.js'
import type { LimitName } from '../options/limits.js'

/** A failure because of a limit. The event of the failure names the limit. @internal */
export class LimitReached extends Failure {
  constructor(
    code: FailureCode,
    readonly limit: LimitName,
    retryAfterSeconds?: number,
  ) {
    super(code, retryAfterSeconds === undefined ? {} : { retryAfter: retryAfterSeconds })
  }
}

/** The result of one hit on a counter. @internal */
export interface Hit {
  /** Whether the count is over the limit with this hit. */
  readonly over: boolean
  /** The count with this hit; 0 if the limiter refused the hit without counting it. */
  readonly count: number
  /** Whole seconds from the hit until its window ends. */
  readonly retryAfter: number
  /** When the hit was counted, in milliseconds since 1970. */
  readonly at: number
}

/** The result of a hit on a limit that is disabled. @internal */
export const uncounted: Hit = { over: false, count: 0, retryAfter: 0, at: 0 }

/** The number of points of a counter that has no limit. @internal */
export const unlimited = 2 ** 31 - 1

/** Each operation on the limiter may take this long. */
const deadlineMilliseconds = 2000

/**
 * The waits before each new look at a count below 1. Two rounds of them are shorter than the
 * deadline.
 */
const correctionMilliseconds = [10, 20, 40, 80, 160] as const

/** In this last part of a window, no hit is given back. Longer than any operation may take. */
const windowEndSeconds = 5

/**
 * One counter of the app's limiter, with a deadline for each operation and checks of what the
 * limiter returns. `hit` also returns a result if the limiter rejects because of its limit.
 * Every method throws a {@link VoiceOtpError} (`limiter-unavailable`) if the limiter fails, takes
 * over 2 seconds or returns something that is not a count.
 * @internal
 */
export class LimitCounter {
  constructor(
    private readonly limiter: Limiter,
    private readonly limit: number,
    private readonly windowSeconds: number,
  ) {}

  /** Adds one to the count. */
  hit(key: string, limit = this.limit): Promise<Hit> {
    return withinDeadline(async () => {
      try {
        const count = await this.consume(key)
        return createHit(count, count.consumedPoints > limit)
      } catch (reason) {
        if (isOverLimit(reason)) return createHit(reason, true)
        throw reason
      }
    })
  }

  /** The present count, or `undefined` if there is none. */
  get(key: string): Promise<LimiterCount | undefined> {
    return withinDeadline(async () => {
      const count: unknown = await this.limiter.get(key)
      if (count === null) return undefined
      if (!isCount(count)) throw notACount()
      return count
    })
  }

  /** Sets the count, by default for a new window. With 0 seconds it never expires. */
  async set(key: string, count: number, seconds = this.windowSeconds): Promise<void> {
    await withinDeadline(() => this.limiter.set(key, count, seconds))
  }

  /** Begins a new window with one hit, whatever the count was. */
  async restart(key: string): Promise<Hit> {
    await this.set(key, 1)
    return { over: false, count: 1, retryAfter: this.windowSeconds, at: Date.now() }
  }

  /**
   * Gives one hit back. Does nothing in the last 5 seconds of the window: if the decrement arrived
   * after the reset, the next window would allow one hit too many. Does nothing either if the count
   * does not contain the hit: the limiter refused it from the memory of its own process, or the
   * count was deleted since. No count stays below 0.
   */
  async giveBack(key: string, hit: Hit): Promise<void> {
    if (hit.count === 0 || isEnding(hit)) return
    const present = await this.get(key)
    if (present === undefined || present.consumedPoints < 1) return
    await withinDeadline(async () => {
      const count: LimiterCount | undefined = await this.limiter.reward(key)
      // The count was deleted between the two operations. The decrement began a new count below 0,
      // which would allow one hit too many.
      if (isCount(count) && count.consumedPoints < 0) await this.limiter.consume(key)
    })
  }

  /**
   * Gives one hit back to a window that the key names, so that no other window can get it. A count
   * that the store has lost ends at 0, not below.
   */
  async returnHit(key: string): Promise<void> {
    await withinDeadline(async () => {
      const count: unknown = await this.limiter.reward(key)
      if (!isCount(count)) throw notACount()
      // Without this, a lost count would begin below 0 and allow one hit too many.
      if (count.consumedPoints < 0) await this.limiter.consume(key)
    })
  }

  /**
   * Gives back the only point of a limit of one, and its window: the next window begins with the
   * next hit. Does nothing for a hit that was over the limit, because another request holds the
   * point.
   */
  async release(key: string, hit: Hit): Promise<void> {
    if (!hit.over && !isEnding(hit)) await this.delete(key)
  }

  /**
   * Adds one, and returns the count. If the count is below 1 after that, it was deleted while
   * another request gave a hit back, and {@link giveBack} of that request is about to correct it.
   * Waits for the correction. If none comes, because that process ended, one more hit corrects the
   * count.
   */
  private async consume(key: string): Promise<LimiterCount> {
    for (let hits = 0; hits < 2; hits++) {
      let count: unknown = await this.limiter.consume(key)
      for (const milliseconds of correctionMilliseconds) {
        if (!isCount(count)) throw notACount()
        if (count.consumedPoints >= 1) return count
        await delay(milliseconds)
        count = await this.limiter.get(key)
      }
    }
    throw notACount()
  }

  /** Deletes the count. */
  async delete(key: string): Promise<void> {
    await withinDeadline(() => this.limiter.delete(key))
  }
}

/**
 * Milliseconds as whole seconds, rounded up. At least 1, also for a value that is not a number.
 * @internal
 */
export const toSeconds = (milliseconds: unknown): number =>
  typeof milliseconds === 'number' && milliseconds > 0 ? Math.ceil(milliseconds / 1000) : 1

const createHit = ({ consumedPoints, msBeforeNext }: LimiterCount, over: boolean): Hit => ({
  over,
  count: consumedPoints,
  retryAfter: toSeconds(msBeforeNext),
  at: Date.now(),
})

/** Whether the window of this hit may end before an operation that starts now is done. */
const isEnding = ({ retryAfter, at }: Hit): boolean =>
  retryAfter - (Date.now() - at) / 1000 <= windowEndSeconds

const isCount = (value: unknown): value is LimiterCount =>
  Number.isInteger((value as LimiterCount | null | undefined)?.consumedPoints) &&
  Number.isFinite((value as LimiterCount).msBeforeNext)

/**
 * rate-limiter-flexible rejects with a plain object at the limit, and with an Error when its store
 * fails.
 */
const isOverLimit = (reason: unknown): reason is LimiterCount =>
  (reason as LimiterCount | null | undefined)?.msBeforeNext !== undefined &&
  !(reason instanceof Error)

const notACount = (): Error =>
  new VoiceOtpError('limiter-unavailable', 'It returned something that is not a count.')

async function withinDeadline<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await withDeadline(
      operation(),
      deadlineMilliseconds,
      () => new VoiceOtpError('limiter-unavailable', 'It took too long.'),
    )
  } catch (error) {
    throw toVoiceOtpError(error, 'limiter-unavailable')
  }
}
