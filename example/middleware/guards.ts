import type { RequestHandler } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { redirectAfterSave, sameOriginPath } from '../routes/return-to.js'
import { currentUser, pendingUser, type User } from '../stores/users.js'

/**
 * Redirects to the login everybody who is not logged in, and back to the requested page after it.
 * A long path is not stored: anybody can send many. `enforce()` has redirected pending users
 * already.
 */
export const requireBothFactors: RequestHandler = async (req, res, next) => {
  if (currentUser(req)) next()
  else {
    if (req.method === 'GET') req.session.returnTo = sameOriginPath(req.originalUrl, undefined)
    await redirectAfterSave('/login', req, res)
  }
}

/**
 * Lets a user with both factors through if the last code is not older than five minutes. Redirects
 * to a new code otherwise. A POST goes back to the page of its form first, and from there to the
 * code: the strategy remembers only the address of a GET for the time after the code.
 */
export function requireFreshCode(voiceOtp: VoiceOtpStrategy<User>, page: string): RequestHandler[] {
  const forPage = voiceOtp.requireSecondFactor({ maxAge: 300, redirectTo: '/otp' })
  const forForm = voiceOtp.requireSecondFactor({ maxAge: 300, redirectTo: page })
  return [
    requireBothFactors,
    (req, res, next) => (req.method === 'GET' ? forPage : forForm)(req, res, next),
  ]
}

/**
 * Tells a user who may not enroll a number to contact support. `beforeCall` refuses the call, too.
 */
export const mayEnroll: RequestHandler = (req, res, next) => {
  const isPhonePage = req.method === 'GET' && req.path === '/phone'
  if (isPhonePage && pendingUser(req)?.mayEnroll === false) res.render('no-phone')
  else next()
}
