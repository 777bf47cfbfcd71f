// The estimate of the queue follows what calls have really waited.
import { beforeEach, expect, test, vi } from 'vitest'
import { callsUnlimited } from '../support/limits.js'
import { callOf, limitsOver } from '../support/applied-limits.js'
import { TimelessLimiter } from '../support/stores.js'

const start = Date.parse('2026-11-01T09:00:00Z')
const clock = { time: start, now: () => clock.time }
beforeEach(() => {
  clock.time = start
})
const pass = (seconds: number) => {
  clock.time += seconds * 1000
}
const open = (maxWaitSeconds = 240) =>
  limitsOver(options => new TimelessLimiter(options), callsUnlimited, {
    callsPerSecond: 1,
    maxWaitSeconds,
    now: clock.now,
  })

let people = 0
type Limits = ReturnType<typeof open>
const place = async ({ sends }: Limits) =>
  (await sends.admit(callOf(`user ${(people += 1)}`, '+12025550123', { waitsForTurn: true }))).turn!
const placeAll = async (limits: Limits, count: number) => {
  const turns = []
  for (let each = 0; each < count; each++) turns.push(await place(limits))
  return turns
}

test('calls that ring on time change nothing', async () => {
  const limits = open()
  const turns = await placeAll(limits, 30)
  pass(21)
  await limits.turns.learn(turns[20]!, clock.time - 2000)
  expect(await limits.turns.update(turns[29]!)).toEqual(turns[29])
})

test('if the queue moves at half the pace, waits are told twice as long, and fewer calls are placed', async () => {
  const limits = open()
  const turns = await placeAll(limits, 100)
  pass(40)
  await limits.turns.learn(turns[20]!, clock.time)
  expect((await limits.turns.update(turns[50]!)).seconds).toBe(100)
  expect(await place(limits)).toMatchObject({ countedSeconds: 60, seconds: 120 })
  const placed = await placeAll(limits, 60)
  expect(placed.at(-1)!.seconds).toBe(240)
  await expect(place(limits)).rejects.toMatchObject({ code: 'queue-full' })
})

test('if the queue moves at twice the pace, waits are told half as long, but no more calls are placed', async () => {
  const limits = open(99)
  const turns = await placeAll(limits, 100)
  pass(10)
  await limits.turns.learn(turns[20]!, undefined)
  expect((await limits.turns.update(turns[80]!)).seconds).toBe(40)
  expect((await placeAll(limits, 10)).at(-1)).toMatchObject({ countedSeconds: 99, seconds: 49.5 })
  await expect(place(limits)).rejects.toMatchObject({ code: 'queue-full' })
})

test('calls of another app that wait in the same Space delay ours until the queue is short again', async () => {
  const limits = open()
  const first = await place(limits)
  pass(60)
  await limits.turns.learn(first, clock.time)
  expect(await place(limits)).toMatchObject({ countedSeconds: 0, seconds: 60 })
  const second = await place(limits)
  pass(5)
  await limits.turns.learn(second, undefined)
  expect(await place(limits)).toMatchObject({ countedSeconds: 0, seconds: 4 })
})

test('a single late call blocks others for two minutes at most', async () => {
  vi.useFakeTimers({ now: start })
  try {
    const limits = open()
    const late = await place(limits)
    pass(280)
    await limits.turns.learn(late, clock.time)
    await expect(place(limits)).rejects.toMatchObject({ code: 'queue-full', retryAfter: 40 })
    vi.setSystemTime(start + 119_000)
    await expect(place(limits)).rejects.toMatchObject({ code: 'queue-full' })
    vi.setSystemTime(start + 121_000)
    expect(await place(limits)).toMatchObject({ seconds: 0 })
  } finally {
    vi.useRealTimers()
  }
})

test('a call that was last seen in the queue long ago shows only when it rang at the latest', async () => {
  const limits = open()
  const turns = await placeAll(limits, 30)
  pass(100)
  await limits.turns.learn(turns[20]!, clock.time - 11_000)
  expect((await limits.turns.update(turns[29]!)).seconds).toBe(29)
})
