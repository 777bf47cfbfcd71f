// Mistakes of an app around the strategy. Each is an error that names it, and nobody is logged in.
import type { RequestHandler } from 'express'
import type { Authenticator } from 'passport'
import { afterEach, describe, expect, test } from 'vitest'
import { type VoiceOtpError, VoiceOtpStrategy } from 'passport-voice-otp'
import { choiceRoutes } from '../support/choices.js'
import { SessionStore } from '../support/stores.js'
import {
  withCode,
  createWorld,
  type Person,
  secret,
  type World,
  type WorldOptions,
} from '../support/world.js'

let world: World
afterEach(() => world.close())

type Options = NonNullable<WorldOptions['options']>
type Agent = Awaited<ReturnType<World['logIn']>>
const authenticate = (passport: Authenticator, options: object): RequestHandler =>
  passport.authenticate('voice-otp', options) as RequestHandler

async function open(
  options: Options = {},
  more: Omit<WorldOptions, 'options'> = {},
): Promise<Agent> {
  world = await createWorld({ options, routes: choiceRoutes, ...more })
  return world.logIn('alice')
}

describe('the functions of passport.authenticate that read the request', () => {
  test('a call for the purpose enroll without a phone is refused with 400', async () => {
    await open(
      {},
      {
        routes: (app, passport) => {
          app.post('/ring', (req, res, next) => {
            const run = passport.authenticate(
              'voice-otp',
              { action: 'call', purpose: 'enroll' } as object,
              (error: unknown, _user: unknown, info: object, status: number) => {
                if (error) next(error)
                else res.status(status).json(info)
              },
            ) as RequestHandler
            void run(req, res, next)
          })
        },
      },
    )
    await (await world.logIn('dave')).post('/ring').expect(400).expect(withCode('phone-malformed'))
    expect(world.simulator.calls).toEqual([])
  })

  test.each([
    ['channel', 'alice', {}],
    ['phone', 'alice', {}],
    ['phone', 'dave', { purpose: 'enroll' }],
  ])(
    'the function %s of %s throws because no parser read the body: the response is 503 and nobody is called',
    async (name, person, options) => {
      const read = (req: { readonly parsed?: { readonly field: string } }) => req.parsed!.field
      await open(
        {},
        {
          routes: (app, passport) => {
            app.post('/ring', authenticate(passport, { action: 'call', ...options, [name]: read }))
          },
        },
      )
      await (
        await world.logIn(person)
      )
        .post('/ring')
        .expect(503)
        .expect(withCode('callback-failed'))
      expect(world.simulator.calls).toEqual([])
    },
  )

  test.each([
    ['channel', 'alice', {}],
    ['phone', 'alice', {}],
    ['phone', 'dave', { purpose: 'enroll' }],
  ])(
    'the function %s of %s returns a promise that rejects: the response is 400, nobody is called, and the process goes on',
    async (name, person, options) => {
      const read = async () => Promise.reject(new Error('the database is down'))
      await open(
        {},
        {
          routes: (app, passport) => {
            app.post('/ring', authenticate(passport, { action: 'call', ...options, [name]: read }))
          },
        },
      )
      await (await world.logIn(person)).post('/ring').expect(400)
      expect(world.simulator.calls).toEqual([])
    },
  )

  test('a recovery code cannot enroll a phone', async () => {
    const recovery = { save: () => undefined, use: () => 9 }
    const alice = await open(
      { recovery },
      {
        routes: (app, passport) => {
          app.post(
            '/recover',
            authenticate(passport, {
              action: 'recover',
              purpose: 'enroll',
              failureRedirect: '/refused',
            }),
          )
        },
      },
    )
    await alice
      .post('/recover')
      .send({ code: '0123456789' })
      .expect(302)
      .expect('Location', '/refused')
    expect(world.named('code.rejected')).toEqual([
      { userId: 'alice', code: 'enroll-forbidden', compared: false },
    ])
    await alice.get('/account').expect(401)
  })
})

describe('unusual use of Passport and of the session', () => {
  const success: RequestHandler = (req, res) => {
    res.json({ user: (req.user as Person | undefined)?.id })
  }

  test('the right code logs nobody in on a request without req.logIn, and the response is 503', async () => {
    const alice = await open(
      {},
      {
        routes: (app, _passport, strategy) => {
          app.post('/bare', (req, res, next) => {
            Object.assign(req, { logIn: undefined, login: undefined })
            const bare = Object.assign(Object.create(strategy) as object, {
              error: next,
              fail: () => {
                res.sendStatus(401)
              },
              pass: next,
              success: () => {
                res.sendStatus(200)
              },
            }) as unknown as VoiceOtpStrategy<Person>
            bare.authenticate(req)
          })
        },
      },
    )
    await alice
      .post('/bare')
      .send({ code: await world.hearCode(alice) })
      .expect(503)
      .expect(withCode('configuration'))
    await alice.get('/account').expect(401)
  })

  test('req.logIn without a callback is an error after the right code, and nobody is logged in', async () => {
    const alice = await open(
      {},
      {
        routes: (app, passport) => {
          app.post('/verify', (req, res, next) => {
            const run = passport.authenticate('voice-otp', (error: unknown, user: Express.User) => {
              if (error) next(error)
              else (req.logIn as (user: Express.User) => void)(user)
            }) as RequestHandler
            void run(req, res, next)
          })
        },
      },
    )
    await alice
      .post('/verify')
      .send({ code: await world.hearCode(alice) })
      .expect(500)
    await alice.get('/account').expect(401)
  })

  test('a session store that throws when the app saves the session after the login ends neither the process nor the login', async () => {
    const store = new SessionStore()
    const alice = await open(
      {},
      {
        store,
        routes: (app, passport) => {
          app.post(
            '/verify',
            authenticate(passport, {}),
            (req, _res, next) => {
              store.faults = { set: 'throws' }
              req.session.save()
              store.faults = {}
              next()
            },
            success,
          )
        },
      },
    )
    await alice
      .post('/verify')
      .send({ code: await world.hearCode(alice) })
      .expect(200, { user: 'alice' })
    await alice.get('/account').expect(200)
  })

  test('the right code logs nobody in when the session store keeps the old session id', async () => {
    const store = new SessionStore()
    const alice = await open({}, { store })
    const code = await world.hearCode(alice)
    store.regenerate = (_req, done) => {
      done()
    }
    await alice.post('/otp').send({ code }).expect(503).expect(withCode('session-unavailable'))
    await alice.get('/account').expect(401)
  })

  test('a pending user stays pending when the app changes the user property after enforce()', async () => {
    const alice = await open(
      {},
      {
        routes: (app, passport) => {
          for (const userProperty of ['account', 'account', ''])
            app.use(passport.initialize({ userProperty }) as RequestHandler)
          app.get('/both', passport.session() as RequestHandler, (req, res) => {
            res.json([req.user ?? null, (req as { account?: unknown }).account ?? null])
          })
        },
      },
    )
    await alice.get('/both').expect(200, [null, null])
  })

  test('enforce() of two strategies on one request is the error configuration', async () => {
    const signalwire = {
      project: 'project',
      token: 'PTtoken',
      space: 'acme',
      from: '+12025550100',
      signingKey: 'PSKsigningkey',
    }
    const other = new VoiceOtpStrategy<Person>(
      { appName: 'Other', webhookUrl: 'https://acme.example/other', secret, signalwire },
      person => person.phone,
    )
    const alice = await open(
      {},
      {
        routes: app => {
          app.use('/two', other.enforce(), success)
        },
      },
    )
    await alice
      .get('/two')
      .expect(503)
      .expect(({ body }) => {
        expect(body).toMatchObject({
          code: 'configuration',
          message: expect.stringContaining('two strategies ran on one request'),
        })
      })
  })

  test('no call is placed with a session that has no regenerate()', async () => {
    const alice = await open(
      {},
      {
        routes: (app, passport) => {
          app.post(
            '/odd',
            (req, _res, next) => {
              Object.defineProperty(req.session, 'regenerate', { value: undefined })
              next()
            },
            authenticate(passport, { action: 'call' }),
          )
        },
      },
    )
    await alice
      .post('/odd')
      .expect(503)
      .expect(({ body }) => {
        expect(body).toMatchObject({
          code: 'configuration',
          message: expect.stringContaining('no regenerate()'),
        })
      })
    expect(world.simulator.calls).toEqual([])
  })

  test('a session that disappears during the request is an error for a code, and no error for a logout', async () => {
    const lose: RequestHandler = (req, _res, next) => {
      Object.assign(req, { session: null })
      next()
    }
    const alice = await open(
      {},
      {
        routes: (app, passport, strategy) => {
          app.post('/lost', lose, authenticate(passport, {}))
          app.post('/lost/logout', lose, (req, res) => {
            req.user = undefined
            res.json({ pendingUser: req.pendingUser ?? null })
          })
          app.post('/lost/cancel', lose, (req, res, next) => {
            strategy.cancel(req).then(() => {
              res.json({})
            }, next)
          })
        },
      },
    )
    await alice
      .post('/lost')
      .send({ code: '123456' })
      .expect(503)
      .expect(withCode('session-unavailable'))
    await alice.post('/lost/cancel').expect(200)
    await alice.post('/lost/logout').expect(200, { pendingUser: null })
  })
})

describe('the callbacks of the app', () => {
  test('an id of a user may be a number', async () => {
    const alice = await open({ userId: () => 7 })
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    await alice.get('/account').expect(200)
    expect(world.named('code.accepted')).toMatchObject([{ userId: '7' }])
  })

  test('an id of a user may be a bigint', async () => {
    const alice = await open({ userId: () => 9_007_199_254_740_993n })
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    expect(world.named('code.accepted')).toMatchObject([{ userId: '9007199254740993' }])
  })

  test.each(['voiceOtp', 'verification'])(
    'a property %s of Object.prototype does not pass the second factor',
    async name => {
      const verification = {
        userId: 'alice',
        method: 'call',
        amr: ['otp', 'tel'],
        verifiedAt: Date.now(),
      }
      const alice = await open()
      Object.defineProperty(Object.prototype, name, {
        value: name === 'voiceOtp' ? { verification } : verification,
        configurable: true,
        writable: true,
      })
      try {
        await alice.get('/account').expect(401)
      } finally {
        Reflect.deleteProperty(Object.prototype, name)
      }
    },
  )

  test.each<[string, (req: Express.Request) => void]>([
    ['req.sessionID is missing', req => Object.assign(req, { sessionID: undefined })],
    ['req.sessionID is another id', req => Object.assign(req, { sessionID: 'other' })],
    ['the store cannot generate a session', req => Object.assign(req, { sessionStore: {} })],
  ])('no call is placed when %s, and the response is 503', async (_, change) => {
    const alice = await open(
      {},
      {
        routes: (app, passport) => {
          app.post(
            '/odd',
            (req, _res, next) => {
              change(req)
              next()
            },
            authenticate(passport, { action: 'call' }),
          )
        },
      },
    )
    await alice.post('/odd').expect(503).expect(withCode('configuration'))
    expect(world.simulator.calls).toEqual([])
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no id')
      },
    ],
    ['returns undefined', () => undefined],
    ['returns NaN', () => NaN],
    ['returns a text of 201 characters', () => 'x'.repeat(201)],
  ])('nobody is called when userId %s, and the response is 503', async (_, userId) => {
    const alice = await open({ userId: userId as () => string })
    await alice.post('/otp/call').expect(503).expect(withCode('configuration'))
    await alice.get('/account').expect(401)
    expect(world.simulator.calls).toEqual([])
  })

  test('nobody is called for a user without an id when the option userId is not set', async () => {
    const alice = await open()
    Reflect.deleteProperty(world.people['alice']!, 'id')
    await alice.post('/otp/call').expect(503).expect(withCode('configuration'))
    expect(world.simulator.calls).toEqual([])
  })

  test('nobody is called when the id of the user makes the webhook URL too long', async () => {
    const alice = await open({
      userId: () => '\u0001'.repeat(200),
      webhookUrl: `https://acme.example/${'x'.repeat(190)}`,
    })
    await alice
      .post('/otp/call')
      .expect(503)
      .expect(({ body }) => {
        expect(body).toMatchObject({
          code: 'configuration',
          message: expect.stringContaining('over 2000 characters'),
        })
      })
    expect(world.simulator.calls).toEqual([])
  })

  test('nobody is called when a function in the option limits throws', async () => {
    const alice = await open({
      limits: {
        callsPerPhoneDay: () => {
          throw new Error('no limit')
        },
      },
    })
    await alice
      .post('/otp/call')
      .expect(503)
      .expect(({ body }) => {
        expect(body).toMatchObject({
          code: 'configuration',
          message: expect.stringContaining('limits.callsPerPhoneDay threw an error'),
        })
      })
    expect(world.simulator.calls).toEqual([])
  })

  test("status() responds with 503 and without the session's own message when reading the session throws", async () => {
    const alice = await open(
      {},
      {
        routes: (app, _passport, strategy) => {
          app.get(
            '/odd',
            (req, _res, next) => {
              const { session } = req
              let isFirst = true
              Object.defineProperty(req, 'session', {
                get() {
                  if (!isFirst) return session
                  isFirst = false
                  throw new Error('no session for +12025550123')
                },
              })
              next()
            },
            strategy.status(),
          )
        },
      },
    )
    await alice
      .get('/odd')
      .expect(503, { code: 'configuration', message: 'The second factor is not set up correctly.' })
  })

  test.each([
    ['a text', 'no', { name: 'Error' }],
    ['null', null, { name: 'Error' }],
    [
      'an error with a number in its name',
      Object.assign(new Error('no'), { name: 'Call +12025550123' }),
      { name: 'Error' },
    ],
    [
      'an error of a network',
      Object.assign(new Error('no'), { code: 'ECONNRESET' }),
      { name: 'Error', code: 'ECONNRESET' },
    ],
    [
      'an error with the code 42P01',
      Object.assign(new Error('no'), { code: '42P01' }),
      { name: 'Error', code: '42P01' },
    ],
    [
      'an error with the code 28P01',
      Object.assign(new Error('no'), { code: '28P01' }),
      { name: 'Error', code: '28P01' },
    ],
    [
      'an error with the code 53300',
      Object.assign(new Error('no'), { code: '53300' }),
      { name: 'Error', code: '53300' },
    ],
    [
      'an error with the code ERR_HTTP2_ERROR',
      Object.assign(new Error('no'), { code: 'ERR_HTTP2_ERROR' }),
      { name: 'Error', code: 'ERR_HTTP2_ERROR' },
    ],
    [
      'an error with the code 481516',
      Object.assign(new Error('no'), { code: '481516' }),
      { name: 'Error' },
    ],
    [
      'an error with the code 1234',
      Object.assign(new Error('no'), { code: '1234' }),
      { name: 'Error' },
    ],
    [
      'an error with the code E481516',
      Object.assign(new Error('no'), { code: 'E481516' }),
      { name: 'Error' },
    ],
  ])('the cause of the error is safe when a callback throws %s', async (_, thrown, cause) => {
    const errors: unknown[] = []
    const alice = await open(
      { beforeCall: () => Promise.reject(thrown) },
      {
        routes: (app, passport, strategy) => {
          choiceRoutes(app, passport, strategy)
          app.use(
            (error: unknown, _req: unknown, _res: unknown, next: (error: unknown) => void) => {
              errors.push(error)
              next(error)
            },
          )
        },
      },
    )
    await alice.post('/otp/call').expect(503).expect(withCode('callback-failed'))
    expect(errors.map(error => (error as VoiceOtpError).cause)).toEqual([cause])
  })
})
