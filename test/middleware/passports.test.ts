// Several Passports, several user properties and WebSocket handshakes around one enforce().
import { createServer, request as httpRequest, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ErrorRequestHandler, Request, RequestHandler } from 'express'
import { Passport, type Authenticator } from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import { afterEach, describe, expect, test } from 'vitest'
import { MemoryRememberStore } from 'passport-voice-otp'
import { letPassAt, sessionDeadlineMilliseconds } from '../support/deadline.js'
import { SessionStore } from '../support/stores.js'
import { createWorld, password, type Person, type World } from '../support/world.js'

let world: World
afterEach(() => world.close())
const property = (req: Request, name: string) =>
  (req as unknown as Record<string, Person | undefined>)[name]?.id ?? null

/** A Passport of its own for administrators, with a session key of its own. */
function adminPassport(): Authenticator {
  const admins: Record<string, Person> = { root: { id: 'root', phone: '+12025550177' } }
  const passport = new Passport() as Authenticator
  passport.use(
    'admin-local',
    new LocalStrategy((name, given, done) => {
      done(null, given === password ? (admins[name] ?? false) : false)
    }),
  )
  passport.serializeUser((person, done) => {
    done(null, (person as Person).id)
  })
  passport.deserializeUser((id: string, done) => {
    done(null, admins[id] ?? false)
  })
  Object.assign(passport, { _key: 'admin' })
  ;(passport as unknown as { init(): void }).init()
  return passport
}

describe('two Passports on one app', () => {
  test('a customer with both factors is not logged in for the Passport of the administrators', async () => {
    world = await createWorld({
      routes: app => {
        const admin = adminPassport()
        app.use(
          '/admin',
          admin.initialize({ userProperty: 'admin' }),
          admin.authenticate('session') as RequestHandler,
        )
        app.get('/admin/secrets', (req, res) => {
          res.status(req.isAuthenticated() ? 200 : 401).json({ admin: property(req, 'admin') })
        })
      },
    })
    const bob = await world.logIn('bob')
    await bob.get('/admin/secrets').expect(401, { admin: null })
    await bob
      .post('/otp')
      .send({ code: await world.hearCode(bob) })
      .expect(200)
    await bob.get('/admin/secrets').expect(401, { admin: null })
  })

  test('enforce() after two Passports with different user properties is the error configuration', async () => {
    world = await createWorld({
      enforce: false,
      routes: (app, _passport, strategy) => {
        const admin = adminPassport()
        app.use(
          admin.initialize({ userProperty: 'admin' }),
          admin.authenticate('session') as RequestHandler,
          strategy.enforce(),
        )
        app.get('/who', (req, res) => {
          res.json({ user: property(req, 'user') })
        })
      },
    })
    const alice = await world.logIn('alice')
    const { body } = await alice.get('/who').expect(503)
    expect(body).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('Two user properties') as string,
    })
  })

  test.each([
    ['before', true],
    ['after', false],
  ])(
    'an empty user property, which Passport reads as user, logs no pending user in %s enforce()',
    async (_, isBefore) => {
      const empty: RequestHandler = (req, _res, next) => {
        ;(req as unknown as { _userProperty: string })._userProperty = ''
        next()
      }
      world = await createWorld(
        isBefore
          ? {
              beforeSession: app => {
                app.use(empty)
              },
            }
          : {
              userProperty: 'account',
              routes: app => {
                app.use(empty)
              },
            },
      )
      const { body } = await world
        .browser()
        .post('/login')
        .send({ username: 'alice', password })
        .expect(200)
      expect(body).toMatchObject({ isAuthenticated: false })
    },
  )
})

test.each([
  ['destroy', 'hangs'],
  ['destroy', 'rejects'],
  ['set', 'hangs'],
  ['set', 'rejects'],
] as const)(
  "an app's error handler that logs out after the session store's %s %s is answered",
  async (operation, fault) => {
    const store = new SessionStore()
    const logOut: ErrorRequestHandler = (_error, req, res, next) => {
      store.faults = {}
      req.logout(error => {
        if (error) next(error)
        else res.status(503).json({})
      })
    }
    world = await createWorld({
      store,
      routes: (app, passport) => {
        app
          .post('/verify', passport.authenticate('voice-otp') as RequestHandler, (_req, res) => {
            res.json({})
          })
          .use('/verify', logOut)
      },
    })
    const alice = await world.logIn('alice')
    const code = await world.hearCode(alice)
    store.faults = { [operation]: fault }
    const request = alice.post('/verify').send({ code }).expect(503)
    await (fault === 'hangs'
      ? letPassAt(() => store.nextHang(), sessionDeadlineMilliseconds, request)
      : request)
    store.faults = {}
    await alice.get('/account').expect(401)
  },
)

test('a WebSocket handshake, which cannot deliver a new cookie, does not use a remembered browser', async () => {
  world = await createWorld({
    options: { remember: { days: 30, store: new MemoryRememberStore() } },
    routes: (app, passport, strategy) => {
      app.post('/remember', (req, res, next) => {
        strategy.remembered.add(req, 'Firefox').then(() => {
          res.json({})
        }, next)
      })
      app.set('passport', passport)
    },
  })
  const agent = await world.logIn('alice')
  await agent
    .post('/otp')
    .send({ code: await world.hearCode(agent) })
    .expect(200)
  const browser =
    /voice-otp-browser=[^;]+/.exec(
      String((await agent.post('/remember').expect(200)).headers['set-cookie']),
    )?.[0] ?? ''
  const login = await world
    .browser()
    .post('/login')
    .set({ Cookie: browser })
    .send({ username: 'alice', password })
    .expect(200)
  const cookies = `${/connect\.sid=[^;]+/.exec(String(login.headers['set-cookie']))?.[0] ?? ''}; ${browser}`

  expect(await handshakeUser(cookies)).toBeNull()
  await world.browser().get('/account').set({ Cookie: cookies }).expect(200)
  expect(world.named('browser.revoked')).toEqual([])
})

test('a WebSocket handshake of a pending user goes on to the app without a user, because no redirect would arrive', async () => {
  world = await createWorld({
    routes: (app, passport) => {
      app.set('passport', passport)
    },
  })
  const login = await world.browser().post('/login').send({ username: 'alice', password })
  const [cookie = ''] = /connect\.sid=[^;]+/.exec(String(login.headers['set-cookie'])) ?? []
  expect(await handshakeUser(cookie, { redirectTo: '/otp' })).toBeNull()
})

type EnforceOptions = Parameters<World['strategy']['enforce']>[0]

/** The id of the user whom the app's own middleware finds at a handshake, or null. */
async function handshakeUser(cookies: string, options: EnforceOptions = {}): Promise<unknown> {
  const { stack } = (
    world.app as unknown as { router: { stack: { name: string; handle: RequestHandler }[] } }
  ).router
  const sessions = stack.find(({ name }) => name === 'session')?.handle
  const middlewares = [
    sessions,
    (world.app.get('passport') as Authenticator).session() as RequestHandler,
    world.strategy.enforce(options) as unknown as RequestHandler,
  ]
  const server = createServer()
  const found = new Promise<unknown>((resolve, reject) => {
    server.on('upgrade', (req, socket) => {
      const res = new ServerResponse(req)
      const run = (index: number): void => {
        const middleware = middlewares[index]
        if (middleware === undefined) {
          resolve((req as unknown as { user?: Person }).user?.id ?? null)
          socket.end(
            'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
          )
          return
        }
        void middleware(req as never, res as never, (error?: unknown) => {
          if (error) reject(error)
          else run(index + 1)
        })
      }
      run(0)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  httpRequest({
    port,
    host: '127.0.0.1',
    headers: { Connection: 'Upgrade', Upgrade: 'websocket', Cookie: cookies },
  })
    .on('upgrade', (_res, socket) => {
      socket.destroy()
    })
    .on('error', () => undefined)
    .end()
  try {
    return await found
  } finally {
    server.close()
  }
}
