import type { RequestHandler } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { redirectAfterSave, rememberRequestedPage, takeReturnTo } from '../routes/return-to.js'
import { currentUser, knownUser, pendingUser, type User } from '../stores/users.js'

/** The page of the second factor: the call, or the first phone number for a user without one. */
export const secondFactorPath = (user: User): string => (user.phone === null ? '/phone' : '/otp')

/** Lets a user with both factors through. Redirects all others to the factor that is missing. */
export const requireBothFactors: RequestHandler = (req, res, next) => {
  if (currentUser(req)) {
    next()
    return
  }
  rememberRequestedPage(req)
  const pending = pendingUser(req)
  redirectAfterSave(pending ? secondFactorPath(pending) : '/login', req, res, next)
}

/**
 * Lets a user with both factors through if the last code is not older than five minutes. Redirects
 * to a new code otherwise. A POST goes back to the page of its form first, and from there to the
 * code: the strategy remembers only the address of a GET for the time after the code.
 */
export function requireFreshCode(voiceOtp: VoiceOtpStrategy<User>, page: string): RequestHandler {
  const forPage = voiceOtp.requireSecondFactor({ maxAge: 300, redirectTo: '/otp' })
  const forForm = voiceOtp.requireSecondFactor({ maxAge: 300, redirectTo: page })
  return (req, res, next) =>
    requireBothFactors(req, res, (error?: unknown) => {
      if (error) next(error)
      else (req.method === 'GET' ? forPage : forForm)(req, res, next)
    })
}

/**
 * Lets a user through who needs a code: for the login, or for a step-up. A user who is logged in
 * already goes on to the requested page, for example after a second click on the same button or
 * with a remembered browser.
 */
export const requireCodeNeeded: RequestHandler = (req, res, next) => {
  const pending = pendingUser(req)
  const isStepUp = req.voiceOtp?.purpose === 'step-up' || req.session.returnTo !== undefined
  if (currentUser(req) && !isStepUp) res.redirect(303, takeReturnTo(req))
  else if (req.method === 'GET' && !knownUser(req)) res.redirect(303, '/login')
  else if (req.method === 'GET' && pending?.phone === null) res.redirect(303, '/phone')
  else next()
}
