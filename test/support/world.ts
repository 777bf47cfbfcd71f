// A small Passport app around the strategy, a simulated Space and a browser for each person: what
// most tests need.
import { createServer } from 'node:http'
import { expect } from 'vitest'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import session, { type Store } from 'express-session'
import { Passport, type Authenticator } from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import supertest from 'supertest'
import {
  type FailureInfo,
  VoiceOtpError,
  type VoiceOtpEvents,
  type VoiceOtpOptions,
  VoiceOtpStrategy,
} from 'passport-voice-otp'
import { Simulator, type SimulatorOptions } from 'passport-voice-otp/simulator'
import { listen } from './listen.js'
import { Phone } from './phone.js'
import { secret } from './secrets.js'

export { codeIn, otherDigits, Phone, spoken, wrongCode } from './phone.js'
export { callsUnlimited as unlimited, fraudGuardOff } from './limits.js'
export { secret } from './secrets.js'

export interface Person {
  id: string
  phone: string | null | undefined
}

export const password = 'correct horse battery staple'

declare module 'express-session' {
  interface SessionData {
    cart?: string
    returnTo?: string
  }
}

export interface WorldOptions {
  readonly simulatorOptions?: SimulatorOptions
  readonly options?: Partial<VoiceOtpOptions<Person>>
  readonly store?: Store
  readonly getPhone?: (person: Person) => unknown
  readonly userProperty?: string
  readonly express?: typeof express
  readonly passport?: Authenticator
  /** Adds routes, which may replace the usual ones. */
  readonly routes?: (
    app: Express,
    passport: Authenticator,
    strategy: VoiceOtpStrategy<Person>,
  ) => void
  readonly beforeSession?: (app: Express) => void
  readonly enforce?: boolean
}

export type World = Awaited<ReturnType<typeof createWorld>>

/** Returns a callback for Passport that responds to a failure with JSON. */
function respondWith(res: Response, next: NextFunction, done: () => void) {
  return (error: unknown, user: unknown, info?: FailureInfo, status?: number) => {
    if (error) next(error)
    else if (!user) res.status(status ?? 401).json(info)
    else done()
  }
}

/** Checks that a response holds this code of a failure or an error. For supertest's `expect`. */
export const withCode =
  (code: string) =>
  ({ body }: { readonly body: unknown }): void => {
    expect(body).toMatchObject({ code })
  }

/** Asks for a call. Returns the phone that rings, and the digits that the page shows. */
export async function ring(
  world: World,
  agent: Awaited<ReturnType<World['logIn']>>,
): Promise<{ readonly phone: Phone; readonly digits: string }> {
  const { body } = (await agent.post('/otp/call').expect(202)) as {
    body: { matchingDigits?: string }
  }
  return { phone: new Phone(world), digits: body.matchingDigits ?? '' }
}

export async function createWorld(given: WorldOptions = {}) {
  const simulator = await Simulator.start(given.simulatorOptions)
  const server = createServer()
  const listening = await listen(server)
  const { url } = listening
  const people: Record<string, Person> = {
    alice: { id: 'alice', phone: '+12025550123' },
    bob: { id: 'bob', phone: '+12025550145' },
    dave: { id: 'dave', phone: null },
  }
  const clock = { offset: 0, now: () => Date.now() + clock.offset }
  const strategy = new VoiceOtpStrategy<Person>(
    {
      appName: 'Acme',
      webhookUrl: `${url}/voice-otp`,
      secret,
      signalwire: simulator.signalwire,
      clock,
      onEnroll: (person, phone) => {
        people[person.id]!.phone = phone
      },
      ...given.options,
    },
    (given.getPhone ?? (person => people[person.id]!.phone)) as (person: Person) => string | null,
  )

  const events: { name: keyof VoiceOtpEvents; details: unknown }[] = []
  for (const name of [
    'code.sent',
    'code.blocked',
    'code.failed',
    'code.accepted',
    'code.rejected',
    'user.locked',
    'call.reported',
    'webhook.rejected',
    'phone.changed',
    'code.unused',
    'fraud.warning',
    'fraud.blocked',
    'sends.switched',
    'prompt.fallback',
    'recovery.used',
    'action.approved',
    'action.refused',
    'browser.recognized',
    'browser.revoked',
    'user.unlocked',
    'code.canceled',
    'factors.reset',
    'trail.failed',
    'notify.failed',
  ] as const) {
    strategy.events.on(name, (details: unknown) => events.push({ name, details }))
  }

  const passport: Authenticator = given.passport ?? (new Passport() as Authenticator)
  passport.use(
    new LocalStrategy((username, given, done) => {
      const person = people[username]
      done(null, person !== undefined && given === password ? person : false)
    }),
  )
  passport.use(strategy)
  passport.serializeUser((person, done) => {
    done(null, (person as Person).id)
  })
  passport.deserializeUser((id: string, done) => {
    done(null, people[id] ?? false)
  })

  const app = (given.express ?? express)()
  const property = given.userProperty ?? 'user'
  const userOf = (req: Request): Person | undefined =>
    (req as unknown as Record<string, Person | undefined>)[property]
  given.beforeSession?.(app)
  app.use('/voice-otp', strategy.webhooks())
  app.use(
    session({
      secret,
      resave: false,
      saveUninitialized: false,
      ...(given.store === undefined ? {} : { store: given.store }),
    }),
  )
  app.use(express.urlencoded({ extended: false }), express.json())
  app.use(
    passport.initialize(
      given.userProperty === undefined ? undefined : { userProperty: given.userProperty },
    ),
  )
  app.use(passport.session())
  if (given.enforce !== false) app.use(strategy.enforce())
  given.routes?.(app, passport, strategy)
  app.post('/login', passport.authenticate('local'), (req, res) => {
    res.json({
      user: userOf(req)?.id,
      pendingUser: (req.pendingUser as Person | undefined)?.id,
      isAuthenticated: req.isAuthenticated(),
    })
  })
  app.post(
    '/otp/call',
    (req, res, next) => {
      const authenticate = passport.authenticate(
        'voice-otp',
        { action: 'call' },
        respondWith(res, next, () => undefined),
      ) as express.RequestHandler
      void authenticate(req, res, next)
    },
    (req, res) => {
      res.status(202).json(req.voiceOtp)
    },
  )
  app.post('/otp', (req, res, next) => {
    const authenticate = passport.authenticate(
      'voice-otp',
      (error: unknown, user: Person | false, info?: FailureInfo, status?: number) => {
        respondWith(res, next, () => {
          req.logIn(user, failure => {
            if (failure) next(failure)
            else res.json({ user: userOf(req)?.id, info })
          })
        })(error, user, info, status)
      },
    ) as express.RequestHandler
    void authenticate(req, res, next)
  })
  app.get('/otp/status', strategy.status())
  app.get('/account', (req, res) => {
    const person = userOf(req)
    if (req.isAuthenticated() && person !== undefined)
      res.json({ user: person.id, cart: req.session.cart })
    else res.status(401).json({ pendingUser: (req.pendingUser as Person | undefined)?.id })
  })
  app.post('/cart', (req, res) => {
    req.session.cart = 'a book'
    res.json({})
  })
  app.post('/logout', (req, res, next) => {
    req.logout({ keepSessionInfo: 'keep' in req.query }, error => {
      if (error) next(error)
      else res.json({})
    })
  })
  app.get('/transfer', strategy.requireSecondFactor({ maxAge: 300 }), (_req, res) => {
    res.json({ transferred: true })
  })
  app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
    if (error instanceof VoiceOtpError)
      res.status(error.status).json({ code: error.code, message: error.message })
    else res.status((error as { status?: number }).status ?? 500).json({ message: String(error) })
  })
  server.on('request', app)

  const browser = () => supertest.agent(url)

  /** Logs in with the password, in a new browser. */
  async function logIn(name: string, agent = browser()) {
    await agent.post('/login').send({ username: name, password }).expect(200)
    return agent
  }

  /** Asks for a call, answers the phone, presses the matching digits and listens. */
  async function hearCode(agent: ReturnType<typeof browser>): Promise<string> {
    const { body } = (await agent.post('/otp/call').expect(202)) as {
      body: { matchingDigits: string }
    }
    return answerAndListen(body.matchingDigits)
  }

  /** Answers the newest call, presses the matching digits and listens. */
  const answerAndListen = async (matchingDigits: string): Promise<string> =>
    (await Phone.ringing({ simulator })).hearCode(matchingDigits)

  async function close(): Promise<void> {
    await listening.close()
    await simulator.stop()
  }

  return {
    app,
    url,
    simulator,
    strategy,
    events,
    people,
    clock,
    browser,
    logIn,
    hearCode,
    answerAndListen,
    close,
    named: (name: keyof VoiceOtpEvents) =>
      events.filter(event => event.name === name).map(event => event.details),
  }
}
