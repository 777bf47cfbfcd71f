// Checked by the compiler alone: what is on a request, and the middlewares in an Express app,
// without a cast.
import express, { type Request, type RequestHandler } from 'express'
import type {
  PhoneChoice,
  PendingChallenge,
  VoiceOtpOptions,
  VoiceOtpStrategy,
} from 'passport-voice-otp'

declare const voiceOtp: VoiceOtpStrategy
const app = express()

app.use('/voice-otp', voiceOtp.webhooks())
app.use(voiceOtp.enforce())
app.get('/otp/status', voiceOtp.status())
app.get(
  '/transfer',
  voiceOtp.requireSecondFactor({ maxAge: 300, redirectTo: '/otp' }),
  (_req, res) => {
    res.send('fresh')
  },
)
app.get('/otp', async (req, res) => {
  const pending: Express.User | undefined = req.pendingUser
  const challenge: PendingChallenge | undefined = req.voiceOtp
  const numbers: readonly PhoneChoice[] = await voiceOtp.listPhones(req)
  await voiceOtp.cancel(req)
  res.json({
    pending,
    expiresIn: challenge?.expiresIn,
    matchingDigits: req.voiceOtp?.matchingDigits,
    numbers,
  })
})
app.get('/otp', req => {
  // @ts-expect-error -- only this package says who is pending
  req.pendingUser = {}
})
// @ts-expect-error -- the number is masked and the code is nowhere
app.get('/otp', req => req.voiceOtp?.code)
// @ts-expect-error -- seconds, not text
app.get('/transfer', voiceOtp.requireSecondFactor({ maxAge: '5m' }))

/**
 * A function that is asked with a request may be written for Express's, or for what this package
 * promises.
 */
export const asked: Partial<VoiceOtpOptions> = {
  required: (_user, req: Request) => req.ip !== '10.0.0.1',
  announce: (_user, req) => req.headers['user-agent'],
  onEnroll: (_user, phone: string, req: Request) => {
    console.log(phone.length, req.path)
  },
  beforeCall: ({ req, phone }) => req.headers['user-agent'] !== undefined && phone.startsWith('+1'),
  locale: (_user, req: Request) => req.acceptsLanguages(),
}

/** The middleware fits the types of Express. */
export const enforced: RequestHandler = voiceOtp.enforce()

// @ts-expect-error -- events are a closed set
voiceOtp.events.on('call.placd', () => undefined)
voiceOtp.events.on('code.sent', ({ userId, channel, purpose, sid }) => {
  console.log(userId, channel, purpose, sid)
})
// @ts-expect-error -- no event holds a number
voiceOtp.events.on('phone.changed', ({ phone }) => {
  console.log(phone)
})
