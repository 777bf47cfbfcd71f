import express, { type Express } from 'express'
import session from 'express-session'
import type { VoiceOtpStrategy } from 'passport-voice-otp'

/**
 * The address that users and SignalWire see. The proxy ends TLS and removes `/app` from the path.
 */
export const publicUrl = 'https://acme.example/app'

/**
 * SignalWire signs the address before the proxy, so `webhookUrl` is that address. No header changes
 * it.
 */
export const webhookUrl = `${publicUrl}/voice-otp`

/**
 * The first middlewares of the app. Add Passport, `enforce()` and the routes to what this returns.
 */
export function createAppBehindProxy<User extends object>(
  voiceOtp: VoiceOtpStrategy<User>,
  sessionSecret: string,
): Express {
  const app = express()
  // Trust one proxy. With `true`, Express would trust X-Forwarded-For and X-Forwarded-Proto from
  // everybody.
  app.set('trust proxy', 1)
  // The proxy has removed `/app`, so the mount path has no `/app` either.
  app.use('/voice-otp', voiceOtp.webhooks())
  // express-session sets a secure cookie only if it trusts the proxy; without the cookie nobody
  // stays logged in. Keep the cookie's path '/': express-session ignores requests outside of that
  // path, and it never sees '/app'.
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
