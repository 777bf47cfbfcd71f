// The limits on calls: which counters a call takes, what a refused call gives back, and what the
// user is told.
import {
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterStoreAbstract,
} from 'rate-limiter-flexible'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LimiterOptions } from '../../lib/options/limiter.js'
import type { CallRequest } from '../../lib/limits/call-limits.js'
import type { Sends } from '../../lib/limits/sends.js'
import type { Limits } from '../../lib/options/limits.js'
import {
  callOf,
  createLimits,
  limitsOver,
  reached,
  RecordingStore,
} from '../support/applied-limits.js'
import { CounterStore } from '../support/stores.js'

const number = '+12025550123'
const phone = '+12025550123;ext=7'
const call: CallRequest = {
  userId: 'alice',
  number,
  phone,
  kind: 'own' as const,
}

let store: RecordingStore
beforeEach(() => {
  store = new RecordingStore()
  vi.useFakeTimers({ now: new Date('2026-11-01T12:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})
const sendsWith = (change: Partial<Limits> = {}) => store.limits(change).sends
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)
const allow = () => vi.fn(() => Promise.resolve())
const veto = () => vi.fn(() => Promise.reject(new Error('veto')))

const always = () => Promise.resolve(true)
/** Asks for a call whose interval is waived. */
const admitWaived = (
  sends: Sends,
  request: CallRequest,
  permit?: () => Promise<void>,
  waive = always,
) => sends.admit(request, permit, undefined, waive)

const userInterval = 'consume user-interval user/alice'
const phoneInterval = `consume phone-interval number/${number}.own/phone/${phone}`
const ownLimits = [
  'consume user-hour user/alice',
  `consume phone-10min number/${number}.own/phone/${phone}`,
  `consume number-day number/${number}.own`,
]
const sharedLimits = [
  'consume prefix-10min prefix/+1202555.own',
  'consume app-minute app.own',
  'consume app-day app.own',
]

describe('the counters of a call', () => {
  test('a call takes the intervals and every limit', async () => {
    await sendsWith().admit(call)
    expect(store.takeWrites()).toEqual(
      [userInterval, phoneInterval, ...ownLimits, ...sharedLimits].toSorted(),
    )
  })

  test('the app is asked after the interval of the user and before all other limits', async () => {
    let before: readonly string[] = []
    await sendsWith().admit(call, async () => {
      before = store.takeWrites()
    })
    expect(before).toEqual([userInterval])
    expect(store.takeWrites()).toEqual([phoneInterval, ...ownLimits, ...sharedLimits].toSorted())
  })

  test('a call for an approval takes counters of its own, and those of the prefix and the app together with logins', async () => {
    await sendsWith().admit({ ...call, kind: 'approve' as const })
    expect(store.takeWrites()).toEqual([
      'consume app-day app.own',
      'consume app-minute app.own',
      `consume approve-phone-interval number/${number}.approve/phone/${phone}`,
      'consume approve-user-interval user/alice',
      `consume number-day number/${number}.approve`,
      `consume phone-10min number/${number}.approve/phone/${phone}`,
      'consume prefix-10min prefix/+1202555.own',
      'consume user-hour user/alice.approve',
    ])
  })

  test('a call to a phone that is not the user’s yet takes counters of its own, except those of the user', async () => {
    await sendsWith().admit({ ...call, kind: 'enroll' as const })
    expect(store.takeWrites()).toEqual([
      'consume app-day app.enroll',
      'consume app-minute app.enroll',
      `consume number-day number/${number}.enroll`,
      `consume phone-10min number/${number}.enroll/phone/${phone}`,
      `consume phone-interval number/${number}.enroll/phone/${phone}`,
      'consume prefix-10min prefix/+1202555.enroll',
      'consume user-hour user/alice',
      'consume user-interval user/alice',
    ])
  })

  test.each([
    ['phone-10min', `number/${number}.enroll/phone/${phone}`, 2, 'enrollCallsPerPhoneTenMinutes'],
    ['number-day', `number/${number}.enroll`, 4, 'enrollCallsPerPhoneDay'],
    ['app-minute', 'app.enroll', 20, 'enrollCallsPerAppMinute'],
    ['app-day', 'app.enroll', 3334, 'callsPerAppDay'],
    ['prefix-10min', 'prefix/+1202555.enroll', 100, 'callsPerPrefixTenMinutes'],
    ['phone-interval', `number/${number}.enroll/phone/${phone}`, 1, 'callIntervalSeconds'],
  ])(
    'the limit %s of a phone that is not the user’s yet allows its last call and refuses the next',
    async (name, key, limit, limitName) => {
      store.put(`${name} ${key}`, limit - 1, 600_000)
      await sendsWith().admit({ ...call, kind: 'enroll' as const })
      store.counts.clear()
      store.put(`${name} ${key}`, limit, 600_000)
      await expect(
        sendsWith().admit({ ...call, userId: 'bob', kind: 'enroll' as const }),
      ).rejects.toEqual(reached('too-many-calls', limitName, 600))
    },
  )

  test('a limit that is false is not counted', async () => {
    for (const off of [false, () => false] as const) {
      await sendsWith({ callsPerPhoneDay: off as never }).admit(callOf('alice'))
      expect(store.takeWrites().join()).not.toContain('number-day')
      store.counts.clear()
    }
  })

  test('no interval is counted, and nobody asks for a waiver, if `callIntervalSeconds` is false', async () => {
    const waive = vi.fn(always)
    await admitWaived(sendsWith({ callIntervalSeconds: false }), call, undefined, waive)
    expect(store.takeWrites()).toEqual([...ownLimits, ...sharedLimits].toSorted())
    expect(waive).not.toHaveBeenCalled()
  })

  test.each([0, () => 0])(
    'a limit of 0, or a function that returns 0, allows no call',
    async none => {
      await expect(sendsWith({ callsPerPhoneDay: none as never }).admit(call)).rejects.toEqual(
        reached('too-many-calls', 'callsPerPhoneDay'),
      )
    },
  )
})

describe('a limit that is a function of the app', () => {
  test('the function receives the number', async () => {
    const limit = vi.fn(() => 1)
    await sendsWith({ callsPerPhoneDay: limit }).admit(call)
    expect(limit).toHaveBeenCalledWith(number)
  })

  test('the function decides the limit of each number', async () => {
    const { sends } = createLimits({
      callIntervalSeconds: false,
      callsPerUserHour: false,
      callsPerPhoneTenMinutes: given => (given.endsWith('23') ? 20 : 1),
      callsPerPhoneDay: false,
    })
    for (let index = 0; index < 20; index++) await sends.admit(callOf('alice'))
    await sends.admit(callOf('alice', '+12025550145'))
    await expect(sends.admit(callOf('alice', '+12025550145'))).rejects.toEqual(
      reached('too-many-calls', 'callsPerPhoneTenMinutes'),
    )
  })

  test.each([-1, 1.5, NaN, '3', null, undefined, true])(
    'a function that returns %j is a configuration error that names the limit',
    async result => {
      await expect(
        sendsWith({ callsPerPhoneDay: (() => result) as never }).admit(call),
      ).rejects.toMatchObject({
        code: 'configuration',
        message: expect.stringContaining(
          'limits.callsPerPhoneDay must return a whole number or false',
        ),
      })
    },
  )

  test('a function that throws is a configuration error that names the limit', async () => {
    const fail = () => {
      throw new Error('from the app')
    }
    await expect(sendsWith({ callsPerPhoneDay: fail }).admit(call)).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('limits.callsPerPhoneDay threw an error'),
    })
    expect(store.takeWrites()).toContain('delete user-interval user/alice')
  })
})

describe('the interval between two calls', () => {
  test('a call within the interval counts nothing, does not ask the app, and names the wait', async () => {
    store.put('user-interval user/alice', 1, 29_500)
    const permit = allow()
    await expect(sendsWith().admit(call, permit)).rejects.toEqual(
      reached('too-many-calls', 'callIntervalSeconds', 30),
    )
    expect(store.takeWrites()).toEqual([userInterval])
    expect(permit).not.toHaveBeenCalled()
  })

  test('two calls of one user are 60 seconds apart, and a refused call does not lengthen the wait', async () => {
    const { sends } = createLimits()
    await sends.admit(callOf('alice'))
    await pass(59)
    await expect(sends.admit(callOf('alice'))).rejects.toEqual(
      reached('too-many-calls', 'callIntervalSeconds'),
    )
    await pass(2)
    await sends.admit(callOf('alice'))
  })

  test('two calls to one phone are 60 seconds apart, also if 20 different users ask for them', async () => {
    const { sends } = createLimits()
    await sends.admit(callOf('user0'))
    for (let index = 1; index < 20; index++)
      await expect(sends.admit(callOf(`user${index}`))).rejects.toEqual(
        reached('too-many-calls', 'callIntervalSeconds'),
      )
  })

  test('a call to a phone whose interval runs leaves that interval as it is', async () => {
    store.put(`phone-interval number/${number}.own/phone/${phone}`, 1, 20_000)
    await expect(sendsWith().admit(call)).rejects.toEqual(
      reached('too-many-calls', 'callIntervalSeconds', 20),
    )
    expect(store.takeWrites()).not.toContain(
      `delete phone-interval number/${number}.own/phone/${phone}`,
    )
  })

  test('only one of 100 calls that a user asks for at the same time is allowed', async () => {
    vi.useRealTimers()
    const { sends } = createLimits({}, new CounterStore())
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, () => sends.admit(callOf('alice'))),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('a call that SignalWire refused leaves no interval', async () => {
    await sendsWith().admit(call)
    store.takeWrites()
    await sendsWith().endInterval(call)
    expect(store.takeWrites()).toEqual([
      `delete phone-interval number/${number}.own/phone/${phone}`,
      'delete user-interval user/alice',
    ])
    await sendsWith({ callIntervalSeconds: false }).endInterval(call)
    expect(store.takeWrites()).toEqual(['delete user-interval user/alice'])
  })

  test('nextCallIn() returns whole seconds, and 0 where no interval runs', async () => {
    expect(await sendsWith().nextCallIn('alice')).toBe(0)
    store.put('user-interval user/alice', 1, 29_001)
    expect(await sendsWith().nextCallIn('alice')).toBe(30)
    expect(await sendsWith({ callIntervalSeconds: false }).nextCallIn('alice')).toBe(0)
    store.put('user-interval user/alice', 0, 29_001)
    expect(await sendsWith().nextCallIn('alice')).toBe(0)
  })

  test('nextCallIn() returns the interval of calls for approvals apart from that of other calls', async () => {
    store.put('user-interval user/alice', 1, 29_001)
    store.put('approve-user-interval user/alice', 1, 7_001)
    expect(await sendsWith().nextCallIn('alice', 'approve')).toBe(8)
    expect(await sendsWith({ callIntervalSeconds: false }).nextCallIn('alice', 'approve')).toBe(8)
    const off = sendsWith({ approveCallIntervalSeconds: false })
    expect(await off.nextCallIn('alice', 'approve')).toBe(0)
    expect(await off.nextCallIn('alice')).toBe(30)
  })
})

describe('a waived interval', () => {
  test('a waiver is asked for only during the interval, and without it the call is refused', async () => {
    const waive = vi.fn(() => Promise.resolve(false))
    await admitWaived(sendsWith(), call, undefined, waive)
    expect(waive).not.toHaveBeenCalled()
    await expect(admitWaived(sendsWith(), call, undefined, waive)).rejects.toEqual(
      reached('too-many-calls', 'callIntervalSeconds', 60),
    )
    expect(waive).toHaveBeenCalledTimes(1)
  })

  test('each call has one waiver', async () => {
    const sends = sendsWith()
    expect([
      await sends.hasWaiver('alice', 'CA1'),
      await sends.takeWaiver('alice', 'CA1'),
      await sends.hasWaiver('alice', 'CA1'),
      await sends.takeWaiver('alice', 'CA1'),
      await sends.takeWaiver('alice', 'CA2'),
    ]).toEqual([true, true, false, false, true])
    expect(store.takeWrites()).toContain('consume waivers user/alice.call/CA1')
  })

  test('a call with a waived interval restarts both intervals and counts in all other limits', async () => {
    store.put('user-interval user/alice', 1, 30_000)
    store.put(`phone-interval number/${number}.own/phone/${phone}`, 1, 30_000)
    await admitWaived(sendsWith(), call)
    expect(store.takeWrites()).toEqual(
      [
        userInterval,
        ...ownLimits,
        ...sharedLimits,
        'set user-interval user/alice 1 60',
        `set phone-interval number/${number}.own/phone/${phone} 1 60`,
      ].toSorted(),
    )
  })

  test('a call with a waived interval is refused by another limit, and gives both intervals back', async () => {
    store.put('user-interval user/alice', 1, 30_000)
    store.put('user-hour user/alice', 5, 600_000)
    await expect(admitWaived(sendsWith(), call)).rejects.toEqual(
      reached('too-many-calls', 'callsPerUserHour', 600),
    )
    expect(store.takeWrites()).toEqual(
      expect.arrayContaining([
        'delete user-interval user/alice',
        `delete phone-interval number/${number}.own/phone/${phone}`,
      ]),
    )
  })

  test('the app is asked about a call with a waived interval', async () => {
    store.put('user-interval user/alice', 1, 30_000)
    store.put(`phone-interval number/${number}.own/phone/${phone}`, 1, 30_000)
    const permit = allow()
    await admitWaived(sendsWith(), call, permit)
    expect(permit).toHaveBeenCalledTimes(1)
  })

  test.each([true, false])(
    'if a call with a waived interval overtakes a call that the app still decides about, nobody else calls that phone; the app allows the first: %s',
    async isAllowed => {
      const { sends } = createLimits()
      let decide = (): void => undefined
      const undecided = sends.admit(
        callOf('alice'),
        () =>
          new Promise<void>((resolve, reject) => {
            decide = isAllowed
              ? resolve
              : () => {
                  reject(new Error('veto'))
                }
          }),
      )
      await pass(2)
      await admitWaived(sends, callOf('alice', number))
      decide()
      await expect(undecided).rejects.toEqual(
        isAllowed ? reached('too-many-calls', 'callIntervalSeconds') : new Error('veto'),
      )
      await expect(sends.admit(callOf('bob'))).rejects.toEqual(
        reached('too-many-calls', 'callIntervalSeconds'),
      )
    },
  )
})

describe('the veto of the app', () => {
  test('after a veto only the interval runs, because what the app asks may cost money too', async () => {
    const permit = veto()
    const sends = sendsWith()
    await expect(sends.admit(call, permit)).rejects.toThrow('veto')
    expect(store.takeWrites()).toEqual([userInterval])
    for (let index = 0; index < 10; index++)
      await expect(sends.admit(call, permit)).rejects.toEqual(
        reached('too-many-calls', 'callIntervalSeconds', 60),
      )
    expect(permit).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['user-hour user/alice', 5, 'callsPerUserHour'],
    [`phone-interval number/${number}.own/phone/${phone}`, 1, 'callIntervalSeconds'],
    [`phone-10min number/${number}.own/phone/${phone}`, 3, 'callsPerPhoneTenMinutes'],
    [`number-day number/${number}.own`, 10, 'callsPerPhoneDay'],
    ['prefix-10min prefix/+1202555.own', 100, 'callsPerPrefixTenMinutes'],
    ['app-minute app.own', 40, 'callsPerAppMinute'],
    ['app-day app.own', 10_000, 'callsPerAppDay'],
  ])(
    'the app is not asked if the limit %s is reached; the call counts nothing and gives the interval back',
    async (name, limit, limitName) => {
      const permit = allow()
      store.put(name, limit, 30_000)
      await expect(sendsWith().admit(call, permit)).rejects.toEqual(
        reached('too-many-calls', limitName, 30),
      )
      expect(permit).not.toHaveBeenCalled()
      expect(store.takeWrites()).toEqual([userInterval, 'delete user-interval user/alice'])
      store.put(name, limit - 1, 30_000)
      await sendsWith().admit(call, permit)
      expect(permit).toHaveBeenCalledTimes(1)
    },
  )

  test('the app is asked if a limit was reached in a window that is over', async () => {
    store.put('app-minute app.own', 40, 0)
    const permit = veto()
    await expect(sendsWith().admit(call, permit)).rejects.toThrow('veto')
    expect(permit).toHaveBeenCalledTimes(1)
  })

  test('if two limits are reached before the app is asked, the failure names the first limit and the longer wait', async () => {
    store.put('user-hour user/alice', 5, 30_000)
    store.put('app-minute app.own', 40, 50_000)
    await expect(sendsWith().admit(call, allow())).rejects.toEqual(
      reached('too-many-calls', 'callsPerUserHour', 50),
    )
  })

  test('a call that the app allowed is refused if another call to the phone was placed in the meantime', async () => {
    await expect(
      sendsWith().admit(call, async () => {
        store.put(`phone-interval number/${number}.own/phone/${phone}`, 1, 59_000)
      }),
    ).rejects.toEqual(reached('too-many-calls', 'callIntervalSeconds', 59))
    const writes = store.takeWrites()
    expect(writes).toContain('delete user-interval user/alice')
    expect(writes).not.toContain(`delete phone-interval number/${number}.own/phone/${phone}`)
  })
})

describe('a refused call gives back what it took', () => {
  test('a call over a limit of the user takes no shared counter and names the longest wait', async () => {
    store.put('user-hour user/alice', 5, 600_000)
    store.put(`number-day number/${number}.own`, 10, 900_000)
    await expect(sendsWith().admit(call)).rejects.toEqual(
      reached('too-many-calls', 'callsPerUserHour', 900),
    )
    expect(store.takeWrites()).toEqual(
      [
        userInterval,
        phoneInterval,
        ...ownLimits,
        'reward user-hour user/alice',
        `reward phone-10min number/${number}.own/phone/${phone}`,
        `reward number-day number/${number}.own`,
        `delete phone-interval number/${number}.own/phone/${phone}`,
        'delete user-interval user/alice',
      ].toSorted(),
    )
  })

  test('a call over the limit of the app gives back the counters of the user too', async () => {
    store.put('app-minute app.own', 40, 6000)
    await expect(sendsWith().admit(call)).rejects.toEqual(
      reached('too-many-calls', 'callsPerAppMinute', 6),
    )
    expect(store.takeWrites().filter(line => line.startsWith('reward'))).toEqual([
      'reward app-day app.own',
      'reward app-minute app.own',
      `reward number-day number/${number}.own`,
      `reward phone-10min number/${number}.own/phone/${phone}`,
      'reward prefix-10min prefix/+1202555.own',
      'reward user-hour user/alice',
    ])
  })

  test('a refused call leaves no interval behind, and no shorter one', async () => {
    const { sends } = createLimits({ callsPerAppMinute: 1 })
    await sends.admit(callOf('bob', '+12025550145'))
    await expect(sends.admit(callOf('alice'))).rejects.toEqual(
      reached('too-many-calls', 'callsPerAppMinute'),
    )
    expect(await sends.nextCallIn('alice')).toBe(0)
    await pass(58)
    await expect(sends.admit(callOf('alice'))).rejects.toEqual(
      reached('too-many-calls', 'callsPerAppMinute'),
    )
    await pass(3)
    await sends.admit(callOf('alice'))
    await pass(3)
    await expect(sends.admit(callOf('alice'))).rejects.toEqual(
      reached('too-many-calls', 'callIntervalSeconds'),
    )
  })

  test('a user over a limit of their own does not use up the limit of the app', async () => {
    const { sends } = createLimits({
      callIntervalSeconds: false,
      callsPerUserHour: 1,
      callsPerAppMinute: 3,
    })
    await sends.admit(callOf('alice'))
    await pass(56)
    for (let index = 0; index < 60; index++)
      await expect(sends.admit(callOf('alice'))).rejects.toEqual(
        reached('too-many-calls', 'callsPerUserHour'),
      )
    await sends.admit(callOf('bob', '+12025550145'))
    await sends.admit(callOf('dave', '+12025550167'))
  })

  test('a call refused for its phone leaves the hour of the user and the minute of the app as they were', async () => {
    const { sends, locks } = createLimits({ callsPerAppMinute: 4 })
    await sends.admit(callOf('bob'))
    for (let index = 0; index < 5; index++) {
      await expect(sends.admit(callOf('alice'))).rejects.toEqual(reached('too-many-calls'))
      await locks.unlock('alice')
    }
    for (let index = 0; index < 3; index++)
      await sends.admit(callOf(`user${index}`, `+1202555010${index}`))
  })
})

describe('a user who may not be called', () => {
  test.each([
    ['lockout user/alice', 'locked', 'attemptsPerUser', 10],
    ['locked user/alice', 'locked', 'maxConsecutiveFailures', undefined],
    ['reported user/alice', 'reported', 'reportedSeconds', 10],
  ])(
    'a user with the counter %s is refused whatever else is counted, and gets the interval back',
    async (name, code, limit, retryAfter) => {
      store.put(name, 1, 10_000)
      const permit = allow()
      await expect(sendsWith().admit(call, permit)).rejects.toEqual(
        reached(code, limit, retryAfter),
      )
      expect(store.takeWrites()).toEqual([userInterval, 'delete user-interval user/alice'])
      store.put('user-interval user/alice', 1, 10_000)
      await expect(sendsWith().admit(call, permit)).rejects.toEqual(
        reached(code, limit, retryAfter),
      )
      expect(permit).not.toHaveBeenCalled()
    },
  )

  test('a report blocks no call if `reportedSeconds` is false', async () => {
    store.put('reported user/alice', 1, 10_000)
    await sendsWith({ reportedSeconds: false }).admit(call)
  })

  test('no call follows for ten minutes after "this was not me"', async () => {
    const { sends, activeChallenges } = createLimits()
    await activeChallenges.report({ userId: 'alice', id: 'c1' })
    await expect(sends.admit(callOf('alice'))).rejects.toEqual(reached('reported'))
    await pass(601)
    await sends.admit(callOf('alice'))
  })
})

describe('how many calls are allowed', () => {
  test('a user gets 5 calls an hour, whatever the phone', async () => {
    const { sends } = createLimits()
    for (let index = 0; index < 5; index++) {
      await sends.admit(callOf('alice', `+1202555010${index}`))
      await pass(61)
    }
    await expect(sends.admit(callOf('alice', '+12025550109'))).rejects.toEqual(
      reached('too-many-calls', 'callsPerUserHour'),
    )
    await pass(3600)
    await sends.admit(callOf('alice', '+12025550109'))
  })

  test('a phone gets 3 calls in ten minutes and 10 calls a day', async () => {
    const { sends } = createLimits()
    let placed = 0
    const tryCall = async (index: number, waitSeconds: number) => {
      await sends.admit(callOf(`user${index}`)).then(
        () => placed++,
        () => undefined,
      )
      await pass(waitSeconds)
    }
    for (let index = 0; index < 4; index++) await tryCall(index, 61)
    expect(placed).toBe(3)
    for (let index = 4; index < 30; index++) await tryCall(index, 61)
    for (let index = 30; index < 200; index++) await tryCall(index, 301)
    expect(placed).toBe(10)
  })

  test('numbers that differ only in the last four digits get 100 calls in ten minutes', async () => {
    const { sends } = createLimits({ callsPerAppMinute: false })
    for (let index = 0; index < 100; index++)
      await sends.admit(callOf(`user${index}`, `+1202555${1000 + index}`))
    await expect(sends.admit(callOf('another', '+12025559999'))).rejects.toEqual(
      reached('too-many-calls', 'callsPerPrefixTenMinutes'),
    )
    await sends.admit(callOf('yet another', '+12025569999'))
  })

  test('the app gets as many calls a minute as its limit says, and refused calls use up none', async () => {
    const { sends } = createLimits({ callsPerPrefixTenMinutes: false })
    for (let index = 0; index < 40; index++)
      await sends.admit(callOf(`user${index}`, `+1202${5_550_000 + index}`))
    for (let index = 0; index < 200; index++)
      await expect(sends.admit(callOf(`refused${index}`, '+12025557777'))).rejects.toEqual(
        reached('too-many-calls', 'callsPerAppMinute'),
      )
    await pass(60)
    await sends.admit(callOf('alice', '+12025557777'))
  })

  test('attackers who try to enroll a number never lock out the owner of the number', async () => {
    const { sends } = createLimits()
    let placed = 0
    for (let index = 0; index < 20; index++) {
      await sends.admit(callOf(`attacker${index}`, number, { kind: 'enroll' as const })).then(
        () => placed++,
        () => undefined,
      )
      await pass(61)
    }
    expect(placed).toBe(4)
    await sends.admit(callOf('alice'))
  })

  test('calls to enroll phones do not use up the calls that log users in', async () => {
    const { sends } = createLimits()
    for (let index = 0; index < 20; index++)
      await sends.admit(
        callOf(`new${index}`, `+1202${5_550_000 + index * 10_000}`, { kind: 'enroll' as const }),
      )
    await expect(
      sends.admit(callOf('another', '+13035550100', { kind: 'enroll' as const })),
    ).rejects.toEqual(reached('too-many-calls', 'enrollCallsPerAppMinute'))
    for (let index = 0; index < 40; index++)
      await sends.admit(callOf(`user${index}`, `+1303${5_550_000 + index * 10_000}`))
  })
})

// The types of rate-limiter-flexible promise this class as an export, but the package does not
// export it.
const AbstractLimiter = Object.getPrototypeOf(RateLimiterRedis) as typeof RateLimiterStoreAbstract

/**
 * A limiter on a store that two processes share. It also blocks keys in the memory of its own
 * process.
 */
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

test('a hit that a process refused from its own memory is not given back, because that would allow a call in another process', async () => {
  const shared = new Map<string, { points: number; readonly endsAt: number }>()
  const inProcess = () =>
    limitsOver((options: LimiterOptions) => new BlockingLimiter(options, shared), {
      callIntervalSeconds: false,
      callsPerPhoneTenMinutes: false,
    }).sends
  const [one, other] = [inProcess(), inProcess()]
  for (let index = 0; index < 5; index++) await one.admit(callOf('alice'))
  for (let index = 0; index < 3; index++)
    await expect(one.admit(callOf('alice'))).rejects.toEqual(
      reached('too-many-calls', 'callsPerUserHour'),
    )
  await expect(other.admit(callOf('alice'))).rejects.toEqual(
    reached('too-many-calls', 'callsPerUserHour'),
  )
})
