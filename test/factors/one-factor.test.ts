// Attempts to get past other second factors with one factor, and strategies that misbehave.
import { createServer } from 'node:http'
import type { RequestHandler } from 'express'
import type { Authenticator } from 'passport'
import OAuth2Strategy from 'passport-oauth2'
import { MemoryRememberStore } from 'passport-voice-otp'
import type { FactorOwnership, VoiceOtpError, VoiceOtpOptions } from 'passport-voice-otp'
import { afterEach, describe, expect, test } from 'vitest'
import { CounterStore, SessionStore } from '../support/stores.js'
import {
  type Act,
  acceptRight,
  createFactorWorld,
  type FactorWorld,
  type FactorWorldOptions,
  Probe,
} from '../support/factors.js'
import { letPassAt } from '../support/deadline.js'
import { listen } from '../support/listen.js'
import { password } from '../support/world.js'

let world: FactorWorld
afterEach(() => world.close())
const open = async (options: FactorWorldOptions) => (world = await createFactorWorld(options))
const route = (passport: Authenticator, strategy: string): RequestHandler =>
  passport.authenticate(strategy) as RequestHandler
/** A world with one factor that does what `act` says. */
const openProbe = (act: Act, options: FactorWorldOptions = {}) =>
  open({ factors: [[new Probe(act), { name: 'probe', amr: ['otp'] }]], ...options })
const bodyOf = (req: { body: unknown }) => req.body as Readonly<Record<string, string>>

describe('codes that are tried or accepted more often than once', () => {
  test('a strategy that compares at the first step, too, is compared ten times, and then nobody learns whether a code is right', async () => {
    const compare: Act = (hosted, req) => {
      if (bodyOf(req)['code'] === '1234') hosted.success(req.user)
      else hosted.fail()
    }
    await openProbe(compare)
    const thief = await world.logIn('alice')
    const begin = async (code: string) =>
      (await thief.post('/otp/probe/begin').send({ code })).status
    for (let i = 0; i < 10; i++) expect(await begin(String(2000 + i))).toBe(401)
    expect(await begin('1234')).toBe(429)
    expect(world.named('user.locked')).toHaveLength(1)
    expect(await world.isIn(thief)).toBe(false)
  })

  test.each<[string, Act]>([
    ['passes', hosted => hosted.pass()],
    ['redirects', hosted => hosted.redirect('https://idp.example/', 303)],
    ['responds', (_hosted, req) => req.res!.status(202).json({})],
  ])('a first step that %s counts nothing', async (_name, act) => {
    await openProbe((hosted, req, options) =>
      options.action === 'begin' ? act(hosted, req, options) : hosted.success(req.user),
    )
    const alice = await world.logIn('alice')
    for (let i = 0; i < 12; i++) expect(await world.begin(alice, 'probe')).toBeLessThan(400)
    expect((await world.answer(alice, 'probe')).status).toBe(200)
  })

  test('a code of a two-step strategy that logged in does not step up again without a new first step', async () => {
    await openProbe((hosted, req, { action }) => {
      const session = req.session as { cart?: string }
      // The strategy forgets to remove its challenge.
      if (action === 'begin') {
        session.cart = '4711'
        hosted.pass()
      } else if (bodyOf(req)['code'] === session.cart) hosted.success(req.user)
      else hosted.fail()
    })
    const alice = await world.logIn('alice')
    await world.begin(alice, 'probe')
    expect((await world.answer(alice, 'probe', { code: '4711' })).status).toBe(200)
    world.clock.offset += 301_000
    expect(await world.answer(alice, 'probe', { code: '4711' })).toMatchObject({
      code: 'factor-expired',
    })
    await alice.get('/transfer').expect(401)
    await world.begin(alice, 'probe')
    expect((await world.answer(alice, 'probe', { code: '4711' })).status).toBe(200)
  })

  test.each<[string, (code: string) => boolean, string[]]>([
    ['==', code => (code as unknown) == 123456, ['0123456', '123456e0', '0X1e240']],
    ['parseInt', code => parseInt(code, 10) === 123456, ['123456a', '123456e1', '0123456b']],
    ['toLowerCase', code => code.toLowerCase() === 'a1b2', ['A1b2', 'a1B2']],
  ])(
    'a code that a strategy compares with %s is accepted once, in whatever spelling',
    async (_name, isRight, others) => {
      const act: Act = (hosted, req) => {
        if (isRight(bodyOf(req)['code'] ?? '')) hosted.success(req.user)
        else hosted.fail()
      }
      const first = isRight('123456') ? '123456' : 'a1b2'
      for (const codes of [[first, ...others], others]) {
        await openProbe(act, {
          factors: [[new Probe(act), { name: 'probe', amr: ['otp'], codeField: 'code' }]],
        })
        const statuses = []
        for (const code of codes)
          statuses.push((await world.answer(await world.logIn('alice'), 'probe', { code })).status)
        expect(statuses).toEqual([200, ...codes.slice(1).map(() => 401)])
        await world.close()
      }
    },
  )

  test('a wrong spelling gives back every name that it held', async () => {
    const act: Act = (hosted, req) => {
      if (bodyOf(req)['code'] === '1000') hosted.success(req.user)
      else hosted.fail()
    }
    await openProbe(act, {
      factors: [[new Probe(act), { name: 'probe', amr: ['otp'], codeField: 'code' }]],
    })
    const alice = await world.logIn('alice')
    for (const code of ['1e3', '1e3', '1000a'])
      expect((await world.answer(alice, 'probe', { code })).status).toBe(401)
    expect((await world.answer(alice, 'probe', { code: '1000' })).status).toBe(200)
    const other = await world.logIn('alice')
    for (const code of ['1e3', '1e4'])
      expect((await world.answer(other, 'probe', { code })).status).toBe(401)
  })
})

test('a user who begins a factor in one step does not close it for other users', async () => {
  await openProbe((hosted, req, { action }) => {
    if (action === 'begin') hosted.pass()
    else hosted.success(req.user)
  })
  const [alice, other] = [await world.logIn('alice'), await world.logIn('alice')]
  await world.begin(alice, 'probe')
  expect((await world.answer(other, 'probe')).code).toBe('factor-expired')
  await world.close()
  await openProbe(acceptRight, { has: () => true })
  const [bob, carol] = [await world.logIn('bob'), await world.logIn('alice')]
  await world.begin(bob, 'probe')
  expect((await world.answer(carol, 'probe')).status).toBe(200)
})

describe('strategies that misbehave', () => {
  test('a strategy that calls req.next() does not let the request continue at step-up', async () => {
    let isHonest = true
    let paid = 0
    await openProbe(
      (hosted, req) => {
        if (isHonest) hosted.success(req.user)
        else req.next!()
      },
      {
        routes: (app, passport) => {
          app.use('/pay', route(passport, 'probe'))
          app.post('/pay', (_req, res) => {
            paid++
            res.json({})
          })
        },
      },
    )
    const alice = await world.logIn('alice')
    await world.answer(alice, 'probe')
    isHonest = false
    const { body } = await alice.post('/pay').expect(503)
    expect([body.code, paid]).toEqual(['configuration', 0])
  })

  test.each<[string, Act]>([
    [
      'before its success',
      (hosted, req) => {
        Object.assign(req.user!, { id: 'bob' })
        hosted.success(req.user)
      },
    ],
    [
      'after its success',
      (hosted, req) => {
        hosted.success(req.user)
        setTimeout(() => Object.assign(req.user!, { id: 'bob' }), 10)
      },
    ],
  ])('a strategy that gives the user another id %s lets nobody in', async (_name, act) => {
    await openProbe(act, {
      has: () => true,
      options: { limiter: new CounterStore(25, 30).factory },
    })
    const alice = await world.logIn('alice')
    expect(await world.answer(alice, 'probe')).toEqual({ status: 503, code: 'factor-failed' })
    expect(await world.isIn(alice)).toBe(false)
  })
})

describe('a thief of the phone number', () => {
  let owned: FactorOwnership = false
  const openPasskey = async (
    phoneFallback: VoiceOtpOptions['phoneFallback'],
    save: () => Promise<void> = async () => {},
  ) => {
    owned = false
    const notices: unknown[] = []
    await open({
      factors: [
        [
          new Probe(acceptRight),
          { name: 'passkey', amr: ['pop'], phishingResistant: true, has: () => owned },
        ],
      ],
      options: {
        phoneFallback,
        remember: { days: 30, store: new MemoryRememberStore() },
        notifyUser: (userId, what) => void notices.push([userId, what]),
      },
      routes: (app, _passport, strategy) => {
        app.post('/remember', async (req, res) => {
          await strategy.remembered.add(req, 'Firefox')
          res.json({})
        })
        app.post('/add', (req, res) => {
          strategy.changeFactor(req, 'passkey', 'add', save).then(
            () => res.json({}),
            (error: unknown) => {
              const { status, code } = error as VoiceOtpError
              res.status(status).json({ code })
            },
          )
        })
        app.get(
          '/vault',
          strategy.requireSecondFactor({ phishingResistant: true }),
          (_req, res) => void res.json({}),
        )
      },
    })
    return notices
  }
  const passPhone = async () => {
    const agent = await world.logIn('alice')
    await agent.post('/otp').send({ code: await world.hearCode(agent) })
    return agent
  }

  test.each<[string, VoiceOtpOptions['phoneFallback'], boolean]>([
    ['false', false, false],
    ['an error', () => Promise.reject(new Error('down')), false],
    ['true', true, true],
  ])(
    'a browser that was remembered with a call is worth what phoneFallback says: %s',
    async (_name, phoneFallback, isIn) => {
      await openPasskey(phoneFallback)
      const thief = await passPhone()
      await thief.post('/remember').expect(200)
      await thief.post('/logout')
      owned = true
      await world.logIn('alice', thief)
      expect(await world.isIn(thief)).toBe(isIn)
    },
  )

  test('a session of a passkey that was too new does not become strong a day later', async () => {
    await openPasskey(true)
    owned = { since: new Date(world.clock.now()) }
    const thief = await world.logIn('alice')
    await world.begin(thief, 'passkey')
    await world.answer(thief, 'passkey')
    expect(await world.isIn(thief)).toBe(true)
    owned = false // the owner has removed it
    world.clock.offset += 25 * 3_600_000
    await thief.get('/vault').expect(401)
  })

  test('a factor that is stored after the deadline is announced, too', async () => {
    let store: () => void = () => undefined
    let noteStart: () => void = () => undefined
    const started = new Promise<void>(resolve => (noteStart = resolve))
    const notices = await openPasskey(true, () => {
      noteStart()
      return new Promise(resolve => (store = resolve))
    })
    const thief = await passPhone()
    const { status } = await letPassAt(() => started, 5000, thief.post('/add').send({}))
    expect([status, notices]).toEqual([503, []])
    store()
    await new Promise(setImmediate)
    expect(notices).toEqual([['alice', { type: 'factor-added', name: 'passkey' }]])
    expect(world.named('factor.added')).toHaveLength(1)
  })
})

test('a password thief cannot enroll a phone after a reset, if the user has an app code', async () => {
  await openProbe(acceptRight, {
    routes: (app, passport) => {
      const enroll = { action: 'call', purpose: 'enroll', phone: () => '+12025550167' }
      app.post('/phone', passport.authenticate('voice-otp', enroll as object) as RequestHandler)
    },
  })
  await world.strategy.resetFactors('alice', { by: 'support', reason: 'a lost phone' })
  const thief = await world.logIn('alice')
  await thief.post('/phone').expect(401)
  await thief.post('/otp/call').expect(403)
  expect(world.named('code.sent')).toEqual([])
})

test('a session from before a factor became phishing-resistant is not strong, and cannot change it', async () => {
  const store = new SessionStore()
  const start = (phishingResistant: boolean) =>
    open({
      store,
      factors: [[new Probe(acceptRight), { name: 'passkey', amr: ['pop'], phishingResistant }]],
      options: { phoneFallback: true },
      routes: (app, _passport, strategy) => {
        app.get('/vault', strategy.requireSecondFactor({ phishingResistant: true }))
        app.post('/remove', (req, res) => {
          strategy
            .changeFactor(req, 'passkey', 'remove', () => undefined)
            .then(
              () => res.json({}),
              (error: unknown) => res.status((error as VoiceOtpError).status).json({}),
            )
        })
      },
    })
  const before = await start(false)
  const alice = await before.logIn('alice')
  await before.answer(alice, 'passkey')
  await start(true)
  const { jar } = alice
  const later = Object.assign(world.browser(), { jar })
  expect(await world.isIn(later)).toBe(true)
  await later.get('/vault').expect(401)
  await later.post('/remove').expect(401)
  await before.close()
})

test('a logout or a second right answer at any operation of the limiter: the old cookie is out, and there is one session', async () => {
  const counters = new CounterStore(0, 0)
  const store = new SessionStore()
  await open({
    store,
    factors: [[new Probe(acceptRight), { name: 'passkey', amr: ['pop'], phishingResistant: true }]],
    options: { limiter: counters.factory, phoneFallback: true },
  })
  const sessionsOfTwoFactors = () =>
    Object.values(store.atRest).filter(text => text.includes('verification')).length
  /** Logs in, with another request of the same browser before one operation of the limiter. */
  const race = async (path: string, operation: string) => {
    const alice = world.browser()
    const { headers } = await alice.post('/login').send({ username: 'alice', password })
    const [cookie = ''] = (headers['set-cookie'] as unknown as string[]).map(
      each => each.split(';', 1)[0]!,
    )
    await world.begin(alice, 'passkey')
    const before = sessionsOfTwoFactors()
    counters.operations.length = 0
    counters.delayNext(operation, async () => {
      await world.browser().post(path).set('Cookie', cookie).set('x-answer', 'right').send({})
    })
    const { status } = await world.answer(alice, 'passkey')
    await world.browser().get('/account').set('Cookie', cookie).expect(401)
    expect(sessionsOfTwoFactors() - before).toBeLessThanOrEqual(1)
    return { status, isIn: await world.isIn(alice) }
  }
  await race('/logout', 'none')
  const operations = [...new Set(counters.operations)]
  expect(operations.length).toBeGreaterThanOrEqual(8)
  for (const operation of operations) {
    const isDecided = operation.endsWith('.delete')
    expect([operation, await race('/logout', operation)]).toEqual([
      operation,
      isDecided ? { status: 200, isIn: true } : { status: 401, isIn: false },
    ])
    await race('/otp/passkey', operation)
  }
})

test('an OAuth strategy: the account of somebody else, an old state and a code at the first step let nobody in', async () => {
  let account = 'bob'
  const provider = createServer((_req, res) => {
    res.setHeader('content-type', 'application/json')
    res.end(JSON.stringify({ access_token: account, token_type: 'bearer' }))
  })
  const { url, close } = await listen(provider)
  const options = {
    authorizationURL: `${url}/authorize`,
    tokenURL: `${url}/token`,
    clientID: 'id',
    clientSecret: 'secret',
    callbackURL: `${url}/callback`,
    state: true,
  }
  const strategy = new OAuth2Strategy(
    options,
    (
      id: string,
      _refresh: string,
      _profile: unknown,
      done: (error: null, user: object) => void,
    ) => {
      done(null, { id })
    },
  )
  await open({
    factors: [[strategy, { name: 'oauth', amr: ['sc'], callback: 'GET' }]],
  })
  const alice = await world.logIn('alice')
  const begin = async (query = '') => {
    const { status, headers } = await alice.post(`/otp/oauth/begin${query}`).send({})
    const to = headers['location']
    return { status, state: to === undefined ? '' : new URL(to).searchParams.get('state') }
  }
  const call = async (state: string | null) =>
    ((await alice.get(`/otp/oauth/callback?code=c&state=${state}`)).body as { code?: string }).code
  expect(await call('none')).toBe('factor-expired')
  const first = await begin()
  expect(first.status).toBe(302)
  expect(await call(first.state)).toBe('factor-wrong')
  account = 'alice'
  expect(await call(first.state)).toBe('factor-expired')
  await begin()
  expect(await call(first.state)).toBe('factor-wrong')
  const { state } = await begin()
  expect((await begin(`?code=c&state=${state}`)).status).toBe(503)
  expect(await world.isIn(alice)).toBe(false)
  const last = await begin()
  expect(await call(last.state)).toBeUndefined()
  expect(await world.isIn(alice)).toBe(true)
  await close()
})
