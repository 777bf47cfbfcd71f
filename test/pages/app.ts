// An app of its own around the ready pages.
import { createServer } from 'node:http'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import session, { type Store } from 'express-session'
import passport from 'passport'
import supertest from 'supertest'
import { onTestFinished } from 'vitest'
import { VoiceOtpStrategy, type VoiceOtpOptions } from 'passport-voice-otp'
import { otpPages, type OtpPagesOptions } from 'passport-voice-otp/pages'
import { Simulator, type SimulatorOptions } from 'passport-voice-otp/simulator'
import { Probe } from '../support/factors.js'
import { listen } from '../support/listen.js'
import { secret, sessionSecret } from '../support/secrets.js'

export interface Person {
  readonly id: string
  readonly phone: string | null
}
export type Options = Partial<OtpPagesOptions>
type Mount = (pages: RequestHandler, enforce: RequestHandler) => readonly RequestHandler[]

/** An app that logs in the user that `POST /login?id=` names, and mounts the pages. */
export async function openApp(
  options: Options = {},
  mount: Mount = (pages, enforce) => [enforce, pages],
  before: RequestHandler[] = [],
  more: Partial<VoiceOtpOptions<Person>> & {
    readonly factors?: (strategy: VoiceOtpStrategy<Person>) => void
    readonly sessions?: Store | undefined
    readonly simulatorOptions?: SimulatorOptions
  } = {},
) {
  const { factors, sessions, simulatorOptions, ...strategyOptions } = more
  const simulator = await Simulator.start(simulatorOptions)
  // Node throws if a response to HEAD has a body.
  const server = createServer({ rejectNonStandardBodyWrites: true })
  const { url, close } = await listen(server)
  onTestFinished(async () => {
    await close()
    await simulator.stop()
  })
  const people = new Map<string, Person>([
    ['alice', { id: 'alice', phone: '+12025550123' }],
    ['dave', { id: 'dave', phone: null }],
    ['erin', { id: 'erin', phone: null }],
    [
      'frank',
      {
        id: 'frank',
        get phone(): string {
          throw new Error('The store is down.')
        },
      },
    ],
  ])
  const authenticator = new passport.Passport()
  const strategy = new VoiceOtpStrategy<Person>(
    {
      appName: 'Acme',
      webhookUrl: `${url}/voice-otp`,
      secret,
      signalwire: simulator.signalwire,
      onEnroll: (user, phone) => void people.set(user.id, { ...user, phone }),
      locale: (_user, req) => req.headers['accept-language'],
      ...strategyOptions,
    },
    user => user.phone,
  )
  authenticator.use(strategy)
  factors?.(strategy)
  authenticator.serializeUser((user, done) => done(null, (user as Person).id))
  authenticator.deserializeUser((id, done) => done(null, people.get(String(id)) ?? false))
  const pages = otpPages(strategy, { passport: authenticator, ...options })
  const app = express()
  app.use('/voice-otp', strategy.webhooks())
  app.use(
    session({
      secret: sessionSecret,
      resave: false,
      saveUninitialized: false,
      ...(sessions && { store: sessions }),
    }),
  )
  app.use(...before, (_req, _res, next) => next(), authenticator.session())
  app.use(...mount(pages as RequestHandler, strategy.enforce() as RequestHandler))
  app.post('/login', (req, res, next) => {
    req.logIn(people.get(req.query['id'] as string) as Express.User, error => {
      if (error) next(error)
      else res.redirect('/otp')
    })
  })
  app.get('/', (req, res) => {
    res.send(`${(req.user as Person | undefined)?.id ?? 'nobody'} is in.`)
  })
  // Express knows an error handler by its four parameters.
  const onError: ErrorRequestHandler = (error: Error & { status?: number }, _req, res, _next) => {
    res.status(error.status ?? 500).send(error.message)
  }
  app.use(onError)
  server.on('request', app)
  const browser = async (id: string) => {
    const agent = supertest.agent(url)
    await agent.post(`/login?id=${id}`).expect(302)
    return agent
  }
  return { url, simulator, people, browser, pages, strategy }
}

/** Registers a passkey, an app code and a card, which these users have. */
export const withFactors =
  (owners: Readonly<Record<string, readonly string[]>> = {}) =>
  (strategy: VoiceOtpStrategy<Person>): void => {
    for (const name of ['card', 'app-code', 'passkey'])
      strategy.secondFactor(new Probe(() => undefined), {
        name,
        amr: ['otp'],
        phishingResistant: name === 'passkey',
        has: user => owners[name]?.includes(user.id) ?? false,
      })
  }
export const factorPages = {
  card: { href: '/otp/card', label: 'Company card' },
  'app-code': { href: '/otp/app-code', setUp: '/security/app-code' },
  passkey: { href: '/otp/passkey', setUp: '/security/passkeys' },
}

/** An app with pages for three factors, which these users have. */
export const openFactorApp = (
  owners: Readonly<Record<string, readonly string[]>>,
  phoneFallback: boolean,
) =>
  openApp({ factors: factorPages }, undefined, [], { phoneFallback, factors: withFactors(owners) })

export const ours = { 'Sec-Fetch-Site': 'same-origin' }
export const digitsOn = (html: string): string =>
  /data-matching-digits="(\d\d)"/.exec(html)?.[1] ?? ''
