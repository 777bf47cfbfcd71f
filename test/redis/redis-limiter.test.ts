import fc from 'fast-check'
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js'
import { createClient, createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisLimiter } from 'passport-voice-otp/redis'
import { LimitCounter } from '../../lib/limits/limit-counter.js'
import type { Limiter, LimiterCount } from '../../lib/options/limiter.js'
import { describeWithRedis, openRedis } from '../support/redis.js'

type Redis = Awaited<ReturnType<typeof openRedis>>
const settings = { keyPrefix: 'voice-otp:test', points: 5, duration: 3600 }
const windows = [60, 3600] as const

const operation = fc.record({
  name: fc.constantFrom('consume', 'reward', 'get', 'set', 'set', 'delete'),
  key: fc.constantFrom('alice.calls', 'alice.codes', 'bob.calls', 'app'),
  points: fc.integer({ min: 0, max: 9 }),
  seconds: fc.constantFrom(0, 60, 7200),
  window: fc.constantFrom(0, 1),
})
type Step = typeof operation extends fc.Arbitrary<infer Each> ? Each : never

/** What an operation returns, with whole minutes: time passes during a test. */
async function run(limiters: readonly Limiter[], step: Step): Promise<unknown> {
  const { name, key, points, seconds, window } = step
  const limiter = limiters[window]!
  const read = (count: LimiterCount | null) =>
    count && [count.consumedPoints, Math.ceil(count.msBeforeNext / 60_000)]
  // A RateLimiterMemory rejects with the count when the limit is reached.
  const add = (adding: Promise<LimiterCount>) =>
    adding.catch((reason: unknown) => reason as LimiterCount).then(read)
  switch (name) {
    case 'consume':
      return add(limiter.consume(key, points))
    case 'reward':
      return add(limiter.reward(key, points))
    case 'get':
      return read(await limiter.get(key))
    case 'set':
      return read((await limiter.set(key, points, seconds)) as LimiterCount)
    default:
      return limiter.delete(key)
  }
}

describeWithRedis('the limiter of passport-voice-otp/redis', () => {
  let redis: Redis
  const clients: ReturnType<typeof createClient>[] = []
  const connect = async () => {
    const client = createClient({ url: redis.directUrl })
    client.on('error', () => undefined)
    clients.push(client as ReturnType<typeof createClient>)
    return client.connect()
  }
  beforeAll(async () => {
    redis = await openRedis()
  })
  afterAll(async () => {
    for (const client of clients) client.destroy()
    await redis.close()
  })

  test('random operations return what a RateLimiterMemory returns, alone and many at once', async () => {
    const factory = redisLimiter(await connect())
    const counted = windows.map((duration, index) => ({
      ...settings,
      duration,
      keyPrefix: `equal:${index}`,
    }))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(operation, { minLength: 1 })), async turns => {
        await redis.client.flushAll()
        const memory = counted.map(options => new RateLimiterMemory(options) as unknown as Limiter)
        const ours = counted.map(factory)
        for (const turn of turns) {
          const expected = await Promise.all(turn.map(step => run(memory, step)))
          expect(await Promise.all(turn.map(step => run(ours, step)))).toEqual(expected)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('1,000 parallel hits over two clients are counted exactly, and each count is returned once', async () => {
    const limiters = [await connect(), await connect()].map(client =>
      redisLimiter(client)({ ...settings, keyPrefix: 'parallel' }),
    )
    const counts = await Promise.all(
      Array.from({ length: 1000 }, async (_, index) => {
        const { consumedPoints } = await limiters[index % 2]!.consume('alice.attempts')
        return consumedPoints
      }),
    )
    expect(counts.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 1000 }, (_, index) => index + 1),
    )
  })

  test('a window begins with the first hit, and later hits do not prolong it', async () => {
    const limiter = redisLimiter(await connect())({ ...settings, keyPrefix: 'window' })
    const key = 'window:{alice}.calls'
    await limiter.consume('alice.calls')
    const end = await redis.client.pExpireTime(key)
    await limiter.consume('alice.calls')
    await limiter.reward('alice.calls')
    expect(await redis.client.pExpireTime(key)).toBe(end)
    expect(end - Date.now()).toBeGreaterThan(3_500_000)
  })

  test('a count whose window is over begins again at one', async () => {
    const limiter = redisLimiter(await connect())({ ...settings, keyPrefix: 'over', duration: 1 })
    await limiter.consume('alice.calls', 3)
    await expect.poll(() => limiter.get('alice.calls')).toBeNull()
    expect(await limiter.consume('alice.calls')).toMatchObject({ consumedPoints: 1 })
  })

  test('the keys of two apps with different prefixes are apart', async () => {
    const client = await connect()
    const [shop, bank] = ['shop:', 'bank:'].map(keyPrefix =>
      redisLimiter(client, { keyPrefix })(settings),
    )
    await shop!.set('alice.calls', 7, 0)
    expect(await bank!.get('alice.calls')).toBeNull()
    expect(await redis.client.get('shop:voice-otp:test:{alice}.calls')).toBe('7')
  })

  test('counting goes on after somebody has deleted the scripts of Redis', async () => {
    const limiter = redisLimiter(await connect())({ ...settings, keyPrefix: 'flushed' })
    await limiter.consume('alice.calls')
    await redis.client.sendCommand(['SCRIPT', 'FLUSH'])
    const both = [limiter.consume('alice.calls'), limiter.consume('alice.calls')]
    expect(await Promise.all(both)).toMatchObject([{ consumedPoints: 2 }, { consumedPoints: 3 }])
  })

  test('a key that holds no count rejects every operation of its command, and no other command', async () => {
    const limiter = redisLimiter(await connect())({ ...settings, keyPrefix: 'wrong' })
    await redis.client.hSet('wrong:{alice}.calls', 'a', 'b')
    const [broken, beside, other] = await Promise.allSettled([
      limiter.consume('alice.calls'),
      limiter.consume('alice.codes'),
      limiter.consume('bob.calls'),
    ])
    expect([broken.status, beside.status, other.status]).toEqual([
      'rejected',
      'rejected',
      'fulfilled',
    ])
    await redis.client.set('wrong:{carol}.calls', 'many')
    await expect(limiter.get('carol.calls')).rejects.toThrow('not a count')
  })

  test('a dead or hung Redis is an error within 2.1 s, and counting goes on by itself afterwards', async () => {
    const client = createClient({
      url: redis.url,
      disableOfflineQueue: true,
      socket: { connectTimeout: 500, socketTimeout: 1500, reconnectStrategy: 20 },
    })
    client.on('error', () => undefined)
    clients.push(client as ReturnType<typeof createClient>)
    await client.connect()
    const limiter = redisLimiter(client)({ ...settings, keyPrefix: 'down' })
    const counter = new LimitCounter(limiter, 5, 3600)
    await counter.hit('alice.calls')
    for (const fault of ['hang', 'cut'] as const) {
      redis.fault(fault)
      const start = performance.now()
      await expect(counter.hit('alice.calls')).rejects.toMatchObject({
        code: 'limiter-unavailable',
      })
      expect(performance.now() - start).toBeLessThan(2100)
      redis.fault('cut') // a hung connection is never used again
      redis.fault('good')
      await expect.poll(() => counter.hit('alice.calls').catch(() => 'down')).not.toBe('down')
    }
  })
})

describeWithRedis('the limiter of passport-voice-otp/redis on a cluster', () => {
  test('a cluster client counts keys of many users at the same time', async () => {
    const redis = await openRedis({ cluster: true })
    const cluster = createCluster({ rootNodes: [{ url: redis.directUrl }] })
    cluster.on('error', () => undefined)
    await cluster.connect()
    try {
      const limiter = redisLimiter(cluster)(settings)
      const keys = ['alice', 'bob', 'carol'].flatMap(tag => [tag, `${tag}.calls`, `${tag}.codes`])
      const counts = await Promise.all(keys.map(key => limiter.consume(key)))
      expect(counts.map(({ consumedPoints }) => consumedPoints)).toEqual(keys.map(() => 1))
    } finally {
      cluster.destroy()
      await redis.close()
    }
  })
})

/** A client that records its commands, and returns what the test says. */
function fakeClient(reply: (keys: readonly string[]) => unknown, isReady = true) {
  const commands: { readonly kind: string; readonly keys: readonly string[] }[] = []
  const run =
    (kind: string) =>
    async (_script: string, { keys }: { keys: string[] }) => {
      commands.push({ kind, keys })
      return reply(keys)
    }
  return { isReady, commands, evalSha: run('evalSha'), eval: run('eval') }
}
const counts = (keys: readonly unknown[]) => keys.flatMap(() => [1, 1000])

describe('commands of the limiter', () => {
  test('operations of one turn are one command for each hash tag, in their order', async () => {
    const client = fakeClient(counts)
    const factory = redisLimiter(client)
    const [one, other] = ['one', 'other'].map(keyPrefix => factory({ ...settings, keyPrefix }))
    await Promise.all([
      one!.consume('alice.a'),
      other!.get('alice.b'),
      one!.set('bob', 1, 5),
      one!.reward('alice'),
      other!.delete('alice.a.b'),
    ])
    expect(client.commands).toEqual([
      {
        kind: 'evalSha',
        keys: ['one:{alice}.a', 'other:{alice}.b', 'one:{alice}', 'other:{alice}.a.b'],
      },
      { kind: 'evalSha', keys: ['one:{bob}'] },
    ])
  })

  test('a command has at most 100 operations', async () => {
    const client = fakeClient(counts)
    const limiter = redisLimiter(client)(settings)
    await Promise.all(Array.from({ length: 250 }, () => limiter.consume('alice')))
    expect(client.commands.map(({ keys }) => keys.length)).toEqual([100, 100, 50])
  })

  test('an ioredis client gets the number of keys, the keys and the arguments', async () => {
    const given: unknown[] = []
    const client = {
      status: 'ready',
      evalsha: async (...all: unknown[]) => {
        given.push(all.slice(1))
        throw new Error('NOSCRIPT No matching script.')
      },
      eval: async (...all: unknown[]) => {
        given.push(all.slice(1))
        return ['3', '1000', null, -2]
      },
    }
    const limiter = redisLimiter(client)(settings)
    expect(await Promise.all([limiter.consume('a.b', 3), limiter.get('a')])).toEqual([
      { consumedPoints: 3, msBeforeNext: 1000 },
      null,
    ])
    const sent = [
      2,
      'voice-otp:test:{a}.b',
      'voice-otp:test:{a}',
      ...['add', '3', '3600000'],
      ...['get', '0', '3600000'],
    ]
    expect(given).toEqual([sent, sent])
  })

  test.each([
    ['redis', fakeClient(counts, false)],
    ['ioredis', { status: 'reconnecting', evalsha: async () => [1, 1], eval: async () => [1, 1] }],
  ])('a client of %s that is not connected gets no command', async (_name, client) => {
    await expect(redisLimiter(client)(settings).consume('a')).rejects.toThrow('not connected')
  })

  test.each([
    null,
    undefined,
    'OK',
    1,
    [],
    [1],
    [1, 1000, 1],
    [[1, 1000]],
    [null, 1000],
    ['many', 1000],
    ['', 1000],
    [1.5, 1000],
    [1, null],
    [true, 1000],
    [new Error('ERR'), 1000],
    [['1'], 1000],
    ['9'.repeat(30), 1000],
  ])('a hit rejects if Redis returns %j', async reply => {
    const client = fakeClient(() => reply)
    await expect(redisLimiter(client)(settings).consume('a')).rejects.toThrow('not a count')
  })

  test('an error of the client rejects each operation with this error', async () => {
    const error = new Error('READONLY You cannot write against a read only replica.')
    const client = fakeClient(() => Promise.reject(error))
    const limiter = redisLimiter(client)(settings)
    const outcomes = await Promise.allSettled([limiter.consume('a'), limiter.get('a')])
    expect(
      outcomes.map(outcome => outcome.status === 'rejected' && (outcome.reason as unknown)),
    ).toEqual([error, error])
    expect(client.commands).toHaveLength(1)
    const odd = fakeClient(() => Promise.reject('gone'))
    await expect(redisLimiter(odd)(settings).consume('a')).rejects.toBe('gone')
  })

  test.each([
    undefined,
    null,
    'redis://localhost',
    {},
    { evalSha: 1, eval: 1 },
    { eval() {}, evalsha() {} },
  ])('redisLimiter() says which clients it takes if it gets %j', client => {
    expect(() => redisLimiter(client as never)).toThrow(/redisLimiter: give a client of redis/)
  })

  test('a prefix with braces and a count that is not whole are refused with a clear error', async () => {
    const client = fakeClient(counts)
    expect(() => redisLimiter(client, { keyPrefix: '{shop}:' })(settings)).toThrow(
      "redisLimiter: keyPrefix must not hold braces, but it is '{shop}:voice-otp:test'.",
    )
    const limiter = redisLimiter(client)(settings)
    for (const wrong of [
      limiter.consume('a', 0.5),
      limiter.set('a', 1, -1),
      limiter.set('a', 1, NaN),
    ])
      await expect(wrong).rejects.toThrow('points must be a whole number')
    expect(client.commands).toEqual([])
  })
})
