import express4 from 'express-4'
import { Passport as Passport06 } from 'passport-0.6'
import type { Express, RequestHandler } from 'express'
import type { Authenticator } from 'passport'
import { afterEach, describe, expect, test } from 'vitest'
import { VoiceOtpStrategy } from 'passport-voice-otp'
import { letPassAt, sessionDeadlineMilliseconds } from '../support/deadline.js'
import { type Fault, SessionStore } from '../support/stores.js'
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

const sessionIdOf = (response: { headers: Record<string, unknown> }) =>
  /connect\.sid=([^;]+)/.exec(String(response.headers['set-cookie']))?.[1]
const withCookie = (id: string | undefined) => ({ Cookie: `connect.sid=${id ?? ''}` })

/** The three ways to use Passport: a redirect, a handler, a callback. */
const usages: [string, (passport: Authenticator) => RequestHandler[]][] = [
  [
    'successRedirect',
    passport => [
      passport.authenticate('voice-otp', { successRedirect: '/account' }) as RequestHandler,
    ],
  ],
  [
    'a handler',
    passport => [
      passport.authenticate('voice-otp') as RequestHandler,
      (req, res) => {
        res.json({ user: (req.user as Person | undefined)?.id })
      },
    ],
  ],
  [
    'a callback',
    passport => [
      (req, res, next) => {
        const authenticate = passport.authenticate(
          'voice-otp',
          (error: unknown, user: Express.User | false) => {
            if (error || !user) next(error)
            else
              req.logIn(user, failure => {
                if (failure) next(failure)
                else res.json({ user: (req.user as Person | undefined)?.id })
              })
          },
        ) as RequestHandler
        void authenticate(req, res, next)
      },
    ],
  ],
]
const routesFor =
  (handlers: (passport: Authenticator) => RequestHandler[]) =>
  (app: Express, passport: Authenticator) => {
    app.post('/verify', ...handlers(passport))
  }

describe.each(usages)('after success with %s', (usage, handlers) => {
  test(`with ${usage}, the session id changes, the old cookie is refused, and the session keeps what the app stored`, async () => {
    await open({ store: new SessionStore(200), routes: routesFor(handlers) })
    const alice = world.browser()
    const before = sessionIdOf(
      await alice.post('/login').send({ username: 'alice', password }).expect(200),
    )
    await alice.post('/cart').expect(200)
    const code = await world.hearCode(alice)
    const response = await alice.post('/verify').send({ code })
    expect(response.status).toBeLessThan(303)
    const after = sessionIdOf(response)
    expect(after).toBeDefined()
    expect(after).not.toBe(before)
    await alice.get('/account').expect(200, { user: 'alice', cart: 'a book' })
    await world.browser().get('/account').set(withCookie(before)).expect(401)
  })

  test(`with ${usage}, the verification is stored before the response is sent`, async () => {
    await open({ store: new SessionStore(50), routes: routesFor(handlers) })
    const alice = await world.logIn('alice')
    const id = sessionIdOf(await alice.post('/verify').send({ code: await world.hearCode(alice) }))
    await world.browser().get('/account').set(withCookie(id)).expect(200)
  })

  test.each([
    ['destroy', 'rejects'],
    ['destroy', 'throws'],
    ['destroy', 'hangs'],
    ['destroy', 'hangs after the work'],
    ['set', 'rejects'],
    ['set', 'throws'],
  ] as const)('a store whose %s %s: 503, and no cookie is in', async (operation, fault) => {
    const store = new SessionStore()
    await open({ store, routes: routesFor(handlers) })
    const alice = world.browser()
    const before = sessionIdOf(
      await alice.post('/login').send({ username: 'alice', password }).expect(200),
    )
    const code = await world.hearCode(alice)
    store.faults = { [operation]: fault satisfies Fault }
    const request = alice.post('/verify').send({ code })
    const response = fault.startsWith('hangs')
      ? await letPassAt(() => store.nextHang(), sessionDeadlineMilliseconds, request)
      : await request
    store.faults = {}
    expect(response.status).toBe(503)
    for (const id of [before, sessionIdOf(response)])
      await world.browser().get('/account').set(withCookie(id)).expect(401)
    await alice.get('/account').expect(401)
    await alice.post('/verify').send({ code })
    await alice.get('/account').expect(401)
  })
})

describe('a save that hangs', () => {
  test('if saving the new session hangs, no cookie that was sent is logged in, whatever is written later', async () => {
    const store = new SessionStore()
    await open({ store, routes: routesFor(usages[1]![1]) })
    const alice = world.browser()
    const before = sessionIdOf(
      await alice.post('/login').send({ username: 'alice', password }).expect(200),
    )
    const code = await world.hearCode(alice)
    // The first write after the code is that of the new session. The store writes it and never
    // calls back.
    const { set } = store
    let writes = 0
    const written = new Promise<void>(resolve => {
      store.set = (sid, data, done) => {
        writes++
        set(
          sid,
          data,
          writes === 1
            ? () => {
                resolve()
              }
            : done,
        )
      }
    })
    const response = await letPassAt(
      () => written,
      sessionDeadlineMilliseconds,
      alice.post('/verify').send({ code }).expect(503),
    )
    expect(writes).toBeGreaterThan(0)
    expect(store.dump()).toContain('amr')
    for (const id of [before, sessionIdOf(response)])
      await world.browser().get('/account').set(withCookie(id)).expect(401)
    await alice.get('/account').expect(401)
  })
})

test('a session that cannot be saved prevents the call', async () => {
  const store = new SessionStore()
  await open({ store })
  const alice = await world.logIn('alice')
  store.faults = { set: 'rejects' }
  await alice
    .post('/otp/call')
    .expect(503)
    .expect(({ body }) => {
      expect(body).toMatchObject({ code: 'session-unavailable' })
    })
  expect(world.simulator.calls).toHaveLength(0)
})

test.each([
  ['session: false', { session: false }],
  ['assignProperty', { assignProperty: 'account' }],
])('the option %s is refused on verify, with the reason', async (_, options) => {
  await open({
    routes: (app, passport) => {
      app.post('/verify', passport.authenticate('voice-otp', options) as RequestHandler)
    },
  })
  const alice = await world.logIn('alice')
  await alice
    .post('/verify')
    .send({ code: '123456' })
    .expect(503)
    .expect(({ body }) => {
      expect(body).toMatchObject({ code: 'configuration' })
    })
})

test('session: false in req.logIn() of a callback is refused too', async () => {
  await open({
    routes: (app, passport) => {
      app.post('/verify', (req, res, next) => {
        const authenticate = passport.authenticate(
          'voice-otp',
          (_: unknown, user: Express.User) => {
            req.logIn(user, { session: false }, error => {
              next(error ?? new Error('in'))
            })
          },
        ) as RequestHandler
        void authenticate(req, res, next)
      })
    },
  })
  const alice = await world.logIn('alice')
  await alice
    .post('/verify')
    .send({ code: await world.hearCode(alice) })
    .expect(503)
  await alice.get('/account').expect(401)
})

test('a callback of the app that logs in another user gives that user no verification', async () => {
  await open({
    routes: (app, passport) => {
      app.post('/verify', (req, res, next) => {
        const authenticate = passport.authenticate('voice-otp', () => {
          req.logIn(world.people['bob'] as Express.User, () => {
            res.json({ user: (req.user as Person | undefined)?.id ?? null })
          })
        }) as RequestHandler
        void authenticate(req, res, next)
      })
    },
  })
  const alice = await world.logIn('alice')
  await alice
    .post('/verify')
    .send({ code: await world.hearCode(alice) })
    .expect(200, { user: null })
  await alice.get('/account').expect(401, { pendingUser: 'bob' })
})

test('a callback of the app that throws logs nobody in, and the process goes on', async () => {
  await open({
    routes: (app, passport) => {
      app.post('/verify', (req, res, next) => {
        const authenticate = passport.authenticate('voice-otp', (error: unknown) => {
          if (error) next(error)
          else throw new Error('from the app')
        }) as RequestHandler
        void authenticate(req, res, next)
      })
    },
  })
  const alice = await world.logIn('alice')
  await alice
    .post('/verify')
    .send({ code: await world.hearCode(alice) })
    .expect(500)
  await alice.get('/account').expect(401)
})

test('the strategy given as an instance keeps parallel logins of two users apart', async () => {
  await open({
    store: new SessionStore(2, 25),
    routes: (app, passport, strategy) => {
      app.post(
        '/verify',
        passport.authenticate(strategy as never) as RequestHandler,
        (req, res) => {
          res.json({ user: (req.user as Person | undefined)?.id })
        },
      )
    },
  })
  for (let round = 0; round < 5; round++) {
    world.clock.offset += 61_000
    await Promise.all(
      ['alice', 'bob'].map(async name => {
        await world.strategy.unlock(name)
      }),
    )
    const [alice, bob] = [await world.logIn('alice'), await world.logIn('bob')]
    if (round > 0) break
    const codes = [await world.hearCode(alice), await world.hearCode(bob)]
    const responses = await Promise.all([
      alice.post('/verify').send({ code: codes[0] }),
      bob.post('/verify').send({ code: codes[1] }),
    ])
    expect(responses.map(({ body }) => (body as { user: string }).user)).toEqual(['alice', 'bob'])
    await alice.get('/account').expect(200, { user: 'alice' })
    await bob.get('/account').expect(200, { user: 'bob' })
  }
})

test('the strategy works on the copy that Passport makes of a named strategy, under another name too', async () => {
  await open({
    routes: (app, passport, strategy) => {
      passport.use('second-step', strategy)
      app.post('/verify', passport.authenticate('second-step') as RequestHandler, (_req, res) => {
        res.json({})
      })
    },
  })
  const alice = await world.logIn('alice')
  await alice
    .post('/verify')
    .send({ code: await world.hearCode(alice) })
    .expect(200)
  expect(Object.create(world.strategy)).toBeInstanceOf(VoiceOtpStrategy)
})

describe.each([
  ['Express 4', { express: express4 as never }],
  ['passport 0.6', { passport: undefined as Authenticator | undefined }],
])('with %s', (name, options) => {
  test(`a login with ${name} works from the password to the logout`, async () => {
    await open(name === 'passport 0.6' ? { passport: new Passport06() as never } : options)
    const alice = await world.logIn('alice')
    await alice.post('/cart').expect(200)
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    await alice.get('/account').expect(200, { user: 'alice', cart: 'a book' })
    await alice.post('/logout').expect(200)
    await alice.get('/account').expect(401)
  })
})
