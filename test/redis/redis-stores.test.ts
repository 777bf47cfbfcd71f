// Stores in Redis for remembered browsers, recovery codes and the trail: the same promises as in
// memory, the atomic ones among them.
import { createClient, createCluster } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MemoryRecoveryStore, MemoryRememberStore, MemoryTrailStore } from 'passport-voice-otp'
import type { RememberStore, TrailStore } from 'passport-voice-otp'
import { type RedisStores, redisStores } from 'passport-voice-otp/redis'
import { describeWithRedis, openRedis } from '../support/redis.js'

const now = Date.now()
const [alice, bob] = [{ id: 'alice' }, { id: 'bob' }]
const browserOf = (id: string, user = 'a', more: object = {}) => ({
  id,
  user,
  name: 'Firefox on Linux',
  hash: 'first',
  replacedHash: '',
  phoneHash: 'phone',
  createdAt: now,
  usedAt: now,
  usedBy: 'session',
  expiresAt: now + 86_400_000,
  ...more,
})
const next = { hash: 'second', replacedHash: 'first', usedAt: now + 5, usedBy: 'another' }
const idsOf = async (store: RememberStore, user: string) =>
  (await store.list(user)).map(({ id }) => id).sort()

/** What every store of remembered browsers promises. */
function promisesOfBrowsers(open: () => RememberStore): void {
  test('the store keeps a browser as it was given, and numbers stay numbers', async () => {
    const store = open()
    await store.add(browserOf('one'))
    expect(await store.get('one')).toEqual(browserOf('one'))
    expect(await store.list('a')).toEqual([browserOf('one')])
    expect([await store.get('two'), await store.get(''), await store.list('b')]).toEqual([
      undefined,
      undefined,
      [],
    ])
  })

  test('of 20 changes to a browser at the same time, one is made', async () => {
    const store = open()
    await store.add(browserOf('one'))
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        store.rotate('one', 'first', { ...next, hash: `hash ${index}` }),
      ),
    )
    expect(made.filter(Boolean)).toHaveLength(1)
    expect(await store.get('one')).toEqual({
      ...browserOf('one'),
      ...next,
      hash: `hash ${made.indexOf(true)}`,
    })
  })

  test('the store refuses a change with an old value, and does not bring back a removed browser', async () => {
    const store = open()
    await store.add(browserOf('one'))
    expect([
      await store.rotate('one', 'other', next),
      await store.rotate('two', 'first', next),
      await store.rotate('two', '', next),
    ]).toEqual([false, false, false])
    await store.remove('one')
    expect(await store.rotate('one', 'first', next)).toBe(false)
    expect([await store.get('one'), await store.get('two')]).toEqual([undefined, undefined])
  })

  test('the store removes one browser, or all browsers of one user', async () => {
    const store = open()
    for (const id of ['one', 'two', 'three']) await store.add(browserOf(id))
    await store.add(browserOf('four', 'b'))
    await store.remove('two')
    await store.remove('nobody')
    expect(await idsOf(store, 'a')).toEqual(['one', 'three'])
    await store.removeAll('a')
    await store.removeAll('nobody')
    expect([await idsOf(store, 'a'), await idsOf(store, 'b'), await store.get('one')]).toEqual([
      [],
      ['four'],
      undefined,
    ])
  })
}

/** What every store of recovery codes promises. */
function promisesOfCodes(open: () => RedisStores['recovery']): void {
  test('the store accepts each recovery code once, only for its user, and counts the rest', async () => {
    const codes = open()
    await codes.save(alice, ['1', '2', '3'])
    expect([
      await codes.left(alice.id),
      await codes.left(bob.id),
      await codes.use(bob, ['1']),
      await codes.use(alice, ['4']),
    ]).toEqual([3, 0, undefined, undefined])
    expect([
      await codes.use(alice, ['x', '1']),
      await codes.use(alice, ['1']),
      await codes.use(alice, ['2']),
      await codes.use(alice, ['3']),
      await codes.left(alice.id),
    ]).toEqual([2, undefined, 1, 0, 0])
  })

  test('of 20 requests with the same recovery code, one succeeds', async () => {
    const codes = open()
    await codes.save(alice, ['1', '2'])
    expect(
      (await Promise.all(Array.from({ length: 20 }, async () => codes.use(alice, ['1'])))).filter(
        left => left !== undefined,
      ),
    ).toEqual([1])
  })

  test('a new set of recovery codes replaces the old one', async () => {
    const codes = open()
    await codes.save(alice, ['1', '2'])
    await codes.save(alice, ['3'])
    expect([
      await codes.left(alice.id),
      await codes.use(alice, ['1']),
      await codes.use(alice, ['3']),
    ]).toEqual([1, undefined, 0])
  })

  test('the recovery codes of one user can be deleted', async () => {
    const codes = open()
    await codes.save(alice, ['1', '2'])
    await codes.save(bob, ['3'])
    await codes.removeAll(alice.id)
    expect([
      await codes.left(alice.id),
      await codes.use(alice, ['1']),
      await codes.left(bob.id),
    ]).toEqual([0, undefined, 1])
  })

  test('a user whose id is a number has recovery codes too', async () => {
    const codes = open()
    await codes.save({ id: 7 }, ['1', '2'])
    expect([await codes.use({ id: 7 }, ['1']), await codes.left('7')]).toEqual([1, 1])
  })

  test('users without an id do not share one set of recovery codes: the store refuses them', async () => {
    const codes = open()
    const refuse = (action: () => unknown) =>
      expect(Promise.resolve().then(action)).rejects.toThrow(/needs users with an id/)
    for (const user of [{ _id: 'alice' }, { id: null }, { id: '' }, { id: {} }] as never[]) {
      await refuse(() => codes.save(user, ['1']))
      await refuse(() => codes.use(user, ['1']))
    }
  })
}

/** What every store of the trail promises. */
function promisesOfTrail(open: () => TrailStore): void {
  const bounds = { maxEntries: 3, maxAgeSeconds: 3600 }

  test('the store lists the newest entries of one user first, and keeps three of twenty', async () => {
    const store = open()
    const entry = { at: now, event: 'code.blocked', purpose: 'login', until: now + 5 } as const
    await store.add('b', entry, bounds)
    await Promise.all(
      Array.from({ length: 20 }, async () =>
        store.add('a', { at: now, event: 'code.sent' }, bounds),
      ),
    )
    await store.add('a', { at: now + 1, event: 'code.accepted' }, bounds)
    const entries = await store.list('a')
    expect([entries.length, entries[0]]).toEqual([3, { at: now + 1, event: 'code.accepted' }])
    expect([await store.list('b'), await store.list('c')]).toEqual([[entry], []])
  })
}

describe('in memory', () => {
  promisesOfBrowsers(() => new MemoryRememberStore())
  promisesOfCodes(() => new MemoryRecoveryStore())
  promisesOfTrail(() => new MemoryTrailStore())
})

describeWithRedis('the stores of passport-voice-otp/redis', () => {
  let redis: Awaited<ReturnType<typeof openRedis>>
  let client: ReturnType<typeof createClient>
  beforeAll(async () => {
    redis = await openRedis()
    client = createClient({ url: redis.url })
    await client.connect()
  })
  beforeEach(() => redis.client.flushAll())
  afterAll(async () => {
    client.destroy()
    await redis.close()
  })
  const open = () => redisStores(client, { keyPrefix: 'acme:' })

  promisesOfBrowsers(() => open().browsers)
  promisesOfCodes(() => open().recovery)
  promisesOfTrail(() => open().trail)

  test('remembered browsers expire with their list, whether they were used or not, and the trail expires too', async () => {
    const { browsers, trail } = open()
    await browsers.add(browserOf('one'))
    await browsers.rotate('one', 'first', next)
    expect(await redis.client.pExpireTime('acme:browser:one')).toBe(now + 86_400_000)
    expect(await redis.client.pExpireTime('acme:browsers:a')).toBe(now + 30 * 86_400_000)
    await browsers.add(browserOf('two', 'a', { expiresAt: now - 1 }))
    expect(await idsOf(browsers, 'a')).toEqual(['one'])
    await trail.add('a', { at: now, event: 'x' }, { maxEntries: 3, maxAgeSeconds: 60 })
    expect(await redis.client.ttl('acme:trail:a')).toBeGreaterThan(50)
  })

  test('a browser that is added while all are removed is either in the list or gone', async () => {
    const { browsers } = open()
    for (let round = 0; round < 20; round++) {
      await browsers.add(browserOf('old'))
      await Promise.all([browsers.removeAll('a'), browsers.add(browserOf('new'))])
      const left = (await browsers.get('new')) === undefined ? [] : ['new']
      expect(await idsOf(browsers, 'a')).toEqual(left)
      await browsers.removeAll('a')
    }
  })

  test('the stores accept a client of ioredis, and any text in a name', async () => {
    const name = 'Ünï "quoted" \\ \n 名前'
    const ioRedis = {
      status: 'ready',
      evalsha: (sha: string, count: number, key: string, ...given: string[]) =>
        client.evalSha(sha, { keys: [key], arguments: given }).then(each => each ?? count),
      eval: (text: string, count: number, key: string, ...given: string[]) =>
        client.eval(text, { keys: [key], arguments: given }).then(each => each ?? count),
    }
    const { browsers } = redisStores(ioRedis)
    await browsers.add(browserOf('one', 'a', { name }))
    expect(await browsers.get('one')).toEqual(browserOf('one', 'a', { name }))
  })

  test('the stores work in a cluster: each script has the key of one slot', async () => {
    const cluster = await openRedis({ cluster: true, delayMilliseconds: [0, 1] })
    const clusterClient = createCluster({ rootNodes: [{ url: cluster.directUrl }] })
    await clusterClient.connect()
    try {
      const { browsers, recovery } = redisStores(clusterClient)
      for (const id of ['one', 'two', 'three']) await browsers.add(browserOf(id))
      await browsers.remove('two')
      expect(await idsOf(browsers, 'a')).toEqual(['one', 'three'])
      await browsers.removeAll('a')
      await recovery.save(alice, ['1', '2'])
      expect([await idsOf(browsers, 'a'), await recovery.use(alice, ['2'])]).toEqual([[], 1])
    } finally {
      clusterClient.destroy()
      await cluster.close()
    }
  })

  test('without a connection every method rejects at once', async () => {
    const { browsers, recovery, trail } = redisStores(createClient({ url: redis.url }))
    for (const work of [
      () => browsers.get('one'),
      () => browsers.rotate('one', 'first', next),
      () => recovery.use(alice, ['1']),
      async () => trail.list('a'),
    ])
      await expect(work()).rejects.toThrow('The Redis client is not connected.')
  })
})

test('redisStores refuses anything but a client, and a prefix with braces', () => {
  expect(() => redisStores({} as never)).toThrow('redisStores: give a client of redis')
  const client = { evalSha: async () => [], eval: async () => [] }
  expect(() => redisStores(client, { keyPrefix: '{a}' })).toThrow(
    "redisStores: keyPrefix must not hold braces, but it is '{a}'.",
  )
})
