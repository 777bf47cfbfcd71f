// What a login, a logout and a plain assignment of req.user do to the second factor of a session.
import type { Express, RequestHandler } from 'express'
import type { Authenticator } from 'passport'
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

/** Logs in with both factors. */
async function verified(name: string) {
  const agent = await world.logIn(name)
  await agent
    .post('/otp')
    .send({ code: await world.hearCode(agent) })
    .expect(200)
  return agent
}

/** What a request shows after `change` ran on it. */
const whoAfter =
  (change: RequestHandler) =>
  (app: Express): void => {
    app.get('/who', change, (req, res) => {
      res.json({
        user: (req.user as Person | undefined)?.id ?? null,
        pendingUser: (req.pendingUser as Person | undefined)?.id ?? null,
        isAuthenticated: req.isAuthenticated(),
      })
    })
  }
const assign = (create: () => unknown): RequestHandler => {
  return (req, _res, next) => {
    req.user = create() as Express.User
    next()
  }
}
const nobody = { user: null, pendingUser: null, isAuthenticated: false }

describe('req.user is assigned for one request', () => {
  test.each([
    ['another user', () => world.people['bob']],
    ['claims of a token, which have no id', () => ({ sub: 'alice' })],
    ['an id of another type', () => ({ id: ['alice'] })],
    ['null', () => null],
  ])('%s: nobody is in on this request, and the session keeps its login', async (_, create) => {
    await open({ routes: whoAfter(assign(create)) })
    const alice = await verified('alice')
    await alice.get('/who').expect(200, nobody)
    await alice.get('/account').expect(200, { user: 'alice' })
  })

  test('a pending user keeps the challenge when another user is assigned', async () => {
    await open({ routes: whoAfter(assign(() => world.people['bob'])) })
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    await alice.get('/who').expect(200, nobody)
    await alice.post('/otp').send({ code }).expect(200)
  })

  test('an action is refused while another user is assigned, and nothing rings', async () => {
    await open({
      routes: app => {
        app.use(assign(() => world.people['bob']))
      },
    })
    const alice = await world.logIn('alice')
    await alice.post('/otp/call').expect(401)
    expect(world.simulator.calls).toEqual([])
  })

  test('the same user, loaded again, stays logged in', async () => {
    await open({ routes: whoAfter(assign(() => ({ ...world.people['alice'] }))) })
    const alice = await verified('alice')
    await alice.get('/who').expect(200, { user: 'alice', pendingUser: null, isAuthenticated: true })
  })

  test('the user of the login, assigned after another one, is logged in again', async () => {
    await open({
      routes: whoAfter((req, _res, next) => {
        const { user } = req
        req.user = world.people['bob']
        if (user !== undefined) req.user = user
        next()
      }),
    })
    const alice = await verified('alice')
    await alice.get('/who').expect(200, { user: 'alice', pendingUser: null, isAuthenticated: true })
  })

  test('in a session without a login, the assigned user is pending', async () => {
    await open({ routes: whoAfter(assign(() => world.people['bob'])) })
    await world
      .browser()
      .get('/who')
      .expect(200, { user: null, pendingUser: 'bob', isAuthenticated: false })
  })

  test('a user whom a token names for one request, without a session, does not change the session', async () => {
    await open({
      routes: whoAfter((req, _res, next) => {
        req.logIn(world.people['bob'] as unknown as Express.User, { session: false }, next)
      }),
    })
    const alice = await verified('alice')
    await alice.get('/who').expect(200, nobody)
    await alice.get('/account').expect(200, { user: 'alice' })
  })
})

describe('another user logs in', () => {
  const keepingRoutes = (app: Express, passport: Authenticator): void => {
    app.post(
      '/again',
      passport.authenticate('local', { keepSessionInfo: true }) as RequestHandler,
      (req, res) => {
        res.json({ user: (req.user as Person | undefined)?.id ?? null })
      },
    )
  }

  test("Alice is verified, Bob logs in with keepSessionInfo, then Alice's password alone does not log in", async () => {
    await open({ routes: keepingRoutes })
    const agent = await verified('alice')
    await agent.post('/again').send({ username: 'bob', password }).expect(200, { user: null })
    await agent.post('/again').send({ username: 'alice', password }).expect(200, { user: null })
    await agent.get('/account').expect(401, { pendingUser: 'alice' })
  })

  test("a verification that another user's login carried away is worthless for the next login", async () => {
    await open({
      routes: (app, passport) => {
        keepingRoutes(app, passport)
        app.post('/verify', (req, res, next) => {
          const authenticate = passport.authenticate('voice-otp', () => {
            req.logIn(world.people['bob'] as unknown as Express.User, error => {
              if (error) next(error)
              else res.json({})
            })
          }) as RequestHandler
          void authenticate(req, res, next)
        })
      },
    })
    const agent = await world.logIn('alice')
    await agent
      .post('/verify')
      .send({ code: await world.hearCode(agent) })
      .expect(200)
    await agent.get('/account').expect(401, { pendingUser: 'bob' })
    await agent.post('/again').send({ username: 'alice', password }).expect(200, { user: null })
    await agent.get('/account').expect(401, { pendingUser: 'alice' })
  })

  test('a login that fails leaves nobody logged in', async () => {
    await open({
      routes: app => {
        app.post('/fail', (req, res) => {
          req.session.regenerate = done => {
            done(new Error('the store failed'))
            return req.session
          }
          req.logIn(world.people['bob'] as unknown as Express.User, error => {
            res.json({
              error: String(error),
              user: req.user ?? null,
              pending: req.pendingUser ?? null,
            })
          })
        })
      },
    })
    const alice = await verified('alice')
    await alice
      .post('/fail')
      .expect(200, { error: 'Error: the store failed', user: null, pending: null })
    await alice.get('/account').expect(401)
  })
})
