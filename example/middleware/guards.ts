import type { Request, RequestHandler } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import type { User } from '../stores/users.js'
import { Failed, type Failure } from './errors.js'

/** Refuses a request with a failure unless `isRight` returns `true`. */
export const requireThat =
  (isRight: (req: Request) => boolean, failure: Failure): RequestHandler =>
  (req, _res, next) =>
    next(isRight(req) ? undefined : new Failed(failure))

/**
 * Lets a user with both factors through. Redirects everybody else to the login, and back to the
 * requested page after it.
 */
export const requireBothFactors = (voiceOtp: VoiceOtpStrategy<User>): RequestHandler =>
  voiceOtp.requireSecondFactor({ redirectTo: '/login' })

/**
 * Lets a user with both factors through if the last code is not older than five minutes. Redirects
 * to a new code otherwise. A POST goes back to the page of its form first, and from there to the
 * code: the strategy remembers only the address of a GET for the time after the code.
 */
export function requireFreshCode(voiceOtp: VoiceOtpStrategy<User>, page: string): RequestHandler {
  const forPage = voiceOtp.requireSecondFactor({ maxAge: 300, redirectTo: '/otp' })
  const forForm = voiceOtp.requireSecondFactor({ maxAge: 300, redirectTo: page })
  return (req, res, next) => (req.method === 'POST' ? forForm : forPage)(req, res, next)
}
