// A small app for several processes: nobody types a password. Forked with what it needs as JSON in
// `process.argv[2]`; sends its address to its parent.
import { createServer } from 'node:http'
import express, { type NextFunction, type Request, type Response } from 'express'
import session, { type Store } from 'express-session'
import { Passport } from 'passport'
import {
  type LimiterFactory,
  VoiceOtpError,
  type VoiceOtpOptions,
  VoiceOtpStrategy,
} from 'passport-voice-otp'
import { callsUnlimited } from './limits.js'
import { listen } from './listen.js'
import { secret } from './secrets.js'

/** What the parent gives. */
export interface SmallAppSettings {
  /** The module that exports `connectStores(url): Promise<Stores>`. */
  readonly engine: string
  /** Where the engine is. */
  readonly url: string
  readonly signalwire: VoiceOtpOptions['signalwire']
  readonly options: Partial<VoiceOtpOptions<Person>>
}

/** What the processes share. */
export interface Stores {
  readonly limiter: LimiterFactory
  readonly store: Store
}

/** A person, as the request names them. */
export interface Person {
  readonly id: string
  /** `null` for a new account without a number. */
  readonly number: string | null
  /** Milliseconds since 1970: when the app verified the number, as far as it knows. */
  readonly verifiedAt?: number
}

const {
  engine,
  url: engineUrl,
  signalwire,
  options,
} = JSON.parse(process.argv[2] ?? '') as SmallAppSettings
const { connectStores } = (await import(engine)) as {
  readonly connectStores: (url: string) => Promise<Stores>
}
const { limiter, store } = await connectStores(engineUrl)
const clock = { offset: 0, now: () => Date.now() + clock.offset }
const app = express()
const server = createServer(app)
const { url } = await listen(server)

const strategy = new VoiceOtpStrategy<Person>(
  {
    appName: 'Acme',
    webhookUrl: `${url}/voice-otp`,
    secret,
    signalwire: { ...signalwire, callsPerSecond: Infinity }, // JSON has no infinity
    channels: ['sms'],
    countries: ['US', 'GB'],
    clock,
    limits: { ...callsUnlimited, callsPerAppDay: 10_000, enrollCallsPerAppMinute: false },
    limiter,
    onEnroll: () => undefined,
    ...options,
  },
  ({ number, verifiedAt }) =>
    number === null
      ? null
      : {
          phones: [{ number, verifiedAt: verifiedAt === undefined ? null : new Date(verifiedAt) }],
        },
)
let comparisons = 0
strategy.events.on('code.rejected', ({ compared }) => {
  if (compared) comparisons += 1
})
const passport = new Passport()
passport.use(strategy as never)
passport.serializeUser((person, done) => {
  done(null, JSON.stringify(person))
})
passport.deserializeUser((text: string, done) => {
  done(null, JSON.parse(text) as Person)
})

app.use('/voice-otp', strategy.webhooks())
app.get('/comparisons', (_req, res) => {
  res.json(comparisons)
})
const sessions = session({ secret, resave: false, saveUninitialized: false, store })
app.use(
  (req, res, next) => {
    void sessions(req, res, error => {
      if (error || !req.session) res.status(503).end('The session store did not respond.')
      else next()
    })
  },
  express.json(),
  passport.session(),
  strategy.enforce(),
)
const logIn = (req: Request, _res: Response, next: NextFunction): void => {
  req.logIn((req.body as { readonly person: Person }).person, next)
}
const call = passport.authenticate('voice-otp', { action: 'call' } as object)
const sent = (req: Request, res: Response): void => {
  res.status(202).json(req.voiceOtp)
}
app.post('/login', logIn, (_req, res) => {
  res.status(200).end()
})
app.post('/call', call, sent)
app.post('/send', logIn, call, sent)
app.post(
  '/enroll',
  logIn,
  passport.authenticate('voice-otp', {
    action: 'call',
    purpose: 'enroll',
    phone: (req: Request) => (req.body as { readonly phone: string }).phone,
  } as object),
  sent,
)
app.post('/verify', passport.authenticate('voice-otp'), (_req, res) => {
  res.status(200).end()
})
app.get('/account', (req, res) => {
  res.status(req.user === undefined ? 401 : 200).end()
})
app.post('/pass', (req, res) => {
  clock.offset += (req.body as { readonly milliseconds: number }).milliseconds
  res.status(200).end()
})
app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
  if (res.headersSent) next(error)
  else res.status(error instanceof VoiceOtpError ? error.status : 500).end(String(error))
})
process.on('disconnect', () => process.exit())
process.send?.({ url })
