// The attacks of test/attacks/, with an app code in place of the code of a call.
import type { RequestHandler } from 'express'
import type { Authenticator } from 'passport'
import { afterEach, describe, expect, test } from 'vitest'
import { CounterStore, type Fault, SessionStore } from '../support/stores.js'
import {
  acceptRight,
  createFactorWorld,
  type FactorWorld,
  type FactorWorldOptions,
  Probe,
  totpCode,
  totpStrategy,
} from '../support/factors.js'
import { letPassAt } from '../support/deadline.js'
import { password } from '../support/world.js'

let world: FactorWorld
afterEach(() => world.close())
const open = async (options: FactorWorldOptions = {}) =>
  (world = await createFactorWorld({
    factors: [[totpStrategy(), { name: 'app-code', amr: ['otp'], codeField: 'code' }]],
    ...options,
  }))
const route = (
  passport: Authenticator,
  strategy: string | string[],
  options: object = {},
): RequestHandler => passport.authenticate(strategy, options as never) as RequestHandler

test('A-02 the password and a list of strategies do not log in', async () => {
  await open({
    routes: (app, passport) => {
      app.post('/either', route(passport, ['local', 'app-code']), (req, res) => {
        res.json({ isAuthenticated: req.isAuthenticated(), user: req.user ?? null })
      })
    },
  })
  const alice = world.browser()
  const { body } = await alice.post('/either').send({ username: 'alice', password }).expect(200)
  expect(body).toEqual({ isAuthenticated: false, user: null })
  expect(await world.isIn(alice)).toBe(false)
})

test('A-03 without a first factor nothing is checked and nothing is counted', async () => {
  const store = new CounterStore(0, 0)
  await open({ options: { limiter: store.factory } })
  const visitor = world.browser()
  expect(await world.answer(visitor, 'app-code', { code: totpCode() })).toEqual({
    status: 401,
    code: 'first-factor-required',
  })
  expect(store.operations).toEqual([])
})

test('A-05 the factor of one user does not count for the next user of the browser', async () => {
  await open({ has: () => true })
  const browser = await world.logIn('alice')
  await world.answer(browser, 'app-code', { code: totpCode() })
  expect(await world.isIn(browser)).toBe(true)
  await browser.post('/login').send({ username: 'bob', password }).expect(200)
  expect(await world.isIn(browser)).toBe(false)
})

test('A-13 a user who was removed meanwhile is refused', async () => {
  await open()
  const alice = await world.logIn('alice')
  delete world.people['alice']
  expect((await world.answer(alice, 'app-code', { code: totpCode() })).status).toBe(401)
})

test('A-18 the app code of one user is worth nothing to another', async () => {
  await open({ has: () => true })
  const bob = await world.logIn('bob')
  expect((await world.answer(bob, 'app-code', { code: totpCode() })).status).toBe(401)
})

test('A-86 the cookie from before the factor is worthless afterwards', async () => {
  await open({ store: new SessionStore() })
  const alice = world.browser()
  const { headers } = await alice.post('/login').send({ username: 'alice', password })
  const [old = ''] = headers['set-cookie'] as unknown as string[]
  await world.answer(alice, 'app-code', { code: totpCode() })
  expect(await world.isIn(alice)).toBe(true)
  const thief = world.browser()
  await thief
    .get('/account')
    .set('Cookie', old.split(';', 1)[0] ?? '')
    .expect(401)
})

describe('A-87, A-90 a limiter that fails lets nobody in', () => {
  const operations = [
    'lockout.get',
    'failures.consume',
    'consecutive-failures.consume',
    'factor-codes.consume',
    'logins.consume',
    'failures.delete',
  ]
  const faults: Fault[] = ['rejects', 'nonsense']
  // A delete has no result that could be nonsense.
  const cases = operations
    .flatMap(operation => faults.map(fault => [operation, fault] as const))
    .filter(([operation, fault]) => !(operation.endsWith('delete') && fault === 'nonsense'))
  test.each(cases)(
    'A-87, A-90 a limiter whose %s fails (%s) lets nobody in',
    async (operation, fault) => {
      const store = new CounterStore(0, 0)
      await open({ options: { limiter: store.factory }, store: new SessionStore() })
      const alice = await world.logIn('alice')
      store.faults[operation] = fault
      const { status, code } = await world.answer(alice, 'app-code', { code: totpCode() })
      expect([status, code]).toEqual([503, 'limiter-unavailable'])
      expect(await world.isIn(alice)).toBe(false)
    },
  )

  test('a session store that fails while the session changes lets nobody in', async () => {
    const store = new SessionStore()
    await open({ store })
    const alice = await world.logIn('alice')
    store.faults.destroy = 'rejects'
    expect((await world.answer(alice, 'app-code', { code: totpCode() })).status).toBe(503)
    expect(await world.isIn(alice)).toBe(false)
  })

  test('a has() that hangs is an error after five seconds', async () => {
    let noteStart: () => void = () => undefined
    const started = new Promise<void>(resolve => (noteStart = resolve))
    const probe = new Probe(acceptRight)
    await open({
      factors: [
        [
          probe,
          {
            name: 'probe',
            amr: ['sc'],
            has: () => {
              noteStart()
              return new Promise<boolean>(() => undefined)
            },
          },
        ],
      ],
    })
    const alice = await world.logIn('alice')
    const answer = await letPassAt(() => started, 5000, world.answer(alice, 'probe'))
    expect(answer).toEqual({ status: 503, code: 'callback-failed' })
    expect(probe.runs).toBe(0)
  })
})

describe('options of passport.authenticate() that cannot work are errors of the set-up', () => {
  test.each<[string, object]>([
    ['session: false', { session: false }],
    ['assignProperty', { assignProperty: 'account' }],
    ['an action of the phone', { action: 'call' }],
    ['begin for a code', { action: 'begin' }],
    ['a purpose', { purpose: 'enroll' }],
  ])('a factor with %s is a configuration error', async (_name, options) => {
    await open({
      routes: (app, passport) => {
        app.post('/odd', route(passport, 'app-code', options), (_req, res) => {
          res.json({})
        })
      },
    })
    const alice = await world.logIn('alice')
    const { body } = await alice.post('/odd').send({ code: totpCode() }).expect(503)
    expect(body).toMatchObject({ code: 'configuration' })
    expect(await world.isIn(alice)).toBe(false)
  })

  test('a factor on a route without enforce() is a configuration error', async () => {
    await open({ enforce: false })
    const alice = await world.logIn('alice')
    expect(await world.answer(alice, 'app-code', { code: totpCode() })).toEqual({
      status: 503,
      code: 'configuration',
    })
  })

  test('the action begin for the strategy of the phone is a configuration error', async () => {
    await open({
      routes: (app, passport) => {
        app.post('/odd', route(passport, 'voice-otp', { action: 'begin' }))
      },
    })
    const alice = await world.logIn('alice')
    await alice.post('/odd').expect(503)
  })
})
