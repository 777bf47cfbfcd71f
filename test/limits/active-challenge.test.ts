import { beforeEach, expect, test } from 'vitest'
import { createLimits, reached, RecordingStore } from '../support/applied-limits.js'
import { CounterStore } from '../support/stores.js'

let store: RecordingStore
beforeEach(() => {
  store = new RecordingStore()
})

test('an active challenge has a number between 1 and 2^31 in the store, for the life of the code and a minute', async () => {
  const { activeChallenges } = store.limits()
  const activation = await activeChallenges.activate('alice')
  expect(activation).toBeGreaterThan(0)
  expect(activation).toBeLessThan(2 ** 31)
  expect(store.takeWrites()).toEqual([`set active-challenge user/alice ${activation} 360`])
})

test('the numbers of active challenges are random, so that no old one comes back', async () => {
  const { activeChallenges } = store.limits()
  const activations = new Set<number>()
  for (let index = 0; index < 1000; index++)
    activations.add(await activeChallenges.activate('alice'))
  expect(activations.size).toBeGreaterThan(998)
})

test('only the newest challenge of a user is active', async () => {
  const { activeChallenges } = createLimits()
  const older = await activeChallenges.activate('alice')
  const newer = await activeChallenges.activate('alice')
  expect(await activeChallenges.isActive({ userId: 'alice', activation: older })).toBe(false)
  expect(await activeChallenges.isActive({ userId: 'alice', activation: newer })).toBe(true)
  expect(await activeChallenges.isActive({ userId: 'bob', activation: newer })).toBe(false)
})

test('after the store is flushed, no challenge is active', async () => {
  const { activeChallenges, store } = createLimits()
  const older = await activeChallenges.activate('alice')
  const newer = await activeChallenges.activate('alice')
  store.flush()
  for (const activation of [older, newer])
    expect(await activeChallenges.isActive({ userId: 'alice', activation })).toBe(false)
})

test('a challenge that ends is not active any more', async () => {
  const { activeChallenges } = createLimits()
  const activation = await activeChallenges.activate('alice')
  await activeChallenges.end({ userId: 'alice', activation })
  expect(await activeChallenges.isActive({ userId: 'alice', activation })).toBe(false)
})

test('ending an old challenge leaves the newer one active', async () => {
  const { activeChallenges } = createLimits()
  const older = await activeChallenges.activate('alice')
  const newer = await activeChallenges.activate('alice')
  await activeChallenges.end({ userId: 'alice', activation: older })
  expect(await activeChallenges.isActive({ userId: 'alice', activation: newer })).toBe(true)
})

test('a challenge is used up only once when 20 requests with the right code arrive at the same time', async () => {
  const { activeChallenges } = createLimits({}, new CounterStore())
  const activation = await activeChallenges.activate('alice')
  const challenge = { userId: 'alice', id: 'challenge', activation }
  const results = await Promise.all(
    Array.from({ length: 20 }, () => activeChallenges.useUp(challenge)),
  )
  expect(results.filter(Boolean)).toHaveLength(1)
})

test('a challenge that a newer one replaced cannot be used up', async () => {
  const { activeChallenges } = createLimits()
  const activation = await activeChallenges.activate('alice')
  await activeChallenges.activate('alice')
  expect(await activeChallenges.useUp({ userId: 'alice', id: 'challenge', activation })).toBe(false)
})

test('each use of a challenge is counted under the id of the challenge', async () => {
  const { activeChallenges } = store.limits()
  store.put('active-challenge user/alice', 7, 100_000)
  const use = (id: string, activation: number) =>
    activeChallenges.useUp({ userId: 'alice', id, activation })
  expect([await use('c1', 7), await use('c1', 7), await use('c2', 8)]).toEqual([true, false, false])
  expect(store.takeWrites()).toEqual([
    'consume uses user/alice.c1',
    'consume uses user/alice.c1',
    'consume uses user/alice.c2',
  ])
})

test('each webhook token is accepted three times', async () => {
  const { activeChallenges } = store.limits()
  const results = []
  for (const tag of ['t', 't', 't', 't', 'u'])
    results.push(await activeChallenges.countFetch('alice', tag))
  expect(results.map(({ isAdmitted }) => isAdmitted)).toEqual([true, true, true, false, true])
  expect(results.map(({ isFirst }) => isFirst)).toEqual([true, false, false, false, true])
  expect(store.takeWrites()).toContain('consume fetches user/alice.u')
})

test('a report ends the active challenge and blocks calls for `reportedSeconds`', async () => {
  const { activeChallenges } = store.limits()
  expect(await activeChallenges.report({ userId: 'alice', id: 'c1' })).toBe(true)
  expect(store.takeWrites()).toEqual([
    'consume reports user/alice.c1',
    'delete active-challenge user/alice',
    'set reported user/alice 1 600',
  ])
  await expect(activeChallenges.refuseReported('alice')).rejects.toEqual(
    reached('reported', 'reportedSeconds', 600),
  )
  await activeChallenges.refuseReported('bob')
})

test('a report only ends the active challenge if `reportedSeconds` is false', async () => {
  store.put('reported user/alice', 1, 10_000)
  const { activeChallenges } = store.limits({ reportedSeconds: false })
  await activeChallenges.report({ userId: 'alice', id: 'c1' })
  expect(store.takeWrites()).toEqual([
    'consume reports user/alice.c1',
    'delete active-challenge user/alice',
  ])
  expect(await activeChallenges.reportedFor('alice')).toBe(0)
  await activeChallenges.refuseReported('alice')
})

test('of many reports of one challenge at the same time, one is the first', async () => {
  const { activeChallenges } = store.limits()
  const report = (id: string) => activeChallenges.report({ userId: 'alice', id })
  const results = await Promise.all(['c1', 'c1', 'c1', 'c2'].map(report))
  expect(results).toEqual([true, false, false, true])
})

test('the seconds for which a report still blocks calls are rounded up', async () => {
  const { activeChallenges } = store.limits()
  expect(await activeChallenges.reportedFor('alice')).toBe(0)
  store.put('reported user/alice', 1, 299_001)
  expect(await activeChallenges.reportedFor('alice')).toBe(300)
})
