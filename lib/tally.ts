import { VoiceOtpError, withDeadline } from './errors.js'

/** What one counter is made with; hand all of it on to the limiter. */
export interface CounterOptions {
  /** Keeps this counter's names apart from the others'. */
  readonly keyPrefix: string
  /** Most that may be counted in one window. */
  readonly points: number
  /** The window, in seconds. */
  readonly duration: number
}

/** State of one count, as rate-limiter-flexible answers it. */
export interface Count {
  readonly consumedPoints: number
  readonly msBeforeNext: number
}

/** The part of a rate-limiter-flexible limiter that is used; `RateLimiterMemory`, `RateLimiterRedis` and the others have it. */
export interface Counter {
  consume(key: string, points?: number): Promise<Count>
  reward(key: string, points?: number): Promise<Count>
  get(key: string): Promise<Count | null>
  set(key: string, points: number, secDuration: number): Promise<unknown>
  delete(key: string): Promise<boolean>
}

/** `options => new RateLimiterRedis({ storeClient, useRedisPackage: true, ...options })` moves every count to Redis. */
export type CounterFactory = (options: CounterOptions) => Counter

/** The answer to one hit. @internal */
export interface Hit { readonly over: boolean, readonly count: number, readonly retryAfter: number }

const deadlineMilliseconds = 2000
/** @internal */
export const unlimited = 2 ** 31 - 1
/** More than any operation on a counter may take. */
const windowEndSeconds = 5

/** One counter with our own rules: a deadline, nonsense is trouble, and being over a limit is an answer, not an exception. @internal */
export class Tally {
  constructor(private readonly counter: Counter, private readonly limit: number) {}

  async hit(key: string, limit = this.limit): Promise<Hit> {
    const { value, rejected } = await ask(() => this.counter.consume(key).then(value => ({ value, rejected: false }), (reason: unknown) => {
      // rate-limiter-flexible rejects with a plain object when a limit is passed, and with an Error when the store fails.
      if (typeof reason === 'object' && reason !== null && 'msBeforeNext' in reason && !(reason instanceof Error)) return { value: reason as Count, rejected: true }
      throw reason
    }))
    if (!rejected && !(isCount(value) && value.consumedPoints > 0)) throw nonsense()
    return { over: rejected || value.consumedPoints > limit, count: value.consumedPoints, retryAfter: seconds(value.msBeforeNext) }
  }

  async get(key: string): Promise<Count | undefined> {
    const value = await ask(() => this.counter.get(key))
    if (value === null) return undefined
    if (!isCount(value)) throw nonsense()
    return value
  }

  /** Zero seconds is for ever. */
  async set(key: string, value: number, secondsToLive: number): Promise<void> {
    await ask(() => this.counter.set(key, value, secondsToLive))
  }

  /** Not at the end of a window: what lands in the next one would be a free try there, and this one is over anyway. */
  async giveBack(key: string, { count, retryAfter }: Hit): Promise<void> {
    // A limiter that blocks in its own memory counted nothing in the store: to give back there would be a free try elsewhere.
    if (count > 0 && retryAfter > windowEndSeconds) await ask(() => this.counter.reward(key))
  }

  /** Gives up the one point of a limit of one, window and all: the next begins with the next call, not with a refused one. Who came second holds nothing. */
  async release(key: string, { over, retryAfter }: Hit): Promise<void> {
    if (!over && retryAfter > windowEndSeconds) await this.delete(key)
  }

  async delete(key: string): Promise<void> {
    await ask(() => this.counter.delete(key))
  }
}

const isCount = (value: unknown): value is Count =>
  typeof value === 'object' && value !== null && Number.isInteger((value as Count).consumedPoints) && Number.isFinite((value as Count).msBeforeNext)
/** @internal */
export const seconds = (milliseconds: unknown): number => (typeof milliseconds === 'number' && milliseconds > 0 ? Math.ceil(milliseconds / 1000) : 1)
const nonsense = (): Error => new VoiceOtpError('counters-unavailable', 'It answered something that is no count.')

/** What a limit that is switched off answers. @internal */
export const uncounted: Hit = { over: false, count: 0, retryAfter: 0 }

async function ask<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await withDeadline(operation(), deadlineMilliseconds, () => new VoiceOtpError('counters-unavailable', 'It took too long.'))
  } catch (error) {
    throw error instanceof VoiceOtpError ? error : new VoiceOtpError('counters-unavailable', undefined, error)
  }
}
