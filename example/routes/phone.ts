import { Router, type Request, type RequestHandler, type Response } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import {
  authenticate,
  field,
  fieldText,
  onPage,
  refreshIfOvertaken,
  type Failure,
  type Passport,
} from '../auth/authenticate.js'
import { currentChallenge } from '../auth/current-challenge.js'
import { requireFreshCode } from '../middleware/guards.js'
import { currentUser, knownUser, pendingUser, type User } from '../stores/users.js'
import { masked } from '../views/words.js'
import { redirectAfterSave } from './return-to.js'

/**
 * Enrolls or changes the phone number: we call the new number, and store it after the right code.
 */
export function phoneRoutes(passport: Passport, voiceOtp: VoiceOtpStrategy<User>): Router {
  const router = Router()
  const mayEnroll = requireMayEnroll(voiceOtp)
  const failureOnPage = (nextPath: string) =>
    onPage((failure, req, res) =>
      renderPhone(voiceOtp, req, res, refreshIfOvertaken(failure, nextPath, req, res)),
    )

  router.get('/phone', mayEnroll, (req, res) => renderPhone(voiceOtp, req, res))

  router.post(
    '/phone',
    mayEnroll,
    authenticate(
      passport,
      { action: 'call', purpose: 'enroll', phone: field('phone') },
      failureOnPage('/phone'),
    ),
    (req, res, next) => redirectAfterSave('/phone', req, res, next),
  )

  router.get('/phone/verify', (_req, res) => {
    res.redirect(303, '/phone')
  })

  router.post(
    '/phone/verify',
    mayEnroll,
    (req, res, next) => {
      if (currentUser(req) && req.voiceOtp?.purpose !== 'enroll') res.redirect(303, '/account')
      else next()
    },
    authenticate(
      passport,
      { purpose: 'enroll' },
      failureOnPage('/account'),
      (req, { phone = '' }) => {
        req.session.notice = `From now on we call ${masked(phone)}.`
      },
    ),
    (_req, res) => {
      res.redirect(303, '/account')
    },
  )

  return router
}

/**
 * The password is enough to add a first number. To change a number, the user needs a fresh code.
 * Otherwise a person who finds an unattended browser could redirect the calls to another phone.
 */
function requireMayEnroll(voiceOtp: VoiceOtpStrategy<User>): RequestHandler {
  const freshCode = requireFreshCode(voiceOtp, '/phone')
  return (req, res, next) => {
    const pending = pendingUser(req)
    if (currentUser(req)) freshCode(req, res, next)
    else if (!pending) res.redirect(303, '/login')
    else if (pending.phone !== null) res.redirect(303, '/otp')
    else next()
  }
}

async function renderPhone(
  voiceOtp: VoiceOtpStrategy<User>,
  req: Request,
  res: Response,
  failure?: Failure,
): Promise<void> {
  const skipStatus = failure?.code === 'limiter-unavailable'
  res.status(failure?.status ?? 200).render('phone', {
    ...(await currentChallenge(voiceOtp, req, 'enroll', skipStatus)),
    ownPhone: knownUser(req)?.phone ?? null,
    mayEnroll: knownUser(req)?.mayEnroll ?? false,
    enteredPhone: fieldText('phone', req),
    failure,
  })
}
