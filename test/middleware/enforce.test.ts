import type { RequestHandler } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import {
  createWorld,
  password,
  type Person,
  type World,
  type WorldOptions,
} from '../support/world.js'

let world: World
afterEach(() => world.close())
const open = async (options: WorldOptions = {}) => (world = await createWorld(options))

describe('enforce() lets nobody in before the code is verified', () => {
  test('the handler of the login request sees a pending user and no user', async () => {
    await open()
    const { body } = await world
      .browser()
      .post('/login')
      .send({ username: 'alice', password })
      .expect(200)
    expect(body).toEqual({ pendingUser: 'alice', isAuthenticated: false })
  })

  test('a second passport.session() does not bring the pending user into req.user', async () => {
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

  test('a login works with another userProperty of Passport', async () => {
    await open({ userProperty: 'account' })
    const alice = await world.logIn('alice')
    await alice.get('/account').expect(401, { pendingUser: 'alice' })
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    await alice.get('/account').expect(200, { user: 'alice' })
  })

  test('the password alone does not log in when the strategies are given as an array, which Passport reads as "any of these"', async () => {
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
    ['without options', {}],
    ['with keepSessionInfo', { keepSessionInfo: true }],
  ])(
    'Bob passes both factors and then logs in as Alice in the same browser %s: Alice is pending',
    async (_, options) => {
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
    },
  )

  test('the password of a user who is logged in, sent again, asks for a code again', async () => {
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

  test('a logout with keepSessionInfo removes verification and challenge, and the code is dead', async () => {
    await open()
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    await alice.post('/logout?keep').expect(200)
    await alice.post('/login').send({ username: 'alice', password }).expect(200)
    await alice.post('/otp').send({ code }).expect(401)
    await alice.get('/account').expect(401)
  })

  test('a verification in a session whose user no longer exists is removed', async () => {
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

  test('the option required exempts a user only if it returns false; a throw and a promise mean required', async () => {
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
    'a user whose id is %j is never logged in',
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

  test('where enforce() is not mounted, every action fails with a message that names it, and nothing rings', async () => {
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

  test('enforce() of one strategy may be mounted twice', async () => {
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

  test('a session that cannot be regenerated gives a clear error at the first request', async () => {
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

  test('req.user cannot be deleted or redefined', async () => {
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
    [{ verification: { userId: 'alice', method: 'call', amr: [], verifiedAt: 'now' } }],
    [{ verification: { userId: ['alice'], method: 'call', amr: [], verifiedAt: 1 } }],
    [{ verification: { userId: 'bob', method: 'call', amr: ['otp', 'tel'], verifiedAt: 1 } }],
    ['alice'],
    [7],
    [[]],
    [{ challenge: { id: 1 } }],
    [{ challenge: null }],
  ])('a session that holds %j in place of our data lets nobody in', async part => {
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
