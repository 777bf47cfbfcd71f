import {
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterStoreAbstract,
} from 'rate-limiter-flexible'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LimiterOptions } from 'passport-voice-otp'
import { createCounters } from '../lib/limits/attempts.js'
import { createKeys } from '../lib/crypto.js'
import type { Limits } from '../lib/options/limits.js'

import { uncounted } from '../lib/limits/limit-counter.js'
import { CounterStore } from './support/stores.js'

const secret = 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn'
const limits: Limits = {
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
  callsPerAppMinute: 60,
  enrollCallsPerPhoneTenMinutes: 2,
  enrollCallsPerPhoneDay: 4,
  enrollCallsPerAppMinute: 20,
  reportedSeconds: 600,
}
const make = (change: Partial<Limits> = {}, store = new CounterStore(0, 0)) => ({
  store,
  counters: createCounters(
    store.factory,
    { ...limits, ...change },
    300,
    createKeys([secret], secret),
  ),
})
const call = (userId: string, phone = '+12025550123', more = {}) => ({
  userId,
  phone,
  telephone: phone,
  enroll: false,
  waived: false,
  ...more,
})
const refused = (code: string, limit?: string) =>
  expect.objectContaining({ code, ...(limit === undefined ? {} : { limit }) }) as Error
type Counters = ReturnType<typeof make>['counters']
const uncountedGuess = { failed: uncounted, inRow: uncounted }

// Its types promise this class as an export, which it is not.
const AbstractLimiter = Object.getPrototypeOf(RateLimiterRedis) as typeof RateLimiterStoreAbstract

/** What two processes share, behind limiters that also block in the memory of their own process, as those of a real store may. */
class BlockingLimiter extends AbstractLimiter {
  constructor(
    options: LimiterOptions,
    private readonly shared: Map<string, { points: number; readonly endsAt: number }>,
  ) {
    super({ ...options, storeClient: {}, inMemoryBlockOnConsumed: options.points })
  }

  _getRateLimiterRes(
    _key: string,
    _changed: number,
    { points, endsAt }: { readonly points: number; readonly endsAt: number },
  ): RateLimiterRes {
    return new RateLimiterRes(Math.max(0, this.points - points), endsAt - Date.now(), points)
  }

  async _upsert(key: string, points: number, milliseconds: number, isNew: boolean) {
    const known = isNew ? undefined : this.shared.get(key)
    const entry = {
      points: (known?.points ?? 0) + points,
      endsAt: known?.endsAt ?? Date.now() + milliseconds,
    }
    this.shared.set(key, entry)
    return entry
  }

  async _get(key: string) {
    return this.shared.get(key) ?? null
  }
  async _delete(key: string) {
    return this.shared.delete(key)
  }
}

/** One wrong guess at an own challenge. */
async function guessWrong(counters: Counters, userId = 'alice'): Promise<string | undefined> {
  const admission = await counters.admitRecoveryAttempt(userId)
  await counters.countWrong(userId, admission)
  return admission.limit
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-01T12:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)

test('names are remembered for a thousand users and no more, and are what they were', async () => {
  const keys = createKeys([secret], secret)
  const storeName = vi.spyOn(keys, 'storeName')
  const counters = createCounters(new CounterStore(0, 0).factory, limits, 300, keys)
  const namings = () =>
    (storeName.mock.calls as readonly (readonly unknown[])[]).filter(
      ([, userId]) => userId === 'alice',
    ).length
  const activation = await counters.activateChallenge('alice')
  expect(await counters.isActiveChallenge('alice', activation)).toBe(true)
  expect(namings()).toBe(1)
  for (let index = 1; index < 1000; index++) await counters.nextCallIn(`user ${index}`)
  expect(await counters.isActiveChallenge('alice', activation)).toBe(true)
  expect(namings()).toBe(1)
  await counters.nextCallIn('one more')
  expect(await counters.isActiveChallenge('alice', activation)).toBe(true)
  expect(namings()).toBe(2)
})

describe('wrong codes in a row', () => {
  test('are not counted where their limit is off', async () => {
    const { counters, store } = make({ maxConsecutiveFailures: false, attemptsPerUser: 3 })
    for (let times = 0; times < 3; times++)
      await counters.countWrong('alice', await counters.admitUserAttempt('alice'))
    await expect(counters.admitUserAttempt('alice')).rejects.toEqual(
      refused('locked', 'attemptsPerUser'),
    )
    expect(store.operations.filter(each => each.startsWith('row'))).toEqual([])
  })

  test('guesses that come at once pass the limit of a row once, and it stops the user', async () => {
    const { counters } = make({ attemptsPerUser: false, maxConsecutiveFailures: 3 })
    const guesses = await Promise.allSettled(
      Array.from({ length: 4 }, () => counters.admitUserAttempt('alice')),
    )
    expect(guesses.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ])
    expect(guesses[3]).toMatchObject({ reason: refused('locked', 'maxConsecutiveFailures') })
    expect(await counters.isStopped('alice')).toBe(true)
  })

  test('a row that was flushed between the count and the comparison begins anew with what was seen', async () => {
    const { counters, store } = make({ maxConsecutiveFailures: 3, consecutiveFailureSeconds: 1000 })
    await guessWrong(counters)
    await pass(100)
    const admission = await counters.admitRecoveryAttempt('alice')
    store.flush()
    await counters.countWrong('alice', admission)
    expect(await guessWrong(counters)).toBe('maxConsecutiveFailures')
  })
})

describe('calls', () => {
  test('what a process refused from its own memory is given back to nobody: it would be a free call elsewhere', async () => {
    const shared = new Map<string, { points: number; readonly endsAt: number }>()
    const inProcess = () =>
      createCounters(
        options => new BlockingLimiter(options, shared),
        { ...limits, callIntervalSeconds: false, callsPerPhoneTenMinutes: false },
        300,
        createKeys([secret], secret),
      )
    const [one, other] = [inProcess(), inProcess()]
    for (let times = 0; times < 5; times++) await one.admitCall(call('alice'))
    for (let times = 0; times < 3; times++)
      await expect(one.admitCall(call('alice'))).rejects.toEqual(
        refused('too-many-calls', 'callsPerUserHour'),
      )
    await expect(other.admitCall(call('alice'))).rejects.toEqual(
      refused('too-many-calls', 'callsPerUserHour'),
    )
  })

  test('60 s apart per user; a refused one does not push the time further away', async () => {
    const { counters } = make()
    await counters.admitCall(call('alice'))
    await pass(59)
    await expect(counters.admitCall(call('alice'))).rejects.toEqual(
      refused('too-many-calls', 'callIntervalSeconds'),
    )
    await pass(2)
    await counters.admitCall(call('alice'))
  })

  test('60 s apart per number: twenty users with one number share it', async () => {
    const { counters } = make()
    await counters.admitCall(call('user0'))
    for (let index = 1; index < 20; index++)
      await expect(counters.admitCall(call(`user${index}`))).rejects.toEqual(
        refused('too-many-calls', 'callIntervalSeconds'),
      )
  })

  test('5 an hour per user, whatever the number', async () => {
    const { counters } = make()
    for (let index = 0; index < 5; index++) {
      await counters.admitCall(call('alice', `+1202555010${index}`))
      await pass(61)
    }
    await expect(counters.admitCall(call('alice', '+12025550109'))).rejects.toEqual(
      refused('too-many-calls', 'callsPerUserHour'),
    )
    await pass(3600)
    await counters.admitCall(call('alice', '+12025550109'))
  })

  test('3 in ten minutes and 10 a day per number', async () => {
    const { counters } = make()
    let placed = 0
    for (let index = 0; index < 30; index++) {
      await counters.admitCall(call(`user${index}`)).then(
        () => placed++,
        () => undefined,
      )
      await pass(61)
      if (index === 3) expect(placed).toBe(3)
    }
    for (let index = 30; index < 200; index++) {
      await counters.admitCall(call(`user${index}`)).then(
        () => placed++,
        () => undefined,
      )
      await pass(301)
    }
    expect(placed).toBe(10)
  })

  test('100 in ten minutes to numbers that differ in the last four digits only', async () => {
    const { counters } = make({ callsPerAppMinute: false })
    for (let index = 0; index < 100; index++)
      await counters.admitCall(call(`user${index}`, `+1202555${1000 + index}`))
    await expect(counters.admitCall(call('another', '+12025559999'))).rejects.toEqual(
      refused('too-many-calls', 'callsPerPrefixTenMinutes'),
    )
    await counters.admitCall(call('yet another', '+12025569999'))
  })

  test('60 a minute for the app; the refused ones use up nothing', async () => {
    const { counters } = make({ callsPerPrefixTenMinutes: false })
    for (let index = 0; index < 60; index++)
      await counters.admitCall(call(`user${index}`, `+1202${5_550_000 + index}`))
    for (let index = 0; index < 200; index++)
      await expect(counters.admitCall(call(`refused${index}`, '+12025557777'))).rejects.toEqual(
        refused('too-many-calls', 'callsPerAppMinute'),
      )
    await pass(60)
    await counters.admitCall(call('alice', '+12025557777'))
  })

  test('a call refused for its number leaves the hour of the user and the minute of the app as they were', async () => {
    const { counters } = make({ callsPerAppMinute: 4 })
    await counters.admitCall(call('bob'))
    for (let index = 0; index < 5; index++) {
      await expect(counters.admitCall(call('alice'))).rejects.toEqual(refused('too-many-calls'))
      await counters.unlock('alice')
    }
    for (let index = 0; index < 3; index++)
      await counters.admitCall(call(`user${index}`, `+1202555010${index}`))
  })

  test('enrolling someone else’s number counts apart and never locks out its owner', async () => {
    const { counters } = make()
    let placed = 0
    for (let index = 0; index < 20; index++) {
      await counters.admitCall(call(`attacker${index}`, undefined, { enroll: true })).then(
        () => placed++,
        () => undefined,
      )
      await pass(61)
    }
    expect(placed).toBeLessThanOrEqual(4)
    await counters.admitCall(call('alice'))
  })

  test('false switches a limit off; a function decides by the number', async () => {
    const { counters } = make({
      callIntervalSeconds: false,
      callsPerUserHour: false,
      callsPerPhoneTenMinutes: phone => (phone.endsWith('23') ? 20 : 1),
      callsPerPhoneDay: false,
    })
    for (let index = 0; index < 20; index++) await counters.admitCall(call('alice'))
    await counters.admitCall(call('alice', '+12025550145'))
    await expect(counters.admitCall(call('alice', '+12025550145'))).rejects.toEqual(
      refused('too-many-calls', 'callsPerPhoneTenMinutes'),
    )
  })

  test('a function that answers nonsense is a configuration error, not an open door', async () => {
    const { counters } = make({ callsPerPhoneDay: () => NaN })
    await expect(counters.admitCall(call('alice'))).rejects.toMatchObject({ code: 'configuration' })
  })

  test('100 at once: one is placed', async () => {
    vi.useRealTimers()
    const { counters } = make({}, new CounterStore())
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, () => counters.admitCall(call('alice'))),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('the interval is waived once a call', async () => {
    const { counters } = make()
    expect(await counters.takeWaiver('sid')).toBe(true)
    expect(await counters.takeWaiver('sid')).toBe(false)
  })

  test.each([true, false])(
    'while the app thinks about one call, a waived one is placed: the first is refused, and nobody else calls that telephone; allowed: %s',
    async isAllowed => {
      const { counters } = make()
      let decide = (): void => undefined
      const thinking = counters.admitCall(
        call('alice'),
        () =>
          new Promise((resolve, reject) => {
            decide = isAllowed
              ? resolve
              : () => {
                  reject(new Error('veto'))
                }
          }),
      )
      await pass(2)
      await counters.admitCall(call('alice', '+12025550123', { waived: true }))
      decide()
      await expect(thinking).rejects.toEqual(
        isAllowed ? refused('too-many-calls', 'callIntervalSeconds') : new Error('veto'),
      )
      await expect(counters.admitCall(call('bob'))).rejects.toEqual(
        refused('too-many-calls', 'callIntervalSeconds'),
      )
    },
  )

  test('after "this was not me" no call for ten minutes', async () => {
    const { counters } = make()
    await counters.report('alice')
    await expect(counters.admitCall(call('alice'))).rejects.toEqual(refused('reported'))
    await pass(601)
    await counters.admitCall(call('alice'))
  })
})

describe('wrong codes', () => {
  test('the tenth wrong code of a user begins a pause of 15 minutes, and no longer', async () => {
    const { counters } = make()
    for (let index = 1; index <= 9; index++) expect(await guessWrong(counters)).toBeUndefined()
    expect(await guessWrong(counters)).toBe('attemptsPerUser')
    await pass(899)
    await expect(counters.admitRecoveryAttempt('alice')).rejects.toEqual(refused('locked'))
    await expect(counters.admitCall(call('alice'))).rejects.toEqual(refused('locked'))
    await pass(2)
    await counters.admitRecoveryAttempt('alice')
    await counters.admitCall(call('alice'))
  })

  test('guesses during the pause neither count nor lengthen it', async () => {
    const { counters } = make()
    for (let index = 0; index < 10; index++) await guessWrong(counters)
    for (let index = 0; index < 200; index++)
      await expect(counters.admitRecoveryAttempt('alice')).rejects.toEqual(refused('locked'))
    await pass(901)
    for (let index = 1; index <= 9; index++)
      expect(await guessWrong(counters), `guess ${index} after the pause`).toBeUndefined()
  })

  test('the ten are forgotten 24 hours after the first', async () => {
    const { counters } = make()
    for (let index = 0; index < 9; index++) await guessWrong(counters)
    await pass(86_401)
    for (let index = 0; index < 9; index++) expect(await guessWrong(counters)).toBeUndefined()
  })

  test('a process that dies between the tenth guess and the pause leaves nobody locked out for a day', async () => {
    const { counters } = make()
    for (let index = 0; index < 10; index++) await counters.admitRecoveryAttempt('alice')
    await expect(counters.admitRecoveryAttempt('alice')).rejects.toEqual(refused('locked'))
    await pass(901)
    await counters.admitRecoveryAttempt('alice')
  })

  test('a hundred in a row stop the user for good, until unlock', async () => {
    const { counters } = make()
    let compared = 0
    let limit: string | undefined
    for (let hour = 0; hour < 200 && limit !== 'maxConsecutiveFailures'; hour++) {
      for (let index = 0; index < 10; index++) {
        try {
          limit = await guessWrong(counters)
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
    await expect(counters.admitRecoveryAttempt('alice')).rejects.toEqual(
      refused('locked', 'maxConsecutiveFailures'),
    )
    await expect(counters.admitCall(call('alice'))).rejects.toEqual(
      refused('locked', 'maxConsecutiveFailures'),
    )
    await counters.unlock('alice')
    await counters.admitRecoveryAttempt('alice')
    await counters.admitCall(call('alice'))
  })

  test('each failure renews the 20 days of the row', async () => {
    const { counters } = make({ attemptsPerUser: false, maxConsecutiveFailures: 4 })
    for (let index = 0; index < 3; index++) {
      await guessWrong(counters)
      await pass(1_700_000)
    }
    expect(await guessWrong(counters)).toBe('maxConsecutiveFailures')
  })

  test('a success forgets both counts', async () => {
    const { counters } = make({ maxConsecutiveFailures: 15 })
    for (let round = 0; round < 5; round++) {
      for (let index = 0; index < 9; index++) expect(await guessWrong(counters)).toBeUndefined()
      await counters.reset('alice', uncountedGuess)
    }
  })

  test('a success with the last guess before the pause lifts the pause', async () => {
    const { counters } = make()
    for (let index = 0; index < 9; index++) await guessWrong(counters)
    const admission = await counters.admitRecoveryAttempt('alice')
    expect(admission.limit).toBe('attemptsPerUser')
    await counters.reset('alice', admission)
    expect(await guessWrong(counters)).toBeUndefined()
  })

  test.each([
    ['the right code twice', true],
    ['a wrong one beside the right one', false],
  ])(
    'a success with the last but one, and the last at once with it, lifts the pause that the last began: %s',
    async (_name, isRight) => {
      const { counters } = make()
      for (let index = 0; index < 8; index++) await guessWrong(counters)
      const [right, other] = await Promise.all([
        counters.admitUserAttempt('alice'),
        counters.admitUserAttempt('alice'),
      ])
      expect([right.limit, other.limit]).toEqual([undefined, 'attemptsPerUser'])
      if (!isRight) await counters.countWrong('alice', other)
      await counters.reset('alice', right)
      await counters.admitCall(call('alice'))
      expect(await guessWrong(counters)).toBeUndefined()
    },
  )

  test('a stop falls for a hundred that were compared, and not for a burst that the limit of the user refused', async () => {
    const { counters } = make()
    const wrong = async (times: number) => {
      for (let index = 0; index < times; index++) await guessWrong(counters)
    }
    await wrong(7)
    await pass(86_401)
    for (let round = 0; round < 8; round++) {
      await wrong(10)
      await pass(901)
    }
    await wrong(9)
    const burst = await Promise.allSettled(
      Array.from({ length: 5 }, () => counters.admitUserAttempt('alice')),
    )
    expect(burst.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await counters.isStopped('alice')).toBe(false)
    await pass(901)
    for (let left = 3; left > 1; left--) expect(await guessWrong(counters)).toBeUndefined()
    expect(await guessWrong(counters)).toBe('maxConsecutiveFailures')
  })

  test('a success with the last guess before the stop leaves nobody stopped', async () => {
    const { counters } = make({ maxConsecutiveFailures: 3 })
    for (let index = 0; index < 2; index++) await guessWrong(counters)
    const admission = await counters.admitRecoveryAttempt('alice')
    expect(admission.limit).toBe('maxConsecutiveFailures')
    await expect(counters.admitRecoveryAttempt('alice')).rejects.toEqual(
      refused('locked', 'maxConsecutiveFailures'),
    )
    expect(await counters.isStopped('alice')).toBe(true)
    await counters.reset('alice', admission)
    expect(await counters.isStopped('alice')).toBe(false)
    expect(await guessWrong(counters)).toBeUndefined()
  })

  test('a thousand guesses at one challenge at once: five are compared', async () => {
    vi.useRealTimers()
    const { counters } = make({}, new CounterStore())
    const activation = await counters.activateChallenge('alice')
    const results = await Promise.allSettled(
      Array.from({ length: 1000 }, () => counters.admitAttempt('alice', 'challenge', activation)),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
  })

  test('a thousand at once: ten are compared, and the stop at a hundred is not touched', async () => {
    vi.useRealTimers()
    const { counters } = make({}, new CounterStore())
    const results = await Promise.allSettled(
      Array.from({ length: 1000 }, () => guessWrong(counters)),
    )
    const compared = results.filter(({ status }) => status === 'fulfilled').length
    expect(compared).toBe(10)
    expect(await counters.isStopped('alice')).toBe(false)
  })

  test('a refused call leaves nothing behind: not the interval, not a shorter one', async () => {
    const { counters } = make({ callsPerAppMinute: 1 })
    await counters.admitCall(call('bob', '+12025550145'))
    await expect(counters.admitCall(call('alice'))).rejects.toEqual(
      refused('too-many-calls', 'callsPerAppMinute'),
    )
    expect(await counters.nextCallIn('alice')).toBe(0)
    await pass(58)
    await expect(counters.admitCall(call('alice'))).rejects.toEqual(
      refused('too-many-calls', 'callsPerAppMinute'),
    )
    await pass(3)
    await counters.admitCall(call('alice'))
    await pass(3)
    await expect(counters.admitCall(call('alice'))).rejects.toEqual(
      refused('too-many-calls', 'callIntervalSeconds'),
    )
  })

  test('whoever is over her own limit does not use up that of the app', async () => {
    const { counters } = make({
      callIntervalSeconds: false,
      callsPerUserHour: 1,
      callsPerAppMinute: 3,
    })
    await counters.admitCall(call('alice'))
    await pass(56)
    for (let index = 0; index < 60; index++)
      await expect(counters.admitCall(call('alice'))).rejects.toEqual(
        refused('too-many-calls', 'callsPerUserHour'),
      )
    await counters.admitCall(call('bob', '+12025550145'))
    await counters.admitCall(call('dave', '+12025550167'))
  })

  test("calls to numbers that are nobody's yet do not gate the logins", async () => {
    const { counters } = make()
    for (let index = 0; index < 20; index++)
      await counters.admitCall(
        call(`new${index}`, `+1202${5_550_000 + index * 10_000}`, { enroll: true }),
      )
    await expect(
      counters.admitCall(call('another', '+13035550100', { enroll: true })),
    ).rejects.toEqual(refused('too-many-calls', 'enrollCallsPerAppMinute'))
    for (let index = 0; index < 60; index++)
      await counters.admitCall(call(`user${index}`, `+1303${5_550_000 + index * 10_000}`))
  })
})

describe('the ticket', () => {
  test('of a locked user lets no guess through, the right code neither', async () => {
    const { counters } = make()
    const activation = await counters.activateChallenge('alice')
    for (let index = 0; index < 10; index++) await guessWrong(counters)
    await expect(counters.admitAttempt('alice', 'challenge', activation)).rejects.toEqual(
      refused('locked', 'attemptsPerUser'),
    )
  })

  test('the newest is alive, alone', async () => {
    const { counters } = make()
    const older = await counters.activateChallenge('alice')
    const newer = await counters.activateChallenge('alice')
    expect([
      await counters.isActiveChallenge('alice', older),
      await counters.isActiveChallenge('alice', newer),
    ]).toEqual([false, true])
  })

  test('a flushed store kills challenges and revives none', async () => {
    const { counters, store } = make()
    const older = await counters.activateChallenge('alice')
    await counters.activateChallenge('alice')
    store.flush()
    expect(await counters.isActiveChallenge('alice', older)).toBe(false)
  })

  test('tickets are random over 31 bits: they do not come again', async () => {
    const { counters } = make()
    const activations = new Set<number>()
    for (let index = 0; index < 1000; index++)
      activations.add(await counters.activateChallenge('alice'))
    expect(activations.size).toBeGreaterThan(998)
  })

  test('killing an old one leaves the newer alone', async () => {
    const { counters } = make()
    const older = await counters.activateChallenge('alice')
    const newer = await counters.activateChallenge('alice')
    await counters.deactivateChallenge('alice', older)
    expect(await counters.isActiveChallenge('alice', newer)).toBe(true)
  })

  test('a challenge is used up once, by twenty at the same time', async () => {
    vi.useRealTimers()
    const { counters } = make({}, new CounterStore())
    const activation = await counters.activateChallenge('alice')
    const results = await Promise.all(
      Array.from({ length: 20 }, () => counters.useUp('alice', 'challenge', activation)),
    )
    expect(results.filter(Boolean)).toHaveLength(1)
  })

  test('a superseded challenge cannot be used up', async () => {
    const { counters } = make()
    const activation = await counters.activateChallenge('alice')
    await counters.activateChallenge('alice')
    expect(await counters.useUp('alice', 'challenge', activation)).toBe(false)
  })

  test('a webhook token is fetched three times at most', async () => {
    const { counters } = make()
    const answers = []
    for (let index = 0; index < 5; index++) answers.push(await counters.admitFetch('token'))
    expect(answers).toEqual([true, true, true, false, false])
  })
})

describe('a store that fails never opens a door', () => {
  const operations = [
    ['admitCall', (counters: Counters) => counters.admitCall(call('alice'))],
    ['activateChallenge', (counters: Counters) => counters.activateChallenge('alice')],
    ['admitAttempt', (counters: Counters) => counters.admitAttempt('alice', 'challenge', 1)],
    ['admitUserAttempt', (counters: Counters) => counters.admitUserAttempt('alice')],
    ['admitRecoveryAttempt', (counters: Counters) => counters.admitRecoveryAttempt('alice')],
    ['useUp', (counters: Counters) => counters.useUp('alice', 'challenge', 1)],
    ['reset', (counters: Counters) => counters.reset('alice', uncountedGuess)],
    ['admitFetch', (counters: Counters) => counters.admitFetch('token')],
    ['report', (counters: Counters) => counters.report('alice')],
    ['unlock', (counters: Counters) => counters.unlock('alice')],
  ] as const
  const trouble = [
    ['row.consume', 'rejects'],
    ['failures.consume', 'hangs after the work'],
    ['failures.consume', 'rejects'],
    ['failures.set', 'rejects'],
    ['pause.set', 'rejects'],
  ] as const

  test.each(trouble)(
    'the tenth guess meets it: %s %s; nobody is locked out for more than a pause',
    async (operation, fault) => {
      const { counters, store } = make()
      for (let index = 0; index < 9; index++) await guessWrong(counters)
      store.faults = { [operation]: fault }
      const tenth = expect(counters.admitUserAttempt('alice')).rejects.toMatchObject({
        code: 'limiter-unavailable',
      })
      await pass(3)
      await tenth
      store.faults = {}
      await counters.admitUserAttempt('alice').catch(() => undefined)
      await pass(901)
      expect((await counters.admitUserAttempt('alice')).failed.over).toBe(false)
    },
  )

  test.each(['failures.consume', 'row.consume'])(
    'a hundred guesses while %s fails are compared by nobody, and count nowhere',
    async operation => {
      for (const admit of ['admitUserAttempt', 'admitRecoveryAttempt'] as const) {
        const { counters, store } = make()
        store.faults = { [operation]: 'rejects' }
        for (let index = 0; index < 100; index++)
          await expect(counters[admit]('alice')).rejects.toMatchObject({
            code: 'limiter-unavailable',
          })
        store.faults = {}
        expect(await counters[admit]('alice')).toMatchObject({
          limit: undefined,
          failed: { count: 1 },
          inRow: { count: 1 },
        })
      }
    },
  )

  test.each([
    'user-hour.consume',
    'number-10min.consume',
    'number-day.consume',
    'number-interval.consume',
    'prefix-10min.consume',
    'app-minute.consume',
  ])('calls that %s keeps from being placed use up nothing', async operation => {
    const { counters, store } = make({ callsPerAppMinute: 3 })
    store.faults = { [operation]: 'rejects' }
    for (let index = 0; index < 6; index++)
      await expect(counters.admitCall(call('alice'))).rejects.toMatchObject({
        code: 'limiter-unavailable',
      })
    store.faults = {}
    await counters.admitCall(call('alice'))
    for (let index = 0; index < 2; index++)
      await counters.admitCall(call(`user${index}`, `+1303${5_550_000 + index * 10_000}`))
  })

  test('what cannot be given back either stays counted, and the first trouble is told', async () => {
    const { counters, store } = make()
    store.faults = { 'row.consume': 'rejects', reward: 'rejects', delete: 'rejects' }
    await expect(counters.admitUserAttempt('alice')).rejects.toMatchObject({
      code: 'limiter-unavailable',
      cause: { name: 'Error' },
    })
    await expect(counters.admitRecoveryAttempt('alice')).rejects.toMatchObject({
      code: 'limiter-unavailable',
    })
    store.faults = { 'prefix-10min.consume': 'rejects', reward: 'rejects' }
    await expect(counters.admitCall(call('alice'))).rejects.toMatchObject({
      code: 'limiter-unavailable',
    })
    store.faults = {}
    expect((await counters.admitRecoveryAttempt('alice')).failed.count).toBe(3)
  })

  const allFaulty = (fault: 'rejects' | 'hangs' | 'nonsense') => ({
    consume: fault,
    get: fault,
    set: fault,
    delete: fault,
    reward: fault,
  })

  test.each(operations)(
    '%s is 503 when the store rejects, and quotes nothing of it',
    async (_, operation) => {
      const { counters, store } = make()
      store.faults = allFaulty('rejects')
      await expect(operation(counters)).rejects.toMatchObject({
        code: 'limiter-unavailable',
        status: 503,
        message: expect.not.stringContaining('the counter failed'),
      })
    },
  )

  test.each(operations)(
    '%s is 503 after two seconds when the store hangs',
    async (_, operation) => {
      const { counters, store } = make()
      store.faults = allFaulty('hangs')
      const outcome = expect(operation(counters)).rejects.toMatchObject({
        code: 'limiter-unavailable',
      })
      await pass(2)
      await outcome
    },
  )

  test.each(
    operations.filter(
      ([name]) => !['reset', 'report', 'unlock', 'activateChallenge'].includes(name),
    ),
  )('%s is 503 when the store answers nonsense', async (_, operation) => {
    const { counters, store } = make()
    store.faults = allFaulty('nonsense')
    await expect(operation(counters)).rejects.toMatchObject({ code: 'limiter-unavailable' })
  })
})

test('names in the store tell neither user nor number', async () => {
  const { counters, store } = make()
  await counters.admitCall(call('alice'))
  const activation = await counters.activateChallenge('alice')
  await counters.admitAttempt('alice', 'the-challenge', activation)
  await guessWrong(counters)
  const dump = store.dump()
  expect(dump.length).toBeGreaterThan(500)
  for (const secretWord of ['alice', '2025550123', '202555']) expect(dump).not.toContain(secretWord)
})
