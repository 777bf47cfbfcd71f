// Postgres itself, compiled to WebAssembly, in this process.
import { PGlite } from '@electric-sql/pglite'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createWorld, type World, wrongCode } from '../support/world.js'
import { createTable, type Pool, postgresLimiter } from './postgres.js'

let database: PGlite
let pool: Pool
let world: World

beforeAll(async () => {
  database = new PGlite()
  await database.exec(createTable)
}, 120_000)
beforeEach(async () => {
  await database.exec('TRUNCATE voice_otp_limits')
  pool = { query: ({ text, values = [] }) => database.query(text, [...values]) }
  world = await createWorld({ options: { limiter: postgresLimiter(pool) } })
})
afterEach(() => world.close())
afterAll(() => database.close())

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
