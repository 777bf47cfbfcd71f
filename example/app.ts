import { join } from 'node:path'
import ejs from 'ejs'
import express from 'express'
import type { Store } from 'express-session'
import {
  MemoryRecoveryStore,
  MemoryRememberStore,
  MemoryTrailStore,
  type VoiceOtpOptions,
} from 'passport-voice-otp'
import { pino, type Logger } from 'pino'
import { createSecondFactors } from './auth/factors.js'
import { createPages } from './auth/pages.js'
import { passkeySite } from './auth/passkeys.js'
import { createPassport } from './auth/passport.js'
import { createVoiceOtp } from './auth/voice-otp.js'
import { handleErrors, notFound } from './middleware/errors.js'
import { forms } from './middleware/forms.js'
import { noStore, securityHeaders } from './middleware/headers.js'
import { sessions } from './middleware/sessions.js'
import { accountRoutes } from './routes/account.js'
import { apiRoutes } from './routes/api.js'
import { resetRoute } from './routes/demo.js'
import { factorRoutes } from './routes/factors.js'
import { healthRoute } from './routes/health.js'
import { loginRoutes } from './routes/login.js'
import { payRoutes } from './routes/pay.js'
import { supportRoutes } from './routes/support.js'
import { transferRoutes } from './routes/transfer.js'
import { createFactors } from './stores/factors.js'
import { sessionsInMemory } from './stores/memory-sessions.js'
import type { Records } from './stores/records.js'
import { demoPassword, demoPeople, type User, type Users } from './stores/users.js'
import * as words from './views/words.js'

/**
 * The paths that a user who has passed only the first factor may ask for. They show nothing that a
 * code protects.
 */
const pathsOfPendingUsers = [
  '/login',
  '/logout',
  '/healthz',
  '/otp',
  '/phone',
  '/recover',
  '/demo',
  '/api',
]

/**
 * What the app needs. It also accepts options of the strategy, which override those of
 * `auth/voice-otp.ts`.
 */
export interface AppOptions extends Partial<
  Omit<VoiceOtpOptions<User>, 'secret' | 'signalwire' | 'webhookUrl'>
> {
  readonly users: Users
  readonly signalwire: VoiceOtpOptions<User>['signalwire']
  /**
   * The origin under which browsers and SignalWire reach this app, for example
   * `https://acme.example`.
   */
  readonly publicUrl: string
  /** Other origins from which the JSON API accepts requests: the loopback addresses of this app. */
  readonly otherOrigins?: readonly string[]
  /** Signs the session cookie; 32 bytes or more. An array rotates. */
  readonly sessionSecret: string | string[]
  /** The strategy's secret. */
  readonly secret: VoiceOtpOptions<User>['secret']
  /** Default: the memory of this process. The same holds for `remember` and `recovery`. */
  readonly sessionStore?: Store
  /** Where passkeys and the keys of app codes are. Default: the memory of this process. */
  readonly records?: Records | undefined
  /**
   * For the demo only: shows the simulated phones on the call page, and the demo users on the login
   * page.
   */
  readonly simulatorUrl?: string
  /** For the demo only: clears its limits. Adds `POST /demo/reset` and its button. */
  readonly resetDemo?: () => void
  /** Whether this process can serve requests, for `GET /healthz`. Default: always. */
  readonly isReady?: () => boolean
  /** Default: one line of JSON for each event on stdout. */
  readonly logger?: Logger
}

/** The whole app, not yet listening. Tests run this app with their own clock and stores. */
export function createApp(options: AppOptions) {
  const {
    users,
    publicUrl,
    otherOrigins = [],
    sessionSecret,
    sessionStore = sessionsInMemory(),
    simulatorUrl,
    resetDemo,
    isReady = () => true,
    logger = pino({ base: null }),
    recovery = new MemoryRecoveryStore(),
    remember = { days: 30, store: new MemoryRememberStore() },
    trail = new MemoryTrailStore(),
    records,
    ...strategyOptions
  } = options
  const isHttps = publicUrl.startsWith('https:')
  const voiceOtp = createVoiceOtp(users, logger, {
    webhookUrl: `${publicUrl}/voice-otp`,
    recovery,
    remember,
    trail,
    ...strategyOptions,
  })
  const factors = createFactors(records)
  const site = passkeySite(publicUrl)
  const passport = createPassport(users, [
    voiceOtp,
    ...createSecondFactors(voiceOtp, factors, site),
  ])
  const pages = createPages(voiceOtp, passport)

  const app = express()
  app
    .engine('ejs', ejs.renderFile)
    .set('views', join(import.meta.dirname, 'views'))
    .set('view engine', 'ejs')
    .enable('view cache')
    // With https, a proxy or tunnel in front ends TLS. express-session must trust its
    // X-Forwarded-Proto to set a secure cookie. Without a proxy, anybody could send X-Forwarded-*
    // headers. The app never builds a URL from them.
    .set('trust proxy', isHttps ? 1 : false)
  Object.assign(app.locals, words, {
    logger,
    simulatorUrl,
    canResetDemo: resetDemo !== undefined,
    style: pages.addresses.style,
    demoPassword,
    demoUsernames: demoPeople.map(({ username }) => username),
  })

  app.use(securityHeaders(isHttps, simulatorUrl))
  app.get('/healthz', healthRoute(isReady))
  // SignalWire sends no cookie and no CSRF token. Its requests are signed instead.
  app.use('/voice-otp', voiceOtp.webhooks())
  // With a path of their own: otherwise every request for a page would look for a file first.
  app.use('/public', express.static(join(import.meta.dirname, 'public'), { maxAge: '1h' }))
  app.use(
    pages.files,
    noStore,
    sessions({ secret: sessionSecret, store: sessionStore, isHttps }),
    // These forms need less than 4 KiB. Compressed bodies are refused, because a small one can
    // expand to gigabytes.
    express.urlencoded({ extended: false, limit: '4kb', inflate: false }),
    passport.session() as express.RequestHandler,
    // Directly after passport.session(): until the code is verified, req.user is undefined. Every
    // other page redirects a pending user to the page of the code.
    voiceOtp.enforce({ redirectTo: '/otp', except: pathsOfPendingUsers }),
  )
  app.use('/api', apiRoutes(passport, voiceOtp, [publicUrl, ...otherOrigins]), notFound)
  app.use(
    forms(),
    loginRoutes(passport),
    // Passkeys and app codes: the pages link to these routes.
    factorRoutes(passport, voiceOtp, factors, site),
    accountRoutes(voiceOtp),
    // The page of the code, the number, recovery codes and remembered browsers.
    pages,
    transferRoutes(voiceOtp),
    payRoutes(passport, voiceOtp),
    supportRoutes(voiceOtp, users, factors),
  )
  if (resetDemo) app.post('/demo/reset', resetRoute(voiceOtp, resetDemo))
  app.use(notFound, handleErrors)

  return { app, voiceOtp }
}
