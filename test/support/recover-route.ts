import type { RequestHandler } from 'express'
import type { Authenticator } from 'passport'
import type { FailureInfo } from 'passport-voice-otp'
import type { Person } from './world.js'

/** A route that logs in with a recovery code, and sends what the strategy says about it. */
export const recoverRoute =
  (passport: Authenticator): RequestHandler =>
  (req, res, next) => {
    const authenticate = passport.authenticate(
      'voice-otp',
      { action: 'recover' } as object,
      (error: unknown, user: Person | false, info?: FailureInfo, status?: number) => {
        if (error) next(error)
        else if (!user) res.status(status ?? 401).json(info)
        else
          req.logIn(user, failure => {
            if (failure) next(failure)
            else res.json(info)
          })
      },
    ) as RequestHandler
    void authenticate(req, res, next)
  }
