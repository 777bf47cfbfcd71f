// Passkeys and app codes in memory and in a real Redis, and the app with its stores in Redis.
import { pino } from 'pino'
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { redisStores } from 'passport-voice-otp/redis'
import { createFactors } from '../../example/stores/factors.js'
import { type Records, recordsInMemory, recordsInRedis } from '../../example/stores/records.js'
import { connectRedis } from '../../example/stores/redis.js'
import { describeWithRedis, openRedis } from '../support/redis.js'
import { demoPassword, openSite, passBoth } from '../support/site.js'

const now = Date.now()
const passkey = (id: string) => ({ id, name: id, publicKey: 'key', counter: 0, createdAt: now })

/** What every store of passkeys and app codes promises. */
function promisesOfFactors(open: () => Records): void {
  /** Factors for which another change happens once, between reading and writing. */
  const overtaken = (records: Records, change: () => Promise<void>) => {
    let isOver = false
    return createFactors({
      ...records,
      get: async userId => {
        const fields = await records.get(userId)
        if (!isOver) {
          isOver = true
          await change()
        }
        return fields
      },
    })
  }

  test('a passkey that was removed does not come back with a change that began earlier', async () => {
    const records = open()
    const factors = createFactors(records)
    for (const change of ['renamePasskey', 'countPasskey'] as const) {
      await factors.addPasskey('a', passkey('thief'))
      const slow = overtaken(records, () => factors.removeAll('a'))
      if (change === 'renamePasskey') await slow.renamePasskey('a', 'thief', 'new name')
      else {
        await slow.of('a')
        await slow.countPasskey('a', 'thief', 7)
      }
      expect((await factors.of('a')).passkeys).toEqual([])
    }
  })

  test('a new passkey never counts as old because the last old one was removed at the same time', async () => {
    const records = open()
    const factors = createFactors(records)
    const later = { ...passkey('new'), createdAt: now + 1000 }
    const remove = () => factors.removePasskey('a', 'old')
    const add = () => factors.addPasskey('a', later)
    for (const slowChange of ['add', 'remove']) {
      await factors.removeAll('a')
      await factors.addPasskey('a', passkey('old'))
      if (slowChange === 'add') await overtaken(records, remove).addPasskey('a', later)
      else await overtaken(records, add).removePasskey('a', 'old')
      expect(await factors.of('a')).toMatchObject({
        passkeys: [{ id: 'new' }],
        passkeysSince: later.createdAt,
      })
    }
  })

  test('a name for a passkey that the user does not have is not stored', async () => {
    const records = open()
    await createFactors(records).renamePasskey('a', 'unknown', 'name')
    expect(await records.get('a')).toEqual({})
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

describe('factors in memory', () => {
  promisesOfFactors(recordsInMemory)
})

describeWithRedis('in Redis', () => {
  let redis: Awaited<ReturnType<typeof openRedis>>
  let client: ReturnType<typeof createClient>
  beforeAll(async () => {
    redis = await openRedis()
    client = createClient({ url: redis.url })
    client.on('error', () => undefined) // while Redis is cut off
    await client.connect()
  })
  beforeEach(() => redis.client.flushAll())
  afterAll(async () => {
    client.destroy()
    await redis.close()
  })

  describe('factors', () => {
    promisesOfFactors(() => recordsInRedis(client, 'acme'))
  })

  test('the app uses both stores in Redis, and Redis holds nothing that logs anybody in', async () => {
    const site = await openSite({
      limits: { callIntervalSeconds: false },
      remember: { days: 30, store: redisStores(client).browsers },
      recovery: redisStores(client).recovery,
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
      remember: { days: 30, store: redisStores(line).browsers },
      recovery: redisStores(line).recovery,
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

  test.each(['cut', 'hang'] as const)(
    'the app starts while Redis has the fault %s, and uses it as soon as it is back, with one line in the log for each change',
    async fault => {
      const lines: string[] = []
      const logger = pino({}, { write: (line: string) => lines.push(line) })
      redis.fault(fault)
      const { client: appClient, stores } = await connectRedis(redis.url, 'acme', logger)
      onTestFinished(() => {
        redis.fault('good')
        appClient.destroy()
      })
      const isReady = () => expect.poll(() => appClient.isReady, { timeout: 10_000 })
      for (const next of ['cut', 'hang'] as const) {
        await expect(stores.recovery.left('alice')).rejects.toThrow('not connected')
        await new Promise(resolve => setTimeout(resolve, 500))
        redis.fault('good')
        await isReady().toBe(true)
        expect(await stores.recovery.left('alice')).toBe(0)
        redis.fault(next)
        await isReady().toBe(false)
      }
      const down = 'redis.down'
      const events = lines.map(line => (JSON.parse(line) as { event: string }).event)
      expect(events).toEqual([down, 'redis.ready', down, 'redis.ready', down])
      expect(JSON.parse(lines[0] ?? '')).toHaveProperty('name')
    },
    30_000,
  )
})
