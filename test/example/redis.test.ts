// Remembered browsers, recovery codes and other factors in a real Redis, as in memory: the same
// promises, the atomic ones among them.
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MemoryRememberStore, type RememberStore } from 'passport-voice-otp'
import { createFactors } from '../../example/stores/factors.js'
import { type Records, recordsInMemory, recordsInRedis } from '../../example/stores/records.js'
import {
  recoveryInMemory,
  recoveryInRedis,
  type RecoveryCodes,
} from '../../example/stores/recovery-codes.js'
import type { RedisClient } from '../../example/stores/redis.js'
import { browsersInRedis } from '../../example/stores/redis-browsers.js'
import { demoPeople } from '../../example/stores/users.js'
import { describeWithRedis, openRedis } from '../support/redis.js'
import { demoPassword, openSite, passBoth } from '../support/site.js'

const now = Date.now()
const [alice, bob] = demoPeople as [(typeof demoPeople)[number], (typeof demoPeople)[number]]
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
function promisesOfCodes(open: () => RecoveryCodes): void {
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
}

const passkey = (id: string) => ({ id, name: id, publicKey: 'key', counter: 0, createdAt: now })

/** What every store of passkeys and app codes promises. */
function promisesOfFactors(open: () => Records): void {
  test('a passkey that was removed does not come back with a change that began earlier', async () => {
    const factors = createFactors(open())
    await factors.addPasskey('a', passkey('thief'))
    await factors.removeAll('a')
    // These two have read before the reset.
    await factors.renamePasskey('a', 'thief', 'new name')
    await factors.countPasskey('a', 'thief', 7)
    expect((await factors.of('a')).passkeys).toEqual([])
  })

  test('ten passkeys that are added at the same time are all kept', async () => {
    const factors = createFactors(open())
    const ids = Array.from({ length: 10 }, (_, index) => `key ${index}`)
    await Promise.all(ids.map(id => factors.addPasskey('a', passkey(id))))
    expect((await factors.of('a')).passkeys.map(({ id }) => id).sort()).toEqual(ids)
  })

  test('the time since which a user has had a passkey ends with the last one, and a new one does not change it', async () => {
    const factors = createFactors(open())
    const sinceOf = async () => (await factors.of('a')).passkeysSince - now
    await factors.addPasskey('a', passkey('one'))
    await factors.addPasskey('a', { ...passkey('two'), createdAt: now + 1000 })
    await factors.removePasskey('a', 'one')
    expect(await sinceOf()).toBe(0)
    expect((await factors.of('a')).passkeys).toEqual([{ ...passkey('two'), createdAt: now + 1000 }])
    await factors.removePasskey('a', 'two')
    await factors.addPasskey('a', { ...passkey('three'), createdAt: now + 2000 })
    expect(await sinceOf()).toBe(2000)
  })

  test('the key of an app is kept with the step of the set-up, and both can be removed', async () => {
    const factors = createFactors(open())
    await factors.addAppKey('a', 'KEY', 7)
    expect(await factors.of('a')).toMatchObject({ appKey: 'KEY', appKeyStep: 7 })
    expect((await factors.of('b')).appKey).toBeUndefined()
    await factors.removeAppKey('a')
    expect((await factors.of('a')).appKey).toBeUndefined()
  })
}

describe('browsers in memory', () => {
  promisesOfBrowsers(() => new MemoryRememberStore())
})
describe('codes in memory', () => {
  promisesOfCodes(recoveryInMemory)
})

describe('factors in memory', () => {
  promisesOfFactors(recordsInMemory)
})

describeWithRedis('in Redis', () => {
  let redis: Awaited<ReturnType<typeof openRedis>>
  let client: RedisClient
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

  describe('browsers', () => {
    const open = () => browsersInRedis(client, 'acme')
    promisesOfBrowsers(open)

    test('remembered browsers in Redis expire with their list, whether they were used or not', async () => {
      await open().add(browserOf('one'))
      await open().rotate('one', 'first', next)
      expect(await redis.client.pExpireTime('acme:browser:one')).toBe(now + 86_400_000)
      expect(await redis.client.pExpireTime('acme:browsers:a')).toBe(now + 30 * 86_400_000)
      await open().add(browserOf('two', 'a', { expiresAt: now - 1 }))
      expect(await idsOf(open(), 'a')).toEqual(['one'])
    })

    test('a browser that is added while all are removed is either in the list or gone', async () => {
      const store = open()
      for (let round = 0; round < 20; round++) {
        await store.add(browserOf('old'))
        await Promise.all([store.removeAll('a'), store.add(browserOf('new'))])
        expect(await idsOf(store, 'a')).toEqual(
          (await store.get('new')) === undefined ? [] : ['new'],
        )
        await store.removeAll('a')
      }
    })
  })

  describe('codes', () => {
    promisesOfCodes(() => recoveryInRedis(client, 'acme'))
  })

  describe('factors', () => {
    promisesOfFactors(() => recordsInRedis(client, 'acme'))
  })

  test('the app uses both stores in Redis, and Redis holds nothing that logs anybody in', async () => {
    const site = await openSite({
      limits: { callIntervalSeconds: false },
      remember: { days: 30, store: browsersInRedis(client, 'acme') },
      recovery: recoveryInRedis(client, 'acme'),
    })
    const visitor = site.visitor()
    await visitor.logIn('alice')
    await visitor.submit('/otp/call')
    await visitor.submit('/otp', {
      code: await site.answer(visitor.matchingDigits),
      remember: 'on',
    })
    const {
      body: { codes },
    } = await visitor.json('POST', '/api/recovery-codes')
    const [code = ''] = codes as string[]
    const kept = redis.recorded.join('')
    expect(kept).toContain('A browser')
    for (const secret of [
      visitor.cookies.get('voice-otp-browser')!.split('.')[1]!,
      code,
      code.replace('-', ''),
      '2025550123',
    ])
      expect(kept).not.toContain(secret)

    await visitor.open('/account')
    await visitor.submit('/logout')
    await visitor.logIn('alice')
    expect(visitor.page.path).toBe('/account')
    await visitor.open('/security')
    await visitor.submit('/security/browsers', { id: 'all' })
    await visitor.submit('/logout')
    await visitor.logIn('alice')
    expect(visitor.page.path).toBe('/otp')
    expect(await visitor.json('POST', '/api/otp/recover', { code })).toMatchObject({
      status: 200,
      body: { recoveryCodesLeft: 9 },
    })
  })

  test('while Redis is cut off, a remembered browser needs a call, and no recovery code logs in', async () => {
    const line = createClient({
      url: redis.url,
      disableOfflineQueue: true,
      socket: { reconnectStrategy: false },
    })
    line.on('error', () => undefined)
    await line.connect()
    const site = await openSite({
      limits: { callIntervalSeconds: false },
      remember: { days: 30, store: browsersInRedis(line as RedisClient, 'acme') },
      recovery: recoveryInRedis(line as RedisClient, 'acme'),
    })
    const visitor = await passBoth(site)
    line.destroy()
    expect((await visitor.open('/security')).status).toBe(503)
    const later = site.visitor()
    await later.json('POST', '/api/login', { username: 'alice', password: demoPassword })
    expect(await later.json('POST', '/api/otp/recover', { code: '00000-00000' })).toMatchObject({
      status: 503,
      body: { code: 'callback-failed' },
    })
    expect((await later.json('GET', '/api/account')).status).toBe(401)
  })
})
