import type { RequestHandler } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { redirectAfterSave, rememberRequestedPage } from '../routes/return-to.js'
import { currentUser, pendingUser, type User } from '../stores/users.js'

/** Lets a user with both factors through. Redirects all others to the factor that is missing. */
export const requireBothFactors: RequestHandler = (req, res, next) => {
  if (currentUser(req)) {
    next()
    return
  }
  rememberRequestedPage(req)
  redirectAfterSave(pendingUser(req) ? '/otp' : '/login', req, res, next)
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
 * Tells a user who may not enroll a number to contact support. `beforeCall` refuses the call, too.
 */
export const mayEnroll: RequestHandler = (req, res, next) => {
  const user = pendingUser(req)
  if (req.method === 'GET' && req.path === '/phone' && user?.mayEnroll === false)
    res.render('no-phone')
  else next()
}
