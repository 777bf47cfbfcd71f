// The queue of the calls that the Space has not started: who gets which place, and who is refused.
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createPace } from '../../lib/limits/turns.js'
import type { Limiter, LimiterFactory } from '../../lib/options/limiter.js'
import { callsUnlimited } from '../support/limits.js'
import { callOf, createLimits, limitsOver } from '../support/applied-limits.js'
import { CounterStore } from '../support/stores.js'
import { watchProcess } from '../support/watch.js'

watchProcess()

const clock = { time: 0, now: () => clock.time }
beforeEach(() => {
  clock.time = Date.parse('2026-11-01T09:00:00Z')
})
const paceOf = (callsPerSecond: number, maxWaitSeconds = 240) => ({
  callsPerSecond,
  maxWaitSeconds,
  now: clock.now,
})
/** A store that several processes share. */
class SharedStore extends CounterStore {
  private readonly made = new Map<string, Limiter>()
  readonly shared: LimiterFactory = options => {
    const limiter = this.made.get(options.keyPrefix) ?? this.factory(options)
    this.made.set(options.keyPrefix, limiter)
    return limiter
  }
}
/** A process of its own over a store that it shares with others. */
const processOver = (store: SharedStore, callsPerSecond = 1, maxWaitSeconds?: number) =>
  limitsOver(store.shared, callsUnlimited, paceOf(callsPerSecond, maxWaitSeconds)).sends
const sendsAt = (callsPerSecond: number, maxWaitSeconds?: number) =>
  processOver(new SharedStore(0, 0), callsPerSecond, maxWaitSeconds)

let people = 0
type Sends = ReturnType<typeof processOver>
const ask = async (sends: Sends, kind: 'own' | 'enroll' | 'approve' = 'own') => {
  const call = callOf(`user ${(people += 1)}`, '+12025550123', { kind, waitsForTurn: true })
  return (await sends.admit(call)).turn
}
/** Asks `times` times, one after the other. */
async function askTimes(sends: Sends, times: number, kind: 'own' | 'enroll' = 'own') {
  const waits: (number | string)[] = []
  for (let each = 0; each < times; each++)
    waits.push(
      await ask(sends, kind).then(
        place => place?.seconds ?? 'no queue',
        (error: unknown) => (error as { code: string }).code,
      ),
    )
  return waits
}

describe('places in the queue', () => {
  test('at one call a second, each call rings one second after the one before it', async () => {
    expect(await askTimes(sendsAt(1), 5)).toEqual([0, 1, 2, 3, 4])
  })

  test('at five calls in two seconds and at one call in four, the waits follow the pace', async () => {
    expect(await askTimes(sendsAt(2.5), 6)).toEqual([0, 0.4, 0.8, 1.2, 1.6, 2])
    expect(await askTimes(sendsAt(0.25), 3)).toEqual([0, 4, 8])
  })

  test('without a pace no call waits, and the limiter is not asked about a queue', async () => {
    const { sends, store } = createLimits(callsUnlimited)
    expect(await askTimes(sends, 3)).toEqual(['no queue', 'no queue', 'no queue'])
    expect(store.operations.filter(name => name.startsWith('turns'))).toEqual([])
  })

  test('a text or a hosted channel does not wait', async () => {
    const sends = sendsAt(1)
    await askTimes(sends, 5)
    expect((await sends.admit(callOf('alice'))).turn).toBeUndefined()
    expect(await askTimes(sends, 1)).toEqual([5])
  })

  test('the queue gets shorter by itself, so that calls of a process that died lock nobody out', async () => {
    const store = new SharedStore(0, 0)
    await askTimes(processOver(store), 100)
    clock.time += 40_000
    expect(await askTimes(processOver(store), 1)).toEqual([60])
    clock.time += 1_000_000
    expect(await askTimes(processOver(store), 1)).toEqual([0])
  })

  test('a clock that is set back does not lock anybody out', async () => {
    const sends = sendsAt(1)
    await askTimes(sends, 3)
    clock.time -= 3_600_000
    expect(await askTimes(sends, 3)).toEqual([0, 1, 2])
  })

  test('a process that was just started finds the end of a long queue in a few steps', async () => {
    const store = new SharedStore(0, 0)
    await askTimes(processOver(store), 200)
    const before = store.operations.length
    expect(await askTimes(processOver(store), 1)).toEqual([200])
    const steps = store.operations.slice(before).filter(name => name.startsWith('turns'))
    expect(steps.length).toBeLessThanOrEqual(20)
  })

  test('a call needs one command of the limiter for its place', async () => {
    const store = new SharedStore(0, 0)
    await askTimes(processOver(store), 50)
    expect(store.operations.filter(name => name.startsWith('turns'))).toEqual(
      Array.from({ length: 50 }, () => 'turns.consume'),
    )
  })
})

describe('a queue that is full', () => {
  test('the call is refused with queue-full and the seconds after which there is a place', async () => {
    const sends = sendsAt(1, 3)
    expect(await askTimes(sends, 6)).toEqual([0, 1, 2, 3, 'queue-full', 'queue-full'])
    await expect(ask(sends)).rejects.toMatchObject({ status: 503, retryAfter: 1 })
    clock.time += 1000
    expect(await askTimes(sends, 2)).toEqual([3, 'queue-full'])
  })

  test('Retry-After is right for a process whose first call is refused', async () => {
    const store = new SharedStore(0, 0)
    await askTimes(processOver(store, 0.1, 30), 4)
    await expect(ask(processOver(store, 0.1, 30))).rejects.toMatchObject({
      code: 'queue-full',
      retryAfter: 10,
    })
    clock.time += 10_000
    expect(await askTimes(processOver(store, 0.1, 30), 1)).toEqual([30])
  })

  test('a refused call is counted in no limit and leaves the interval as it was', async () => {
    vi.useFakeTimers({ now: clock.time })
    try {
      const once = {
        callsPerUserHour: 1,
        callsPerPhoneTenMinutes: 1,
        callsPerPhoneDay: 1,
        callsPerPrefixTenMinutes: 2,
        callsPerAppMinute: 2,
      }
      const { sends } = limitsOver(new SharedStore(0, 0).factory, once, paceOf(1, 0))
      await sends.admit(callOf('alice', '+12025550123', { waitsForTurn: true }))
      const bob = callOf('bob', '+12025550145', { waitsForTurn: true })
      for (let times = 0; times < 20; times++)
        await expect(sends.admit(bob)).rejects.toMatchObject({ code: 'queue-full' })
      clock.time += 1000
      await sends.admit(bob)
    } finally {
      vi.useRealTimers()
    }
  })

  test('a process that learns only from the store that the queue is full gives all counts back', async () => {
    const store = new SharedStore(0, 0)
    const once = { callsPerUserHour: 1, callsPerPhoneDay: 1, callsPerAppMinute: 2 }
    const start = () => limitsOver(store.shared, once, paceOf(1, 0)).sends
    await start().admit(callOf('alice', '+12025550123', { waitsForTurn: true }))
    const bob = callOf('bob', '+12025550145', { waitsForTurn: true })
    for (let times = 0; times < 20; times++)
      await expect(start().admit(bob)).rejects.toMatchObject({ code: 'queue-full' })
    clock.time += 1000
    await start().admit(bob)
  })

  test('the veto of the app is not asked about a call for which there is no place', async () => {
    const sends = sendsAt(1, 0)
    await ask(sends)
    await ask(sends).catch(() => undefined)
    const permit = vi.fn(() => Promise.resolve())
    await expect(
      sends.admit(callOf('carol', '+12025550123', { waitsForTurn: true }), permit),
    ).rejects.toMatchObject({ code: 'queue-full' })
    expect(permit).not.toHaveBeenCalled()
  })

  test('calls to enroll fill at most a third of the queue', async () => {
    const sends = sendsAt(1, 30)
    const waits = await askTimes(sends, 40, 'enroll')
    expect(waits.filter(wait => wait !== 'queue-full')).toHaveLength(11)
    expect(await askTimes(sends, 1)).toEqual([11])
  })
})

test.each([
  [300, 30, 240],
  [60, 30, 15],
  [60, 120, 15],
  [600, 120, 450],
])(
  'with codes of %i s and phones that ring for %i s, a call may wait for %i s',
  (codeSeconds, ringSeconds, maxWaitSeconds) => {
    const signalwire = { callsPerSecond: 1 }
    expect(createPace({ signalwire, codeSeconds, ringSeconds, clock })).toMatchObject({
      maxWaitSeconds,
    })
  },
)

describe('calls that overtake each other on the way to SignalWire', () => {
  const open = async () => {
    const store = new SharedStore(0, 0)
    const { sends, turns } = limitsOver(store.shared, callsUnlimited, paceOf(1))
    const taken = [(await ask(sends))!, (await ask(sends))!, (await ask(sends))!] as const
    return { store, turns, taken }
  }

  test('the call that SignalWire accepts first gets the first place, over all processes', async () => {
    const { store, turns, taken } = await open()
    const other = limitsOver(store.shared, callsUnlimited, paceOf(1)).turns
    const [first, second, third] = taken
    expect((await other.accept(third)).seconds).toBe(0)
    expect((await turns.accept(first)).seconds).toBe(1)
    expect((await other.accept(second)).seconds).toBe(2)
  })

  test('the wait is counted from the time at which SignalWire accepted the call', async () => {
    const { turns, taken } = await open()
    clock.time += 500
    await turns.accept(taken[2])
    expect(await turns.accept(taken[0])).toEqual({
      takenAt: clock.time,
      countedSeconds: 1,
      seconds: 1,
    })
  })

  test('a limiter that fails then leaves the wait as it was: the call is placed', async () => {
    const { store, turns, taken } = await open()
    store.faults['accepted-calls.consume'] = 'rejects'
    expect(await turns.accept(taken[2])).toEqual(taken[2])
  })

  test('a lost count leaves the wait as it was', async () => {
    const { store, turns, taken } = await open()
    store.flush()
    expect(await turns.accept(taken[2])).toEqual(taken[2])
  })

  test('a count that lies in the past means no wait', async () => {
    const { turns, taken } = await open()
    clock.time += 100_000
    expect(await turns.accept(taken[2])).toMatchObject({ countedSeconds: 0, seconds: 0 })
  })

  test('without a pace there is nothing to count', async () => {
    const { turns } = limitsOver(new SharedStore(0, 0).shared)
    const turn = { takenAt: 0, countedSeconds: 3, seconds: 3 }
    expect(await turns.accept(turn)).toBe(turn)
  })
})

describe('parallel requests', () => {
  test('1,000 parallel calls in two processes over a slow store get each place once', async () => {
    const store = new SharedStore()
    const processes = [processOver(store), processOver(store)]
    const results = await Promise.allSettled(
      Array.from({ length: 1000 }, (_, index) => ask(processes[index % 2]!)),
    )
    const waits = results.flatMap(result =>
      result.status === 'fulfilled' ? [result.value!.seconds] : [],
    )
    expect(waits.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 241 }, (_, index) => index),
    )
    for (const result of results)
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'queue-full', status: 503 })
  })

  test('if the limiter cannot note that the queue is empty, the call rings at once all the same', async () => {
    const store = new SharedStore(0, 0)
    store.faults = { 'accepted-calls.set': 'rejects' }
    expect(await askTimes(processOver(store), 2)).toEqual([0, 1])
    expect(store.operations).toContain('accepted-calls.set')
  })

  test('if the limiter cannot say how fast the queue is, a call within the interval is refused as usual', async () => {
    const store = new SharedStore(0, 0)
    const { sends } = limitsOver(store.shared, {}, paceOf(1))
    const call = callOf('alice', '+12025550123', { waitsForTurn: true })
    await sends.admit(call)
    store.faults = { 'turn-correction.get': 'rejects' }
    await expect(sends.admit(call)).rejects.toMatchObject({ code: 'too-many-calls' })
    store.faults = { 'turn-correction.get': 'hangs' }
    await expect(sends.admit(call)).rejects.toMatchObject({ code: 'too-many-calls' })
  })

  test.each(['rejects', 'hangs', 'nonsense'] as const)(
    'a limiter that %s gives limiter-unavailable, and the limits get their counts back',
    async fault => {
      vi.useFakeTimers()
      try {
        const store = new SharedStore(0, 0)
        const sends = processOver(store)
        store.faults['turns.consume'] = fault
        const asked = ask(sends).catch((error: unknown) => error)
        await vi.advanceTimersByTimeAsync(2000)
        expect(await asked).toMatchObject({ code: 'limiter-unavailable', status: 503 })
        delete store.faults['turns.consume']
        expect(await ask(sends)).toMatchObject({ seconds: 1 })
      } finally {
        vi.useRealTimers()
      }
    },
  )
})
