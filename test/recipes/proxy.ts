import express, { type Express } from 'express'
import session from 'express-session'
import type { VoiceOtpStrategy } from 'passport-voice-otp'

/** What people and SignalWire see: the proxy, which ends TLS and hands on what is under `/app`, without the `/app`. */
export const publicUrl = 'https://acme.example/app'

/** The strategy's `webhookUrl` is the address before the proxy: SignalWire signs that one. It is never made from a header. */
export const webhookUrl = `${publicUrl}/voice-otp`

/** The beginning of the app; Passport, `enforce()` and the routes follow. */
export function createAppBehindProxy<User extends object>(
  voiceOtp: VoiceOtpStrategy<User>,
  sessionSecret: string,
): Express {
  const app = express()
  // One proxy. `true` would believe everybody who sends X-Forwarded-For or X-Forwarded-Proto.
  app.set('trust proxy', 1)
  // Mounted at what the proxy leaves of the path.
  app.use('/voice-otp', voiceOtp.webhooks())
  // Behind a proxy that is not trusted, express-session sets no secure cookie, and nobody stays logged in. The cookie's path
  // stays '/': the session is only there for addresses that begin with it, and what the proxy hands on begins with no '/app'.
  app.use(
    session({
      secret: sessionSecret,
      resave: false,
      saveUninitialized: false,
      cookie: { secure: true, httpOnly: true, sameSite: 'lax' },
    }),
  )
  app.use(express.urlencoded({ extended: false, limit: '4kb' }))
  return app
}
