import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { VoiceOtpError } from '../../lib/errors.js'
import type { Limiter } from '../../lib/options/limiter.js'
import { LimitReached, LimitCounter, toSeconds } from '../../lib/limits/limit-counter.js'

/** A counter of which some operations do what the test says, and the others throw. */
function limitCounterOf(operations: Partial<Record<keyof Limiter, () => unknown>>, limit = 5) {
  const never = () => {
    throw new Error('unexpected operation')
  }
  const counter = {
    consume: never,
    reward: never,
    get: async () => ({ consumedPoints: 1, msBeforeNext: 1000 }),
    set: never,
    delete: never,
    ...operations,
  }
  return new LimitCounter(counter as unknown as Limiter, limit, 60)
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

describe('hit()', () => {
  test('a hit is over the limit from the first count beyond it', async () => {
    const at = (consumedPoints: number, limit?: number) =>
      limitCounterOf({ consume: async () => ({ consumedPoints, msBeforeNext: 1001 }) }).hit(
        'k',
        limit,
      )
    expect(await at(5)).toEqual({ over: false, count: 5, retryAfter: 2, at: Date.now() })
    expect(await at(6)).toEqual({ over: true, count: 6, retryAfter: 2, at: Date.now() })
    expect(await at(2, 1)).toMatchObject({ over: true })
  })

  test('a hit is over the limit if the limiter rejects with a count', async () => {
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
    [
      'an Error whose name cannot be read',
      Object.defineProperty(new Error('gone'), 'name', {
        get: () => {
          throw new Error('no name')
        },
      }),
    ],
    ['nothing', undefined],
    ['null', null],
    ['text', 'gone'],
    ['an object', {}],
  ])('a hit is an error if the limiter rejects with %s', async (_name, reason) => {
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
  ])('a hit is an error if the limiter returns %j', async result => {
    const operations = { consume: async () => result, get: async () => result }
    const refused = expect(limitCounterOf(operations).hit('k')).rejects.toEqual(
      causedBy('not a count'),
    )
    await vi.advanceTimersByTimeAsync(1000)
    await refused
  })
})

describe('get()', () => {
  test('get() returns the count of the limiter, or undefined', async () => {
    expect(await limitCounterOf({ get: async () => null }).get('k')).toBeUndefined()
    expect(
      await limitCounterOf({ get: async () => ({ consumedPoints: 0, msBeforeNext: -1 }) }).get('k'),
    ).toEqual({ consumedPoints: 0, msBeforeNext: -1 })
  })

  test.each([undefined, 'text', 7, {}, { consumedPoints: 1 }])(
    'get() is an error if the limiter returns %j',
    async result => {
      await expect(limitCounterOf({ get: async () => result }).get('k')).rejects.toEqual(
        causedBy('not a count'),
      )
    },
  )

  test('get() is an error if the limiter rejects, even with a count', async () => {
    await expect(
      limitCounterOf({ get: () => Promise.reject({ consumedPoints: 3, msBeforeNext: 500 }) }).get(
        'k',
      ),
    ).rejects.toBeInstanceOf(VoiceOtpError)
  })
})

describe('each operation', () => {
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

  test.each(all)('an operation (%s) that hangs is an error after 2 seconds', async (name, act) => {
    const outcome = act(limitCounterOf({ [name]: () => new Promise(() => undefined) })).catch(
      (error: unknown) => error,
    )
    await vi.advanceTimersByTimeAsync(0)
    await vi.advanceTimersByTimeAsync(1999)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(await outcome).toEqual(causedBy('too long'))
  })

  test.each(all)(
    'an operation (%s) that throws or rejects is an error, and leaves no timer behind',
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

  test('an error of this package passes through unchanged', async () => {
    const own = new VoiceOtpError('callback-failed')
    await expect(limitCounterOf({ get: () => Promise.reject(own) }).get('k')).rejects.toBe(own)
  })
})

describe('giveBack() and release()', () => {
  const counts = (act: 'reward' | 'delete') => {
    const operation = vi.fn(async () => true)
    return { limitCounter: limitCounterOf({ [act]: operation }), operation }
  }

  test.each([
    ['gives back a hit whose window goes on', { over: false, count: 1, retryAfter: 6 }, 1],
    [
      'does nothing in the last 5 seconds of the window',
      { over: false, count: 1, retryAfter: 5 },
      0,
    ],
    [
      'does nothing for a hit that the store never counted',
      { over: true, count: 0, retryAfter: 60 },
      0,
    ],
    ['gives back a hit over the limit', { over: true, count: 9, retryAfter: 60 }, 1],
  ])('giveBack() %s', async (_name, hit, times) => {
    const { limitCounter, operation } = counts('reward')
    await limitCounter.giveBack('k', { ...hit, at: Date.now() })
    expect(operation).toHaveBeenCalledTimes(times)
  })

  test.each([
    ['gives back the only point and its window', { over: false, count: 1, retryAfter: 6 }, 1],
    [
      'does nothing in the last 5 seconds of the window',
      { over: false, count: 1, retryAfter: 5 },
      0,
    ],
    ['does nothing for the second hit', { over: true, count: 2, retryAfter: 60 }, 0],
  ])('release() %s', async (_name, hit, times) => {
    const { limitCounter, operation } = counts('delete')
    await limitCounter.release('k', { ...hit, at: Date.now() })
    expect(operation).toHaveBeenCalledTimes(times)
  })

  test.each(['reward', 'delete'] as const)(
    'a hit is not given back by %s once its window may have ended in the meantime',
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

describe('a count below 1', () => {
  test('giveBack() gives nothing back to a count that was deleted since', async () => {
    for (const present of [null, { consumedPoints: 0, msBeforeNext: 1000 }]) {
      const reward = vi.fn(async () => true)
      const limitCounter = limitCounterOf({ get: async () => present, reward })
      await limitCounter.giveBack('k', { over: false, count: 1, retryAfter: 60, at: Date.now() })
      expect(reward).not.toHaveBeenCalled()
    }
  })

  test('giveBack() adds the hit again if it made the count negative', async () => {
    for (const [consumedPoints, times] of [
      [-1, 1],
      [0, 0],
    ] as const) {
      const consume = vi.fn(async () => ({ consumedPoints: 0, msBeforeNext: 1000 }))
      const limitCounter = limitCounterOf({
        reward: async () => ({ consumedPoints, msBeforeNext: 1000 }),
        consume,
      })
      await limitCounter.giveBack('k', { over: false, count: 1, retryAfter: 60, at: Date.now() })
      expect(consume).toHaveBeenCalledTimes(times)
    }
  })

  test('a hit waits until giveBack() has corrected the count', async () => {
    const hit = limitCounterOf({
      consume: async () => ({ consumedPoints: 0, msBeforeNext: 1000 }),
    }).hit('k')
    await vi.advanceTimersByTimeAsync(10)
    expect(await hit).toMatchObject({ over: false, count: 1 })
  })

  test('a hit corrects the count if nobody else does', async () => {
    let count = -1
    const hit = limitCounterOf({
      consume: async () => ({ consumedPoints: ++count, msBeforeNext: 1000 }),
      get: async () => ({ consumedPoints: count, msBeforeNext: 1000 }),
    }).hit('k')
    await vi.advanceTimersByTimeAsync(2000)
    expect(await hit).toMatchObject({ over: false, count: 1 })
  })
})

describe('returnHit()', () => {
  test.each([
    ['takes one from the count', 1, 0],
    ['takes the last one from the count', 0, 0],
    ['ends a count that the store has lost at 0', -1, 1],
  ])('returnHit() %s', async (_, consumedPoints, corrections) => {
    const reward = vi.fn(async () => ({ consumedPoints, msBeforeNext: 1000 }))
    const consume = vi.fn(async () => ({ consumedPoints: 0, msBeforeNext: 1000 }))
    await limitCounterOf({ reward, consume }).returnHit('k')
    expect(reward).toHaveBeenCalledWith('k')
    expect(consume).toHaveBeenCalledTimes(corrections)
  })

  test('returnHit() is an error if the limiter returns something that is not a count', async () => {
    await expect(limitCounterOf({ reward: async () => true }).returnHit('k')).rejects.toEqual(
      causedBy('not a count'),
    )
  })
})

test('restart() begins a new window with one hit', async () => {
  const set = vi.fn(async () => true)
  expect(await limitCounterOf({ set }).restart('k')).toEqual({
    over: false,
    count: 1,
    retryAfter: 60,
    at: Date.now(),
  })
  expect(set).toHaveBeenCalledExactlyOnceWith('k', 1, 60)
})

test('toSeconds() rounds up, and returns at least 1, also for values that are not positive numbers', () => {
  expect([1, 1000, 1001, 0, -1, NaN, '5000', undefined].map(toSeconds)).toEqual([
    1, 1, 2, 1, 1, 1, 1, 1,
  ])
})

test('the failure of a limit names the wait, if there is one', () => {
  expect(new LimitReached('locked', 'maxConsecutiveFailures').info).not.toHaveProperty('retryAfter')
  expect(new LimitReached('locked', 'attemptsPerUser', 5).info).toHaveProperty('retryAfter', 5)
})
