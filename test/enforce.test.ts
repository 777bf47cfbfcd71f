import type { RequestHandler } from 'express'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  createWorld,
  password,
  type Person,
  type World,
  type WorldOptions,
} from './support/world.js'

let world: World
afterEach(() => world.close())
const open = async (options: WorldOptions = {}) => (world = await createWorld(options))

describe('enforce(): until the code is in, nobody is logged in', () => {
  test("in the login request's own handler too", async () => {
    await open()
    const { body } = await world
      .browser()
      .post('/login')
      .send({ username: 'alice', password })
      .expect(200)
    expect(body).toEqual({ pendingUser: 'alice', isAuthenticated: false })
  })

  test('after a second passport.session()', async () => {
    await open({
      routes: (app, passport) => {
        app.use(passport.session())
        app.get('/who', (req, res) => {
          res.json({
            user: (req.user as Person | undefined)?.id ?? null,
            isAuthenticated: req.isAuthenticated(),
          })
        })
      },
    })
    const alice = await world.logIn('alice')
    await alice.get('/who').expect(200, { user: null, isAuthenticated: false })
  })

  test('with another userProperty', async () => {
    await open({ userProperty: 'account' })
    const alice = await world.logIn('alice')
    await alice.get('/account').expect(401, { pendingUser: 'alice' })
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    await alice.get('/account').expect(200, { user: 'alice' })
  })

  test('when the strategies are wired as an array, which Passport reads as "or"', async () => {
    await open({
      routes: (app, passport) => {
        app.post(
          '/either',
          passport.authenticate(['local', 'voice-otp']) as RequestHandler,
          (req, res) => {
            res.json({ isAuthenticated: req.isAuthenticated() })
          },
        )
      },
    })
    const agent = world.browser()
    await agent
      .post('/either')
      .send({ username: 'alice', password })
      .expect(200, { isAuthenticated: false })
    await agent.get('/account').expect(401)
  })

  test.each([
    ['', {}],
    ['with keepSessionInfo', { keepSessionInfo: true }],
  ])('Mallory passes both, then logs in as Alice in the same browser %s', async (_, options) => {
    await open({
      routes: (app, passport) => {
        app.post(
          '/again',
          passport.authenticate('local', options) as RequestHandler,
          (req, res) => {
            res.json({ user: (req.user as Person | undefined)?.id ?? null })
          },
        )
      },
    })
    const agent = await world.logIn('bob')
    await agent
      .post('/otp')
      .send({ code: await world.hearCode(agent) })
      .expect(200)
    await agent.post('/again').send({ username: 'alice', password }).expect(200, { user: null })
    await agent.get('/account').expect(401, { pendingUser: 'alice' })
    await agent.post('/again').send({ username: 'bob', password }).expect(200, { user: null })
    await agent.get('/account').expect(401, { pendingUser: 'bob' })
  })

  test('the password again in a session that is in asks for the code again', async () => {
    await open()
    const alice = await world.logIn('alice')
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    const { body } = await alice.post('/login').send({ username: 'alice', password }).expect(200)
    expect(body).toEqual({ pendingUser: 'alice', isAuthenticated: false })
    await alice.get('/account').expect(401)
  })

  test('logout takes mark and challenge along, with keepSessionInfo too, and kills the code', async () => {
    await open()
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    await alice.post('/logout?keep').expect(200)
    await alice.post('/login').send({ username: 'alice', password }).expect(200)
    await alice.post('/otp').send({ code }).expect(401)
    await alice.get('/account').expect(401)
  })

  test('a mark without a user is removed', async () => {
    await open()
    const alice = await world.logIn('alice')
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    const { alice: person } = world.people
    delete world.people['alice']
    await alice.get('/account').expect(401, {})
    world.people['alice'] = person!
    await alice.get('/account').expect(401)
  })

  test('required: only those it names; a throw or a promise means required', async () => {
    for (const [required, status] of [
      [(person: Person) => person.id !== 'alice', 200],
      [
        () => {
          throw new Error('x')
        },
        401,
      ],
      [async () => false, 401],
      [() => undefined, 401],
      [() => 0, 401],
    ] as const) {
      await open({ options: { required: required as () => boolean } })
      const alice = await world.logIn('alice')
      await alice.get('/account').expect(status)
      await world.close()
    }
    await open()
  })

  test.each([undefined, null, '', NaN, {}, 'x'.repeat(201)])(
    'a user without an id is never in: %j',
    async id => {
      await open({ options: { userId: () => id as never } })
      const alice = await world.logIn('alice')
      await alice.get('/account').expect(401)
      await alice
        .post('/otp/call')
        .expect(503)
        .expect(({ body }) => {
          expect(body).toMatchObject({
            code: 'configuration',
            message: expect.stringContaining('userId') as string,
          })
        })
    },
  )

  test('where it did not run, call and verify say so', async () => {
    await open({ enforce: false })
    const alice = world.browser()
    await alice.post('/login').send({ username: 'alice', password }).expect(200)
    for (const path of ['/otp/call', '/otp']) {
      await alice
        .post(path)
        .send({ code: '123456' })
        .expect(503)
        .expect(({ body }) => {
          expect(body).toMatchObject({
            code: 'configuration',
            message: expect.stringContaining('enforce()') as string,
          })
        })
    }
    await alice.get('/transfer').expect(503)
    await alice.get('/otp/status').expect(503)
    expect(world.simulator.calls).toHaveLength(0)
  })

  test('mounted twice, it is as if once', async () => {
    await open({
      routes: (app, _passport, strategy) => {
        app.use(strategy.enforce())
      },
    })
    const alice = await world.logIn('alice')
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    await alice.get('/account').expect(200)
  })

  test('a session that cannot be regenerated is a clear error at the first request', async () => {
    await open({
      beforeSession: app => {
        app.use((req, _res, next) => {
          ;(req as unknown as { session: object }).session = {}
          next()
        })
      },
    })
    await world
      .browser()
      .get('/account')
      .expect(503)
      .expect(({ body }) => {
        expect(body).toMatchObject({
          message: expect.stringContaining('express-session') as string,
        })
      })
  })

  test('req.user cannot be replaced by deleting or redefining it', async () => {
    await open({
      routes: app => {
        app.get('/tamper', (req, res) => {
          expect(Reflect.deleteProperty(req, 'user')).toBe(false)
          expect(Reflect.defineProperty(req, 'user', { value: { id: 'alice' } })).toBe(false)
          res.json({ user: req.user ?? null })
        })
      },
    })
    await (await world.logIn('alice')).get('/tamper').expect(200, { user: null })
  })

  test.each([
    [{ verification: true }],
    [{ verification: { userId: 'alice' } }],
    [{ verification: { userId: 'alice', method: 'call', amr: [], at: 'now' } }],
    [{ verification: { userId: ['alice'], method: 'call', amr: [], at: 1 } }],
    [{ verification: { userId: 'bob', method: 'call', amr: ['otp', 'tel'], at: 1 } }],
    ['alice'],
    [7],
    [[]],
    [{ challenge: { id: 1 } }],
    [{ challenge: null }],
  ])('a session store that holds %j lets nobody in', async part => {
    await open({
      routes: app => {
        app.post('/corrupt', (req, res) => {
          ;(req.session as unknown as { voiceOtp: unknown }).voiceOtp = part
          res.json({})
        })
      },
    })
    const alice = await world.logIn('alice')
    await alice.post('/corrupt').expect(200)
    await alice.get('/account').expect(401)
    await alice.post('/otp').send({ code: '123456' }).expect(401)
    await alice.get('/otp/status').expect(200)
  })
})

describe('require(): a fresh second factor', () => {
  test('401 with the header of RFC 9470 for nobody, the pending and the stale; through for the fresh', async () => {
    await open()
    const alice = await world.logIn('alice')
    for (const agent of [world.browser(), alice]) {
      const { body, headers } = await agent.get('/transfer').expect(401)
      expect(body).toEqual({
        code: 'second-factor-required',
        message: 'Confirm with a code from a telephone call first.',
        maxAge: 300,
      })
      expect(headers['www-authenticate']).toBe(
        'Bearer error="insufficient_user_authentication", error_description="Confirm with a code from a telephone call first.", max_age="300"',
      )
    }
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    await alice.get('/transfer').expect(200)
    world.clock.offset += 301_000
    await alice.get('/transfer').expect(401)
    await alice.get('/account').expect(200)
  })

  test('step-up: a new code makes the mark fresh, and the user stays logged in meanwhile', async () => {
    await open({ options: { limits: { callIntervalSeconds: false } } })
    const alice = await world.logIn('alice')
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    world.clock.offset += 301_000
    const { body } = await alice.post('/otp/call').expect(202)
    expect(body).toMatchObject({ purpose: 'step-up' })
    await alice.get('/account').expect(200)
    await alice
      .post('/otp')
      .send({
        code: await world.answerAndListen((body as { matchingDigits: string }).matchingDigits),
      })
      .expect(200)
    await alice.get('/transfer').expect(200)
  })

  test('without a maxAge: 401 with the header of RFC 9470 that names none', async () => {
    await open({
      routes: (app, _passport, strategy) => {
        app.get('/vault', strategy.requireSecondFactor(), (_req, res) => {
          res.json({})
        })
      },
    })
    const { headers, body } = await (await world.logIn('alice')).get('/vault').expect(401)
    expect(headers['www-authenticate']).toBe(
      'Bearer error="insufficient_user_authentication", error_description="Confirm with a code from a telephone call first."',
    )
    expect(body).toEqual({
      code: 'second-factor-required',
      message: 'Confirm with a code from a telephone call first.',
    })
  })

  test('redirectTo: 303, with returnTo for GET only, and only within this origin', async () => {
    await open({
      routes: (app, _passport, strategy) => {
        app.all('/vault', strategy.requireSecondFactor({ redirectTo: '/otp' }))
        app.get('/return-to', (req, res) => {
          res.json({ returnTo: req.session.returnTo ?? null })
        })
      },
    })
    const alice = await world.logIn('alice')
    await alice.post('/vault').expect(303).expect('Location', '/otp')
    await alice.get('/return-to').expect(200, { returnTo: null })
    await alice.get('/vault?x=1').expect(303)
    await alice.get('/return-to').expect(200, { returnTo: '/vault?x=1' })
  })

  test('an address of over a thousand characters is not kept: a session is no place for as much as a stranger likes', async () => {
    await open({
      routes: (app, _passport, strategy) => {
        app.get('/vault', strategy.requireSecondFactor({ redirectTo: '/otp' }))
        app.get('/return-to', (req, res) => {
          res.json({ returnTo: req.session.returnTo ?? null })
        })
      },
    })
    const alice = await world.logIn('alice')
    const longest = `/vault?${'x'.repeat(994)}`
    await alice.get(`${longest}x`).expect(303).expect('Location', '/otp')
    await alice.get('/return-to').expect(200, { returnTo: null })
    await alice.get(longest).expect(303)
    await alice.get('/return-to').expect(200, { returnTo: longest })
  })

  test.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/a\r\nSet-Cookie: x',
    '',
    'otp',
  ])('redirectTo %j is a mistake at start-up', async redirectTo => {
    await open()
    expect(() => world.strategy.requireSecondFactor({ redirectTo })).toThrow(TypeError)
  })

  test.each([0, -1, 1.5, NaN, '300'])('maxAge %j is a mistake at start-up', async maxAge => {
    await open()
    expect(() => world.strategy.requireSecondFactor({ maxAge: maxAge as number })).toThrow(
      TypeError,
    )
  })
})

describe('cancel() and events', () => {
  test('cancel ends the challenge of this session', async () => {
    await open({
      routes: (app, _passport, strategy) => {
        app.post('/cancel', (req, res, next) => {
          strategy.cancel(req).then(() => {
            res.json({})
          }, next)
        })
      },
    })
    const alice = await world.logIn('alice')
    await alice.post('/cancel').expect(200)
    const code = await world.hearCode(alice)
    await alice.post('/cancel').expect(200)
    await alice.post('/otp').send({ code }).expect(401)
  })

  test('a listener that rejects changes nothing, and ends no process', async () => {
    await open()
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    world.strategy.events.on('code.sent', async () => {
      throw new Error('secret')
    })
    const alice = await world.logIn('alice')
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    expect(JSON.stringify(warn.mock.calls)).toContain("'code.sent'")
    expect(JSON.stringify(warn.mock.calls)).not.toContain('secret')
    warn.mockRestore()
  })

  test('a listener that throws changes nothing', async () => {
    await open()
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    world.strategy.events.on('code.sent', () => {
      throw new Error('secret')
    })
    const alice = await world.logIn('alice')
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    expect(JSON.stringify(warn.mock.calls)).toContain("'code.sent'")
    expect(JSON.stringify(warn.mock.calls)).not.toContain('secret')
    warn.mockRestore()
  })

  test('warmUp() loads the client', async () => {
    await open()
    await world.strategy.warmUp()
  })
})
