// Mistakes of the app around the strategy: each is told, and lets nobody in.
import type { RequestHandler } from 'express'
import type { Authenticator } from 'passport'
import { afterEach, describe, expect, test } from 'vitest'
import { type VoiceOtpError, VoiceOtpStrategy } from 'passport-voice-otp'
import { choiceRoutes } from '../support/choices.js'
import { SessionStore } from '../support/stores.js'
import {
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
const refusedWith =
  (code: string) =>
  ({ body }: { body: unknown }) => {
    expect(body).toMatchObject({ code })
  }
const authenticate = (passport: Authenticator, options: object): RequestHandler =>
  passport.authenticate('voice-otp', options) as RequestHandler

async function open(
  options: Options = {},
  more: Omit<WorldOptions, 'options'> = {},
): Promise<Agent> {
  world = await createWorld({ options, routes: choiceRoutes, ...more })
  return world.logIn('alice')
}

describe('the options of passport.authenticate', () => {
  test('an action that is none: 503, and nobody is called', async () => {
    const alice = await open(
      {},
      {
        routes: (app, passport) => {
          app.post('/ring', authenticate(passport, { action: 'ring' }))
        },
      },
    )
    await alice.post('/ring').expect(503).expect(refusedWith('configuration'))
    expect(world.simulator.calls).toEqual([])
  })

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
    await (
      await world.logIn('dave')
    )
      .post('/ring')
      .expect(400)
      .expect(refusedWith('phone-malformed'))
    expect(world.simulator.calls).toEqual([])
  })

  test.each(['enroll', 'channel', 'number'])(
    'a function %s that throws, as over a body that nothing has parsed: 503, and nobody is called',
    async name => {
      const read = (req: { readonly parsed?: { readonly field: string } }) => req.parsed!.field
      const alice = await open(
        {},
        {
          routes: (app, passport) => {
            app.post('/ring', authenticate(passport, { action: 'call', [name]: read }))
          },
        },
      )
      const person = name === 'enroll' ? await world.logIn('dave') : alice
      await person.post('/ring').expect(503).expect(refusedWith('callback-failed'))
      expect(world.simulator.calls).toEqual([])
    },
  )

  test.each(['enroll', 'channel', 'number'])(
    'a function %s that answers a promise, which rejects: 400, nobody is called, and the process goes on',
    async name => {
      const read = async () => Promise.reject(new Error('the database is down'))
      const alice = await open(
        {},
        {
          routes: (app, passport) => {
            app.post('/ring', authenticate(passport, { action: 'call', [name]: read }))
          },
        },
      )
      const person = name === 'enroll' ? await world.logIn('dave') : alice
      await person.post('/ring').expect(400)
      expect(world.simulator.calls).toEqual([])
    },
  )

  test('a recovery code enrolls no number', async () => {
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

describe('what Passport is asked in other ways', () => {
  const success: RequestHandler = (req, res) => {
    res.json({ user: (req.user as Person | undefined)?.id })
  }

  test('the strategy by itself, on a request without req.logIn: 503, and the code is not worth a login', async () => {
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
      .expect(refusedWith('configuration'))
    await alice.get('/account').expect(401)
  })

  test('req.logIn without a callback: an error, and nobody is in', async () => {
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

  test('after the login the app saves the session without a callback, and the store throws: the process lives, and the login stands', async () => {
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

  test('a store that gives the new session the old id: 503, and no cookie is in', async () => {
    const store = new SessionStore()
    const alice = await open({}, { store })
    const code = await world.hearCode(alice)
    store.regenerate = (_req, done) => {
      done()
    }
    await alice.post('/otp').send({ code }).expect(503).expect(refusedWith('session-unavailable'))
    await alice.get('/account').expect(401)
  })

  test('another user property, named twice behind enforce(): still nobody is in', async () => {
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

  test('enforce() of two strategies on one request: 503 that says so', async () => {
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

  test('a session that cannot be replaced any more: 503, and nobody is called', async () => {
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

  test('a session that is gone in the middle of a request: 503, and a logout without one is no error', async () => {
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
      .expect(refusedWith('session-unavailable'))
    await alice.post('/lost/cancel').expect(200)
    await alice.post('/lost/logout').expect(200, { pendingUser: null })
  })
})

describe('what the app says of a user', () => {
  test('a number is as good an id as a text', async () => {
    const alice = await open({ userId: () => 7 })
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    await alice.get('/account').expect(200)
    expect(world.named('code.accepted')).toMatchObject([{ userId: '7' }])
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no id')
      },
    ],
    ['answers nothing', () => undefined],
    ['answers no number', () => NaN],
    ['answers too long a text', () => 'x'.repeat(201)],
  ])('userId that %s: 503, and nobody is called', async (_, userId) => {
    const alice = await open({ userId: userId as () => string })
    await alice.post('/otp/call').expect(503).expect(refusedWith('configuration'))
    await alice.get('/account').expect(401)
    expect(world.simulator.calls).toEqual([])
  })

  test('a user without an id, where nothing says what else tells users apart: 503, and nobody is called', async () => {
    const alice = await open()
    Reflect.deleteProperty(world.people['alice']!, 'id')
    await alice.post('/otp/call').expect(503).expect(refusedWith('configuration'))
    expect(world.simulator.calls).toEqual([])
  })

  test('an id that makes the webhook address too long: 503, and nobody is called', async () => {
    const alice = await open({
      userId: () => '\u0001'.repeat(200),
      webhookUrl: `https://acme.example/${'x'.repeat(200)}`,
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

  test('a limit of the number that throws: 503, and nobody is called', async () => {
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

  test("a session that throws: status() answers 503 and not the session's own words", async () => {
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
  ])('a hook that throws %s: 503 whose cause is safe', async (_, thrown, cause) => {
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
    await alice.post('/otp/call').expect(503).expect(refusedWith('callback-failed'))
    expect(errors.map(error => (error as VoiceOtpError).cause)).toEqual([cause])
  })
})
