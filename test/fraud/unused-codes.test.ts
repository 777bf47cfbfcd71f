// The event `code.unused` by itself, with a clock and timers that the test moves.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { UnusedCodes } from '../../lib/fraud/unused-codes.js'
import { limitsOver } from '../support/applied-limits.js'
import { CounterStore } from '../support/stores.js'
import type { Limiter, LimiterFactory } from '../../lib/options/limiter.js'

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-01T12:00:00Z') })
})
afterEach(() => {
  // In this order: the spy on a fake timer would bring the fake timer back.
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** One process, with the limits of another process that shares its store. */
function open() {
  const store = new CounterStore(0, 0)
  const limiters = new Map<string, Limiter>()
  const shared: LimiterFactory = options => {
    const found = limiters.get(options.keyPrefix) ?? store.factory(options)
    limiters.set(options.keyPrefix, found)
    return found
  }
  const emit = vi.fn()
  const codes = new UnusedCodes(limitsOver(shared).activeChallenges, Date, emit)
  const add = (id: string): void => {
    codes.add({
      id,
      expiresAt: Date.now() + 300_000,
      details: { userId: id, purpose: 'login', channel: 'call', sid: `call of ${id}` },
    })
  }
  const reported = (): string[] =>
    (emit.mock.calls as [string, { userId: string }][]).map(([, { userId }]) => userId)
  return { codes, add, reported, other: limitsOver(shared).activeChallenges, store }
}
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)

test('a code is reported five seconds after its end, once, and a code that another process accepted is not', async () => {
  const { add, reported, other } = open()
  const activation = await other.activate('bob')
  add('alice')
  await pass(10)
  add('bob')
  add('carol')
  expect(await other.useUp({ userId: 'bob', id: 'bob', activation })).toBe(true)
  await pass(294)
  expect(reported()).toEqual([])
  await pass(2)
  expect(reported()).toEqual(['alice'])
  await pass(10)
  expect(reported()).toEqual(['alice', 'carol'])
  await pass(3600)
  expect(reported()).toEqual(['alice', 'carol'])
})

test('a code that is reported as unused cannot be used afterwards, by a process whose clock is behind', async () => {
  const { add, reported, other } = open()
  const activation = await other.activate('alice')
  add('alice')
  await pass(306)
  expect(reported()).toEqual(['alice'])
  expect(await other.useUp({ userId: 'alice', id: 'alice', activation })).toBe(false)
})

test('a code that the same process accepted needs no operation of the limiter', async () => {
  const { add, codes, reported, store } = open()
  add('alice')
  codes.remove('alice')
  await pass(400)
  expect(reported()).toEqual([])
  expect(store.operations).toEqual([])
})

test('one timer serves all codes, and it does not keep the process alive', async () => {
  const { add } = open()
  for (let index = 0; index < 50; index++) add(`user ${index}`)
  expect(vi.getTimerCount()).toBe(1)
  vi.useRealTimers()
  const started = vi.spyOn(globalThis, 'setTimeout')
  const { add: addReal } = open()
  addReal('alice')
  const timer = started.mock.results[0]!.value as NodeJS.Timeout
  expect(timer.hasRef()).toBe(false)
  clearTimeout(timer)
  started.mockRestore()
})

test('at most 10,000 codes wait: the oldest one is forgotten', async () => {
  const { add, reported } = open()
  for (let index = 0; index < 10_001; index++) add(`user ${index}`)
  await pass(310)
  expect(reported()).toHaveLength(10_000)
  expect(reported()[0]).toBe('user 1')
})

test('a process that was suspended past the end of a code reports nothing, because the limiter may have forgotten that the code was used', async () => {
  const { add, reported, store } = open()
  add('alice')
  vi.setSystemTime(Date.now() + 300_000 + 51_000)
  await pass(400)
  expect(reported()).toEqual([])
  expect(store.operations).toEqual([])
})

test('a clock that goes back delays the report and does not lose it', async () => {
  const { add, reported } = open()
  add('alice')
  vi.setSystemTime(Date.now() - 60_000)
  await pass(306)
  expect(reported()).toEqual([])
  await pass(70)
  expect(reported()).toEqual(['alice'])
})

test('a clock that goes back by a month does not keep the process busy', async () => {
  const { add, reported } = open()
  add('alice')
  vi.setSystemTime(Date.now() - 30 * 86_400_000)
  const timers = vi.spyOn(globalThis, 'setTimeout')
  await pass(600)
  expect(timers.mock.calls.length).toBeLessThan(3)
  expect(reported()).toEqual([])
})
