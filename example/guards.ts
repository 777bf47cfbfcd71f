import type { RequestHandler } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { goTo, takeReturnTo } from './return-to.js'
import { currentUser, pendingUser, person, type User } from './users.js'

/** Where the second factor is done: by a call, or first by telling us a number to call. */
export const secondStep = (user: User): string => (user.phone === null ? '/phone' : '/otp')

/** Lets those through who passed both factors; sends the others to where they can. */
export const bothFactors: RequestHandler = (req, res, next) => {
  if (currentUser(req)) {
    next()
    return
  }
  if (req.method === 'GET') req.session.wanted = req.originalUrl
  const pending = pendingUser(req)
  goTo(pending ? secondStep(pending) : '/login', req, res, next)
}

/**
 * Lets those through who passed both factors, with a code that is not older than five minutes; sends the others to enter one.
 * A form is sent back to its page first, and from there on to the code: the way back after the code is only kept for a GET.
 */
export function freshCode(voiceOtp: VoiceOtpStrategy<User>, page: string): RequestHandler {
  const forPage = voiceOtp.requireSecondFactor({ maxAge: 300, redirectTo: '/otp' })
  const forForm = voiceOtp.requireSecondFactor({ maxAge: 300, redirectTo: page })
  return (req, res, next) =>
    bothFactors(req, res, (error?: unknown) => {
      if (error) next(error)
      else (req.method === 'GET' ? forPage : forForm)(req, res, next)
    })
}

/**
 * Lets those through who have a code to enter. Whoever is in goes on: by a second click on the same button, or because the
 * browser is remembered.
 */
export const codeNeeded: RequestHandler = (req, res, next) => {
  const pending = pendingUser(req)
  const isSteppingUp = req.voiceOtp?.purpose === 'step-up' || req.session.returnTo !== undefined
  if (currentUser(req) && !isSteppingUp) res.redirect(303, takeReturnTo(req))
  else if (req.method === 'GET' && !person(req)) res.redirect(303, '/login')
  else if (req.method === 'GET' && pending?.phone === null) res.redirect(303, '/phone')
  else next()
}
