// What the counters ask of their store, operation by operation: which counts there are, in which order they are taken, and what a refusal gives back.
// An upgrade that named them anew, or gave one another window, would forget what was counted.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LimiterCount, LimiterOptions } from 'passport-voice-otp'
import { createCounters } from '../lib/limits/attempts.js'
import type { Keys } from '../lib/crypto.js'
import type { Limits } from '../lib/options/limits.js'

import { type Hit, uncounted } from '../lib/limits/limit-counter.js'

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
  callsPerAppMinute: 40,
  enrollCallsPerPhoneTenMinutes: 2,
  enrollCallsPerPhoneDay: 4,
  enrollCallsPerAppMinute: 20,
  reportedSeconds: 600,
}
const unlimited = 2_147_483_647
const [phone, telephone] = ['+12025550123', '+12025550123;ext=7']
const mine = { userId: 'alice', phone, telephone, enroll: false, waived: false }
const refused = (code: string, limit: string, retryAfter?: number) =>
  expect.objectContaining({
    code,
    limit,
    info: expect.objectContaining(retryAfter === undefined ? {} : { retryAfter }) as object,
  }) as Error

/** A store whose counts the test puts there; it notes what was asked of it. */
class Store {
  readonly made: LimiterOptions[] = []
  readonly counts = new Map<string, LimiterCount>()
  asked: string[] = []

  readonly factory = (options: LimiterOptions) => {
    this.made.push(options)
    const path = (key: string) => `${options.keyPrefix.slice('voice-otp:'.length)} ${key}`
    return {
      consume: async (key: string) => {
        const { consumedPoints, msBeforeNext } = this.counts.get(path(key)) ?? {
          consumedPoints: 0,
          msBeforeNext: options.duration * 1000,
        }
        this.note('consume', path(key))
        this.put(path(key), consumedPoints + 1, msBeforeNext)
        return this.counts.get(path(key))!
      },
      reward: async (key: string) => {
        this.note('reward', path(key))
        return this.counts.get(path(key))!
      },
      get: async (key: string) => {
        this.note('get', path(key))
        return this.counts.get(path(key)) ?? null
      },
      set: async (key: string, points: number, seconds: number) => {
        this.note('set', path(key), points, seconds)
        this.put(path(key), points, seconds * 1000)
      },
      delete: async (key: string) => {
        this.note('delete', path(key))
        return this.counts.delete(path(key))
      },
    }
  }

  put(path: string, consumedPoints: number, msBeforeNext: number): void {
    this.counts.set(path, { consumedPoints, msBeforeNext })
  }

  /** What was asked since the last look, reads left out. */
  get changes(): readonly string[] {
    return this.asked.splice(0).filter(line => !line.startsWith('get '))
  }

  private note(...words: readonly (string | number)[]): void {
    this.asked.push(words.join(' '))
  }
}

const keys = { storeName: (...context: readonly unknown[]) => context.join('/') } as unknown as Keys
let store: Store
beforeEach(() => {
  store = new Store()
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})
const make = (change: Partial<Limits> = {}) =>
  createCounters(store.factory, { ...limits, ...change }, 300, keys)
const hit = (count: number, retryAfter: number): Hit => ({
  over: false,
  count,
  retryAfter,
  at: Date.now(),
})

describe('there is one count', () => {
  const made = (change: Partial<Limits> = {}) => {
    make(change)
    return Object.fromEntries(
      store.made.map(({ keyPrefix, points, duration }) => [keyPrefix, [points, duration]]),
    )
  }

  test('for each limit, with its own name, limit and window in seconds; those of one code outlive it by a minute', () => {
    expect(made()).toEqual({
      'voice-otp:active-challenge': [unlimited, 360],
      'voice-otp:attempts': [5, 360],
      'voice-otp:uses': [1, 360],
      'voice-otp:fetches': [3, 360],
      'voice-otp:failures': [10, 86_400],
      'voice-otp:consecutive-failures': [100, 1_728_000],
      'voice-otp:lockout': [unlimited, 900],
      'voice-otp:locked': [unlimited, 1_728_000],
      'voice-otp:reported': [unlimited, 600],
      'voice-otp:waivers': [1, 86_400],
      'voice-otp:user-interval': [1, 60],
      'voice-otp:phone-interval': [1, 60],
      'voice-otp:user-hour': [5, 3600],
      'voice-otp:phone-10min': [unlimited, 600],
      'voice-otp:number-day': [unlimited, 86_400],
      'voice-otp:prefix-10min': [unlimited, 600],
      'voice-otp:app-minute': [unlimited, 60],
    })
  })

  test('also where its limit is off: a limiter wants a number and a window', () => {
    expect(
      made({
        attemptsPerUser: false,
        maxConsecutiveFailures: false,
        callIntervalSeconds: false,
        callsPerUserHour: false,
        reportedSeconds: false,
      }),
    ).toMatchObject({
      'voice-otp:failures': [unlimited, 86_400],
      'voice-otp:consecutive-failures': [unlimited, 1_728_000],
      'voice-otp:user-interval': [1, 1],
      'voice-otp:phone-interval': [1, 1],
      'voice-otp:user-hour': [unlimited, 3600],
      'voice-otp:reported': [unlimited, 1],
    })
  })
})

describe('a call', () => {
  const ofUser = [
    'consume user-hour user/alice',
    `consume phone-interval own/telephone/${telephone}`,
    `consume phone-10min own/telephone/${telephone}`,
    `consume number-day own/number/${phone}`,
  ]
  const ofAll = ['consume prefix-10min own/prefix/+1202555', 'consume app-minute own/app']

  test("takes the user's interval; then the app is asked; then all that is hers, then what everybody shares", async () => {
    await make().admitCall(mine, async () => {
      store.asked.push('permit')
    })
    const { changes } = store
    expect(changes.slice(0, 2)).toEqual(['consume user-interval user/alice', 'permit'])
    expect(changes.slice(2, 6).toSorted()).toEqual(ofUser.toSorted())
    expect(changes.slice(6).toSorted()).toEqual(ofAll.toSorted())
  })

  test('to a number that is not hers yet counts in a set of its own, with its own limits', async () => {
    await make().admitCall({ ...mine, enroll: true })
    expect(store.changes.toSorted()).toEqual([
      'consume app-minute enroll/app',
      `consume phone-10min enroll/telephone/${telephone}`,
      `consume number-day enroll/number/${phone}`,
      `consume phone-interval enroll/telephone/${telephone}`,
      'consume prefix-10min enroll/prefix/+1202555',
      'consume user-hour user/alice',
      'consume user-interval user/alice',
    ])
  })

  test.each([
    ['phone-10min', `enroll/telephone/${telephone}`, 2, 'enrollCallsPerPhoneTenMinutes'],
    ['number-day', `enroll/number/${phone}`, 4, 'enrollCallsPerPhoneDay'],
    ['app-minute', 'enroll/app', 20, 'enrollCallsPerAppMinute'],
    ['prefix-10min', 'enroll/prefix/+1202555', 100, 'callsPerPrefixTenMinutes'],
    ['phone-interval', `enroll/telephone/${telephone}`, 1, 'callIntervalSeconds'],
  ])('to such a number is refused by %s alone', async (name, key, most, limit) => {
    store.put(`${name} ${key}`, most - 1, 600_000)
    await make().admitCall({ ...mine, enroll: true })
    store.counts.clear()
    store.put(`${name} ${key}`, most, 600_000)
    await expect(make().admitCall({ ...mine, userId: 'bob', enroll: true })).rejects.toEqual(
      refused('too-many-calls', limit, 600),
    )
  })

  test('whose interval is waived begins both intervals anew and counts all the rest', async () => {
    store.put('user-interval user/alice', 1, 30_000)
    store.put(`phone-interval own/telephone/${telephone}`, 1, 30_000)
    await make().admitCall({ ...mine, waived: true })
    expect(store.changes.toSorted()).toEqual(
      [
        ...ofUser.filter(line => !line.includes('interval')),
        ...ofAll,
        'set user-interval user/alice 1 60',
        `set phone-interval own/telephone/${telephone} 1 60`,
      ].toSorted(),
    )
  })

  test('whose interval is waived is refused by the other limits all the same, and gives the intervals up', async () => {
    store.put('user-hour user/alice', 5, 600_000)
    await expect(make().admitCall({ ...mine, waived: true })).rejects.toEqual(
      refused('too-many-calls', 'callsPerUserHour', 600),
    )
    expect(store.changes).toEqual(
      expect.arrayContaining([
        'delete user-interval user/alice',
        `delete phone-interval own/telephone/${telephone}`,
      ]),
    )
  })

  test.each([true, false])('where there is no interval takes none; waived: %s', async waived => {
    await make({ callIntervalSeconds: false }).admitCall({ ...mine, waived })
    expect(store.changes.toSorted()).toEqual(
      [...ofUser.filter(line => !line.includes('interval')), ...ofAll].toSorted(),
    )
  })

  test('within the interval takes nothing, asks nobody, and says when', async () => {
    store.put('user-interval user/alice', 1, 29_500)
    const permit = vi.fn(() => Promise.resolve())
    await expect(make().admitCall(mine, permit)).rejects.toEqual(
      refused('too-many-calls', 'callIntervalSeconds', 30),
    )
    expect(store.changes).toEqual(['consume user-interval user/alice'])
    expect(permit).not.toHaveBeenCalled()
  })

  test('that the app vetoes has counted nothing else; its interval runs, as what the app asks may cost money too', async () => {
    const permit = vi.fn(() => Promise.reject(new Error('veto')))
    const counters = make()
    await expect(counters.admitCall(mine, permit)).rejects.toThrow('veto')
    expect(store.changes).toEqual(['consume user-interval user/alice'])
    for (let index = 0; index < 10; index++)
      await expect(counters.admitCall(mine, permit)).rejects.toEqual(
        refused('too-many-calls', 'callIntervalSeconds', 60),
      )
    expect(permit).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['user-hour user/alice', 5, 'callsPerUserHour'],
    [`phone-interval own/telephone/${telephone}`, 1, 'callIntervalSeconds'],
    [`phone-10min own/telephone/${telephone}`, 3, 'callsPerPhoneTenMinutes'],
    [`number-day own/number/${phone}`, 10, 'callsPerPhoneDay'],
    ['prefix-10min own/prefix/+1202555', 100, 'callsPerPrefixTenMinutes'],
    ['app-minute own/app', 40, 'callsPerAppMinute'],
  ])(
    'for which %s is full is refused before the app is asked, counts nothing, and gives the interval up',
    async (path, most, limit) => {
      const permit = vi.fn(() => Promise.resolve())
      store.put(path, most, 30_000)
      store.put(
        'number-day own/number/+12025550123',
        Math.max(9, path.startsWith('number-day') ? most : 0),
        90_000,
      )
      await expect(make().admitCall(mine, permit)).rejects.toEqual(
        refused('too-many-calls', limit, path.startsWith('number-day') ? 90 : 30),
      )
      expect(permit).not.toHaveBeenCalled()
      expect(store.changes).toEqual([
        'consume user-interval user/alice',
        'delete user-interval user/alice',
      ])
      store.put(path, most - 1, 30_000)
      await make().admitCall(mine, permit)
      expect(permit).toHaveBeenCalledTimes(1)
    },
  )

  test('for which a limit was full in a window that is over asks the app', async () => {
    store.put('app-minute own/app', 40, 0)
    const permit = vi.fn(() => Promise.reject(new Error('veto')))
    await expect(make().admitCall(mine, permit)).rejects.toThrow('veto')
    expect(permit).toHaveBeenCalledTimes(1)
  })

  test('for which two limits are full waits for the longer', async () => {
    store.put('user-hour user/alice', 5, 30_000)
    store.put('app-minute own/app', 40, 50_000)
    await expect(make().admitCall(mine, () => Promise.resolve())).rejects.toEqual(
      refused('too-many-calls', 'callsPerUserHour', 50),
    )
  })

  test('whose interval is waived asks the app too, within the interval of the number', async () => {
    store.put(`phone-interval own/telephone/${telephone}`, 1, 30_000)
    const permit = vi.fn(() => Promise.resolve())
    await make().admitCall({ ...mine, waived: true }, permit)
    expect(permit).toHaveBeenCalledTimes(1)
  })

  test('that the app allowed, and that another was quicker to place, gives all of it up', async () => {
    await expect(
      make().admitCall(mine, async () => {
        store.put(`phone-interval own/telephone/${telephone}`, 1, 59_000)
      }),
    ).rejects.toEqual(refused('too-many-calls', 'callIntervalSeconds', 59))
    expect(store.changes).toContain('delete user-interval user/alice')
    expect(store.changes).not.toContain(`delete phone-interval own/telephone/${telephone}`)
  })

  test('over a limit of her own gives back what it took, says the longest wait, and touches nothing that everybody shares', async () => {
    store.put('user-hour user/alice', 5, 600_000)
    store.put(`number-day own/number/${phone}`, 10, 900_000)
    await expect(make().admitCall(mine)).rejects.toEqual(
      refused('too-many-calls', 'callsPerUserHour', 900),
    )
    expect(store.changes.slice(1).toSorted()).toEqual(
      [
        ...ofUser,
        'reward user-hour user/alice',
        `reward phone-10min own/telephone/${telephone}`,
        `reward number-day own/number/${phone}`,
        `delete phone-interval own/telephone/${telephone}`,
        'delete user-interval user/alice',
      ].toSorted(),
    )
  })

  test('to a telephone whose interval runs leaves that as it is', async () => {
    store.put(`phone-interval own/telephone/${telephone}`, 1, 20_000)
    await expect(make().admitCall(mine)).rejects.toEqual(
      refused('too-many-calls', 'callIntervalSeconds', 20),
    )
    expect(store.changes).not.toContain(`delete phone-interval own/telephone/${telephone}`)
  })

  test('over the limit of the app gives back hers as well', async () => {
    store.put('app-minute own/app', 40, 6000)
    await expect(make().admitCall(mine)).rejects.toEqual(
      refused('too-many-calls', 'callsPerAppMinute', 6),
    )
    expect(store.changes.filter(line => line.startsWith('reward')).toSorted()).toEqual([
      'reward app-minute own/app',
      `reward phone-10min own/telephone/${telephone}`,
      `reward number-day own/number/${phone}`,
      'reward prefix-10min own/prefix/+1202555',
      'reward user-hour user/alice',
    ])
  })

  test.each([
    ['lockout user/alice', 'locked', 'attemptsPerUser', 10],
    ['locked user/alice', 'locked', 'maxConsecutiveFailures', undefined],
    ['reported user/alice', 'reported', 'reportedSeconds', 10],
  ])(
    'is refused while there is a %s, whatever else there is, and gives the interval up',
    async (path, code, limit, retryAfter) => {
      store.put(path, 1, 10_000)
      const permit = vi.fn(() => Promise.resolve())
      await expect(make().admitCall(mine, permit)).rejects.toEqual(refused(code, limit, retryAfter))
      expect(store.changes).toEqual([
        'consume user-interval user/alice',
        'delete user-interval user/alice',
      ])
      store.put('user-interval user/alice', 1, 10_000)
      await expect(make().admitCall(mine, permit)).rejects.toEqual(refused(code, limit, retryAfter))
      expect(permit).not.toHaveBeenCalled()
    },
  )

  test('is not refused for a report where that is switched off', async () => {
    store.put('reported user/alice', 1, 10_000)
    await make({ reportedSeconds: false }).admitCall(mine)
  })

  test.each([false, () => false] as const)('a limit that is %s is not counted', async off => {
    await make({ callsPerPhoneDay: off as never }).admitCall(mine)
    expect(store.changes.join()).not.toContain('number-day')
  })

  test.each([0, () => 0])('a limit of %s calls nobody', async none => {
    await expect(make({ callsPerPhoneDay: none as never }).admitCall(mine)).rejects.toEqual(
      refused('too-many-calls', 'callsPerPhoneDay'),
    )
  })

  test('a function of the app is given the number', async () => {
    const most = vi.fn(() => 1)
    await make({ callsPerPhoneDay: most }).admitCall(mine)
    expect(most).toHaveBeenCalledWith(phone)
  })

  test.each([-1, 1.5, NaN, '3', null, undefined, true])(
    'a function that answers %j is a mistake that is named',
    async answer => {
      await expect(
        make({ callsPerPhoneDay: (() => answer) as never }).admitCall(mine),
      ).rejects.toMatchObject({
        code: 'configuration',
        message: expect.stringContaining(
          'limits.callsPerPhoneDay must answer a whole number or false',
        ),
      })
    },
  )

  test('a function that throws is a mistake that is named', async () => {
    await expect(
      make({
        callsPerPhoneDay: () => {
          throw new Error('theirs')
        },
      }).admitCall(mine),
    ).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('limits.callsPerPhoneDay threw an error'),
    })
  })

  test('that SignalWire refused leaves neither interval', async () => {
    const counters = make()
    await counters.admitCall(mine)
    store.asked = []
    await counters.waiveInterval(mine)
    expect(store.changes).toEqual([
      'delete user-interval user/alice',
      `delete phone-interval own/telephone/${telephone}`,
    ])
    await make({ callIntervalSeconds: false }).waiveInterval(mine)
    expect(store.changes).toEqual(['delete user-interval user/alice'])
  })

  test('is waived once', async () => {
    const counters = make()
    expect([
      await counters.hasWaiver('CA1'),
      await counters.takeWaiver('CA1'),
      await counters.hasWaiver('CA1'),
      await counters.takeWaiver('CA1'),
      await counters.takeWaiver('CA2'),
    ]).toEqual([true, true, false, false, true])
    expect(store.changes).toContain('consume waivers call/CA1')
  })

  test('may follow in so many seconds', async () => {
    expect(await make().nextCallIn('alice')).toBe(0)
    store.put('user-interval user/alice', 1, 29_001)
    expect(await make().nextCallIn('alice')).toBe(30)
    expect(await make({ callIntervalSeconds: false }).nextCallIn('alice')).toBe(0)
    store.put('user-interval user/alice', 0, 29_001)
    expect(await make().nextCallIn('alice')).toBe(0)
  })
})

describe('a guess', () => {
  test('at a challenge is counted there, and how many remain is answered', async () => {
    store.put('active-challenge user/alice', 7, 100_000)
    const counters = make()
    expect(await counters.admitAttempt('alice', 'c1', 7)).toBe(4)
    expect(store.changes).toEqual(['consume attempts c1'])
    store.put('attempts c1', 5, 100_000)
    await expect(counters.admitAttempt('alice', 'c1', 7)).rejects.toEqual(
      refused('too-many-attempts', 'attemptsPerChallenge'),
    )
    await expect(counters.admitAttempt('alice', 'c2', 8)).rejects.toMatchObject({
      code: 'code-expired',
    })
    await expect(counters.admitAttempt('bob', 'c3', 7)).rejects.toMatchObject({
      code: 'code-expired',
    })
  })

  test('fills no limit but the last of one', async () => {
    const counters = make()
    store.put('failures user/alice', 8, 50_000)
    expect(await counters.admitUserAttempt('alice')).toEqual({
      limit: undefined,
      failed: hit(9, 50),
      inRow: hit(1, 1_728_000),
    })
    expect(store.changes).toEqual([
      'consume failures user/alice',
      'consume consecutive-failures user/alice',
    ])
    expect(await counters.admitUserAttempt('alice')).toMatchObject({ limit: 'attemptsPerUser' })
    expect(store.changes).toEqual([
      'consume failures user/alice',
      'consume consecutive-failures user/alice',
      'set lockout user/alice 1 900',
      'set failures user/alice 1073741824 900',
    ])
    store.put('failures user/bob', 9, 50_000)
    store.put('consecutive-failures user/bob', 99, 50_000)
    expect(await counters.admitRecoveryAttempt('bob')).toMatchObject({
      limit: 'maxConsecutiveFailures',
      failed: { count: 10 },
      inRow: { count: 100 },
    })
    expect(store.changes).toContain('set lockout user/bob 1 900')
  })

  test('over the limit of a user during the pause is given back, and waits no longer than that', async () => {
    store.put('failures user/alice', 2 ** 30, 86_000)
    await expect(make().admitUserAttempt('alice')).rejects.toEqual(
      refused('locked', 'attemptsPerUser', 86),
    )
    expect(store.changes).toEqual([
      'consume failures user/alice',
      'consume consecutive-failures user/alice',
      'reward failures user/alice',
      'reward consecutive-failures user/alice',
    ])
    store.put('failures user/alice', 2 ** 30, 86_000_000)
    await expect(make().admitUserAttempt('alice')).rejects.toEqual(
      refused('locked', 'attemptsPerUser', 900),
    )
  })

  test('over the limit of a user that nobody paused begins the pause', async () => {
    store.put('failures user/alice', 10, 86_000_000)
    await expect(make().admitUserAttempt('alice')).rejects.toEqual(
      refused('locked', 'attemptsPerUser', 900),
    )
    expect(store.changes.slice(2)).toEqual([
      'reward failures user/alice',
      'reward consecutive-failures user/alice',
      'set lockout user/alice 1 900',
      'set failures user/alice 1073741824 900',
    ])
    store.put('failures user/bob', 10, 86_000)
    await expect(make().admitRecoveryAttempt('bob')).rejects.toEqual(
      refused('locked', 'attemptsPerUser', 900),
    )
    expect(store.changes).toEqual([
      'consume failures user/bob',
      'set lockout user/bob 1 900',
      'set failures user/bob 1073741824 900',
    ])
  })

  test('that a limiter refuses from the memory of its own process begins no pause for the others', async () => {
    const factory = (options: LimiterOptions) => ({
      ...store.factory(options),
      ...(options.keyPrefix === 'voice-otp:failures' && {
        consume: () => Promise.reject({ consumedPoints: 0, msBeforeNext: 5000 }),
      }),
    })
    const counters = createCounters(factory, limits, 300, keys)
    await expect(counters.admitRecoveryAttempt('alice')).rejects.toEqual(
      refused('locked', 'attemptsPerUser', 5),
    )
    expect(store.changes).toEqual([])
  })

  test('over both limits at once is refused by that of the user, and stops nobody', async () => {
    store.put('failures user/alice', 2 ** 30, 86_000)
    store.put('consecutive-failures user/alice', 100, 86_000_000)
    await expect(make().admitUserAttempt('alice')).rejects.toEqual(
      refused('locked', 'attemptsPerUser', 86),
    )
    expect(store.changes).not.toContain('set locked user/alice 1 0')
  })

  test('over the limit of a row stops the user for ever, and is given back', async () => {
    store.put('consecutive-failures user/alice', 100, 86_000_000)
    await expect(make().admitUserAttempt('alice')).rejects.toEqual(
      refused('locked', 'maxConsecutiveFailures'),
    )
    expect(store.changes.slice(2)).toEqual([
      'reward failures user/alice',
      'reward consecutive-failures user/alice',
      'set locked user/alice 1 0',
    ])
  })

  test('without a challenge counts one after the other, and gives nothing back', async () => {
    store.put('failures user/alice', 2 ** 30, 86_000)
    await expect(make().admitRecoveryAttempt('alice')).rejects.toEqual(
      refused('locked', 'attemptsPerUser', 86),
    )
    expect(store.changes).toEqual(['consume failures user/alice'])
    store.put('consecutive-failures user/bob', 100, 86_000)
    await expect(make().admitRecoveryAttempt('bob')).rejects.toEqual(
      refused('locked', 'maxConsecutiveFailures'),
    )
    expect(store.changes).toEqual([
      'consume failures user/bob',
      'consume consecutive-failures user/bob',
      'set locked user/bob 1 0',
    ])
  })

  test.each(['admitUserAttempt', 'admitRecoveryAttempt'] as const)(
    'is not counted where the limits are off: %s',
    async admit => {
      expect(
        await make({ attemptsPerUser: false, maxConsecutiveFailures: false })[admit]('alice'),
      ).toEqual({
        limit: undefined,
        failed: uncounted,
        inRow: uncounted,
      })
      expect(store.changes).toEqual([])
      expect(await make({ maxConsecutiveFailures: false })[admit]('alice')).toMatchObject({
        failed: { count: 1 },
        inRow: { count: 0 },
      })
      expect(await make({ attemptsPerUser: false })[admit]('alice')).toMatchObject({
        failed: { count: 0 },
        inRow: { count: 1 },
      })
    },
  )

  test.each([
    ['pause', 'attemptsPerUser', 10],
    ['stop', 'maxConsecutiveFailures', undefined],
  ] as const)('during a %s is refused before it is counted', async (name, limit, retryAfter) => {
    store.put(`${name} user/alice`, 1, 10_000)
    await expect(make().admitRecoveryAttempt('alice')).rejects.toEqual(
      refused('locked', limit, retryAfter),
    )
    expect(store.changes).toEqual([])
    store.put('active-challenge user/alice', 7, 100_000)
    await expect(make().admitAttempt('alice', 'c1', 7)).rejects.toEqual(
      refused('locked', limit, retryAfter),
    )
  })

  test('that filled the row and was wrong stops the user for ever', async () => {
    await make().countWrong('alice', {
      limit: 'maxConsecutiveFailures',
      failed: hit(1, 50),
      inRow: hit(100, 50),
    })
    expect(store.changes).toEqual(['set locked user/alice 1 0'])
  })

  test('that was wrong renews the row, where a twentieth of it has passed, and forgets nothing that came meanwhile', async () => {
    const counters = make()
    const wrong = (count: number, retryAfter: number) =>
      counters.countWrong('alice', {
        limit: undefined,
        failed: hit(1, 50),
        inRow: hit(count, retryAfter),
      })
    await wrong(3, 1_641_600)
    await wrong(0, 0)
    expect(store.changes).toEqual([])
    await wrong(3, 1_641_599)
    expect(store.changes).toEqual(['set consecutive-failures user/alice 3 1728000'])
    store.put('consecutive-failures user/alice', 5, 1_000_000)
    await wrong(3, 1_641_599)
    expect(store.changes).toEqual(['set consecutive-failures user/alice 5 1728000'])
    store.counts.clear()
    await wrong(1, 1)
    expect(store.changes).toEqual(['set consecutive-failures user/alice 1 1728000'])
  })

  test('that was right where nothing is cleared is given back', async () => {
    await make().forgiveAttempt('alice', { failed: hit(3, 50), inRow: hit(4, 50) })
    expect(store.changes).toEqual([
      'reward consecutive-failures user/alice',
      'reward failures user/alice',
    ])
  })

  test('that was right and had begun a pause ends it', async () => {
    await make().forgiveAttempt('alice', { failed: hit(10, 50), inRow: hit(4, 50) })
    expect(store.changes.toSorted()).toEqual([
      'delete lockout user/alice',
      'reward consecutive-failures user/alice',
      'set failures user/alice 9 86400',
    ])
  })

  test('that was right and had filled the row alone ends no pause', async () => {
    await make().forgiveAttempt('alice', { failed: hit(3, 50), inRow: hit(100, 50) })
    expect(store.changes.toSorted()).toEqual([
      'reward failures user/alice',
      'reward consecutive-failures user/alice',
    ])
    await make({ attemptsPerUser: false }).forgiveAttempt('alice', {
      failed: hit(0, 0),
      inRow: hit(100, 50),
    })
    expect(store.changes).toEqual(['reward consecutive-failures user/alice'])
  })
})

describe('a challenge', () => {
  test('has a ticket between 1 and 2^31 for its life and a minute, and dies alone', async () => {
    const counters = make()
    const activation = await counters.activateChallenge('alice')
    expect(activation).toBeGreaterThan(0)
    expect(store.changes).toEqual([`set active-challenge user/alice ${activation} 360`])
    await counters.deactivateChallenge('alice', activation + 1)
    expect(store.changes).toEqual([])
    await counters.deactivateChallenge('alice', activation)
    expect(store.changes).toEqual(['delete active-challenge user/alice'])
    expect(await counters.isActiveChallenge('alice', activation)).toBe(false)
  })

  test('is used up once, and only while it lives', async () => {
    store.put('active-challenge user/alice', 7, 100_000)
    const counters = make()
    expect([
      await counters.useUp('alice', 'c1', 7),
      await counters.useUp('alice', 'c1', 7),
      await counters.useUp('alice', 'c2', 8),
    ]).toEqual([true, false, false])
    expect(store.changes).toEqual(['consume uses c1', 'consume uses c1', 'consume uses c2'])
  })

  test('that was passed clears the counts of its user; pause and stop only where a guess at it may have begun one', async () => {
    const cleared = async (failed: number, inRow: number, change: Partial<Limits> = {}) => {
      await make(change).reset('alice', { failed: hit(failed, 50), inRow: hit(inRow, 50) })
      return store.changes.map(line => line.split(' ')[1]).toSorted()
    }
    expect(await cleared(5, 95)).toEqual(['failures', 'row', 'activation'])
    expect(await cleared(6, 95)).toEqual(['failures', 'pause', 'row', 'activation'])
    expect(await cleared(5, 96)).toEqual(['failures', 'row', 'stop', 'activation'])
    expect(await cleared(0, 0, { attemptsPerUser: false, maxConsecutiveFailures: false })).toEqual([
      'failures',
      'row',
      'activation',
    ])
  })

  test('that was reported dies, and no call follows for a while', async () => {
    await make().report('alice')
    expect(store.changes.toSorted()).toEqual([
      'delete active-challenge user/alice',
      'set reported user/alice 1 600',
    ])
    await make({ reportedSeconds: false }).report('alice')
    expect(store.changes).toEqual(['delete active-challenge user/alice'])
  })

  test('shows the guesses that are left, and how long a report holds', async () => {
    expect(await make().outlook('alice', 'c1')).toEqual({ attemptsLeft: 5, reportedFor: 0 })
    store.put('attempts c1', 2, 1000)
    store.put('reported user/alice', 1, 299_001)
    expect(await make().outlook('alice', 'c1')).toEqual({ attemptsLeft: 3, reportedFor: 300 })
    store.put('attempts c1', 9, 1000)
    expect(await make({ reportedSeconds: false }).outlook('alice', 'c1')).toEqual({
      attemptsLeft: 0,
      reportedFor: 0,
    })
  })

  test('has three fetches for each of its tokens', async () => {
    const counters = make()
    expect([
      await counters.admitFetch('t'),
      await counters.admitFetch('t'),
      await counters.admitFetch('t'),
      await counters.admitFetch('t'),
      await counters.admitFetch('u'),
    ]).toEqual([true, true, true, false, true])
    expect(store.changes.slice(-2)).toEqual(['consume fetches t', 'consume fetches u'])
  })
})

test('who is stopped, and who is let go again', async () => {
  const counters = make()
  expect(await counters.isStopped('alice')).toBe(false)
  store.put('locked user/alice', 1, -1)
  expect(await counters.isStopped('alice')).toBe(true)
  await counters.unlock('alice')
  expect(store.changes.toSorted()).toEqual([
    'delete failures user/alice',
    'delete lockout user/alice',
    'delete reported user/alice',
    'delete consecutive-failures user/alice',
    'delete locked user/alice',
  ])
  expect(await counters.isStopped('alice')).toBe(false)
})
