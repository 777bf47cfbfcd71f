import express from 'express'
import supertest from 'supertest'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { MemoryRememberStore, VoiceOtpError } from 'passport-voice-otp'
import { SessionStore } from '../support/stores.js'
import { createWorld, type World, type WorldOptions } from '../support/world.js'

let world: World
afterEach(() => world.close())
const open = async (options: WorldOptions = {}) => (world = await createWorld(options))

describe('requireSecondFactor() asks for a fresh second factor', () => {
  test('nobody, a pending user and a user with an old code get 401 with the header of RFC 9470; a fresh code passes', async () => {
    await open()
    const alice = await world.logIn('alice')
    for (const agent of [world.browser(), alice]) {
      const { body, headers } = await agent.get('/transfer').expect(401)
      expect(body).toEqual({
        code: 'second-factor-required',
        message: 'Confirm with a code first.',
        maxAge: 300,
      })
      expect(headers['www-authenticate']).toBe(
        'Bearer error="insufficient_user_authentication", error_description="Confirm with a code first.", max_age="300"',
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

  test('a step-up code makes the second factor fresh again, and the user stays logged in during the call', async () => {
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

  test('without maxAge, the header of RFC 9470 has no max_age', async () => {
    await open({
      routes: (app, _passport, strategy) => {
        app.get('/vault', strategy.requireSecondFactor(), (_req, res) => {
          res.json({})
        })
      },
    })
    const { headers, body } = await (await world.logIn('alice')).get('/vault').expect(401)
    expect(headers['www-authenticate']).toBe(
      'Bearer error="insufficient_user_authentication", error_description="Confirm with a code first."',
    )
    expect(body).toEqual({
      code: 'second-factor-required',
      message: 'Confirm with a code first.',
    })
  })

  test('redirectTo redirects with 303 and stores returnTo for GET requests only', async () => {
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

  test('after the step-up, the session still has the page, and no longer says that it needs a code', async () => {
    await open({
      options: { limits: { callIntervalSeconds: false } },
      routes: (app, _passport, strategy) => {
        app.get('/vault', strategy.requireSecondFactor({ maxAge: 300, redirectTo: '/otp' }))
        app.get('/noted', ({ session }, res) => {
          const { returnTo, voiceOtpStepUp = null } = session as {
            returnTo?: string
            voiceOtpStepUp?: string
          }
          res.json({ returnTo, voiceOtpStepUp })
        })
      },
    })
    const alice = await world.logIn('alice')
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    world.clock.offset += 301_000
    await alice.get('/vault').expect(303)
    await alice.get('/noted').expect(200, { returnTo: '/vault', voiceOtpStepUp: '/vault' })
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    await alice.get('/noted').expect(200, { returnTo: '/vault', voiceOtpStepUp: null })
  })

  test('an address of more than 1,001 characters is not stored as returnTo, so that nobody can fill the session store', async () => {
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
  ])('redirectTo %j is a TypeError at construction', async redirectTo => {
    await open()
    expect(() => world.strategy.requireSecondFactor({ redirectTo })).toThrow(TypeError)
  })

  test.each([0, -1, 1.5, NaN, '300'])('maxAge %j is a TypeError at construction', async maxAge => {
    await open()
    expect(() => world.strategy.requireSecondFactor({ maxAge: maxAge as number })).toThrow(
      TypeError,
    )
  })
})

test('a clock that is set back does not make the second factor fresh for ever: the login stays, a code is asked for', async () => {
  await open({
    routes: (app, _passport, strategy) => {
      app.get('/vault', strategy.requireSecondFactor(), (_req, res) => {
        res.json({})
      })
    },
  })
  const alice = await world.logIn('alice')
  await alice
    .post('/otp')
    .send({ code: await world.hearCode(alice) })
    .expect(200)
  world.clock.offset -= 58_000 // two machines may differ by this much
  await alice.get('/transfer').expect(200)
  world.clock.offset -= 3_600_000
  await alice.get('/transfer').expect(401)
  await alice.get('/account').expect(200)
  await alice.get('/vault').expect(200)
})

test.each([
  [
    { maxAgeSeconds: 300 },
    'requireSecondFactor: maxAgeSeconds: there is no such option. Use maxAge.',
  ],
  [{ failureRedirect: '/otp' }, 'Use redirectTo.'],
  [{ other: 1 }, 'The options are: maxAge, phishingResistant, redirectTo.'],
  [300, 'requireSecondFactor(): give { maxAge, redirectTo }, or nothing.'],
  [null, 'requireSecondFactor(): give { maxAge, redirectTo }, or nothing.'],
])('requireSecondFactor(%j) is a TypeError that says what to give', async (options, message) => {
  await open()
  const create = () => world.strategy.requireSecondFactor(options as object)
  expect(create).toThrow(TypeError)
  expect(create).toThrow(message)
})

describe('while the session store is down', () => {
  const openVault = async (store: SessionStore): Promise<void> => {
    await open({
      store,
      routes: (app, _passport, strategy) => {
        app.all('/vault', strategy.requireSecondFactor({ redirectTo: '/otp' }))
      },
    })
  }

  test('a request without a session gets session-unavailable, and no redirect to a login that cannot succeed', async () => {
    await open()
    const { strategy } = world
    const app = express()
      .use(strategy.enforce() as express.RequestHandler)
      .all('/vault', strategy.requireSecondFactor({ redirectTo: '/login' }) as never)
      .use(((error: VoiceOtpError, _req, res, _next) => {
        res.status(error.status).send(`${error.code}: ${error.message}`)
      }) as express.ErrorRequestHandler)
    for (const method of ['get', 'post'] as const)
      await supertest(app)
        [method]('/vault')
        .expect(503, /^session-unavailable: .*check that its store is connected/)
  })

  test('a visitor whose requested page cannot be kept is not redirected', async () => {
    const store = new SessionStore()
    await openVault(store)
    store.faults = { set: 'rejects' }
    await world
      .browser()
      .get('/vault')
      .expect(503, /"session-unavailable"/)
  })

  test('a store that hangs while it keeps the requested page is an error after five seconds', async () => {
    const store = new SessionStore()
    await openVault(store)
    store.faults = { set: 'hangs' }
    const hang = store.nextHang()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const response = world
      .browser()
      .get('/vault')
      .then(({ status, body }) => [status, (body as { code: string }).code])
    await hang
    store.faults = {}
    await vi.advanceTimersByTimeAsync(5000)
    vi.useRealTimers()
    expect(await response).toEqual([503, 'session-unavailable'])
  })
})

test.each([
  ['requireSecondFactor() redirects', '/vault', 'navigate'],
  ['enforce() redirects', '/page', 'navigate'],
  ['enforce() refuses, after it has looked for a remembered browser', '/page', 'cors'],
  ['status() responds', '/status', 'cors'],
  ['webhooks() responds', '/calls/token', 'cors'],
])('an app that throws when %s gets its error, and the process goes on', async (_, path, mode) => {
  await open({
    enforce: false,
    options: { remember: { days: 1, store: new MemoryRememberStore() } },
    routes: (app, _passport, strategy) => {
      app.use((req, res, next) => {
        const writeHead = res.writeHead.bind(res)
        res.writeHead = (status: number, ...rest: never[]) => {
          if (status < 500 && req.originalUrl === path)
            throw new Error('The app cannot write this header.')
          return writeHead(status, ...rest)
        }
        next()
      })
      app.use('/calls', strategy.webhooks())
      app.use(strategy.enforce({ redirectTo: '/otp', except: ['/login', '/vault', '/status'] }))
      app.get('/status', strategy.status())
      app.get('/vault', strategy.requireSecondFactor({ redirectTo: '/otp' }))
    },
  })
  const crash = vi.fn()
  process.on('unhandledRejection', crash)
  const alice = await world.logIn('alice')
  const response = alice
    .get(path)
    .set('Sec-Fetch-Mode', mode)
    .ok(() => true)
  const status = await response.timeout(60_000).then(({ status }) => status, String)
  process.off('unhandledRejection', crash)
  expect(status).toBe(500)
  expect(crash).not.toHaveBeenCalled()
})

test('an app whose timeout has responded does not get the later error of the session store', async () => {
  const [store, next] = [new SessionStore(), vi.fn()]
  await open({
    store,
    routes: (app, _passport, strategy) => {
      const guard = strategy.requireSecondFactor({ redirectTo: '/otp' }) as express.RequestHandler
      app.get('/vault', (req, res) => {
        guard(req, res, next)
        res.status(503).end('It took too long.')
      })
    },
  })
  store.faults = { set: 'rejects' }
  await world.browser().get('/vault').expect(503, 'It took too long.')
  expect(store.operations).toContain('set')
  expect(next).not.toHaveBeenCalled()
})

test('only the page of a user who is logged in is marked as one that needs a fresh code, and the mark is saved', async () => {
  const store = new SessionStore()
  await open({
    store,
    routes: (app, _passport, strategy) => {
      app.get('/vault', strategy.requireSecondFactor({ maxAge: 300, redirectTo: '/otp' }))
      app.get('/wish', (req, res) => {
        req.session.returnTo = '/vault'
        res.end()
      })
    },
  })
  const alice = await world.logIn('alice')
  for (const agent of [world.browser(), alice]) await agent.get('/vault').expect(303)
  expect(store.dump()).toMatch(/returnTo.*returnTo/)
  expect(store.dump()).not.toContain('voiceOtpStepUp')
  const code = await world.hearCode(alice)
  await alice.post('/otp').send({ code }).expect(200)
  world.clock.offset += 301_000
  await alice.get('/wish').expect(200)
  store.faults = { set: 'rejects' }
  await alice.get('/vault').expect(503)
  store.faults = {}
  await alice.get('/vault').expect(303)
  expect(store.dump()).toContain('voiceOtpStepUp')
})
