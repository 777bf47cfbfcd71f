// A limiter that fails, hangs or returns nonsense never opens access, and nothing stays counted
// that was not compared.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AppliedLimits } from '../../lib/limits/apply-limits.js'
import { callOf, createLimits } from '../support/applied-limits.js'
import type { Fault } from '../support/stores.js'

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-01T12:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)
const unavailable = { code: 'limiter-unavailable', status: 503 }
const challenge = { userId: 'alice', id: 'challenge', activation: 1 }

const begin = async ({ attempts, activeChallenges }: AppliedLimits) =>
  attempts.begin({
    userId: 'alice',
    id: String(Math.random()),
    activation: await activeChallenges.activate('alice'),
  })
const beginRecovery = ({ attempts }: AppliedLimits) => attempts.beginRecovery('alice')
const admit = ({ sends }: AppliedLimits) => sends.admit(callOf('alice'))

/** What may be asked of the limiter first, with each method of the limits. */
const operations: readonly (readonly [string, (limits: AppliedLimits) => Promise<unknown>])[] = [
  ['sends.admit()', admit],
  ['attempts.begin()', ({ attempts }) => attempts.begin(challenge)],
  ['attempts.beginRecovery()', beginRecovery],
  ['activeChallenges.useUp()', ({ activeChallenges }) => activeChallenges.useUp(challenge)],
  [
    'activeChallenges.countFetch()',
    ({ activeChallenges }) => activeChallenges.countFetch('alice', 'token'),
  ],
  ['activeChallenges.isActive()', ({ activeChallenges }) => activeChallenges.isActive(challenge)],
  ['activeChallenges.activate()', ({ activeChallenges }) => activeChallenges.activate('alice')],
  [
    'activeChallenges.report()',
    ({ activeChallenges }) => activeChallenges.report({ userId: 'alice', id: 'c1' }),
  ],
  ['locks.unlock()', ({ locks }) => locks.unlock('alice')],
]
const onlyWrite = [
  'activeChallenges.activate()',
  'activeChallenges.report()',
  'locks.unlock()',
] as const
const everywhere = (fault: Fault) => ({
  consume: fault,
  get: fault,
  set: fault,
  delete: fault,
  reward: fault,
})

test.each(operations)(
  '%s is a 503 if the limiter rejects, and the error quotes nothing of the limiter',
  async (_name, operation) => {
    const limits = createLimits()
    limits.store.faults = everywhere('rejects')
    await expect(operation(limits)).rejects.toMatchObject({
      ...unavailable,
      message: expect.not.stringContaining('the counter failed'),
    })
  },
)

test.each(operations)(
  '%s is a 503 after 2 seconds if the limiter hangs',
  async (_name, operation) => {
    const limits = createLimits()
    limits.store.faults = everywhere('hangs')
    const outcome = expect(operation(limits)).rejects.toMatchObject(unavailable)
    await pass(2)
    await outcome
  },
)

test.each(operations.filter(([name]) => !(onlyWrite as readonly string[]).includes(name)))(
  '%s is a 503 if the limiter returns nonsense',
  async (_name, operation) => {
    const limits = createLimits()
    limits.store.faults = everywhere('nonsense')
    await expect(operation(limits)).rejects.toMatchObject(unavailable)
  },
)

test.each(['failed', 'succeeded', 'cancel'] as const)(
  '%s() of an attempt is a 503 if the limiter rejects',
  async method => {
    for (const start of [begin, beginRecovery]) {
      const limits = createLimits({ consecutiveFailureSeconds: 1000 })
      await beginRecovery(limits)
      await pass(100) // so that failed() renews the window
      const attempt = await start(limits)
      limits.store.faults = everywhere('rejects')
      await expect(attempt[method]()).rejects.toMatchObject(unavailable)
    }
  },
)

describe('the last attempt before the lockout', () => {
  test.each([
    ['consecutive-failures.consume', 'rejects', 1],
    ['failures.consume', 'hangs after the work', 1],
    ['failures.consume', 'rejects', 1],
    // The count stays full, so the next attempt after the lockout begins a second one.
    ['failures.set', 'rejects', 2],
    ['lockout.set', 'rejects', 1],
  ] as const)(
    'if %s %s at the last attempt before the lockout, the user is locked out at most %i times',
    async (operation, fault, lockouts) => {
      const limits = createLimits()
      for (let index = 0; index < 9; index++) await (await beginRecovery(limits)).failed()
      limits.store.faults = { [operation]: fault }
      const tenth = expect(begin(limits)).rejects.toMatchObject(unavailable)
      await pass(3)
      await tenth
      limits.store.faults = {}
      for (let lockout = 0; lockout < lockouts; lockout++) {
        const attempt = begin(limits).catch(() => undefined)
        await pass(905)
        await attempt
      }
      await begin(limits)
    },
  )
})

describe('counts that are taken together', () => {
  test.each(['failures.consume', 'consecutive-failures.consume'])(
    '100 attempts while %s fails are not compared and do not stay counted',
    async operation => {
      for (const start of [begin, beginRecovery]) {
        const limits = createLimits()
        limits.store.faults = { [operation]: 'rejects' }
        for (let index = 0; index < 100; index++)
          await expect(start(limits)).rejects.toMatchObject(unavailable)
        limits.store.faults = {}
        for (let index = 1; index <= 9; index++)
          expect(await (await beginRecovery(limits)).failed()).toBeUndefined()
        expect(await (await beginRecovery(limits)).failed()).toBe('attemptsPerUser')
      }
    },
  )

  test.each([
    'user-hour.consume',
    'phone-10min.consume',
    'number-day.consume',
    'phone-interval.consume',
    'prefix-10min.consume',
    'app-minute.consume',
  ])('calls that fail because %s fails use up nothing', async operation => {
    const limits = createLimits({ callsPerAppMinute: 3 })
    limits.store.faults = { [operation]: 'rejects' }
    for (let index = 0; index < 6; index++)
      await expect(admit(limits)).rejects.toMatchObject(unavailable)
    limits.store.faults = {}
    await admit(limits)
    for (let index = 0; index < 2; index++)
      await limits.sends.admit(callOf(`user${index}`, `+1303${5_550_000 + index * 10_000}`))
  })

  test('what cannot be given back stays counted, and the first error is reported', async () => {
    const limits = createLimits({ attemptsPerUser: 3 })
    limits.store.faults = {
      'consecutive-failures.consume': 'rejects',
      reward: 'rejects',
      delete: 'rejects',
    }
    for (const start of [begin, beginRecovery])
      await expect(start(limits)).rejects.toMatchObject({
        ...unavailable,
        cause: { name: 'Error' },
      })
    limits.store.faults = { 'prefix-10min.consume': 'rejects', reward: 'rejects' }
    await expect(admit(limits)).rejects.toMatchObject(unavailable)
    limits.store.faults = {}
    expect(await (await beginRecovery(limits)).failed()).toBe('attemptsPerUser')
  })
})
