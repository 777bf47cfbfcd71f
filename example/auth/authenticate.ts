import type { RequestHandler } from 'express'
import type { PassportStatic } from 'passport'
import type { FailureInfo, SuccessInfo, VoiceOtpAuthenticateOptions } from 'passport-voice-otp'
import { Failed } from '../middleware/errors.js'

/** What the routes need of Passport. */
export type Passport = Pick<PassportStatic, 'authenticate'>

/**
 * `passport.authenticate()` that passes a failure to the next error handler, which shows it as a
 * page or as JSON. Calls the next handler when the call was placed or the code was right.
 */
export function authenticate(
  passport: Passport,
  options: VoiceOtpAuthenticateOptions,
  strategy = 'voice-otp',
): RequestHandler {
  return (req, res, next) => {
    const done = (
      error: unknown,
      user: Express.User | false | null | undefined,
      info: unknown,
      status: unknown,
    ): void => {
      if (error) next(error)
      else if (!user) next(new Failed({ ...(info as FailureInfo), status: Number(status) || 401 }))
      else {
        req.authInfo = info as SuccessInfo
        req.logIn(user, next)
      }
    }
    // eslint-disable-next-line @typescript-eslint/no-unsafe-call -- @types/passport returns `any`
    passport.authenticate(strategy, options, done)(req, res, next)
  }
}
