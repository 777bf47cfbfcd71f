import type { LimitCounter } from './limit-counter.js'

/** How the real queue differs from the counted one. @internal */
export interface Correction {
  /** Seconds that each call waits in addition, for example for calls of another app. */
  readonly delaySeconds: number
  /** How many times as long the wait is, for example because another app uses half of the pace. */
  readonly stretch: number
}

/** The real queue moves as the counted one does. @internal */
export const noCorrection: Correction = { delaySeconds: 0, stretch: 1 }

/**
 * A call with this counted wait, or a longer one, shows how fast the queue moves (`stretch`). A
 * call with a shorter one shows what every call waits in addition (`delaySeconds`).
 */
const longWaitSeconds = 10
/** A smaller difference between the expected and the real wait changes nothing. */
const toleranceSeconds = 2
const maxDelaySeconds = 600
const [minStretch, maxStretch] = [0.1, 10]

/**
 * What recent calls have shown about the queue, for all processes. The limiter forgets it two
 * minutes after the last change, so that one late call cannot block others for long.
 *
 * The limiter stores only one whole number: 1000 times the stretch in percent, plus the delay.
 * @internal
 */
export class QueueCorrection {
  constructor(
    private readonly counter: LimitCounter,
    private readonly key: string,
  ) {}

  async read(): Promise<Correction> {
    const count = await this.counter.get(this.key)
    if (count === undefined || !(count.msBeforeNext > 0)) return noCorrection
    return {
      delaySeconds: clamp(count.consumedPoints % 1000, 0, maxDelaySeconds),
      stretch: clamp(Math.floor(count.consumedPoints / 1000) / 100, minStretch, maxStretch),
    }
  }

  /**
   * Updates the correction after a call has begun to ring.
   * @param countedSeconds The counted wait of the call.
   * @param realWait The shortest and the longest possible real wait, in seconds.
   * @param known The present correction.
   */
  async learn(
    countedSeconds: number,
    [least, most]: readonly [number, number],
    known: Correction,
  ): Promise<void> {
    const expected = correct(countedSeconds, known)
    if (expected >= least - toleranceSeconds && expected <= most + toleranceSeconds) return
    const waited = expected < least ? least : most
    const { delaySeconds, stretch } = known
    const learned =
      countedSeconds < longWaitSeconds
        ? {
            stretch,
            delaySeconds: clamp(Math.round(waited - countedSeconds * stretch), 0, maxDelaySeconds),
          }
        : {
            delaySeconds,
            stretch: clamp((waited - delaySeconds) / countedSeconds, minStretch, maxStretch),
          }
    const value = Math.round(learned.stretch * 100) * 1000 + learned.delaySeconds
    await this.counter.set(this.key, value)
  }
}

/** The wait that is expected after a counted wait. @internal */
export const correct = (countedSeconds: number, { stretch, delaySeconds }: Correction): number =>
  countedSeconds * stretch + delaySeconds

const clamp = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, value))
