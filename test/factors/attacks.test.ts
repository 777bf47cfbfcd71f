// The attacks of SECURITY.md with another factor in place of the code of a call: an app code
// (passport-totp), a factor in two steps like a passkey, and strategies of the tests.
//
//
// here.
// threats.test.ts.: threats.test.ts and counts.test.ts.
// processes.test.ts.: test/attacks/calls.test.ts.
// A passkey of the example under: test/example/one-factor.test.ts.
// hold for an app code only between users: its code belongs to the user and the
// time, not to a session. It is accepted once.
//
// Without a test, because another factor makes no code, no call, no message, no webhook and no
// URL. happen in the
// app's own redirect and body parser, before and after the factor: test/attacks/http.test.ts.
import { createHash, createHmac, randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Authenticator } from 'passport'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CounterStore, type Fault, SessionStore } from '../support/stores.js'
import {
  type Act,
  acceptRight,
  createFactorWorld,
  type FactorWorld,
  type FactorWorldOptions,
  Probe,
  totpCode,
  totpKey,
  totpStrategy,
} from '../support/factors.js'
import { letPassAt, sessionDeadlineMilliseconds } from '../support/deadline.js'
import { callsUnlimited } from '../support/limits.js'
import { password, wrongCode } from '../support/world.js'

let world: FactorWorld
afterEach(() => world.close())

/** A factor in two steps. It accepts its newest challenge, which its session holds, once. */
const twoSteps: Act = (hosted, req, { action }) => {
  const session = req.session as { challenge?: string }
  if (action === 'begin') {
    session.challenge = randomUUID()
    req.res!.json({ challenge: session.challenge })
    return
  }
  const { challenge } = session
  delete session.challenge
  if (challenge !== undefined && req.get('x-answer') === challenge) hosted.success(req.user)
  else hosted.fail()
}
const appCode: NonNullable<FactorWorldOptions['factors']>[number] = [
  totpStrategy(),
  { name: 'app-code', amr: ['otp'], codeField: 'code' },
]
const passkey: NonNullable<FactorWorldOptions['factors']>[number] = [
  new Probe(twoSteps),
  { name: 'passkey', amr: ['pop'], phishingResistant: true },
]
const badge: NonNullable<FactorWorldOptions['factors']>[number] = [
  new Probe(acceptRight),
  { name: 'badge', amr: ['hwk'], callback: 'GET' },
]

const open = async ({ options, ...more }: FactorWorldOptions = {}) =>
  (world = await createFactorWorld({
    factors: [appCode, passkey],
    options: { phoneFallback: true, ...options },
    ...more,
  }))
type Agent = ReturnType<FactorWorld['browser']>

const route = (
  passport: Authenticator,
  strategy: string | string[],
  options: object = {},
): RequestHandler => passport.authenticate(strategy, options as never) as RequestHandler

/** The first step. Returns the right answer for the second one. */
const challengeFor = async (agent: Agent): Promise<string> =>
  ((await agent.post('/otp/passkey/begin').send({})).body as { challenge: string }).challenge
const usePasskey = async (agent: Agent, answer?: string) =>
  world.answer(agent, 'passkey', { answer: answer ?? (await challengeFor(agent)) })
const sendCode = (agent: Agent, code: string) => world.answer(agent, 'app-code', { code })

/** Logs in with the password. Returns the cookie of the session too, for a thief. */
async function logInAndCopy(agent = world.browser()): Promise<{ alice: Agent; cookie: string }> {
  const { headers } = await agent.post('/login').send({ username: 'alice', password }).expect(200)
  const [cookie = ''] = (headers['set-cookie'] as unknown as string[])[0]?.split(';', 1) ?? []
  return { alice: agent, cookie }
}
const statusWith = async (cookie: string): Promise<number> =>
  (await world.browser().get('/account').set('Cookie', cookie)).status
const compared = () =>
  world.named('code.rejected').filter(details => (details as { compared: boolean }).compared).length

test('A-01 after the password and after each step that is not the last, no protected route returns its body', async () => {
  await open()
  const alice = await world.logIn('alice')
  const steps = [
    () => Promise.resolve(),
    () => challengeFor(alice),
    () => usePasskey(alice, 'wrong'),
    () => sendCode(alice, wrongCode(totpCode())),
  ]
  for (const step of steps) {
    await step()
    for (const path of [
      '/account',
      '/Account',
      '/%61ccount',
      '//account',
      '/account/',
      '/transfer',
    ])
      for (const method of ['get', 'head'] as const) {
        const { status, text } = await alice[method](path)
        expect([401, 404]).toContain(status)
        expect(text ?? '').not.toContain('"user"')
      }
  }
})

test.each(['user', 'account'])(
  'A-02 the password and a list of strategies do not log in, with the user property %s',
  async userProperty => {
    const lists = [
      ['local', 'app-code'],
      ['app-code', 'local'],
      ['passkey', 'app-code', 'voice-otp', 'local'],
    ]
    await open({
      ...(userProperty === 'user' ? {} : { userProperty }),
      routes: (app, passport) => {
        lists.forEach((list, index) => {
          app.post(`/either/${index}`, route(passport, list), (req, res) => {
            const user = (req as unknown as Record<string, unknown>)[userProperty]
            res.json({ isAuthenticated: req.isAuthenticated(), user: user ?? null })
          })
        })
      },
    })
    for (const index of lists.keys()) {
      const alice = world.browser()
      const { body } = await alice
        .post(`/either/${index}`)
        .send({ username: 'alice', password })
        .expect(200)
      expect(body).toEqual({ isAuthenticated: false, user: null })
      expect(await world.isIn(alice)).toBe(false)
    }
    // The factor itself logs in, whatever the property is.
    const alice = await world.logIn('alice')
    expect((await sendCode(alice, totpCode())).status).toBe(200)
    expect(await world.isIn(alice)).toBe(true)
  },
)

test('A-03 without a first factor nothing is checked and nothing is counted, whatever user the request names', async () => {
  const store = new CounterStore(0, 0)
  await open({ options: { limiter: store.factory } })
  const visitor = world.browser()
  const refused = { status: 401, code: 'first-factor-required' }
  expect(await sendCode(visitor, totpCode())).toEqual(refused)
  expect(await usePasskey(visitor, 'right')).toEqual(refused)
  for (const path of ['/otp/app-code', '/otp/passkey', '/otp/passkey/begin']) {
    const { body } = await visitor
      .post(path)
      .send({ code: totpCode(), user: 'alice', id: 'alice', userId: 'alice', username: 'alice' })
      .expect(401)
    expect(body).toMatchObject(path.endsWith('begin') ? {} : { code: refused.code })
  }
  expect(store.operations).toEqual([])
})

test.each([false, true])(
  'A-05 the factor of one user does not count for the next user of the browser (keepSessionInfo: %s)',
  async keepSessionInfo => {
    await open({
      has: () => true,
      routes: (app, passport) => {
        app.post('/again', route(passport, 'local', { keepSessionInfo }), (_req, res) => {
          res.json({})
        })
      },
    })
    const browser = await world.logIn('alice')
    await sendCode(browser, totpCode())
    expect(await world.isIn(browser)).toBe(true)
    await browser.post('/again').send({ username: 'bob', password }).expect(200)
    expect((await browser.get('/account').expect(401)).body).toEqual({ pendingUser: 'bob' })
  },
)

test('A-07 a code of a call is no app code, an app code is no code of a call, and one factor cannot finish what another has begun', async () => {
  await open({ factors: [appCode, passkey, badge] })
  const alice = await world.logIn('alice')
  const heard = await world.hearCode(alice)
  expect(await sendCode(alice, heard)).toEqual({ status: 401, code: 'code-wrong' })
  await alice.post('/otp').send({ code: totpCode() }).expect(401)
  await challengeFor(alice)
  expect(await world.answer(alice, 'badge')).toEqual({ status: 401, code: 'factor-expired' })
  expect(await world.isIn(alice)).toBe(false)
})

test('A-07 a step that began at the login does not finish a step-up', async () => {
  await open()
  const alice = await world.logIn('alice')
  const answer = await challengeFor(alice)
  expect((await sendCode(alice, totpCode())).status).toBe(200)
  world.clock.offset += 301_000
  expect(await usePasskey(alice, answer)).toEqual({ status: 401, code: 'factor-expired' })
  await alice.get('/transfer').expect(401)
  expect((await usePasskey(alice)).status).toBe(200)
  await alice.get('/transfer').expect(200)
})

test('A-13, A-14 a factor or a key that was removed or replaced meanwhile is refused, and so is a user who was removed', async () => {
  const keys: Record<string, string> = { alice: totpKey }
  let owned = true
  await open({
    factors: [[totpStrategy(keys), appCode[1]], passkey],
    has: () => owned,
  })
  const alice = await world.logIn('alice')
  const answer = await challengeFor(alice)
  keys['alice'] = 'another key of 20 b.'
  expect(await sendCode(alice, totpCode())).toEqual({ status: 401, code: 'code-wrong' })
  keys['alice'] = totpKey
  owned = false
  const missing = { status: 403, code: 'factor-missing' }
  expect(await sendCode(alice, totpCode())).toEqual(missing)
  expect(await usePasskey(alice, answer)).toEqual(missing)
  await alice.post('/otp/passkey/begin').expect(403)
  owned = true
  delete world.people['alice']
  expect((await sendCode(alice, totpCode())).status).toBe(401)
  expect((await usePasskey(alice, answer)).status).toBe(401)
})

test('A-16 what was accepted is refused again in the same session, with the old cookie and in a new session', async () => {
  await open({ options: { limiter: new CounterStore(0, 0).factory }, store: new SessionStore() })
  const { alice, cookie } = await logInAndCopy()
  const code = totpCode()
  expect((await sendCode(alice, code)).status).toBe(200)
  const old = world.browser()
  await old.post('/otp/app-code').set('Cookie', cookie).send({ code }).expect(401)
  const another = await world.logIn('alice')
  for (const agent of [alice, another])
    expect(await sendCode(agent, code)).toEqual({ status: 401, code: 'code-wrong' })
  const answer = await challengeFor(alice)
  expect((await usePasskey(alice, answer)).status).toBe(200)
  expect(await usePasskey(alice, answer)).toEqual({ status: 401, code: 'factor-expired' })
  await challengeFor(another)
  expect(await usePasskey(another, answer)).toEqual({ status: 401, code: 'factor-wrong' })
  expect(await world.isIn(another)).toBe(false)
})

test('A-18, A-19 an answer is worth nothing to another user, and a begun step nothing in another session', async () => {
  await open({ has: () => true })
  const [alice, other, bob] = [
    await world.logIn('alice'),
    await world.logIn('alice'),
    await world.logIn('bob'),
  ]
  const answer = await challengeFor(alice)
  const expired = { status: 401, code: 'factor-expired' }
  expect(await sendCode(bob, totpCode())).toEqual({ status: 401, code: 'code-wrong' })
  for (const agent of [bob, other]) expect(await usePasskey(agent, answer)).toEqual(expired)
  await challengeFor(other)
  expect((await usePasskey(other, answer)).status).toBe(401)
  for (const agent of [bob, other]) expect(await world.isIn(agent)).toBe(false)
  // Neither used up what belongs to Alice.
  expect((await usePasskey(alice, answer)).status).toBe(200)
  expect((await sendCode(alice, totpCode())).status).toBe(200)
})

test('A-18 a code that was accepted is used up for this user and this factor, not for others', async () => {
  const either = (name: string): NonNullable<FactorWorldOptions['factors']>[number] => [
    new Probe(acceptRight),
    { name, amr: ['otp'], codeField: 'code' },
  ]
  await open({ factors: [either('pin'), either('card')], has: () => true })
  for (const user of ['alice', 'bob'])
    for (const name of ['pin', 'card'])
      expect((await world.answer(await world.logIn(user), name, { code: '123456' })).status).toBe(
        200,
      )
})

test('A-20 an older step is refused after a newer one, and every begun step after the limiter was flushed', async () => {
  const store = new CounterStore(0, 0)
  await open({ options: { limiter: store.factory } })
  const alice = await world.logIn('alice')
  const older = await challengeFor(alice)
  await challengeFor(alice)
  expect((await usePasskey(alice, older)).status).toBe(401)
  const answer = await challengeFor(alice)
  store.flush()
  expect(await usePasskey(alice, answer)).toEqual({ status: 401, code: 'factor-expired' })
  expect(await world.isIn(alice)).toBe(false)
})

test('A-21 a begun step is accepted one second before its ten minutes are over, and refused when they are over and one second later', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    await open({ options: { limiter: new CounterStore(0, 0).factory } })
    for (const [milliseconds, status] of [
      [599_000, 200],
      [600_000, 401],
      [601_000, 401],
    ] as const) {
      const alice = await world.logIn('alice')
      const answer = await challengeFor(alice)
      vi.setSystemTime(Date.now() + milliseconds)
      expect((await usePasskey(alice, answer)).status).toBe(status)
    }
  } finally {
    vi.useRealTimers()
  }
})

test('A-24 a step that was begun before a logout is refused after it, in the new session and with the old cookie', async () => {
  await open()
  const { alice, cookie } = await logInAndCopy()
  const answer = await challengeFor(alice)
  await alice.post('/logout').expect(200)
  const old = world.browser()
  await old.post('/otp/passkey').set({ Cookie: cookie, 'x-answer': answer }).expect(401)
  await world.logIn('alice', alice)
  expect(await usePasskey(alice, answer)).toEqual({ status: 401, code: 'factor-expired' })
  expect(await world.isIn(alice)).toBe(false)
})

test('A-25 during a lockout a right answer gets the same response as a wrong one', async () => {
  await open()
  const alice = await world.logIn('alice')
  const response = async (path: string, headers: Record<string, string>, body: object) => {
    const answer = await alice.post(path).set(headers).send(body).expect(429)
    const { retryAfter, ...rest } = answer.body as Record<string, unknown>
    expect(retryAfter).toBeGreaterThan(0)
    return rest
  }
  for (let i = 0; i < 10; i++) await sendCode(alice, wrongCode(totpCode()))
  expect(await response('/otp/app-code', {}, { code: totpCode() })).toEqual(
    await response('/otp/app-code', {}, { code: wrongCode(totpCode()) }),
  )
  for (let i = 0; i < 10; i++) await usePasskey(alice, (await challengeFor(alice)) + 'wrong')
  const right = await challengeFor(alice)
  const first = await response('/otp/passkey', { 'x-answer': right }, {})
  await challengeFor(alice)
  expect(first).toEqual(await response('/otp/passkey', { 'x-answer': 'wrong' }, {}))
  expect(await world.isIn(alice)).toBe(false)
})

test('A-38, A-39 four wrong answers, then a new login, a new step and a new call, again and again, are ten comparisons of each count', async () => {
  await open({ options: { limits: callsUnlimited } })
  let locked = 0
  for (let round = 0; round < 5; round++) {
    const alice = await world.logIn('alice')
    if (round < 2) await world.hearCode(alice)
    for (let i = 0; i < 4; i++) {
      const app = await sendCode(alice, wrongCode(totpCode()))
      const key = await usePasskey(alice, (await challengeFor(alice)) + 'wrong')
      locked += [app, key].filter(({ code }) => code === 'locked').length
    }
  }
  expect(compared()).toBe(20)
  expect(locked).toBe(20)
})

test('A-51 nobody without her password locks Alice out, and neither does another user', async () => {
  await open({ has: () => true })
  const bob = await world.logIn('bob')
  await challengeFor(bob)
  for (const agent of [world.browser(), bob])
    for (let i = 0; i < 12; i++)
      for (const path of ['/otp/app-code', '/otp/passkey'])
        await agent.post(path).send({ code: '000000', user: 'alice', id: 'alice' })
  expect(await sendCode(bob, '000000')).toMatchObject({ code: 'locked' })
  const alice = await world.logIn('alice')
  expect((await sendCode(alice, totpCode())).status).toBe(200)
  expect((await usePasskey(alice)).status).toBe(200)
})

test('A-64 GET, HEAD and every other method but POST begins nothing and verifies nothing', async () => {
  const store = new CounterStore(0, 0)
  await open({
    factors: [appCode, passkey, badge],
    options: { limiter: store.factory },
    routes: (app, passport) => {
      for (const name of ['app-code', 'passkey']) app.all(`/any/${name}`, route(passport, name))
      // A GET callback is for the second step only.
      app.all('/any/begin', route(passport, 'badge', { action: 'begin' }))
    },
  })
  const alice = await world.logIn('alice')
  store.operations.length = 0
  for (const method of ['get', 'head', 'put', 'patch', 'delete', 'options'] as const)
    for (const path of ['/any/app-code', '/any/passkey', '/any/begin'])
      await alice[method](`${path}?code=${totpCode()}`)
        .set({ 'X-HTTP-Method-Override': 'POST', 'Sec-Purpose': 'prefetch' })
        .expect(503)
  expect(store.operations).toEqual([])
  expect(await world.isIn(alice)).toBe(false)
})

test('A-85, A-86 a cookie from before the login, before the factor or between its steps is worthless afterwards', async () => {
  await open({ store: new SessionStore() })
  const browser = world.browser()
  const { headers } = await browser.post('/cart').expect(200)
  const planted = (headers['set-cookie'] as unknown as string[])[0]!.split(';', 1)[0]!
  const { alice, cookie } = await logInAndCopy(browser)
  expect(cookie).not.toBe(planted)
  const answer = await challengeFor(alice)
  expect((await usePasskey(alice, answer)).status).toBe(200)
  expect(await world.isIn(alice)).toBe(true)
  for (const old of [planted, cookie]) expect(await statusWith(old)).toBe(401)
  // The old session is not even pending, so its owner cannot try again.
  await world
    .browser()
    .post('/otp/app-code')
    .set('Cookie', cookie)
    .send({ code: totpCode() })
    .expect(401)
})

test.each(['app-code', 'passkey'])(
  'A-87, A-90 a limiter that fails or responds with nonsense at any operation of the factor %s lets nobody in',
  async name => {
    const store = new CounterStore(0, 0)
    const codes = new Probe(acceptRight)
    await open({ factors: [[codes, appCode[1]], passkey], options: { limiter: store.factory } })
    const attempt = async (agent: Agent, operation?: string, fault?: Fault) => {
      const isOfBegin = operation === 'factor-steps.set'
      const fail = () => {
        if (operation !== undefined && fault !== undefined) store.faults[operation] = fault
      }
      if (isOfBegin) fail()
      const answer = name === 'passkey' ? await challengeFor(agent) : 'right'
      fail()
      // Each code is accepted once.
      return world.answer(agent, name, { answer, code: `x${randomUUID().replaceAll('-', '')}` })
    }
    store.operations.length = 0
    const alice = await world.logIn('alice')
    store.operations.length = 0
    expect((await attempt(alice)).status).toBe(200)
    const operations = new Set(store.operations)
    expect(operations.size).toBeGreaterThanOrEqual(6)
    for (const operation of operations)
      for (const fault of ['rejects', 'throws', 'nonsense'] as const) {
        // The result of a delete is not read.
        if (fault === 'nonsense' && /delete|set/.test(operation)) continue
        const agent = await world.logIn('alice')
        const { status } = await attempt(agent, operation, fault)
        store.faults = {}
        expect([operation, fault, status, await world.isIn(agent)]).toEqual([
          operation,
          fault,
          operation === 'factor-steps.set' ? 401 : 503,
          false,
        ])
        await world.strategy.unlock('alice')
      }
  },
)

test('A-90 a limiter that hangs at any operation of a factor lets nobody in, after two seconds', async () => {
  const store = new CounterStore(0, 0)
  await open({ options: { limiter: store.factory }, store: new SessionStore() })
  for (const operation of ['failures.consume', 'factor-codes.consume', 'logins.consume']) {
    const alice = await world.logIn('alice')
    const hangs = new Promise<void>(resolve => {
      store.delayNext(operation, () => {
        resolve()
        return new Promise(() => undefined)
      })
    })
    const answer = await letPassAt(() => hangs, 2000, sendCode(alice, totpCode()))
    expect([operation, answer]).toEqual([operation, { status: 503, code: 'limiter-unavailable' }])
    expect(await world.isIn(alice)).toBe(false)
  }
})

test('A-87 a session store that fails or hangs while the session changes lets nobody in, with the new cookie and the old one', async () => {
  const store = new SessionStore()
  await open({ factors: [[new Probe(acceptRight), { name: 'probe', amr: ['sc'] }]], store })
  for (const operation of ['destroy', 'set'] as const)
    for (const fault of ['rejects', 'throws', 'hangs'] as const) {
      const { alice, cookie } = await logInAndCopy()
      store.faults[operation] = fault
      // At the end of the response, express-session saves again.
      const hang = () =>
        store.nextHang().then(() => {
          store.faults = {}
        })
      const request = world.answer(alice, 'probe')
      const { status } = await (fault === 'hangs'
        ? letPassAt(hang, sessionDeadlineMilliseconds, request)
        : request)
      store.faults = {}
      expect([operation, fault, status]).toEqual([operation, fault, 503])
      expect(await world.isIn(alice)).toBe(false)
      expect(await statusWith(cookie)).toBe(401)
    }
})

test.each(['success', 'logout'])(
  'A-89 a slow request that started before the %s and writes the old session afterwards brings nobody in',
  async end => {
    let finish: () => void = () => undefined
    let noteStart: () => void = () => undefined
    const started = new Promise<void>(resolve => (noteStart = resolve))
    await open({
      store: new SessionStore(),
      routes: app => {
        app.post('/slow', (req, res) => {
          noteStart()
          finish = () => {
            req.session.cart = 'written late'
            res.json({})
          }
        })
      },
    })
    const { alice, cookie } = await logInAndCopy()
    const answer = await challengeFor(alice)
    const slow = world.browser().post('/slow').set('Cookie', cookie).then()
    await started
    if (end === 'success') expect((await usePasskey(alice, answer)).status).toBe(200)
    else await alice.post('/logout').expect(200)
    finish()
    await slow
    expect(await statusWith(cookie)).toBe(401)
    const old = world.browser()
    await old.post('/otp/passkey').set({ Cookie: cookie, 'x-answer': answer }).expect(401)
    await old.post('/otp/app-code').set('Cookie', cookie).send({ code: totpCode() }).expect(401)
    expect(await statusWith(cookie)).toBe(401)
  },
)

test('A-76, A-91, A-95 neither a code nor a hash of it that attempts could reverse is in a store, a response, an event or an error', async () => {
  const limiter = new CounterStore(0, 0)
  const store = new SessionStore()
  await open({ options: { limiter: limiter.factory }, store })
  const alice = await world.logIn('alice')
  const code = totpCode()
  const responses = [
    await alice.post('/otp/app-code').send({ code: wrongCode(code) }),
    await alice.post('/otp/app-code').send({ code }),
    await alice.post('/otp/app-code').send({ code }),
    await alice.get('/account'),
  ].map(({ text, headers }) => text + JSON.stringify(headers))
  const texts = [
    ...limiter.written,
    limiter.dump(),
    ...store.written,
    JSON.stringify(world.events),
    ...responses,
  ]
  for (const text of texts) {
    expect(text).not.toContain(code)
    expect(text).not.toContain(totpKey)
  }
  // The first 15 bytes of everything that could be a hash, in hexadecimal.
  const start = 30
  const hashes = new Set(
    texts
      .flatMap(text => text.match(/[\w+/-]{20,}={0,2}/g) ?? [])
      .flatMap(token => [token.toLowerCase(), Buffer.from(token, 'base64').toString('hex')])
      .map(text => text.slice(0, start)),
  )
  const salts = ['', ...new Set(texts.flatMap(text => text.match(/[\w+.:-]{3,64}/g) ?? []))]
  const reversed = salts.filter(salt =>
    [
      ...['md5', 'sha1', 'sha256', 'sha512'].flatMap(algorithm =>
        [salt + code, `${salt}:${code}`, code + salt, JSON.stringify([salt, code])].map(text =>
          createHash(algorithm).update(text).digest('hex'),
        ),
      ),
      createHmac('sha256', salt).update(code).digest('hex'),
    ].some(digest => hashes.has(digest.slice(0, start))),
  )
  expect(reversed).toEqual([])
})

test('A-90 a has() that hangs is an error after five seconds', async () => {
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

  test('a factor in a session that is not of express-session is a configuration error', async () => {
    await open({
      routes: (app, passport) => {
        app.post(
          '/odd',
          (req, _res, next) => {
            req.sessionID = 'of another session'
            next()
          },
          route(passport, 'app-code'),
        )
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
