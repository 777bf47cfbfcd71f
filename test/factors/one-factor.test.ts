// Attempts to get past other second factors with one factor, and strategies that misbehave.
import type { RequestHandler } from 'express'
import type { Authenticator } from 'passport'
import { MemoryRememberStore } from 'passport-voice-otp'
import type { FactorOwnership, VoiceOtpError } from 'passport-voice-otp'
import { afterEach, describe, expect, test } from 'vitest'
import { CounterStore } from '../support/stores.js'
import {
  type Act,
  acceptRight,
  createFactorWorld,
  type FactorWorld,
  type FactorWorldOptions,
  Probe,
} from '../support/factors.js'
import { letPassAt } from '../support/deadline.js'

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
    phoneFallback: boolean,
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

  test.each([
    [false, false],
    [true, true],
  ])(
    'a browser that was remembered with a call, where phoneFallback is %s: it logs in: %s',
    async (phoneFallback, isIn) => {
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
