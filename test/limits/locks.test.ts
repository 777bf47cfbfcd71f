import { beforeEach, expect, test } from 'vitest'
import { reached, RecordingStore } from '../support/applied-limits.js'

let store: RecordingStore
beforeEach(() => {
  store = new RecordingStore()
})

test('a user who is not locked is not refused', async () => {
  const { locks } = store.limits()
  expect(await locks.find('alice')).toBeUndefined()
  await locks.refuseLocked('alice')
  expect(await locks.isLocked('alice')).toBe(false)
})

test('a lockout names its end, and is no lock until unlock()', async () => {
  const { locks } = store.limits()
  store.put('lockout user/alice', 1, 9500)
  await expect(locks.refuseLocked('alice')).rejects.toEqual(
    reached('locked', 'attemptsPerUser', 10),
  )
  expect(await locks.isLocked('alice')).toBe(false)
})

test('a lock until unlock() has no end, also during a lockout', async () => {
  const { locks } = store.limits()
  store.put('lockout user/alice', 1, 9500)
  store.put('locked user/alice', 1, -1)
  const failure = await locks.find('alice')
  expect(failure).toEqual(reached('locked', 'maxConsecutiveFailures'))
  expect(failure?.info).not.toHaveProperty('retryAfter')
  expect(await locks.isLocked('alice')).toBe(true)
})

test('a lockout keeps the count of failures over every limit for as long as it lasts', async () => {
  const { locks } = store.limits()
  await locks.beginLockout('alice')
  expect(store.takeWrites()).toEqual([
    'set failures user/alice 1073741824 900',
    'set lockout user/alice 1 900',
  ])
})

test('a lock until unlock() is stored without an end', async () => {
  await store.limits().locks.lock('alice')
  expect(store.takeWrites()).toEqual(['set locked user/alice 1 0'])
})

test('unlock() ends both locks and the block after a report, and forgets the failures', async () => {
  const { locks } = store.limits()
  store.put('locked user/alice', 1, -1)
  await locks.unlock('alice')
  expect(store.takeWrites()).toEqual([
    'delete consecutive-failures user/alice',
    'delete failures user/alice',
    'delete locked user/alice',
    'delete lockout user/alice',
    'delete reported user/alice',
  ])
  expect(await locks.isLocked('alice')).toBe(false)
})
