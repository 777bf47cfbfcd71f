// What a login, a logout and a plain assignment of req.user do to the second factor of a session.
import type { Express, RequestHandler } from 'express'
import type { Authenticator } from 'passport'
import { afterEach, describe, expect, test } from 'vitest'
import { choiceRoutes } from '../support/choices.js'
import { SessionStore } from '../support/stores.js'
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

  test.each(['bob', 'alice'])(
    'a login as %s that fails leaves nobody logged in, and the session loses its second factor',
    async name => {
      await open({
        routes: app => {
          app.post('/fail', (req, res) => {
            req.session.regenerate = done => {
              done(new Error('the store failed'))
              return req.session
            }
            req.logIn(world.people[name] as Express.User, error => {
              const { user = null, pendingUser = null } = req
              res.json({ error: String(error), user, pendingUser })
            })
          })
        },
      })
      const alice = await verified('alice')
      await alice
        .post('/fail')
        .expect(200, { error: 'Error: the store failed', user: null, pendingUser: null })
      await alice.get('/account').expect(401)
    },
  )

  test('a logout and a login in one request, both with keepSessionInfo, do not keep the second factor', async () => {
    await open({
      routes: app => {
        app.post('/switch', (req, res, next) => {
          req.logout({ keepSessionInfo: true }, failure => {
            if (failure) next(failure)
            else
              req.logIn(
                world.people['alice'] as Express.User,
                { keepSessionInfo: true, session: true },
                error => {
                  if (error) next(error)
                  else res.json({ user: req.user ?? null })
                },
              )
          })
        })
      },
    })
    const alice = await verified('alice')
    await alice.post('/switch').expect(200, { user: null })
    await alice.get('/account').expect(401, { pendingUser: 'alice' })
  })
})

describe('req.login(updatedUser) after a change of the profile', () => {
  const profileRoutes = (app: Express): void => {
    app.post('/profile', (req, res, next) => {
      const updated = { ...world.people['alice'], name: 'Alice B.' } as unknown as Express.User
      req.login(updated, { keepSessionInfo: 'keep' in req.query, session: true }, error => {
        if (error) next(error)
        else res.json({ user: req.user ?? null })
      })
    })
  }
  const updatedUser = { id: 'alice', phone: '+12025550123', name: 'Alice B.' }

  test('req.login() with keepSessionInfo keeps the verification of the same user under a new session id', async () => {
    await open({ routes: profileRoutes })
    const alice = await verified('alice')
    const response = await alice.post('/profile?keep').expect(200, { user: updatedUser })
    expect(String(response.headers['set-cookie'])).toContain('connect.sid=')
    await alice.get('/account').expect(200, { user: 'alice' })
    await alice.get('/transfer').expect(200)
  })

  test('req.login() without keepSessionInfo ends the verification', async () => {
    await open({ routes: profileRoutes })
    const alice = await verified('alice')
    await alice.post('/profile').expect(200, { user: null })
    await alice.get('/account').expect(401, { pendingUser: 'alice' })
  })

  test('req.login() gives a pending user no verification', async () => {
    await open({ routes: profileRoutes })
    const alice = await world.logIn('alice')
    await alice.post('/profile?keep').expect(200, { user: null })
    await alice.get('/account').expect(401, { pendingUser: 'alice' })
  })
})

describe('the page that somebody asked for before the first login', () => {
  /**
   * A page that sends a visitor without a second factor to /otp, and a login that returns to it.
   */
  const returningRoutes = (app: Express, passport: Authenticator, strategy: World['strategy']) => {
    app.get('/vault', strategy.requireSecondFactor({ redirectTo: '/otp' }), (_req, res) => {
      res.json({ vault: true })
    })
    app.post('/want', (req, res) => {
      req.session.returnTo = (req.body as { path: string }).path
      res.json({})
    })
    app.get('/return-to', (req, res) => {
      res.json({ returnTo: req.session.returnTo ?? null, cart: req.session.cart ?? null })
    })
    app.post(
      '/verify',
      passport.authenticate('voice-otp', { successReturnToOrRedirect: '/' }) as RequestHandler,
    )
  }

  test('a login ends at the page that the visitor asked for before the password', async () => {
    await open({ routes: returningRoutes })
    const alice = world.browser()
    await alice.get('/vault?tab=2').expect(303).expect('Location', '/otp')
    await alice.post('/login').send({ username: 'alice', password }).expect(200)
    await alice
      .post('/verify')
      .send({ code: await world.hearCode(alice) })
      .expect(302)
      .expect('Location', '/vault?tab=2')
    await alice.get('/return-to').expect(200, { returnTo: null, cart: null })
  })

  test('the first login carries only returnTo into the new session', async () => {
    await open({ routes: returningRoutes })
    const alice = world.browser()
    await alice.post('/cart').expect(200)
    await alice.post('/want').send({ path: '/vault' }).expect(200)
    await alice.post('/login').send({ username: 'alice', password }).expect(200)
    await alice.get('/return-to').expect(200, { returnTo: '/vault', cart: null })
  })

  test('a first login that cannot replace the session fails, and leaves returnTo where it was', async () => {
    const store = new SessionStore()
    await open({ store, routes: returningRoutes })
    const alice = world.browser()
    await alice.post('/want').send({ path: '/vault' }).expect(200)
    const regenerate = store.regenerate.bind(store)
    store.regenerate = (_req, done) => {
      done(new Error('the store failed'))
    }
    await alice.post('/login').send({ username: 'alice', password }).expect(500)
    store.regenerate = regenerate
    await alice.get('/account').expect(401, {})
    await alice.get('/return-to').expect(200, { returnTo: '/vault', cart: null })
  })

  test('returnTo survives when the same user gives the password again', async () => {
    await open({ routes: returningRoutes })
    const alice = await verified('alice')
    await alice.post('/want').send({ path: '/vault' }).expect(200)
    await alice.post('/login').send({ username: 'alice', password }).expect(200)
    await alice.get('/return-to').expect(200, { returnTo: '/vault', cart: null })
  })

  test('returnTo is dropped when the session belonged to another user', async () => {
    await open({ routes: returningRoutes })
    const agent = await world.logIn('alice')
    await agent.post('/want').send({ path: '/vault' }).expect(200)
    await agent.post('/login').send({ username: 'bob', password }).expect(200)
    await agent.get('/return-to').expect(200, { returnTo: null, cart: null })
  })

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/a\r\nb', 7, null])(
    'returnTo is dropped at the first login if it is not a path of this app: %j',
    async path => {
      await open({ routes: returningRoutes })
      const alice = world.browser()
      await alice.post('/want').send({ path }).expect(200)
      await alice.post('/login').send({ username: 'alice', password }).expect(200)
      await alice.get('/return-to').expect(200, { returnTo: null, cart: null })
    },
  )
})

test('a login replaces the session id if the session holds no login, also if a user was assigned before enforce()', async () => {
  await open({
    enforce: false,
    routes: (app, _passport, strategy) => {
      app.use(
        (req, _res, next) => {
          if (req.headers['x-user'] === 'alice') req.user = world.people['alice']
          next()
        },
        strategy.enforce() as unknown as RequestHandler,
      )
      app.post('/sso', (req, res, next) => {
        req.logIn(world.people['alice'] as Express.User, error => {
          if (error) next(error)
          else res.json({})
        })
      })
    },
  })
  const visitor = world.browser()
  const anonymous = String((await visitor.post('/cart').expect(200)).headers['set-cookie'])
  const login = await visitor.post('/sso').set({ 'X-User': 'alice' }).expect(200)
  expect(String(login.headers['set-cookie'])).toMatch(/connect\.sid=/)
  expect(login.headers['set-cookie']).not.toBe(anonymous)
})

test('enforce() may run before Passport adds req.logIn to the request', async () => {
  await open({
    enforce: false,
    routes: (app, passport, strategy) => {
      app.use((req, _res, next) => {
        Object.assign(req, {
          logIn: undefined,
          login: undefined,
          logOut: undefined,
          logout: undefined,
        })
        next()
      })
      app.use(strategy.enforce())
      choiceRoutes(app, passport, strategy)
    },
  })
  const alice = await world.logIn('alice')
  await alice
    .post('/otp')
    .send({ code: await world.hearCode(alice) })
    .expect(200)
  await alice.get('/account').expect(200, { user: 'alice' })
})

test('req.logout() without a callback throws, as in Passport, and the user is no longer logged in', async () => {
  await open({
    routes: whoAfter((req, _res, next) => {
      expect(() => {
        ;(req as unknown as { logout(): void }).logout()
      }).toThrow('req#logout requires a callback function')
      next()
    }),
  })
  const alice = await verified('alice')
  await alice.get('/who').expect(200, nobody)
})
