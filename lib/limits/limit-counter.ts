import type { LimitName } from '../options/limits.js'
import type { Limiter, LimiterCount } from '../options/limiter.js'
import { type FailureCode, Failure, VoiceOtpError } from '../errors.js'

/** A refusal for a limit; remembers which, for the event. @internal */
export class LimitReached extends Failure {
  constructor(
    code: FailureCode,
    readonly limit: LimitName,
    retryAfter?: number,
  ) {
    super(code, retryAfter === undefined ? {} : { retryAfter })
  }
}

/** Makes the counter of a limit; no number of points is no limit. @internal */
export type LimitLimiterFactory = (
  name: string,
  points: unknown,
  durationSeconds: number,
) => LimitCounter

/** The answer to one hit. @internal */
export interface Hit {
  readonly over: boolean
  readonly count: number
  /** Seconds until its window ends, when it was counted. */
  readonly retryAfter: number
  /** When that was, in milliseconds since 1970. */
  readonly at: number
}

const deadlineMilliseconds = 2000
/** @internal */
export const unlimited = 2 ** 31 - 1
/** More than any operation on a counter may take. */
const windowEndSeconds = 5

/** One counter with our own rules: a deadline, nonsense is trouble, and being over a limit is an answer, not an exception. @internal */
export class LimitCounter {
  constructor(
    private readonly counter: Limiter,
    private readonly limit: number,
  ) {}

  hit(key: string, limit = this.limit): Promise<Hit> {
    return ask(
      () => this.counter.consume(key),
      value => {
        if (!isCount(value) || value.consumedPoints < 1) throw nonsense()
        return hitOf(value, value.consumedPoints > limit)
      },
      reason => hitOf(reason, true),
    )
  }

  get(key: string): Promise<LimiterCount | undefined> {
    return ask(
      () => this.counter.get(key),
      value => {
        if (value === null) return undefined
        if (!isCount(value)) throw nonsense()
        return value
      },
    )
  }

  /** Zero seconds is for ever. */
  set(key: string, value: number, secondsToLive: number): Promise<void> {
    return ask(() => this.counter.set(key, value, secondsToLive), ignored)
  }

  /** Not at the end of a window: what lands in the next one would be a free try there, and this one is over anyway. */
  async giveBack(key: string, hit: Hit): Promise<void> {
    // A limiter that blocks in its own memory counted nothing in the store: to give back there would be a free try elsewhere.
    if (hit.count > 0 && !isEnding(hit)) await ask(() => this.counter.reward(key), ignored)
  }

  /** Gives up the one point of a limit of one, window and all: the next begins with the next call, not with a refused one. Who came second holds nothing. */
  async release(key: string, hit: Hit): Promise<void> {
    if (!hit.over && !isEnding(hit)) await this.delete(key)
  }

  delete(key: string): Promise<void> {
    return ask(() => this.counter.delete(key), ignored)
  }
}

const hitOf = ({ consumedPoints, msBeforeNext }: LimiterCount, over: boolean): Hit => ({
  over,
  count: consumedPoints,
  retryAfter: seconds(msBeforeNext),
  at: Date.now(),
})
/** Whether the window of this hit may be over before an operation that begins now is done. */
const isEnding = ({ retryAfter, at }: Hit): boolean =>
  retryAfter - (Date.now() - at) / 1000 <= windowEndSeconds
const ignored = (): void => undefined
const isCount = (value: unknown): value is LimiterCount =>
  Number.isInteger((value as LimiterCount | null | undefined)?.consumedPoints) &&
  Number.isFinite((value as LimiterCount).msBeforeNext)
/** @internal */
export const seconds = (milliseconds: unknown): number =>
  typeof milliseconds === 'number' && milliseconds > 0 ? Math.ceil(milliseconds / 1000) : 1
const nonsense = (): Error =>
  new VoiceOtpError('limiter-unavailable', 'It answered something that is no count.')

/** What a limit that is switched off answers. @internal */
export const uncounted: Hit = { over: false, count: 0, retryAfter: 0, at: 0 }

/** One hit that is asked for, and how it is taken back. @internal */
export interface Wanted {
  hit(): Promise<Hit>
  undo(hit: Hit): Promise<void>
}

/** Hits at once, all of them or none: if one meets trouble, the others are taken back, since what they were to admit does not happen. @internal */
export async function hitAll<Each extends Wanted>(
  wanted: readonly Each[],
): Promise<readonly Taken<Each>[]> {
  const outcomes = await Promise.allSettled(
    wanted.map(async each => ({ ...each, taken: await each.hit() })),
  )
  const taken = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const trouble = outcomes.find(outcome => outcome.status === 'rejected')
  if (trouble === undefined) return taken
  await undoAll(taken).catch(() => undefined)
  throw trouble.reason
}

/** @internal */
export type Taken<Each extends Wanted = Wanted> = Each & { readonly taken: Hit }

/** Takes hits back. @internal */
export async function undoAll(hits: readonly Taken[]): Promise<void> {
  await Promise.all(hits.map(each => each.undo(each.taken)))
}

/** rate-limiter-flexible rejects with a plain object when a limit is passed, and with an Error when the store fails. */
const isOver = (reason: unknown): reason is LimiterCount =>
  (reason as LimiterCount | null | undefined)?.msBeforeNext !== undefined &&
  !(reason instanceof Error)

/** One operation and its deadline. By hand, for a login takes a dozen: as `async` functions they cost more than the rest of it. */
function ask<T, Answer>(
  operation: () => Promise<T>,
  read: (value: T) => Answer,
  readOver?: (reason: LimiterCount) => Answer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(
        error instanceof VoiceOtpError
          ? error
          : new VoiceOtpError('limiter-unavailable', undefined, error),
      )
    }
    const timer = setTimeout(() => {
      fail(new VoiceOtpError('limiter-unavailable', 'It took too long.'))
    }, deadlineMilliseconds)
    const settle = (answer: () => Answer): void => {
      clearTimeout(timer)
      try {
        resolve(answer())
      } catch (error) {
        fail(error)
      }
    }
    try {
      operation().then(
        value => {
          settle(() => read(value))
        },
        (reason: unknown) => {
          settle(() => {
            if (readOver !== undefined && isOver(reason)) return readOver(reason)
            throw reason
          })
        },
      )
    } catch (error) {
      settle(() => {
        throw error
      })
    }
  })
}
