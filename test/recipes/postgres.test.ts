// Postgres itself, compiled to WebAssembly, in this process: the limiter and the trail. Both share
// one database, because each new one takes two seconds of processor time. The trail keeps the same
// promises in every store that the documents show.
import { setFlagsFromString } from 'node:v8'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MemoryTrailStore, type TrailStore } from 'passport-voice-otp'
import { createWorld, type World, wrongCode } from '../support/world.js'
import { createTable, type Pool, postgresLimiter } from './postgres.js'
import { createTrailTable, trailInPostgres } from './trail-postgres.js'

let database: PGlite
const openPool = (): Pool => ({
  query: ({ text, values = [] }) => database.query(text, [...values]),
})

beforeAll(async () => {
  // Otherwise V8 optimizes Postgres for a long life, which takes longer than all these tests.
  setFlagsFromString('--liftoff-only')
  database = new PGlite()
  await database.exec(createTable)
  await database.exec(createTrailTable)
}, 120_000)
afterAll(async () => {
  await database.close()
  setFlagsFromString('--no-liftoff-only')
})

describe('limits in Postgres', () => {
  let pool: Pool
  let world: World

  beforeEach(async () => {
    await database.exec('TRUNCATE voice_otp_limits')
    pool = openPool()
    world = await createWorld({ options: { limiter: postgresLimiter(pool) } })
  })
  afterEach(() => world.close())

  test('a login keeps all its counts in one Postgres table, without a user id or number in it', async () => {
    const alice = await world.logIn('alice')
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    await alice.get('/account').expect(200, { user: 'alice' })
    const { rows } = await database.query<{ key: string; points: number }>(
      'SELECT key, points FROM voice_otp_limits',
    )
    expect(rows.length).toBeGreaterThan(5)
    expect(JSON.stringify(rows)).not.toMatch(/alice|12025550123/)
  })

  test('5 of 20 parallel wrong codes are compared in Postgres, and the right code is then refused', async () => {
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => alice.post('/otp').send({ code: wrongCode(code) })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array<number>(5).fill(401),
      ...Array<number>(15).fill(429),
    ])
    expect(
      world.named('code.rejected').filter(details => (details as { compared: boolean }).compared),
    ).toHaveLength(5)
    await alice.post('/otp').send({ code }).expect(429)
  })

  test('the right code sent 8 times in parallel succeeds once with limits in Postgres', async () => {
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => alice.post('/otp').send({ code })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('a second app on the same Postgres table knows the counts of the first', async () => {
    const alice = await world.logIn('alice')
    await alice.post('/otp/call').expect(202)
    await world.close()
    world = await createWorld({ options: { limiter: postgresLimiter(pool) } })
    await (await world.logIn('alice')).post('/otp/call').expect(429).expect('Retry-After', /^\d+$/)
    expect(world.simulator.calls).toHaveLength(0)
  })

  test('nobody gets in while Postgres refuses connections', async () => {
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    pool.query = () => Promise.reject(new Error('connection refused'))
    await alice
      .post('/otp')
      .send({ code })
      .expect(503)
      .expect(({ body }) => {
        expect(body).toMatchObject({ code: 'limiter-unavailable' })
      })
    await alice.get('/account').expect(401)
  })
})

const bounds = { maxEntries: 3, maxAgeSeconds: 3600 }
const now = Date.now()

/** Every store keeps these promises. `where` names it in the titles. */
function testTrail(where: string, open: () => TrailStore): void {
  test(`a trail in ${where} lists the newest entries of one user first`, async () => {
    const store = open()
    const entry = {
      at: now,
      event: 'code.blocked',
      purpose: 'login',
      code: 'too-many-calls',
      until: now + 60_000,
    } as const
    await store.add('alice', entry, bounds)
    await store.add('alice', { at: now + 1, event: 'code.sent' }, bounds)
    await store.add('bob', { at: now + 2, event: 'call.reported' }, bounds)
    expect(await store.list('alice')).toEqual([{ at: now + 1, event: 'code.sent' }, entry])
    expect(await store.list('nobody')).toEqual([])
  })

  test(`a trail in ${where} keeps three entries when twenty are added at the same time`, async () => {
    const store = open()
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) =>
        store.add('carol', { at: now + index, event: 'code.sent' }, bounds),
      ),
    )
    await store.add('carol', { at: now + 20, event: 'code.accepted' }, bounds)
    const entries = await store.list('carol')
    expect(entries).toHaveLength(3)
    expect(entries[0]?.event).toBe('code.accepted')
  })
}

const memory = new MemoryTrailStore()
testTrail('memory', () => memory)

testTrail('Postgres', () => trailInPostgres(openPool()))

test('a trail in Postgres deletes old entries of everybody', async () => {
  const store = trailInPostgres(openPool())
  await store.add('dave', { at: now - 3_600_001, event: 'code.sent' }, bounds)
  await store.add('eve', { at: now, event: 'code.sent' }, bounds)
  expect(await store.list('dave')).toEqual([])
})
