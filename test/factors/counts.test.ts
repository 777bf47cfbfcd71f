// Which factors share their counts, and what closes them.
import { afterEach, expect, test, vi } from 'vitest'
import { createClient } from 'redis'
import { redisLimiter } from 'passport-voice-otp/redis'
import { CounterStore, SessionStore } from '../support/stores.js'
import { watchProcess } from '../support/watch.js'
import { describeWithRedis, openRedis } from '../support/redis.js'
import {
  acceptRight,
  createFactorWorld,
  type FactorWorld,
  type FactorWorldOptions,
  Probe,
  totpCode,
  totpStrategy,
} from '../support/factors.js'
import { callsUnlimited } from '../support/limits.js'
import { wrongCode } from '../support/world.js'

watchProcess()
const worlds: FactorWorld[] = []
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(worlds.splice(0).map(world => world.close()))
})

const factors = (): FactorWorldOptions['factors'] => [
  [totpStrategy(), { name: 'app-code', amr: ['otp'], codeField: 'code' }],
  [new Probe(acceptRight), { name: 'passkey', amr: ['pop'], phishingResistant: true }],
]
async function open(options: FactorWorldOptions['options'] = {}, more: FactorWorldOptions = {}) {
  const world = await createFactorWorld({
    factors: factors(),
    ...more,
    options: { phoneFallback: true, ...options },
  })
  worlds.push(world)
  const fail = (agent: Agent, name: string) =>
    name === 'passkey'
      ? world
          .begin(agent, name)
          .then(() => world.answer(agent, name, { answer: 'wrong' }))
          .then(({ code }) => code)
      : world.answer(agent, name, { code: wrongCode(totpCode()) }).then(({ code }) => code)
  const pass = (agent: Agent) =>
    world.begin(agent, 'passkey').then(() => world.answer(agent, 'passkey'))
  const compared = () =>
    world.named('code.rejected').filter(details => (details as { compared: boolean }).compared)
      .length
  return { ...world, fail, pass, compared }
}
type Agent = ReturnType<FactorWorld['browser']>

test('wrong codes of an app and of a call count together: ten of them lock out codes, and not the passkey', async () => {
  const world = await open({ limits: callsUnlimited })
  const alice = await world.logIn('alice')
  for (let i = 0; i < 5; i++) expect(await world.fail(alice, 'app-code')).toBe('code-wrong')
  const code = await world.hearCode(alice)
  for (let i = 0; i < 4; i++)
    await alice
      .post('/otp')
      .send({ code: wrongCode(code) })
      .expect(401)
  expect(await world.fail(alice, 'app-code')).toBe('code-wrong')
  expect(world.named('user.locked')).toEqual([
    { userId: 'alice', limit: 'attemptsPerUser', factor: 'app-code' },
  ])
  expect(await world.answer(alice, 'app-code', { code: totpCode() })).toMatchObject({
    code: 'locked',
  })
  await alice.post('/otp').send({ code }).expect(429)
  expect((await world.pass(alice)).status).toBe(200)
})

test('ten failed passkeys lock out this passkey for 15 minutes, and neither the app code nor the phone', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const world = await open({ limiter: new CounterStore(0, 0).factory })
  const alice = await world.logIn('alice')
  const third = await world.logIn('alice')
  const code = await world.hearCode(third)
  for (let i = 0; i < 10; i++) expect(await world.fail(alice, 'passkey')).toBe('factor-wrong')
  expect(world.named('user.locked')).toEqual([
    { userId: 'alice', limit: 'attemptsPerUser', factor: 'passkey' },
  ])
  await third.post('/otp').send({ code }).expect(200)
  expect(await world.pass(alice)).toMatchObject({ status: 429, code: 'locked' })
  const other = await world.logIn('alice')
  expect((await world.answer(other, 'app-code', { code: totpCode() })).status).toBe(200)
  vi.setSystemTime(Date.now() + 901_000)
  expect((await world.pass(alice)).status).toBe(200)
})

test('failed passkeys never count as consecutive failures', async () => {
  const world = await open({ limits: { maxConsecutiveFailures: 3, attemptsPerUser: 5 } })
  const alice = await world.logIn('alice')
  for (let i = 0; i < 4; i++) expect(await world.fail(alice, 'passkey')).toBe('factor-wrong')
  for (let i = 0; i < 2; i++) expect(await world.fail(alice, 'app-code')).toBe('code-wrong')
  expect((await world.pass(alice)).status).toBe(200)
})

test('a user who is locked until unlock cannot use any factor; unlock opens all of them', async () => {
  const world = await open({ limits: { maxConsecutiveFailures: 3 } })
  const alice = await world.logIn('alice')
  for (let i = 0; i < 3; i++) expect(await world.fail(alice, 'app-code')).toBe('code-wrong')
  expect(await world.pass(alice)).toMatchObject({ status: 429, code: 'locked' })
  await world.strategy.unlock('alice')
  for (let i = 0; i < 10; i++) await world.fail(alice, 'passkey')
  expect(await world.pass(alice)).toMatchObject({ status: 429, code: 'locked' })
  await world.strategy.unlock('alice')
  expect((await world.pass(alice)).status).toBe(200)
})

test('a lock outlasts the counts that led to it', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const world = await open({
    limiter: new CounterStore(0, 0).factory,
    limits: { attemptsPerUserSeconds: 60, maxConsecutiveFailures: 3 },
  })
  const alice = await world.logIn('alice')
  const locked = { status: 429, code: 'locked' }
  for (let i = 0; i < 10; i++) await world.fail(alice, 'passkey')
  vi.setSystemTime(Date.now() + 61_000)
  expect(await world.pass(alice)).toEqual(locked)
  vi.setSystemTime(Date.now() + 900_000)
  for (let i = 0; i < 3; i++) await world.fail(alice, 'app-code')
  vi.setSystemTime(Date.now() + 21 * 86_400_000)
  const later = await world.logIn('alice')
  expect(await world.answer(later, 'app-code', { code: totpCode() })).toEqual(locked)
  expect(await world.pass(later)).toEqual(locked)
  expect(await world.isIn(later)).toBe(false)
})

test('a right answer ends a lockout that began while it was checked', async () => {
  let succeed: () => void = () => undefined
  let noteStart: () => void = () => undefined
  const started = new Promise<void>(resolve => (noteStart = resolve))
  const probe = new Probe((hosted, req) => {
    if (req.get('x-answer') !== 'right') hosted.fail()
    else {
      succeed = () => hosted.success(req.user)
      noteStart()
    }
  })
  const world = await open({}, { factors: [[probe, { name: 'probe', amr: ['sc'] }]] })
  const alice = await world.logIn('alice')
  const right = world.answer(alice, 'probe')
  await started
  const thief = await world.logIn('alice')
  for (let i = 0; i < 10; i++) await world.answer(thief, 'probe', { answer: 'wrong' })
  expect(world.named('user.locked')).toHaveLength(1)
  succeed()
  expect((await right).status).toBe(200)
  expect((await world.answer(thief, 'probe', { answer: 'wrong' })).code).toBe('factor-wrong')
})

test('the passkeys of one user do not lock those of another', async () => {
  const world = await open({}, { has: () => true })
  const alice = await world.logIn('alice')
  const bob = await world.logIn('bob')
  for (let i = 0; i < 10; i++) await world.fail(alice, 'passkey')
  expect((await world.pass(bob)).status).toBe(200)
})

test('a right app code clears the wrong codes of the phone, and ends the code of a call', async () => {
  const world = await open({ limits: callsUnlimited })
  const alice = await world.logIn('alice')
  for (let i = 0; i < 9; i++) await world.fail(alice, 'app-code')
  const other = await world.logIn('alice')
  const code = await world.hearCode(other)
  expect((await world.answer(alice, 'app-code', { code: totpCode() })).status).toBe(200)
  const { body } = await other.post('/otp').send({ code }).expect(401)
  expect(body).toMatchObject({ code: 'code-expired' })
  for (let i = 0; i < 9; i++) expect(await world.fail(alice, 'app-code')).toBe('code-wrong')
})

test('A-37 200 parallel attempts over phone and app code are ten comparisons in every round', async () => {
  const world = await open(
    { limiter: new CounterStore().factory, limits: callsUnlimited },
    { store: new SessionStore(2, 25) },
  )
  for (let round = 1; round <= 2; round++) {
    const before = world.compared()
    const browsers = await Promise.all([1, 2, 3, 4].map(() => world.logIn('alice')))
    const code = await world.hearCode(browsers[0]!)
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const browser = index % 2 === 0 ? browsers[0]! : browsers[index % 4]!
        const wrong = String((Number(code) + index + 1) % 1_000_000).padStart(6, '0')
        const { status } = await (index % 2 === 0
          ? browser.post('/otp').send({ code: wrong })
          : world.answer(browser, 'app-code', { code: wrongCode(totpCode()) + String(index) }))
        return status
      }),
    )
    // On a slow machine, an operation of the limiter may miss its deadline: this attempt is counted
    // and not compared.
    const missed = statuses.filter(status => status === 503).length
    expect(world.compared() - before).toBeLessThanOrEqual(10)
    expect(world.compared() - before + missed).toBeGreaterThanOrEqual(10)
    await world.strategy.unlock('alice')
  }
})

test('if the limiter cannot give a first step back, the step succeeds all the same and stays counted', async () => {
  const store = new CounterStore(0, 0)
  const push = new Probe(hosted => {
    store.faults = { 'failures.get': 'rejects' }
    hosted.pass()
  })
  const world = await open(
    { limiter: store.factory },
    { factors: [[push, { name: 'push', amr: ['swk'] }]] },
  )
  expect(await world.begin(await world.logIn('alice'), 'push')).toBe(204)
  expect(store.countsOf('failures')).toEqual([1])
})

test('if the limiter cannot release a wrong code, the code is wrong all the same', async () => {
  const store = new CounterStore(0, 0)
  const world = await open({ limiter: store.factory })
  store.faults = { 'factor-codes.delete': 'rejects' }
  expect(await world.fail(await world.logIn('alice'), 'app-code')).toBe('code-wrong')
  expect(store.operations).toContain('factor-codes.delete')
})

/** `npm run test:attacks` sends all of them. */
const attempts = process.env['ATTACKS'] === 'long' ? 1000 : 300

describeWithRedis('two processes', () => {
  test(`A-37, A-50 ${attempts} parallel attempts over phone and app code in two apps on one Redis are ten comparisons`, async () => {
    const redis = await openRedis()
    const clients = await Promise.all([1, 2].map(() => createClient({ url: redis.url }).connect()))
    try {
      const apps = await Promise.all(
        clients.map(storeClient =>
          open({
            limits: callsUnlimited,
            limiter: redisLimiter(storeClient),
          }),
        ),
      )
      const browsers = await Promise.all(apps.map(app => app.logIn('alice')))
      const code = await apps[0]!.hearCode(browsers[0]!)
      await Promise.all(
        Array.from({ length: attempts }, (_, index) => {
          const number = index % 2
          const wrong = String((Number(code) + index + 1) % 1_000_000).padStart(6, '0')
          return index % 4 === 0
            ? browsers[0]!.post('/otp').send({ code: wrong })
            : apps[number]!.answer(browsers[number]!, 'app-code', { code: `${wrong}${index}` })
        }),
      )
      const compared = apps.reduce((sum, app) => sum + app.compared(), 0)
      expect(compared).toBeLessThanOrEqual(10)
      expect(compared).toBeGreaterThanOrEqual(5)
    } finally {
      for (const client of clients) client.destroy()
      await redis.close()
    }
  }, 60_000)
})
