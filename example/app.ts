import { fileURLToPath } from 'node:url'
import ejs from 'ejs'
import express from 'express'
import session, { MemoryStore, type Store } from 'express-session'
import helmet from 'helmet'
import passport from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import { MemoryRememberStore, VoiceOtpStrategy, type VoiceOtpOptions } from 'passport-voice-otp'
import { pino, type Logger } from 'pino'
import { accountPages } from './account.js'
import { api } from './api.js'
import { answerErrors, notFound, Unavailable } from './errors.js'
import { logEvents } from './events.js'
import { acceptForms } from './forms.js'
import { loginPages } from './login.js'
import { tellOldNumber } from './old-number.js'
import { otpPages } from './otp.js'
import { phonePages } from './phone.js'
import { recoverPages } from './recover.js'
import { recoveryInMemory, type RecoveryCodes } from './recovery-codes.js'
import { securityPages } from './security.js'
import { PunctualStore } from './session-store.js'
import { announcement, wantedLanguages } from './spoken.js'
import { transferPages } from './transfer.js'
import { demoPassword, demoPeople, phonesOf, type User, type Users } from './users.js'
import * as words from './words.js'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** What the app is made of. Options of the strategy may be given too and win over what is set here. */
export interface AppOptions extends Partial<
  Omit<
    VoiceOtpOptions<User>,
    'secret' | 'signalwire' | 'webhookUrl' | 'passReqToCallback' | 'recovery'
  >
> {
  readonly users: Users
  readonly signalwire: VoiceOtpOptions<User>['signalwire']
  /** The origin under which browsers and SignalWire reach this app, for example `https://acme.example`. */
  readonly publicUrl: string
  /** Other origins from which the JSON API takes requests: the loopback ones it listens on. */
  readonly otherOrigins?: readonly string[]
  /** Signs the session cookie; 32 bytes or more. An array rotates. */
  readonly sessionSecret: string | string[]
  /** The strategy's secret. */
  readonly secret: VoiceOtpOptions<User>['secret']
  /** Default: the memory of this process, as for `remember` and `recovery`. */
  readonly sessionStore?: Store
  readonly recovery?: RecoveryCodes
  /** For the demo alone: shows the simulator's telephone on the call page, and users with their password on the login page. */
  readonly simulatorUrl?: string
  /** What `GET /healthz` says; `instance` names the app, so that `--check` knows that it reached this one. Default: always ready. */
  readonly health?: () => { readonly ready: boolean; readonly instance?: string }
  /** Default: one JSON line for each event on stdout; `false` is silent. */
  readonly logger?: Logger | false
}

/** The whole app, not yet listening. Tests run this one, with a clock and stores of their own. */
export function createApp(options: AppOptions) {
  const {
    users,
    publicUrl,
    otherOrigins = [],
    sessionSecret,
    sessionStore = new MemoryStore(),
    simulatorUrl,
    health = () => ({ ready: true }),
    logger: given,
    recovery = recoveryInMemory(),
    remember = { days: 30, store: new MemoryRememberStore() },
    ...strategyOptions
  } = options
  const logger = given === false ? pino({ level: 'silent' }) : (given ?? pino({ base: null }))
  const isHttps = publicUrl.startsWith('https:')
  const app = express()

  const voiceOtp = new VoiceOtpStrategy<User>(
    {
      appName: 'Acme',
      webhookUrl: `${publicUrl}/voice-otp`,
      locale: (_user, req: express.Request) => wantedLanguages(req),
      announce: (_user, req: express.Request) => announcement(req),
      // Where calls cost money, nobody adds a number to call.
      beforeCall: ({ user }) => user.phone !== null || user.mayEnroll,
      onEnroll: async (user, phone) => {
        await users.changePhone(user.id, phone)
        void tellOldNumber(options.signalwire, logger, user, phone)
      },
      recovery: { save: recovery.save, use: recovery.use },
      remember,
      ...strategyOptions,
    },
    phonesOf,
  )
  logEvents(voiceOtp, logger)

  const authenticator = new passport.Passport()
  authenticator.use(voiceOtp)
  authenticator.use(
    new LocalStrategy((username, password, done) => {
      users.byPassword(username, password).then(user => done(null, user ?? false), done)
    }),
  )
  authenticator.serializeUser((user, done) => done(null, (user as User).id))
  authenticator.deserializeUser((id, done) => {
    users.byId(String(id)).then(user => done(null, user ?? false), done)
  })

  app.set('views', here('views'))
  app.set('view engine', 'ejs')
  app.engine('ejs', ejs.renderFile)
  app.enable('view cache')
  Object.assign(app.locals, {
    logger,
    simulatorUrl,
    demoPassword,
    demoUsernames: demoPeople.map(({ username }) => username),
    rememberDays: remember.days,
    ...words,
  })
  // Behind https stands a proxy or a tunnel that ends TLS, and express-session must believe it to set a secure cookie.
  // Without one, anybody could send X-Forwarded-* headers. No URL is ever made from them.
  if (isHttps) app.set('trust proxy', 1)

  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          baseUri: ["'none'"],
          objectSrc: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
          frameSrc: simulatorUrl === undefined ? ["'none'"] : [new URL(simulatorUrl).origin],
        },
      },
      xFrameOptions: { action: 'deny' },
      referrerPolicy: { policy: 'no-referrer' },
      strictTransportSecurity: isHttps,
    }),
  )
  app.get('/healthz', (_req, res) => {
    const answer = health()
    res
      .status(answer.ready ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json(answer)
  })
  // SignalWire brings no cookie and no CSRF token; it proves itself by its signature.
  app.use('/voice-otp', voiceOtp.webhooks())
  app.use(express.static(here('public'), { maxAge: '1h' }))
  app.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store')
    next()
  })

  const sessions = session({
    name: isHttps ? '__Host-acme' : 'acme',
    secret: sessionSecret,
    store: new PunctualStore(sessionStore),
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', secure: isHttps, path: '/' },
  })
  // A store that said it is gone leaves no session and no error; one that answers nonsense, an error of any kind.
  app.use((req, res, next) =>
    sessions(req, res, error =>
      next(
        error || !req.session
          ? new Unavailable('session-store', 'The session store does not answer.')
          : undefined,
      ),
    ),
  )
  // 4 KiB is plenty for these forms, and compressed bodies are not unpacked: a bomb would be small on the way in.
  app.use(express.urlencoded({ extended: false, limit: '4kb', inflate: false }))
  app.use(authenticator.session())
  app.use(voiceOtp.enforce())

  app.use('/api', api(authenticator, voiceOtp, [publicUrl, ...otherOrigins]))
  app.use(acceptForms())
  app.use(loginPages(authenticator))
  app.use(otpPages(authenticator, voiceOtp))
  app.use(recoverPages(authenticator))
  app.use(phonePages(authenticator, voiceOtp))
  app.use(transferPages(voiceOtp))
  app.use(securityPages(voiceOtp, recovery))
  app.use(accountPages())
  app.use(notFound)
  app.use(answerErrors)

  return { app, voiceOtp }
}
