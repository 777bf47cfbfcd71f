import type { Request, RequestHandler, Response } from 'express'
import type { PassportStatic } from 'passport'
import { VoiceOtpError, type FailureInfo, type VoiceOtpAuthenticateOptions } from 'passport-voice-otp'

/** Why a person is not let in, in a shape that a page or a JSON answer can show. */
export interface Refusal extends Omit<FailureInfo, 'code'> {
  readonly code: string
  readonly status: number
}

/** What the pages need of Passport. */
export type Passport = Pick<PassportStatic, 'authenticate'>

export type WhenRefused = (refusal: Refusal, req: Request, res: Response) => unknown

/**
 * `passport.authenticate('voice-otp')` with an answer of one's own for a refusal: goes on to the next handler when the
 * call was placed or the code was right. Trouble (503) is answered on the same page; the way out is to try again there.
 */
export function secondFactor(passport: Passport, ask: VoiceOtpAuthenticateOptions, whenRefused: WhenRefused): RequestHandler {
  return (req, res, next) => {
    const refuse = (refusal: Refusal): void => {
      Promise.resolve(whenRefused(refusal, req, res)).catch(next)
    }
    const answered = (error: unknown, user: Express.User | false | null | undefined, info: unknown, status: unknown): void => {
      if (isTemporary(error)) refuse({ code: error.code, message: `${error.message} Nothing was changed. Try again in a moment.`, status: error.status })
      else if (error) next(error)
      else if (user) req.logIn(user, next)
      else refuse({ ...(info as FailureInfo), status: Number(status) || 401 })
    }
    // eslint-disable-next-line @typescript-eslint/no-unsafe-call -- @types/passport answers `any`
    passport.authenticate('voice-otp', ask as object, answered)(req, res, next)
  }
}

// When the session store is the trouble there is no session left to draw a page from.
function isTemporary(error: unknown): error is VoiceOtpError {
  return error instanceof VoiceOtpError && error.code !== 'session-unavailable' && error.code !== 'configuration'
}
