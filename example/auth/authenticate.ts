import type { RequestHandler } from 'express'
import type { PassportStatic } from 'passport'
import type { VoiceOtpAuthenticateOptions } from 'passport-voice-otp'

/** What the routes need of Passport. */
export type Passport = Pick<PassportStatic, 'authenticate'>

/**
 * `passport.authenticate()` that passes a failure to the next error handler, which shows it as a
 * page or as JSON. Calls the next handler when the call was placed or the code was right.
 */
export const authenticate = (
  passport: Passport,
  options: VoiceOtpAuthenticateOptions,
  strategy = 'voice-otp',
): RequestHandler =>
  passport.authenticate(strategy, { ...options, failWithError: true }) as RequestHandler
