// One attempt to enter a code: what is counted before the comparison, and what failed(),
// succeeded() and cancel() do.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LimiterFactory } from 'passport-voice-otp'
import { applyLimits, type AppliedLimits } from '../../lib/limits/apply-limits.js'
import type { Attempt } from '../../lib/limits/attempts.js'
import type { Keys } from '../../lib/crypto.js'
import type { Limits } from '../../lib/options/limits.js'
import {
  callOf,
  createLimits,
  reached,
  RecordingStore,
  testLimits,
} from '../support/applied-limits.js'
import { CounterStore } from '../support/stores.js'

let store: RecordingStore
beforeEach(() => {
  store = new RecordingStore()
  vi.useFakeTimers({ now: new Date('2026-11-01T12:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)

const activation = 7
const challenge = { userId: 'alice', id: 'c1', activation }
/** The attempts over the recording store, with an active challenge of Alice. */
const attemptsWith = (change: Partial<Limits> = {}) => {
  store.put('active-challenge user/alice', activation, 100_000)
  return store.limits(change).attempts
}

type Begin = (limits: Pick<AppliedLimits, 'attempts'>) => Promise<Attempt>
/** Both sorts of attempts. Those at a challenge need the recording store. */
const bothSorts: readonly (readonly [string, Begin])[] = [
  ['a challenge', ({ attempts }) => attempts.begin(challenge)],
  ['recovery codes', ({ attempts }) => attempts.beginRecovery('alice')],
]

/** A wrong recovery code. Returns the limit that it reached. */
const failOnce = async ({ attempts }: Pick<AppliedLimits, 'attempts'>, userId = 'alice') =>
  (await attempts.beginRecovery(userId)).failed()

/**
 * Begins several attempts at as many challenges of Alice, so that only the limits of the user
 * count.
 */
async function beginAtOnce({ attempts, activeChallenges }: AppliedLimits, times: number) {
  const active = await activeChallenges.activate('alice')
  return Promise.allSettled(
    Array.from({ length: times }, (_, index) =>
      attempts.begin({ userId: 'alice', id: `challenge ${index}`, activation: active }),
    ),
  )
}

describe('an attempt at a challenge', () => {
  test('an attempt is counted on the challenge and on the user, and tells how many remain', async () => {
    const attempt = await attemptsWith().begin(challenge)
    expect(attempt.attemptsLeft).toBe(4)
    expect(store.takeWrites()).toEqual([
      'consume attempts user/alice.c1',
      'consume consecutive-failures user/alice',
      'consume failures user/alice',
    ])
  })

  test('the sixth attempt at a challenge is refused and does not count on the user', async () => {
    const attempts = attemptsWith()
    store.put('attempts user/alice.c1', 4, 100_000)
    expect((await attempts.begin(challenge)).attemptsLeft).toBe(0)
    store.takeWrites()
    await expect(attempts.begin(challenge)).rejects.toEqual(
      reached('too-many-attempts', 'attemptsPerChallenge'),
    )
    expect(store.takeWrites()).toEqual(['consume attempts user/alice.c1'])
  })

  test.each([
    ['the challenge was replaced', { ...challenge, activation: activation + 1 }],
    ['the challenge belongs to another user', { ...challenge, userId: 'bob' }],
  ])('an attempt is refused if %s', async (_reason, given) => {
    await expect(attemptsWith().begin(given)).rejects.toMatchObject({ code: 'code-expired' })
  })

  test('a lock is reported before a challenge that is not active, and that before its limit', async () => {
    const attempts = attemptsWith()
    store.put('attempts user/alice.c1', 9, 100_000)
    const inactive = { ...challenge, activation: 1 }
    await expect(attempts.begin(inactive)).rejects.toMatchObject({ code: 'code-expired' })
    await expect(attempts.begin(challenge)).rejects.toMatchObject({ code: 'too-many-attempts' })
    store.put('locked user/alice', 1, -1)
    await expect(attempts.begin(inactive)).rejects.toMatchObject({ code: 'locked' })
  })

  test('5 of 1000 attempts that arrive at the same time for one challenge are allowed', async () => {
    vi.useRealTimers()
    const { attempts, activeChallenges } = createLimits({}, new CounterStore())
    const active = { ...challenge, activation: await activeChallenges.activate('alice') }
    const results = await Promise.allSettled(
      Array.from({ length: 1000 }, () => attempts.begin(active)),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
  })

  test('attemptsLeft() returns what remains for a challenge, and never less than 0', async () => {
    const attempts = attemptsWith()
    expect(await attempts.attemptsLeft(challenge)).toBe(5)
    store.put('attempts user/alice.c1', 2, 1000)
    expect(await attempts.attemptsLeft(challenge)).toBe(3)
    store.put('attempts user/alice.c1', 9, 1000)
    expect(await attempts.attemptsLeft(challenge)).toBe(0)
  })
})

describe('an attempt that is refused before the comparison', () => {
  test.each([
    ['lockout', 'attemptsPerUser', 10],
    ['locked', 'maxConsecutiveFailures', undefined],
  ] as const)(
    'a user with the counter %s is refused and no failure is counted',
    async (name, limit, retryAfter) => {
      const attempts = attemptsWith()
      store.put(`${name} user/alice`, 1, 10_000)
      await expect(attempts.beginRecovery('alice')).rejects.toEqual(
        reached('locked', limit, retryAfter),
      )
      expect(store.takeWrites()).toEqual([])
      await expect(attempts.begin(challenge)).rejects.toEqual(reached('locked', limit, retryAfter))
      expect(store.takeWrites()).toEqual(['consume attempts user/alice.c1'])
    },
  )

  test('over the limit of the user during the lockout, an attempt at a challenge is given back and waits no longer than the lockout', async () => {
    const attempts = attemptsWith()
    store.put('failures user/alice', 2 ** 30, 86_000)
    await expect(attempts.begin(challenge)).rejects.toEqual(
      reached('locked', 'attemptsPerUser', 86),
    )
    expect(store.takeWrites()).toEqual([
      'consume attempts user/alice.c1',
      'consume consecutive-failures user/alice',
      'consume failures user/alice',
      'reward consecutive-failures user/alice',
      'reward failures user/alice',
    ])
    store.put('failures user/alice', 2 ** 30, 86_000_000)
    await expect(attempts.begin(challenge)).rejects.toEqual(
      reached('locked', 'attemptsPerUser', 900),
    )
  })

  test('over the limit of the user before any lockout, an attempt begins the lockout', async () => {
    const attempts = attemptsWith()
    store.put('failures user/alice', 10, 86_000_000)
    const refused = expect(attempts.begin(challenge)).rejects.toEqual(
      reached('locked', 'attemptsPerUser', 900),
    )
    await pass(4)
    await refused
    expect(store.takeWrites()).toEqual(
      expect.arrayContaining([
        'reward failures user/alice',
        'reward consecutive-failures user/alice',
        'set lockout user/alice 1 900',
        'set failures user/alice 1073741824 900',
      ]),
    )
    store.put('failures user/bob', 10, 86_000)
    const alsoRefused = expect(attempts.beginRecovery('bob')).rejects.toEqual(
      reached('locked', 'attemptsPerUser', 900),
    )
    await pass(4)
    await alsoRefused
    expect(store.takeWrites()).toEqual([
      'consume failures user/bob',
      'delete active-challenge user/bob',
      'set failures user/bob 1073741824 900',
      'set lockout user/bob 1 900',
    ])
  })

  test('an attempt over the limit begins no lockout if the last allowed attempt was right and is given back', async () => {
    store.put('failures user/alice', 10, 86_000_000)
    const refused = expect(attemptsWith().beginRecovery('alice')).rejects.toMatchObject({
      code: 'locked',
    })
    await pass(0.1)
    store.put('failures user/alice', 9, 86_000_000)
    await pass(4)
    await refused
    expect(store.takeWrites()).toEqual(['consume failures user/alice'])
  })

  test('an attempt over the limit begins no lockout if a right code has cleared the failures meanwhile', async () => {
    store.put('failures user/alice', 10, 86_000_000)
    const refused = expect(attemptsWith().beginRecovery('alice')).rejects.toMatchObject({
      code: 'locked',
    })
    await pass(0.02)
    store.counts.delete('failures user/alice')
    await pass(4)
    await refused
    expect(store.takeWrites()).toEqual(['consume failures user/alice'])
  })

  test('an attempt over the limit begins no second lockout', async () => {
    store.put('failures user/alice', 10, 86_000_000)
    const refused = expect(attemptsWith().beginRecovery('alice')).rejects.toMatchObject({
      code: 'locked',
    })
    await pass(0.1)
    store.put('failures user/alice', 2 ** 30, 900_000)
    await pass(4)
    await refused
    expect(store.takeWrites()).toEqual(['consume failures user/alice'])
  })

  test('an attempt that a limiter refuses from the memory of its process begins no lockout for other processes', async () => {
    const factory: LimiterFactory = options => ({
      ...store.factory(options),
      ...(options.keyPrefix === 'voice-otp:failures' && {
        consume: () => Promise.reject({ consumedPoints: 0, msBeforeNext: 5000 }),
      }),
    })
    const keys = { storeName: (...parts: readonly unknown[]) => parts.join('/') }
    const { attempts } = applyLimits(
      { limiter: factory, limits: testLimits, codeSeconds: 300, approveAfterHours: 24 },
      keys as unknown as Keys,
    )
    await expect(attempts.beginRecovery('alice')).rejects.toEqual(
      reached('locked', 'attemptsPerUser', 5),
    )
    expect(store.takeWrites()).toEqual([])
  })

  test('an attempt over both limits of the user is refused by the limit of the window and does not lock the user', async () => {
    store.put('failures user/alice', 2 ** 30, 86_000)
    store.put('consecutive-failures user/alice', 100, 86_000_000)
    await expect(attemptsWith().begin(challenge)).rejects.toEqual(
      reached('locked', 'attemptsPerUser', 86),
    )
    expect(store.takeWrites()).not.toContain('set locked user/alice 1 0')
  })

  test('over the limit of consecutive failures, an attempt at a challenge locks the user and is given back', async () => {
    store.put('consecutive-failures user/alice', 100, 86_000_000)
    await expect(attemptsWith().begin(challenge)).rejects.toEqual(
      reached('locked', 'maxConsecutiveFailures'),
    )
    expect(store.takeWrites()).toEqual(
      expect.arrayContaining([
        'reward failures user/alice',
        'reward consecutive-failures user/alice',
        'set locked user/alice 1 0',
      ]),
    )
  })

  test('a recovery attempt over the first limit does not touch the second count, and gives back what it added to the count of the lockout', async () => {
    store.put('failures user/alice', 2 ** 30, 86_000)
    await expect(attemptsWith().beginRecovery('alice')).rejects.toEqual(
      reached('locked', 'attemptsPerUser', 86),
    )
    expect(store.takeWrites()).toEqual([
      'consume failures user/alice',
      'reward failures user/alice',
    ])
    store.put('consecutive-failures user/bob', 100, 86_000)
    await expect(attemptsWith().beginRecovery('bob')).rejects.toEqual(
      reached('locked', 'maxConsecutiveFailures'),
    )
    expect(store.takeWrites()).toEqual([
      'consume consecutive-failures user/bob',
      'consume failures user/bob',
      'delete active-challenge user/bob',
      'set locked user/bob 1 0',
    ])
  })

  test('10 of 1000 recovery attempts that arrive at the same time are allowed, and they do not lock the user', async () => {
    vi.useRealTimers()
    const limits = createLimits({}, new CounterStore())
    const results = await Promise.allSettled(Array.from({ length: 1000 }, () => failOnce(limits)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
    expect(await limits.locks.isLocked('alice')).toBe(false)
  })
})

describe.each(bothSorts)('the limits of a user, by attempts at %s', (sort, begin) => {
  test(`attempts at ${sort} before the last one reach no limit`, async () => {
    const attempts = attemptsWith()
    store.put('failures user/alice', 8, 50_000)
    const attempt = await begin({ attempts })
    expect(store.takeWrites().join()).not.toContain('lockout')
    expect(await attempt.failed()).toBeUndefined()
    expect(store.counts.get('failures user/alice')).toMatchObject({ consumedPoints: 9 })
  })

  test(`the last attempt at ${sort} before the lockout begins the lockout before the comparison`, async () => {
    const attempts = attemptsWith()
    store.put('failures user/alice', 9, 50_000)
    const attempt = await begin({ attempts })
    expect(store.takeWrites()).toEqual(
      expect.arrayContaining([
        'set lockout user/alice 1 900',
        'set failures user/alice 1073741824 900',
      ]),
    )
    expect(await attempt.failed()).toBe('attemptsPerUser')
  })

  test(`the last wrong attempt at ${sort} before the lockout ends the active challenge, and an earlier one does not`, async () => {
    for (const [failures, isActive] of [
      [8, true],
      [9, false],
    ] as const) {
      const attempts = attemptsWith()
      store.put('failures user/alice', failures, 50_000)
      await (await begin({ attempts })).failed()
      expect(store.counts.has('active-challenge user/alice')).toBe(isActive)
    }
  })

  test(`the last consecutive attempt at ${sort} locks the user only after a wrong code`, async () => {
    const attempts = attemptsWith()
    store.put('failures user/alice', 9, 50_000)
    store.put('consecutive-failures user/alice', 99, 50_000)
    const attempt = await begin({ attempts })
    expect(store.takeWrites()).toContain('set lockout user/alice 1 900')
    expect(store.counts.has('locked user/alice')).toBe(false)
    expect(await attempt.failed()).toBe('maxConsecutiveFailures')
    expect(store.takeWrites()).toEqual([
      'delete active-challenge user/alice',
      'set locked user/alice 1 0',
    ])
  })

  test(`attempts at ${sort} are not counted on the user where the limits are disabled`, async () => {
    const off = { attemptsPerUser: false, maxConsecutiveFailures: false } as const
    const attempt = await begin({ attempts: attemptsWith(off) })
    expect(await attempt.failed()).toBeUndefined()
    expect(store.takeWrites().filter(line => !line.includes(' attempts '))).toEqual([])
    await begin({ attempts: attemptsWith({ maxConsecutiveFailures: false }) })
    await begin({ attempts: attemptsWith({ attemptsPerUser: false }) })
    expect(store.takeWrites().filter(line => !line.includes(' attempts '))).toEqual([
      'consume consecutive-failures user/alice',
      'consume failures user/alice',
    ])
  })

  test(`cancel() gives back an attempt at ${sort}`, async () => {
    const attempt = await begin({ attempts: attemptsWith() })
    store.takeWrites()
    await attempt.cancel()
    expect(store.takeWrites()).toEqual([
      'reward consecutive-failures user/alice',
      'reward failures user/alice',
    ])
  })

  test(`cancel() of the last attempt at ${sort} before the lockout ends the lockout`, async () => {
    const attempts = attemptsWith()
    store.put('failures user/alice', 9, 50_000)
    const attempt = await begin({ attempts })
    store.takeWrites()
    await attempt.cancel()
    expect(store.takeWrites()).toEqual([
      'delete lockout user/alice',
      'reward consecutive-failures user/alice',
      'set failures user/alice 9 86400',
    ])
  })

  test(`cancel() of the last consecutive attempt at ${sort} ends no lockout`, async () => {
    const attempts = attemptsWith()
    store.put('consecutive-failures user/alice', 99, 50_000)
    const attempt = await begin({ attempts })
    store.takeWrites()
    await attempt.cancel()
    expect(store.takeWrites()).toEqual([
      'reward consecutive-failures user/alice',
      'reward failures user/alice',
    ])
  })

  test(`cancel() of an attempt at ${sort} gives nothing back to a limit that is disabled`, async () => {
    const attempt = await begin({ attempts: attemptsWith({ attemptsPerUser: false }) })
    store.takeWrites()
    await attempt.cancel()
    expect(store.takeWrites()).toEqual(['reward consecutive-failures user/alice'])
  })

  test(`cancel() of an attempt at ${sort} gives nothing back in the last 5 seconds of a window`, async () => {
    const attempts = attemptsWith()
    store.put('failures user/alice', 3, 5000)
    const attempt = await begin({ attempts })
    store.takeWrites()
    await attempt.cancel()
    expect(store.takeWrites()).toEqual(['reward consecutive-failures user/alice'])
  })
})

describe('a right code', () => {
  const clearedAfter = async (
    failures: number,
    consecutive: number,
    change: Partial<Limits> = {},
  ) => {
    const attempts = attemptsWith(change)
    store.put('failures user/alice', failures - 1, 50_000)
    store.put('consecutive-failures user/alice', consecutive - 1, 50_000)
    const attempt = await attempts.begin(challenge)
    store.takeWrites()
    await attempt.succeeded()
    store.counts.clear()
    return store.takeWrites()
  }
  const always = [
    'delete active-challenge user/alice',
    'delete consecutive-failures user/alice',
    'delete failures user/alice',
  ]

  test('succeeded() ends the challenge and clears the failures', async () => {
    expect(await clearedAfter(5, 95)).toEqual(always)
  })

  test('succeeded() ends the lockout only if an attempt at the same challenge may have begun it', async () => {
    expect(await clearedAfter(6, 95)).toEqual([...always, 'delete lockout user/alice'].toSorted())
  })

  test('succeeded() ends the lock only if an attempt at the same challenge may have begun it', async () => {
    expect(await clearedAfter(5, 96)).toEqual([...always, 'delete locked user/alice'].toSorted())
  })

  test('succeeded() ends no lock where the limits are disabled', async () => {
    expect(
      await clearedAfter(10, 100, { attemptsPerUser: false, maxConsecutiveFailures: false }),
    ).toEqual(always)
  })

  test('a right code clears both counts of failures', async () => {
    const limits = createLimits({ maxConsecutiveFailures: 15 })
    for (let round = 0; round < 5; round++) {
      for (let index = 0; index < 8; index++) expect(await failOnce(limits)).toBeUndefined()
      const [attempt] = await beginAtOnce(limits, 1)
      if (attempt?.status === 'fulfilled') await attempt.value.succeeded()
      limits.store.flush()
    }
  })

  test('a right code as the last attempt before the lockout ends the lockout', async () => {
    const limits = createLimits()
    for (let index = 0; index < 9; index++) await failOnce(limits)
    const [attempt] = await beginAtOnce(limits, 1)
    expect(attempt?.status).toBe('fulfilled')
    if (attempt?.status === 'fulfilled') await attempt.value.succeeded()
    expect(await failOnce(limits)).toBeUndefined()
  })

  test.each([true, false])(
    'a right code ends the lockout that another attempt began at the same time; the other code is right too: %s',
    async isRight => {
      const limits = createLimits()
      for (let index = 0; index < 8; index++) await failOnce(limits)
      const [right, other] = await beginAtOnce(limits, 2)
      if (right?.status !== 'fulfilled' || other?.status !== 'fulfilled')
        throw new Error('both attempts must be allowed')
      if (!isRight) expect(await other.value.failed()).toBe('attemptsPerUser')
      await right.value.succeeded()
      await limits.sends.admit(callOf('alice'))
      expect(await failOnce(limits)).toBeUndefined()
    },
  )

  test('a right code as the last consecutive attempt ends the lock that a later attempt began', async () => {
    const limits = createLimits({ maxConsecutiveFailures: 3 })
    for (let index = 0; index < 2; index++) await failOnce(limits)
    const [attempt, later] = await beginAtOnce(limits, 2)
    if (attempt?.status !== 'fulfilled') throw new Error('the first attempt must be allowed')
    expect(later).toMatchObject({ reason: reached('locked', 'maxConsecutiveFailures') })
    expect(await limits.locks.isLocked('alice')).toBe(true)
    await attempt.value.succeeded()
    expect(await limits.locks.isLocked('alice')).toBe(false)
    expect(await failOnce(limits)).toBeUndefined()
  })

  test('a right recovery code gives back its attempt and leaves the wrong codes counted', async () => {
    const attempts = attemptsWith()
    store.put('failures user/alice', 6, 50_000)
    const attempt = await attempts.beginRecovery('alice')
    store.takeWrites()
    await attempt.succeeded()
    expect(store.takeWrites()).toEqual([
      'reward consecutive-failures user/alice',
      'reward failures user/alice',
    ])
  })
})

describe('the lockout', () => {
  test('the tenth wrong code of a user begins a lockout of 15 minutes, and no longer', async () => {
    const limits = createLimits()
    for (let index = 1; index <= 9; index++) expect(await failOnce(limits)).toBeUndefined()
    expect(await failOnce(limits)).toBe('attemptsPerUser')
    await pass(899)
    await expect(limits.attempts.beginRecovery('alice')).rejects.toEqual(reached('locked'))
    await expect(limits.sends.admit(callOf('alice'))).rejects.toEqual(reached('locked'))
    await pass(2)
    await limits.attempts.beginRecovery('alice')
    await limits.sends.admit(callOf('alice'))
  })

  test('during the lockout even the right code of an active challenge is refused', async () => {
    const limits = createLimits()
    for (let index = 0; index < 10; index++) await failOnce(limits)
    const [attempt] = await beginAtOnce(limits, 1)
    expect(attempt).toMatchObject({ reason: reached('locked', 'attemptsPerUser') })
  })

  test('attempts during the lockout are not counted and do not lengthen it', async () => {
    const limits = createLimits()
    for (let index = 0; index < 10; index++) await failOnce(limits)
    for (let index = 0; index < 200; index++)
      await expect(limits.attempts.beginRecovery('alice')).rejects.toEqual(reached('locked'))
    await pass(901)
    for (let index = 1; index <= 9; index++)
      expect(await failOnce(limits), `attempt ${index} after the lockout`).toBeUndefined()
  })

  test('wrong codes are forgotten 24 hours after the first', async () => {
    const limits = createLimits()
    for (let index = 0; index < 9; index++) await failOnce(limits)
    await pass(86_401)
    for (let index = 0; index < 9; index++) expect(await failOnce(limits)).toBeUndefined()
  })

  test('a process that ends between the tenth attempt and the comparison locks the user out for no longer than the lockout', async () => {
    const { attempts } = createLimits()
    for (let index = 0; index < 10; index++) await attempts.beginRecovery('alice')
    await expect(attempts.beginRecovery('alice')).rejects.toEqual(reached('locked'))
    await pass(901)
    await attempts.beginRecovery('alice')
  })
})

describe('consecutive failures', () => {
  test('100 consecutive failures lock the user until unlock()', async () => {
    const limits = createLimits()
    let compared = 0
    let limit: string | undefined
    for (let hour = 0; hour < 200 && limit !== 'maxConsecutiveFailures'; hour++) {
      for (let index = 0; index < 10; index++) {
        try {
          limit = await failOnce(limits)
          compared++
        } catch {
          break
        }
        if (limit !== undefined) break
      }
      await pass(3600)
    }
    expect(compared).toBe(100)
    await pass(1_728_000 * 3)
    for (const refused of [
      limits.attempts.beginRecovery('alice'),
      limits.sends.admit(callOf('alice')),
    ])
      await expect(refused).rejects.toEqual(reached('locked', 'maxConsecutiveFailures'))
    await limits.locks.unlock('alice')
    await limits.attempts.beginRecovery('alice')
    await limits.sends.admit(callOf('alice'))
  })

  test('each failure begins the 20 days of the count again', async () => {
    const limits = createLimits({ attemptsPerUser: false, maxConsecutiveFailures: 4 })
    for (let index = 0; index < 3; index++) {
      await failOnce(limits)
      await pass(1_700_000)
    }
    expect(await failOnce(limits)).toBe('maxConsecutiveFailures')
  })

  test('a failure renews the window only after a twentieth of it, and keeps attempts that were counted later', async () => {
    const attempts = attemptsWith()
    const failAt = async (count: number, milliseconds: number, later?: number) => {
      store.put('consecutive-failures user/alice', count - 1, milliseconds)
      const attempt = await attempts.beginRecovery('alice')
      if (later !== undefined) store.put('consecutive-failures user/alice', later, milliseconds)
      store.takeWrites()
      await attempt.failed()
      return store.takeWrites()
    }
    expect(await failAt(3, 1_641_600_000)).toEqual([])
    expect(await failAt(3, 1_641_599_000)).toEqual([
      'set consecutive-failures user/alice 3 1728000',
    ])
    expect(await failAt(3, 1_641_599_000, 5)).toEqual([
      'set consecutive-failures user/alice 5 1728000',
    ])
    expect(await failAt(1, 1000)).toEqual(['set consecutive-failures user/alice 1 1728000'])
  })

  test('a count that is flushed between the attempt and the comparison is restored', async () => {
    const limits = createLimits({ maxConsecutiveFailures: 3, consecutiveFailureSeconds: 1000 })
    await failOnce(limits)
    await pass(100)
    const attempt = await limits.attempts.beginRecovery('alice')
    limits.store.flush()
    await attempt.failed()
    expect(await failOnce(limits)).toBe('maxConsecutiveFailures')
  })

  test('no consecutive failure is counted where the limit is disabled', async () => {
    const limits = createLimits({ maxConsecutiveFailures: false, attemptsPerUser: 3 })
    for (const attempt of await beginAtOnce(limits, 3))
      if (attempt.status === 'fulfilled') await attempt.value.failed()
    const [refused] = await beginAtOnce(limits, 1)
    expect(refused).toMatchObject({ reason: reached('locked', 'attemptsPerUser') })
    expect(limits.store.operations.filter(each => each.startsWith('consecutive-failures'))).toEqual(
      [],
    )
  })

  test('of 4 attempts that arrive at the same time, 3 are allowed by a limit of 3, and the fourth locks the user', async () => {
    const limits = createLimits({ attemptsPerUser: false, maxConsecutiveFailures: 3 })
    const results = await beginAtOnce(limits, 4)
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ])
    expect(results[3]).toMatchObject({ reason: reached('locked', 'maxConsecutiveFailures') })
    expect(await limits.locks.isLocked('alice')).toBe(true)
  })

  test('100 compared codes lock the user, and attempts that another limit refused do not', async () => {
    const limits = createLimits()
    const fail = async (times: number) => {
      for (let index = 0; index < times; index++) await failOnce(limits)
    }
    await fail(7)
    await pass(86_401)
    for (let round = 0; round < 8; round++) {
      await fail(10)
      await pass(901)
    }
    await fail(9)
    const burst = beginAtOnce(limits, 5)
    await pass(901)
    expect((await burst).filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await limits.locks.isLocked('alice')).toBe(false)
    for (let left = 3; left > 1; left--) expect(await failOnce(limits)).toBeUndefined()
    expect(await failOnce(limits)).toBe('maxConsecutiveFailures')
  })
})
