// A small app for the fraud guard: nobody types a password, and codes go out by text. Forked with
// what it needs as JSON in `process.argv[2]`; sends its address to its parent.
import { createServer } from 'node:http'
import { RedisStore } from 'connect-redis'
import express, { type NextFunction, type Request, type Response } from 'express'
import session from 'express-session'
import { Passport } from 'passport'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { createClient } from 'redis'
import { VoiceOtpError, type VoiceOtpOptions, VoiceOtpStrategy } from 'passport-voice-otp'
import { callsUnlimited } from './limits.js'
import { listen } from './listen.js'
import { secret } from './secrets.js'

/** What the parent gives. */
export interface FraudAppSettings {
  readonly redisUrl: string
  readonly signalwire: VoiceOtpOptions['signalwire']
  readonly options: Partial<VoiceOtpOptions<Person>>
}

/** A person, as the request names them. */
interface Person {
  readonly id: string
  /** `null` for a new account without a number. */
  readonly number: string | null
  /** Milliseconds since 1970: when the app verified the number, as far as it knows. */
  readonly verifiedAt?: number
}

const { redisUrl, signalwire, options } = JSON.parse(process.argv[2] ?? '') as FraudAppSettings
const client = createClient({ url: redisUrl })
client.on('error', () => undefined)
await client.connect()
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
    limiter: settings =>
      new RateLimiterRedis({ storeClient: client, useRedisPackage: true, ...settings }),
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
const passport = new Passport()
passport.use(strategy as never)
passport.serializeUser((person, done) => {
  done(null, JSON.stringify(person))
})
passport.deserializeUser((text: string, done) => {
  done(null, JSON.parse(text) as Person)
})

app.use(
  session({ secret, resave: false, saveUninitialized: false, store: new RedisStore({ client }) }),
  express.json(),
  passport.session(),
  strategy.enforce(),
)
const logIn = (req: Request, _res: Response, next: NextFunction): void => {
  req.logIn((req.body as { readonly person: Person }).person, next)
}
const sent = (_req: Request, res: Response): void => {
  res.status(202).end()
}
app.post('/send', logIn, passport.authenticate('voice-otp', { action: 'call' } as object), sent)
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
