// The limits by themselves: without a strategy, over a store that the test fills and reads.
import { expect } from 'vitest'
import type { LimiterCount, LimiterFactory, LimiterOptions } from '../../lib/options/limiter.js'
import { createKeys, type Keys } from '../../lib/crypto.js'
import { type AppliedLimits, applyLimits } from '../../lib/limits/apply-limits.js'
import type { CallRequest } from '../../lib/limits/call-limits.js'
import type { Pace } from '../../lib/limits/call-queue.js'
import type { Limits } from '../../lib/options/limits.js'
import { CounterStore } from './stores.js'

const secret = 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn'

/** The limits of these tests: the defaults, with 40 calls a minute for the app. */
export const testLimits: Limits = {
  attemptsPerChallenge: 5,
  attemptsPerUser: 10,
  attemptsPerUserSeconds: 86_400,
  lockoutSeconds: 900,
  maxConsecutiveFailures: 100,
  consecutiveFailureSeconds: 1_728_000,
  callIntervalSeconds: 60,
  callsPerUserHour: 5,
  callsPerPhoneTenMinutes: 3,
  callsPerPhoneDay: 10,
  callsPerPrefixTenMinutes: 100,
  callsPerAppMinute: 40,
  callsPerAppDay: 10_000,
  enrollCallsPerPhoneTenMinutes: 2,
  enrollCallsPerPhoneDay: 4,
  enrollCallsPerAppMinute: 20,
  approveCallsPerUserHour: 20,
  approveCallsPerPhoneTenMinutes: 6,
  approveCallsPerPhoneDay: 40,
  approveCallIntervalSeconds: 20,
  reportedSeconds: 600,
}

/** The limits over `limiter`. The names in its store are keyed hashes. */
export const limitsOver = (
  limiter: LimiterFactory | undefined,
  change: Partial<Limits> = {},
  pace?: Pace,
): AppliedLimits =>
  applyLimits(
    {
      limiter,
      limits: { ...testLimits, ...change },
      codeSeconds: 300,
      approveAfterHours: 24,
      ...(pace === undefined ? {} : { pace }),
    },
    createKeys([secret], secret),
  )

/**
 * The limits over counters in memory that can fail. Without a store of the test, they respond at
 * once.
 */
export const createLimits = (
  change: Partial<Limits> = {},
  store = new CounterStore(0, 0),
): AppliedLimits & { readonly store: CounterStore } => ({
  store,
  ...limitsOver(store.factory, change),
})

/** A call that `userId` asks for. */
export const callOf = (
  userId: string,
  number = '+12025550123',
  more: Partial<CallRequest> = {},
): CallRequest => ({ userId, number, phone: number, kind: 'own', ...more })

/** The failure for a limit. */
export const reached = (code: string, limit?: string, retryAfter?: number): Error =>
  expect.objectContaining({
    code,
    ...(limit === undefined ? {} : { limit }),
    info: expect.objectContaining(retryAfter === undefined ? {} : { retryAfter }) as object,
  }) as Error

/** A store whose counts the test sets and reads, under readable names: `failures user/alice`. */
export class RecordingStore {
  /** The options of each counter. */
  readonly made: LimiterOptions[] = []
  readonly counts = new Map<string, LimiterCount>()
  private recorded: string[] = []

  readonly factory: LimiterFactory = options => {
    this.made.push(options)
    const nameOf = (key: string) => `${options.keyPrefix.slice('voice-otp:'.length)} ${key}`
    return {
      consume: async key => {
        this.record('consume', nameOf(key))
        const { consumedPoints, msBeforeNext } = this.counts.get(nameOf(key)) ?? {
          consumedPoints: 0,
          msBeforeNext: options.duration * 1000,
        }
        return this.put(nameOf(key), consumedPoints + 1, msBeforeNext)
      },
      reward: async key => {
        this.record('reward', nameOf(key))
        return this.counts.get(nameOf(key))!
      },
      get: async key => this.counts.get(nameOf(key)) ?? null,
      set: async (key, points, seconds) => {
        this.record('set', nameOf(key), points, seconds)
        this.put(nameOf(key), points, seconds * 1000)
      },
      delete: async key => {
        this.record('delete', nameOf(key))
        return this.counts.delete(nameOf(key))
      },
    }
  }

  put(name: string, consumedPoints: number, msBeforeNext: number): LimiterCount {
    const count = { consumedPoints, msBeforeNext }
    this.counts.set(name, count)
    return count
  }

  /** The limits over this store. */
  limits(change: Partial<Limits> = {}): AppliedLimits {
    const keys = { storeName: (...parts: readonly unknown[]) => parts.join('/') }
    return applyLimits(
      {
        limiter: this.factory,
        limits: { ...testLimits, ...change },
        codeSeconds: 300,
        approveAfterHours: 24,
      },
      keys as unknown as Keys,
    )
  }

  /** The writes since the last call, sorted: several of them are sent at the same time. */
  takeWrites(): readonly string[] {
    return this.recorded.splice(0).toSorted()
  }

  private record(...words: readonly (string | number)[]): void {
    this.recorded.push(words.join(' '))
  }
}
