// The fraud guard by itself, over a store that is slow, fails or hangs.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { VoiceOtpEvents } from 'passport-voice-otp'
import { createKeys } from '../../lib/crypto.js'
import { type FraudCheck, FraudGuard, type FraudSend } from '../../lib/fraud/fraud-guard.js'
import type { LimiterFactory, Limiter } from '../../lib/options/limiter.js'
import { defaultFraud, type ResolvedFraud } from '../../lib/resolve-fraud.js'
import { callOf, limitsOver, reached } from '../support/applied-limits.js'
import { noLimits } from '../support/limits.js'
import { secret } from '../support/secrets.js'
import { CounterStore } from '../support/stores.js'

const day = 86_400_000
const alice: FraudSend = { userId: 'alice', number: '+12025550123', country: 'US' }
/** Somebody with a number of their own in the same prefix. */
const another = (index: number, prefix = '+1202555'): FraudSend => ({
  userId: `new ${index}`,
  number: `${prefix}${String(index).padStart(4, '0')}`,
  country: 'US',
})

let now: number
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-01T12:00:00Z') })
  now = Date.now()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Moves the clock of the app and of the store. */
const pass = (milliseconds: number): void => {
  vi.setSystemTime((now += milliseconds))
}

/** Processes that share one store: each call of `process()` is one of them. */
function open(fraud: Partial<ResolvedFraud> = {}, store = new CounterStore(0, 0)) {
  const limiters = new Map<string, Limiter>()
  const limiter: LimiterFactory = options => {
    const found = limiters.get(options.keyPrefix) ?? store.factory(options)
    limiters.set(options.keyPrefix, found)
    return found
  }
  const events: { name: string; details: unknown }[] = []
  const process = () => {
    const guard = new FraudGuard(
      { fraud: { ...defaultFraud, ...fraud }, limiter, homeCountry: 'US', clock: Date },
      createKeys([secret], secret),
      (name: keyof VoiceOtpEvents, details: unknown) => events.push({ name, details }),
    )
    const { sends } = limitsOver(limiter, noLimits)
    /** Counts a send in every limit, as an action does. */
    const send = async (given: FraudSend, permit?: () => Promise<void>): Promise<FraudCheck> => {
      let check: FraudCheck | undefined
      await sends.admit(callOf(given.userId, given.number), permit, async () => {
        check = await guard.examine(given)
        return check.counts
      })
      return check!
    }
    return { guard, send }
  }
  const named = (name: keyof VoiceOtpEvents): unknown[] =>
    events.filter(event => event.name === name).map(event => event.details)
  return { ...process(), process, store, named }
}

/** How many of these requests were allowed. */
const allowed = (outcomes: readonly PromiseSettledResult<unknown>[]): number =>
  outcomes.filter(({ status }) => status === 'fulfilled').length

/** Sends of people that nobody completes. Returns how many were allowed. */
async function flood(
  { send }: Pick<ReturnType<typeof open>, 'send'>,
  count: number,
  from = 0,
  prefix?: string,
): Promise<number> {
  return allowed(
    await Promise.allSettled(
      Array.from({ length: count }, (_, index) => send(another(from + index, prefix))),
    ),
  )
}

describe('codes that nobody enters', () => {
  test('50 sends to a prefix are allowed in one day, and the next one is refused until midnight', async () => {
    const app = open()
    expect(await flood(app, 60)).toBe(50)
    await expect(app.send(another(99))).rejects.toEqual(
      reached('destination-limited', 'unusedPerPrefixDay', 12 * 3600),
    )
    expect(await flood(app, 1, 0, '+1202556')).toBe(1)
    pass(day / 2)
    expect(await flood(app, 60, 100)).toBe(50)
  })

  test('a refused send does not use up the budget, also if the app has a beforeCall', async () => {
    const app = open({ unusedPerPrefixDay: 2 })
    const first = await app.send(another(0))
    await app.send(another(1))
    for (let index = 2; index < 6; index++)
      await expect(
        app.send(another(index), index % 2 === 0 ? async () => undefined : undefined),
      ).rejects.toEqual(reached('destination-limited', 'unusedPerPrefixDay', 12 * 3600))
    await app.guard.complete(first.receipt)
    expect(await flood(app, 3, 10)).toBe(1)
    expect(app.named('fraud.blocked')).toHaveLength(6)
  })

  test('a country other than that of the app has a budget of its own, over all prefixes', async () => {
    const app = open({ unusedPerCountryDay: 3 })
    const british = (index: number): FraudSend => ({
      userId: `british ${index}`,
      number: `+44740000${String(index)}000`,
      country: 'GB',
    })
    for (let index = 0; index < 3; index++) await app.send(british(index))
    await expect(app.send(british(3))).rejects.toEqual(
      reached('destination-limited', 'unusedPerCountryDay'),
    )
    expect(app.named('fraud.blocked')).toEqual([
      {
        limit: 'unusedPerCountryDay',
        country: 'GB',
        allowed: 3,
        retryAfter: 43_200,
        observed: false,
      },
    ])
    // The refused one has given back what it took from its prefix.
    expect(await flood(app, 60)).toBe(50)
  })

  test('without a limit for the country, a number of another country counts in its prefix only', async () => {
    const app = open({ unusedPerPrefixDay: 2, unusedPerCountryDay: false })
    const sends = ['+447700900', '+447700901', '+447700902'].flatMap(prefix =>
      [0, 1, 2].map(index => ({ ...another(index, prefix), country: 'GB' as const })),
    )
    expect(allowed(await Promise.allSettled(sends.map(each => app.send(each))))).toBe(6)
    expect(app.named('fraud.blocked')).toEqual(
      Array(3).fill(expect.objectContaining({ limit: 'unusedPerPrefixDay', country: 'GB' })),
    )
  })

  test('a flood that the limit of its prefix refuses never counts in the limit of the country', async () => {
    const app = open({ unusedPerPrefixDay: 1, unusedPerCountryDay: 5 }, new CounterStore(1, 10))
    const sends = Array.from({ length: 20 }, (_, index) =>
      app.send({ ...another(index, '+447700900'), country: 'GB' }),
    )
    expect(allowed(await Promise.allSettled(sends))).toBe(1)
    const counted = app.named('fraud.counted').map(details => (details as { limit: string }).limit)
    expect(counted.filter(limit => limit === 'unusedPerPrefixDay').length).toBeGreaterThan(1)
    expect(counted.filter(limit => limit === 'unusedPerCountryDay')).toHaveLength(1)
  })

  test('500 sends to a prefix are allowed in one day, however many codes are entered', async () => {
    const app = open({ sendsPerPrefixDay: 5 })
    for (let index = 0; index < 5; index++)
      await app.guard.complete((await app.send(another(index))).receipt)
    await expect(app.send(another(5))).rejects.toEqual(
      reached('destination-limited', 'sendsPerPrefixDay'),
    )
    // A user who entered a code is exempt from the ceiling too.
    await expect(app.send(another(0))).resolves.toBeDefined()
  })

  test('a limit can be switched off, or be a function of the prefix or the country', async () => {
    const off = open({ unusedPerPrefixDay: false, sendsPerPrefixDay: false })
    expect(await flood(off, 60)).toBe(60)
    const prefixes = vi.fn((prefix: string) => (prefix === '+1202555' ? 3 : 0))
    const app = open({ unusedPerPrefixDay: prefixes })
    expect(await flood(app, 5)).toBe(3)
    expect(await flood(app, 1, 0, '+1202556')).toBe(0)
    const countries = vi.fn(() => 0)
    const abroad = open({ unusedPerCountryDay: countries })
    await expect(abroad.send({ ...alice, country: 'CA' })).rejects.toEqual(
      reached('destination-limited', 'unusedPerCountryDay'),
    )
    expect(countries).toHaveBeenCalledWith('CA')
  })

  test.each([
    () => {
      throw new Error('x')
    },
    () => NaN,
    () => -1,
    () => undefined,
  ])('a function of a limit that fails refuses the send with configuration: %s', async wrong => {
    const app = open({ unusedPerPrefixDay: wrong as () => number })
    await expect(app.send(alice)).rejects.toMatchObject({ code: 'configuration' })
  })
})

describe('a right code', () => {
  test('a right code gives its own send back, and nothing else does', async () => {
    const app = open({ unusedPerPrefixDay: 3 })
    const sent = [
      await app.send(another(0)),
      await app.send(another(1)),
      await app.send(another(2)),
    ]
    await expect(app.send(another(3))).rejects.toThrow()
    await app.guard.complete(sent[1]!.receipt)
    await expect(app.send(another(3))).resolves.toBeDefined()
    await expect(app.send(another(4))).rejects.toThrow()
  })

  test('a code of yesterday gives nothing back to the budget of today', async () => {
    const app = open({ unusedPerPrefixDay: 2 })
    pass(day / 2 - 1000)
    const late = await app.send(another(0))
    pass(2000)
    await app.send(another(1))
    await app.send(another(2))
    await app.guard.complete(late.receipt)
    await expect(app.send(another(3))).rejects.toThrow()
  })

  test('a send in the last second of a day is given back in that day', async () => {
    const app = open({ unusedPerPrefixDay: 1 })
    pass(day / 2 - 900)
    await app.guard.complete((await app.send(another(0))).receipt)
    await expect(app.send(another(1))).resolves.toBeDefined()
  })

  test('a budget never falls below 0 when the store has lost the send that is given back', async () => {
    const app = open({ unusedPerPrefixDay: 2 })
    const sent = await app.send(another(0))
    app.store.flush()
    await app.guard.complete(sent.receipt)
    expect(await flood(app, 5, 10)).toBe(2)
  })

  test('a send that did not happen gives everything back, the ceiling too', async () => {
    const app = open({ unusedPerPrefixDay: 1, sendsPerPrefixDay: 1 })
    const failed = await app.send(another(0))
    await failed.cancel()
    await expect(app.send(another(1))).resolves.toBeDefined()
    await expect(app.send(another(2))).rejects.toThrow()
  })

  test('a clock that goes back a day finds the budget of that day as it was', async () => {
    const app = open({ unusedPerPrefixDay: 2 })
    await app.send(another(0))
    await app.send(another(1))
    pass(day)
    expect(await flood(app, 3, 10)).toBe(2)
    pass(-day)
    expect(await flood(app, 3, 20)).toBe(0)
  })

  test.each(['throws', 'hangs', 'nonsense'] as const)(
    'a code is accepted within two seconds when the store %s while the send is given back, and the budget stays smaller',
    async fault => {
      const app = open({ unusedPerPrefixDay: 1 })
      const { receipt } = await app.send(another(0))
      app.store.faults = { 'fraud-day.reward': fault, 'fraud-verified.set': fault }
      vi.useRealTimers()
      await expect(app.guard.complete(receipt)).resolves.toBeUndefined()
      app.store.faults = {}
      vi.useFakeTimers({ toFake: ['Date'], now })
      await expect(app.send(another(1))).rejects.toEqual(reached('destination-limited'))
    },
    10_000,
  )

  test('a challenge without a receipt gives nothing back', async () => {
    const app = open()
    await expect(app.guard.complete(undefined)).resolves.toBeUndefined()
    expect(app.store.operations).toEqual([])
  })
})

describe('a number that is exempt', () => {
  test('a number that the user verified is exempt for 20 days, for this user only', async () => {
    const app = open({ unusedPerPrefixDay: 1 })
    await app.guard.complete((await app.send(alice)).receipt)
    await app.send(another(0))
    await expect(app.send(another(1))).rejects.toThrow()
    for (let count = 0; count < 5; count++) await app.send(alice)
    // A pending user who enrolls Alice's number is not exempt, and neither is her other number.
    expect(await app.guard.isExempt({ ...alice, userId: 'mallory' })).toBe(false)
    expect(await app.guard.isExempt({ ...alice, number: '+12025550124' })).toBe(false)
    pass(20 * day - 1000)
    expect(await app.guard.isExempt(alice)).toBe(true)
    pass(2000)
    expect(await app.guard.isExempt(alice)).toBe(false)
  })

  test('a number that two users share is exempt for each of them after a code of their own', async () => {
    const app = open()
    const bob = { ...alice, userId: 'bob' }
    await app.guard.complete((await app.send(alice)).receipt)
    expect(await app.guard.isExempt(bob)).toBe(false)
    await app.guard.complete((await app.send(bob)).receipt)
    expect(await app.guard.isExempt(bob)).toBe(true)
  })

  test.each([
    [0, true],
    [180 * day, true],
    [180 * day + 1, false],
    [-1, false],
    [NaN, false],
  ])('a number that the app verified %s ms ago is exempt: %s', async (age, isExempt) => {
    const app = open()
    const verifiedAt = new Date(Date.now() - age)
    expect(await app.guard.isExempt({ ...alice, verifiedAt })).toBe(isExempt)
  })

  test('a send to an exempt number takes nothing, and its code gives nothing back', async () => {
    const app = open({ unusedPerPrefixDay: 1 })
    await app.send(another(0))
    const exempt = await app.send({ ...alice, verifiedAt: new Date() })
    expect(exempt.counts).toEqual([])
    await app.guard.complete(exempt.receipt)
    await expect(app.send(another(1))).rejects.toThrow()
  })
})

describe('the app is told', () => {
  test('one warning comes at 80 %, and one event for each refused send', async () => {
    const app = open({ unusedPerPrefixDay: 10 })
    expect(await flood(app, 7)).toBe(7)
    expect(app.named('fraud.warning')).toEqual([])
    const eighth = await app.send(another(7))
    const alarm = {
      limit: 'unusedPerPrefixDay',
      country: 'US',
      prefix: '+1202555',
      allowed: 10,
      retryAfter: 43_200,
      observed: false,
    }
    expect(app.named('fraud.warning')).toEqual([alarm])
    await app.guard.complete(eighth.receipt)
    expect(await flood(app, 6, 10)).toBe(3)
    expect(app.named('fraud.warning')).toEqual([alarm])
    expect(app.named('fraud.blocked')).toEqual([alarm, alarm, alarm])
    pass(day)
    await flood(app, 8, 20)
    expect(app.named('fraud.warning')).toHaveLength(2)
  })

  test.each([
    [1, 1],
    [4, 4],
    [35, 28],
  ])('the warning about a limit of %s comes with send %s', async (limit, warning) => {
    const app = open({ unusedPerPrefixDay: limit })
    await flood(app, warning - 1)
    expect(app.named('fraud.warning')).toEqual([])
    await app.send(alice)
    expect(app.named('fraud.warning')).toHaveLength(1)
  })

  test('a warning that the store does not count refuses no send', async () => {
    const app = open({ unusedPerPrefixDay: 1, sendsPerPrefixDay: false })
    let hits = 0
    const fail = vi.spyOn(app.store.operations, 'push').mockImplementation(operation => {
      if (operation === 'fraud-day.consume' && ++hits === 2) throw new Error('down')
      return 0
    })
    await expect(app.send(alice)).resolves.toBeDefined()
    fail.mockRestore()
    expect(hits).toBe(2)
    expect(app.named('fraud.warning')).toEqual([])
  })

  test('with observe, every send is allowed and counted, and the events say what would have been refused', async () => {
    const app = open({ unusedPerPrefixDay: 5, sendsPerPrefixDay: false, observe: true })
    expect(await flood(app, 8)).toBe(8)
    expect(app.named('fraud.warning')).toEqual([expect.objectContaining({ observed: true })])
    expect(app.named('fraud.blocked')).toHaveLength(3)
    expect(app.named('fraud.blocked')[0]).toMatchObject({ observed: true, allowed: 5 })
    await app.guard.stopSends('test')
    await expect(app.send(alice)).rejects.toMatchObject({ code: 'sends-stopped' })
  })
})

describe('stopSends', () => {
  test('stopSends() stops the sends of all processes, exempt ones too, until resumeSends()', async () => {
    const app = open()
    const other = app.process()
    const exempt = { ...alice, verifiedAt: new Date() }
    await app.guard.stopSends('a flood into one prefix')
    for (const { send } of [app, other])
      for (const given of [alice, exempt])
        await expect(send(given)).rejects.toMatchObject({ code: 'sends-stopped', status: 503 })
    pass(30 * day)
    await expect(other.send(alice)).rejects.toMatchObject({ code: 'sends-stopped' })
    await other.guard.resumeSends()
    await expect(app.send(alice)).resolves.toBeDefined()
    expect(app.named('sends.switched')).toEqual([
      { stopped: true, reason: 'a flood into one prefix' },
      { stopped: false },
    ])
  })

  test.each(['', 'x'.repeat(201), undefined, 7])(
    'stopSends() needs a reason of 1 to 200 characters: %j',
    async reason => {
      const app = open()
      await expect(app.guard.stopSends(reason as string)).rejects.toThrow(TypeError)
      await expect(app.send(alice)).resolves.toBeDefined()
    },
  )

  test('stopSends() rejects if the store does not store it, and no event says that sends are stopped', async () => {
    const app = open()
    app.store.faults = { 'fraud-switch.set': 'throws' }
    await expect(app.guard.stopSends('a flood')).rejects.toMatchObject({
      code: 'limiter-unavailable',
    })
    expect(app.named('sends.switched')).toEqual([])
  })

  test.each(['fraud-switch.get', 'fraud-verified.get', 'fraud-day.consume'])(
    'no code is sent if the store fails at %s',
    async operation => {
      const app = open()
      app.store.faults = { [operation]: 'throws' }
      await expect(app.send(alice)).rejects.toMatchObject({ code: 'limiter-unavailable' })
    },
  )
})

describe('parallel requests of two processes over a slow store', () => {
  test('exactly 50 of 1,000 parallel sends are allowed, and the budget is exactly full afterwards', async () => {
    vi.useRealTimers()
    const app = open({}, new CounterStore(2, 25))
    const processes = [app, app.process()]
    const outcomes = await Promise.allSettled(
      Array.from({ length: 1000 }, (_, index) => processes[index % 2]!.send(another(index))),
    )
    const checks = outcomes.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
    expect(checks).toHaveLength(50)
    // Twenty codes are entered while others ask: exactly twenty more get through in the end.
    const [during] = await Promise.all([
      flood(processes[1]!, 100, 2000),
      ...checks
        .slice(0, 20)
        .map(({ receipt }, index) => processes[index % 2]!.guard.complete(receipt)),
    ])
    expect(during + (await flood(app, 100, 3000))).toBe(20)
    expect(await flood(app, 20, 4000)).toBe(0)
  }, 60_000)
})
