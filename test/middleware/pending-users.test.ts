// enforce({ redirectTo, except }): what a pending user sees.
import { request } from 'node:http'
import { ensureLoggedIn } from 'connect-ensure-login'
import flash from 'connect-flash'
import express, { type Express, type RequestHandler } from 'express'
import type { Authenticator } from 'passport'
import supertest from 'supertest'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { MemoryRememberStore } from 'passport-voice-otp'
import { SessionStore } from '../support/stores.js'
import { createWorld, password, type World, wrongCode } from '../support/world.js'

let world: World
afterEach(() => world.close())

type EnforceOptions = NonNullable<Parameters<World['strategy']['enforce']>[0]>
const usual: EnforceOptions = { redirectTo: '/otp', except: ['/login', '/logout', '/healthz'] }
const navigation = { 'Sec-Fetch-Mode': 'navigate', Accept: 'text/html' }

async function open(
  options: EnforceOptions = usual,
  routes: (app: Express, passport: Authenticator) => void = () => undefined,
  store = new SessionStore(),
) {
  world = await createWorld({
    enforce: false,
    store,
    routes: (app, passport, strategy) => {
      app.use(strategy.enforce(options))
      routes(app, passport)
      app.get('/return-to', (req, res) => {
        res.json({ returnTo: req.session.returnTo ?? null })
      })
      app.get(['/page', '/otp', '/healthz', '/login'], (req, res) => {
        res.json({ path: req.path, user: req.user ?? null })
      })
    },
  })
}

/** A browser of a pending user, and its cookie. */
async function pendingUser(name = 'alice') {
  const agent = world.browser()
  const login = await agent.post('/login').send({ username: name, password }).expect(200)
  const cookie = /connect\.sid=[^;]+/.exec(String(login.headers['set-cookie']))?.[0] ?? ''
  return { agent, cookie }
}

/**
 * A navigation whose request line holds exactly this address, which a client library would
 * normalize.
 */
function navigateTo(address: string, cookie: string) {
  return new Promise<{ status?: number | undefined; location?: string | undefined; body: string }>(
    (resolve, reject) => {
      const { hostname, port } = new URL(world.url)
      request({ hostname, port, path: address, headers: { ...navigation, Cookie: cookie } })
        .on('response', response => {
          let body = ''
          response.on('data', chunk => {
            body += String(chunk)
          })
          response.on('end', () => {
            resolve({ status: response.statusCode, location: response.headers.location, body })
          })
        })
        .on('error', reject)
        .end()
    },
  )
}

describe('a pending user is redirected', () => {
  test.each([
    ['a navigation of a browser', { 'Sec-Fetch-Mode': 'navigate' }],
    ['a navigation of an old browser', { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }],
    ['a navigation that accepts HTML in capitals', { Accept: 'Text/HTML' }],
  ])(
    '%s is redirected with 303 and no-store, and returns to the page after the code',
    async (_, headers) => {
      await open({ ...usual, except: ['/return-to'] })
      const alice = await world.logIn('alice')
      await alice
        .get('/page?tab=2')
        .set(headers)
        .expect(303)
        .expect('Location', '/otp')
        .expect('Cache-Control', 'no-store')
      await alice.get('/return-to').expect(200, { returnTo: '/page?tab=2' })
    },
  )

  test('a user whom a token names for one request, without a session, is redirected too', async () => {
    await open()
    const app = express()
      .use((req, _res, next) => {
        req.user = { id: 'alice' }
        next()
      })
      .use(world.strategy.enforce(usual) as express.RequestHandler)
    await supertest(app).get('/page').set(navigation).expect(303).expect('Location', '/otp')
  })

  test('a navigation is not redirected if the session store cannot keep its page', async () => {
    const store = new SessionStore()
    await open(usual, undefined, store)
    const { agent } = await pendingUser()
    store.faults = { set: 'rejects' }
    await agent
      .get('/page')
      .set(navigation)
      .expect(503, /"session-unavailable"/)
    store.faults = {}
    await agent.get('/page').set(navigation).expect(303)
    // The store already has this page.
    store.faults = { set: 'rejects' }
    await agent.get('/page').set(navigation).expect(303)
  })

  test.each([
    ['a script', 'get', { 'Sec-Fetch-Mode': 'cors', Accept: 'text/html' }],
    ['an image', 'get', { 'Sec-Fetch-Mode': 'no-cors' }],
    ['a client that accepts JSON', 'get', { Accept: 'application/json' }],
    ['a client that accepts anything', 'get', { Accept: '*/*' }],
    ['a client without headers', 'get', {}],
    ['a form', 'post', navigation],
    ['a HEAD request', 'head', navigation],
  ] as const)('%s gets 401, and the page is not stored', async (_, method, headers) => {
    await open({ ...usual, except: ['/return-to'] })
    const alice = await world.logIn('alice')
    const response = await alice[method]('/page').set(headers).expect(401)
    expect(response.headers).toMatchObject({
      'cache-control': 'no-store',
      'www-authenticate': expect.stringContaining('insufficient_user_authentication') as string,
    })
    if (method !== 'head')
      expect(response.body).toEqual({
        code: 'second-factor-required',
        message: 'Confirm with a code first.',
      })
    await alice.get('/return-to').expect(200, { returnTo: null })
  })

  test('nobody and a verified user are not redirected', async () => {
    await open()
    await world.browser().get('/page').set(navigation).expect(200, { path: '/page', user: null })
    const alice = await world.logIn('alice')
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    await alice
      .get('/page')
      .set(navigation)
      .expect(200, { path: '/page', user: { id: 'alice', phone: '+12025550123' } })
  })

  test('without redirectTo, enforce() only guards', async () => {
    await open({})
    const alice = await world.logIn('alice')
    await alice.get('/page').set(navigation).expect(200, { path: '/page', user: null })
  })

  test.each(['//evil.example/page', '/\\evil.example', `/page?${'x'.repeat(1000)}`])(
    'a navigation to %s is redirected, and the address is not stored',
    async path => {
      await open({ ...usual, except: ['/return-to'] })
      const { cookie } = await pendingUser()
      expect(await navigateTo(path, cookie)).toMatchObject({ status: 303, location: '/otp' })
      await world
        .browser()
        .get('/return-to')
        .set({ Cookie: cookie })
        .expect(200, { returnTo: null })
    },
  )

  test('an absolute request line is redirected, and the address is not stored', async () => {
    await open({ ...usual, except: ['/return-to'] })
    const { cookie } = await pendingUser()
    expect(await navigateTo('http://evil.example/page', cookie)).toMatchObject({ status: 303 })
    expect(await navigateTo('http://evil.example/return-to', cookie)).toMatchObject({
      status: 200,
      body: '{"returnTo":null}',
    })
  })
})

describe('exceptions', () => {
  test.each([
    '/healthz',
    '/HealthZ',
    '/healthz/',
    '/healthz/deep/down',
    '/healthz?x=1',
    '/%68ealthz',
    '/api/v1',
    '/API/V1/users',
    '/caf%C3%A9',
  ])('%s is excepted from the redirect, but not from the guard', async path => {
    await open({ redirectTo: '/otp', except: ['/healthz', '/api/v1/', '/café'] }, app => {
      app.use((req, res) => {
        res.json({ user: req.user ?? null, isAuthenticated: req.isAuthenticated() })
      })
    })
    const alice = await world.logIn('alice')
    await alice.get(path).set(navigation).expect(200, { user: null, isAuthenticated: false })
    await alice.post(path).expect(200, { user: null, isAuthenticated: false })
  })

  test.each(['/healthzz', '/health', '/api', '/api/v11', '/', '/%zz', '//healthz', '/x/healthz'])(
    '%s is not excepted',
    async path => {
      await open({ redirectTo: '/otp', except: ['/healthz', '/api/v1'] })
      const { cookie } = await pendingUser()
      expect(await navigateTo(path, cookie)).toMatchObject({ status: 303, location: '/otp' })
    },
  )

  test('the page of redirectTo and the paths below it are excepted', async () => {
    await open({ redirectTo: '/otp?why=login' })
    const alice = await world.logIn('alice')
    await alice.get('/otp').set(navigation).expect(200, { path: '/otp', user: null })
    await alice.post('/otp/call').expect(202)
  })

  test('the exception "/" is the start page only', async () => {
    await open({ redirectTo: '/otp', except: ['/'] }, app => {
      app.get('/', (_req, res) => {
        res.json({ start: true })
      })
    })
    const alice = await world.logIn('alice')
    await alice.get('/').set(navigation).expect(200, { start: true })
    await alice.get('/page').set(navigation).expect(303)
  })

  test('an excepted page is never stored as the page to return to', async () => {
    await open({ ...usual, except: ['/healthz', '/return-to'] })
    const alice = await world.logIn('alice')
    await alice.get('/healthz').set(navigation).expect(200)
    await alice.get('/return-to').set(navigation).expect(200, { returnTo: null })
  })

  test('exceptions are compared with the whole path where enforce() is mounted below one', async () => {
    world = await createWorld({
      enforce: false,
      routes: (app, _passport, strategy) => {
        app.use('/area', strategy.enforce({ redirectTo: '/otp', except: ['/area/open', '/shut'] }))
        app.get('/area/:page', (req, res) => {
          res.json({ path: req.path })
        })
      },
    })
    const alice = await world.logIn('alice')
    await alice.get('/area/open').set(navigation).expect(200, { path: '/area/open' })
    await alice.get('/area/shut').set(navigation).expect(303)
  })
})

describe('the packages that many apps already use', () => {
  const routes = (app: Express, passport: Authenticator): void => {
    app.use(flash() as RequestHandler)
    app.get('/messages', (req, res) => {
      res.json((req as unknown as { flash(): object }).flash())
    })
    app.get('/profile', ensureLoggedIn('/login') as RequestHandler, (_req, res) => {
      res.json({ profile: true })
    })
    app.post(
      '/password',
      passport.authenticate('local', {
        failureFlash: 'Wrong password.',
        failureRedirect: '/login',
        successRedirect: '/otp',
      }) as RequestHandler,
    )
    app.post(
      '/code',
      passport.authenticate('voice-otp', {
        failureFlash: true,
        failureRedirect: '/otp',
        successFlash: 'Welcome.',
        successReturnToOrRedirect: '/',
      }) as RequestHandler,
    )
  }
  const options = { redirectTo: '/otp', except: ['/login', '/password', '/code', '/messages'] }

  test('connect-ensure-login: a login leads through the code to the page, and never in a circle', async () => {
    await open(options, routes)
    const alice = world.browser()
    await alice.get('/profile').set(navigation).expect(302).expect('Location', '/login')
    await alice
      .post('/password')
      .send({ username: 'alice', password })
      .expect(302)
      .expect('Location', '/otp')
    await alice.get('/profile').set(navigation).expect(303).expect('Location', '/otp')
    await alice
      .post('/code')
      .send({ code: await world.hearCode(alice) })
      .expect(302)
      .expect('Location', '/profile')
    await alice.get('/profile').set(navigation).expect(200, { profile: true })
  })

  test('connect-flash: the messages of both factors reach the next page', async () => {
    await open(options, routes)
    const alice = world.browser()
    await alice.post('/password').send({ username: 'alice', password: 'x' }).expect(302)
    await alice.get('/messages').expect(200, { error: ['Wrong password.'] })
    await alice.post('/password').send({ username: 'alice', password }).expect(302)
    const code = await world.hearCode(alice)
    await alice
      .post('/code')
      .send({ code: wrongCode(code) })
      .expect(302)
      .expect('Location', '/otp')
    await alice
      .get('/messages')
      .expect(200, { error: ['This code is wrong. Check it and try again.'] })
    await alice.post('/code').send({ code }).expect(302)
    await alice.get('/messages').expect(200, { success: ['Welcome.'] })
  })
})

test.each([navigation, { Accept: 'application/json' }])(
  'a timeout of the app that responds first does not crash the process: %j',
  async headers => {
    const store = new MemoryRememberStore()
    let release = (): void => undefined
    store.get = () =>
      new Promise(resolve => {
        release = () => {
          resolve(undefined)
        }
      })
    world = await createWorld({
      enforce: false,
      options: { remember: { days: 1, store } },
      routes: (app, _passport, strategy) => {
        app.use('/slow', (_req, res, next) => {
          setTimeout(() => {
            res.status(503).json({})
            release()
          }, 20)
          next()
        })
        app.use(strategy.enforce(usual))
      },
    })
    const { cookie } = await pendingUser()
    const crash = vi.fn()
    process.on('unhandledRejection', crash)
    const remembered = `voice-otp-browser=${'a'.repeat(22)}.${'b'.repeat(43)}`
    await world
      .browser()
      .get('/slow')
      .set({ ...headers, Cookie: `${cookie}; ${remembered}` })
      .expect(503)
    await new Promise(setImmediate)
    process.off('unhandledRejection', crash)
    expect(crash).not.toHaveBeenCalled()
  },
)

test.each([
  ['redirectTo is another site', { redirectTo: '//evil.example' }, 'redirectTo'],
  ['redirectTo is not a string', { redirectTo: 7 }, 'redirectTo'],
  ['except is not a list', { redirectTo: '/otp', except: '/login' }, 'except'],
  ['except holds an address', { redirectTo: '/otp', except: ['https://a.example/'] }, 'except'],
  ['except holds a query', { redirectTo: '/otp', except: ['/login?x=1'] }, 'except'],
  ['except stands without redirectTo', { except: ['/login'] }, 'redirectTo'],
  ['an option is misspelled', { redirectto: '/otp' }, 'redirectTo'],
  ['the options are no object', 7, 'enforce'],
])('enforce() throws a TypeError if %s', async (_, options, named) => {
  world = await createWorld()
  const mount = () => world.strategy.enforce(options as EnforceOptions)
  expect(mount).toThrow(TypeError)
  expect(mount).toThrow(named)
})
