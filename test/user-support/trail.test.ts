import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { MemoryTrailStore, type TrailEntry, type TrailStore } from 'passport-voice-otp'
import { createKeys } from '../../lib/crypto.js'
import type { Emit } from '../../lib/events.js'
import { withTrail } from '../../lib/user-support/trail.js'
import { secret } from '../support/secrets.js'
import { createWorld } from '../support/world.js'

const bounds = { maxEntries: 3, maxAgeSeconds: 100 }
const keys = createKeys([secret], secret)

afterEach(() => {
  vi.useRealTimers()
})

/** A trail of its own, with a clock, and everything that was emitted. */
function createTrail(trail: TrailStore) {
  const clock = { time: 1_000_000, now: () => clock.time }
  const emitted: string[] = []
  const emit = withTrail({ trail, clock }, keys, (name => {
    emitted.push(name)
  }) as Emit)
  return { clock, emitted, emit }
}

/** A store that shows what it was given. */
function createRecorder() {
  const added: { user: string; entry: TrailEntry }[] = []
  const store: TrailStore = {
    add: (user, entry) => {
      added.push({ user, entry })
    },
    list: () => [],
  }
  return { added, store }
}

const blocked = { userId: 'alice', purpose: 'login', code: 'too-many-calls' } as const

test('the memory store keeps the newest entries of a user, and no old ones', () => {
  const store = new MemoryTrailStore()
  for (const at of [1, 2, 3, 4]) store.add('alice', { at: at * 1000, event: 'code.sent' }, bounds)
  expect(store.list('alice').map(({ at }) => at)).toEqual([4000, 3000, 2000])
  store.add('alice', { at: 103_500, event: 'code.sent' }, bounds)
  expect(store.list('alice').map(({ at }) => at)).toEqual([103_500, 4000])
  expect(store.list('bob')).toEqual([])
})

test('the memory store forgets the user who was quiet for longest when it holds 10,000 users', () => {
  const store = new MemoryTrailStore()
  const add = (user: string) => {
    store.add(user, { at: 0, event: 'code.sent' }, bounds)
  }
  for (let user = 0; user < 10_000; user++) add(String(user))
  add('0')
  add('one more')
  expect(['0', '1', '2', 'one more'].map(user => store.list(user).length)).toEqual([2, 0, 1, 1])
})

test('an entry holds no user id, and only details that support may see', () => {
  const { added, store } = createRecorder()
  const { emit } = createTrail(store)
  emit('code.sent', { userId: 'alice', purpose: 'login', channel: 'call', sid: 'CA1' } as never)
  emit('code.blocked', { ...blocked, limit: 'callIntervalSeconds', retryAfter: 60 })
  emit('factor.added', { userId: 'alice', factor: 'passkey' })
  expect(added.map(({ entry }) => entry)).toEqual([
    { at: 1_000_000, event: 'code.sent', purpose: 'login', channel: 'call' },
    {
      at: 1_000_000,
      event: 'code.blocked',
      purpose: 'login',
      code: 'too-many-calls',
      limit: 'callIntervalSeconds',
      until: 1_060_000,
    },
  ])
  expect(added.map(({ user }) => user).join()).not.toContain('alice')
})

test('a flood of equal failures is written once a minute, and wrong codes are all written', () => {
  const { added, store } = createRecorder()
  const { clock, emit } = createTrail(store)
  for (let second = 0; second < 120; second++) {
    clock.time += 1000
    emit('code.blocked', blocked)
    emit('code.blocked', { ...blocked, userId: 'bob' })
  }
  expect(added).toHaveLength(4)
  added.length = 0
  for (let count = 0; count < 3; count++)
    emit('code.rejected', { userId: 'alice', code: 'code-wrong', compared: true })
  expect(added).toHaveLength(3)
  emit('code.blocked', blocked) // it no longer repeats the last entry
  expect(added).toHaveLength(4)
})

test('of 10,001 users, the one who was quiet for longest is no longer known to repeat a failure', async () => {
  const { added, store } = createRecorder()
  const { emit } = createTrail(store)
  const fail = (user: number) => emit('code.blocked', { ...blocked, userId: String(user) })
  for (let user = 0; user <= 10_000; user++) {
    fail(user)
    // The store holds at most 1,000 entries at a time.
    if (user % 500 === 0) await new Promise(setImmediate)
  }
  expect(added).toHaveLength(10_001)
  fail(10_000)
  expect(added).toHaveLength(10_001)
  fail(0)
  expect(added).toHaveLength(10_002)
})

test('the errors of a request are recorded, unless another event has told about them', () => {
  const { added, store } = createRecorder()
  const { emit } = createTrail(store)
  const handled = { what: 'send', milliseconds: 1, userId: 'alice', purpose: 'login' } as const
  for (const outcome of [
    'ok',
    'locked',
    'signalwire-unavailable',
    'toString',
    'limiter-unavailable',
  ])
    emit('request.handled', { ...handled, outcome })
  expect(added.map(({ entry }) => entry.code)).toEqual(['limiter-unavailable'])
})

test('a store that throws, rejects or hangs for 2 seconds is reported, and nobody waits for it', async () => {
  vi.useFakeTimers()
  const methods: TrailStore['add'][] = [
    () => {
      throw new Error('down')
    },
    () => Promise.reject(new Error('down')),
    () => new Promise(() => undefined),
  ]
  for (const add of methods) {
    const { emitted, emit } = createTrail({ add, list: () => [] })
    emit('code.blocked', blocked)
    expect(emitted).toEqual(['code.blocked'])
    await vi.advanceTimersByTimeAsync(2000)
    expect(emitted).toEqual(['code.blocked', 'trail.failed'])
  }
})

test('a store that hangs holds at most 1,000 entries at a time', async () => {
  vi.useFakeTimers()
  const add = vi.fn(() => new Promise<void>(() => undefined))
  const { emitted, emit } = createTrail({ add, list: () => [] })
  for (let user = 0; user < 1005; user++) emit('code.blocked', { ...blocked, userId: String(user) })
  expect(add).toHaveBeenCalledTimes(1000)
  expect(emitted.filter(name => name === 'trail.failed')).toHaveLength(5)
  await vi.advanceTimersByTimeAsync(2000)
  emit('code.blocked', { ...blocked, userId: 'later' })
  expect(add).toHaveBeenCalledTimes(1001)
})

test('a login works with a trail that hangs', async () => {
  const trail: TrailStore = {
    add: () => new Promise<void>(() => undefined),
    list: () => new Promise<never>(() => undefined),
  }
  const world = await createWorld({ options: { trail } })
  onTestFinished(() => world.close())
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  await alice.post('/otp').send({ code }).expect(200)
  await alice.get('/account').expect(200)
})
