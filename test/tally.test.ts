import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { VoiceOtpError } from '../lib/errors.js'
import type { Limiter } from '../lib/options/limiter.js'
import { LimitReached, seconds, LimitCounter } from '../lib/limits/limit-counter.js'

/** A counter of which one operation answers as the test says. */
function limitCounterOf(operations: Partial<Record<keyof Limiter, () => unknown>>, limit = 5) {
  const never = () => {
    throw new Error('not asked for')
  }
  const counter = {
    consume: never,
    reward: never,
    get: never,
    set: never,
    delete: never,
    ...operations,
  }
  return new LimitCounter(counter as unknown as Limiter, limit)
}
const causedBy = (word: string) =>
  expect.objectContaining({
    code: 'limiter-unavailable',
    message: expect.stringContaining(word) as string,
  }) as Error

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a hit', () => {
  test('is over its limit from the first beyond it', async () => {
    const at = (consumedPoints: number, limit?: number) =>
      limitCounterOf({ consume: async () => ({ consumedPoints, msBeforeNext: 1001 }) }).hit(
        'k',
        limit,
      )
    expect(await at(5)).toEqual({ over: false, count: 5, retryAfter: 2, at: Date.now() })
    expect(await at(6)).toEqual({ over: true, count: 6, retryAfter: 2, at: Date.now() })
    expect(await at(2, 1)).toMatchObject({ over: true })
  })

  test('is over when the limiter rejects with a count', async () => {
    expect(
      await limitCounterOf({
        consume: () => Promise.reject(Object.assign({}, { consumedPoints: 3, msBeforeNext: 500 })),
      }).hit('k'),
    ).toEqual({ over: true, count: 3, retryAfter: 1, at: Date.now() })
  })

  test.each([
    ['an Error', new Error('gone')],
    [
      'an Error that looks like a count',
      Object.assign(new Error('gone'), { consumedPoints: 1, msBeforeNext: 1 }),
    ],
    ['nothing', undefined],
    ['null', null],
    ['text', 'gone'],
    ['an object', {}],
  ])('is trouble when the limiter rejects with %s', async (_name, reason) => {
    await expect(
      limitCounterOf({ consume: () => Promise.reject(reason) }).hit('k'),
    ).rejects.toBeInstanceOf(VoiceOtpError)
  })

  test.each([
    undefined,
    null,
    'text',
    7,
    true,
    [],
    {},
    { consumedPoints: 1 },
    { msBeforeNext: 1 },
    { consumedPoints: '1', msBeforeNext: 1 },
    { consumedPoints: 1.5, msBeforeNext: 1 },
    { consumedPoints: 1, msBeforeNext: Infinity },
    { consumedPoints: 1, msBeforeNext: '1' },
    { consumedPoints: 0, msBeforeNext: 1 },
    { consumedPoints: -1, msBeforeNext: 1 },
  ])('is trouble when the limiter answers %j', async answer => {
    await expect(limitCounterOf({ consume: async () => answer }).hit('k')).rejects.toEqual(
      causedBy('no count'),
    )
  })
})

describe('a count', () => {
  test('is what the limiter answers, or none', async () => {
    expect(await limitCounterOf({ get: async () => null }).get('k')).toBeUndefined()
    expect(
      await limitCounterOf({ get: async () => ({ consumedPoints: 0, msBeforeNext: -1 }) }).get('k'),
    ).toEqual({ consumedPoints: 0, msBeforeNext: -1 })
  })

  test.each([undefined, 'text', 7, {}, { consumedPoints: 1 }])(
    'is trouble when it is %j',
    async answer => {
      await expect(limitCounterOf({ get: async () => answer }).get('k')).rejects.toEqual(
        causedBy('no count'),
      )
    },
  )

  test('that is rejected is trouble, a full one too', async () => {
    await expect(
      limitCounterOf({ get: () => Promise.reject({ consumedPoints: 3, msBeforeNext: 500 }) }).get(
        'k',
      ),
    ).rejects.toBeInstanceOf(VoiceOtpError)
  })
})

describe('every operation', () => {
  const all = [
    ['consume', (limitCounter: LimitCounter) => limitCounter.hit('k')],
    ['get', (limitCounter: LimitCounter) => limitCounter.get('k')],
    ['set', (limitCounter: LimitCounter) => limitCounter.set('k', 1, 1)],
    ['delete', (limitCounter: LimitCounter) => limitCounter.delete('k')],
    [
      'reward',
      (limitCounter: LimitCounter) =>
        limitCounter.giveBack('k', { over: false, count: 1, retryAfter: 6, at: Date.now() }),
    ],
  ] as const

  test.each(all)('%s that hangs is trouble after two seconds', async (name, act) => {
    const answer = act(limitCounterOf({ [name]: () => new Promise(() => undefined) })).catch(
      (error: unknown) => error,
    )
    await vi.advanceTimersByTimeAsync(1999)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(await answer).toEqual(causedBy('too long'))
  })

  test.each(all)(
    '%s that throws or rejects is trouble, and leaves no timer behind',
    async (name, act) => {
      for (const operation of [
        () => {
          throw new Error('gone')
        },
        () => Promise.reject(new Error('gone')),
      ]) {
        await expect(act(limitCounterOf({ [name]: operation }))).rejects.toMatchObject({
          code: 'limiter-unavailable',
        })
        expect(vi.getTimerCount()).toBe(0)
      }
    },
  )

  test('keeps trouble of our own as it is', async () => {
    const own = new VoiceOtpError('callback-failed')
    await expect(limitCounterOf({ get: () => Promise.reject(own) }).get('k')).rejects.toBe(own)
  })
})

describe('giving back', () => {
  const counts = (act: 'reward' | 'delete') => {
    const operation = vi.fn(async () => true)
    return { limitCounter: limitCounterOf({ [act]: operation }), operation }
  }

  test.each([
    ['a hit with a window before it', { over: false, count: 1, retryAfter: 6 }, 1],
    ['one that lands at the end of its window', { over: false, count: 1, retryAfter: 5 }, 0],
    ['one that the store never counted', { over: true, count: 0, retryAfter: 60 }, 0],
    ['one over the limit', { over: true, count: 9, retryAfter: 60 }, 1],
  ])('%s', async (_name, hit, times) => {
    const { limitCounter, operation } = counts('reward')
    await limitCounter.giveBack('k', { ...hit, at: Date.now() })
    expect(operation).toHaveBeenCalledTimes(times)
  })

  test.each([
    ['the one point, window and all', { over: false, count: 1, retryAfter: 6 }, 1],
    ['nothing at the end of the window', { over: false, count: 1, retryAfter: 5 }, 0],
    ['nothing for who came second', { over: true, count: 2, retryAfter: 60 }, 0],
  ])('releases %s', async (_name, hit, times) => {
    const { limitCounter, operation } = counts('delete')
    await limitCounter.release('k', { ...hit, at: Date.now() })
    expect(operation).toHaveBeenCalledTimes(times)
  })

  test.each(['reward', 'delete'] as const)(
    'nothing by %s long after the hit, when its window may have ended meanwhile',
    async act => {
      for (const [passed, times] of [
        [54, 1],
        [55, 0],
        [200, 0],
      ] as const) {
        const { limitCounter, operation } = counts(act)
        const hit = { over: false, count: 1, retryAfter: 60, at: Date.now() - passed * 1000 }
        if (act === 'reward') await limitCounter.giveBack('k', hit)
        else await limitCounter.release('k', hit)
        expect(operation).toHaveBeenCalledTimes(times)
      }
    },
  )
})

test('seconds are whole, never below one, and one for nonsense', () => {
  expect([1, 1000, 1001, 0, -1, NaN, '5000', undefined].map(seconds)).toEqual([
    1, 1, 2, 1, 1, 1, 1, 1,
  ])
})

test('a limit that was reached says when to come again, or nothing', () => {
  expect(new LimitReached('locked', 'maxConsecutiveFailures').info).not.toHaveProperty('retryAfter')
  expect(new LimitReached('locked', 'attemptsPerUser', 5).info).toHaveProperty('retryAfter', 5)
})
