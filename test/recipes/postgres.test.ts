// Postgres itself, compiled to WebAssembly, in this process.
import { PGlite } from '@electric-sql/pglite'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createWorld, type World, wrongCode } from '../support/world.js'
import { createTable, type Pool, postgresCounters } from './postgres.js'

let database: PGlite
let pool: Pool
let world: World

beforeAll(async () => {
  database = new PGlite()
  await database.exec(createTable)
}, 120_000)
beforeEach(async () => {
  await database.exec('TRUNCATE voice_otp_counters')
  pool = { query: ({ text, values = [] }) => database.query(text, [...values]) }
  world = await createWorld({ options: { limiter: postgresCounters(pool) } })
})
afterEach(() => world.close())
afterAll(() => database.close())

test('the whole login, with every count in one table and no name in it', async () => {
  const alice = await world.logIn('alice')
  await alice
    .post('/otp')
    .send({ code: await world.hearCode(alice) })
    .expect(200)
  await alice.get('/account').expect(200, { user: 'alice' })
  const { rows } = await database.query<{ key: string; points: number }>(
    'SELECT key, points FROM voice_otp_counters',
  )
  expect(rows.length).toBeGreaterThan(5)
  expect(JSON.stringify(rows)).not.toMatch(/alice|12025550123/)
})

test('20 wrong codes at once: five are compared, and the right one comes too late', async () => {
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

test('8 times the right code at once: one success', async () => {
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => alice.post('/otp').send({ code })),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
})

test('the counts outlive the process: a second app on the same table knows them', async () => {
  const alice = await world.logIn('alice')
  await alice.post('/otp/call').expect(202)
  await world.close()
  world = await createWorld({ options: { limiter: postgresCounters(pool) } })
  await (await world.logIn('alice')).post('/otp/call').expect(429).expect('Retry-After', /^\d+$/)
  expect(world.simulator.calls).toHaveLength(0)
})

test('a database that is gone lets nobody in', async () => {
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
