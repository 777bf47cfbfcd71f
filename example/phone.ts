import { Router, type Request, type RequestHandler, type Response } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { freshCode } from './guards.js'
import { goTo } from './return-to.js'
import {
  field,
  goOnIfOvertaken,
  onPage,
  secondFactor,
  typed,
  type Passport,
  type Failure,
} from './second-factor.js'
import { currentUser, pendingUser, person, type User } from './users.js'
import { waitingCode } from './waiting-code.js'
import { masked } from './words.js'

/** Telling us a number to call, or changing it: the new number is called, and stored once its code came back. */
export function phonePages(passport: Passport, voiceOtp: VoiceOtpStrategy<User>): Router {
  const router = Router()
  const fresh = freshCode(voiceOtp, '/phone')
  const refused = (onTo: string) =>
    onPage((failure, req, res) => showPhone(req, res, goOnIfOvertaken(failure, onTo, req, res)))

  // Without a number on record the password must do; to change one takes a fresh second factor, or whoever finds an
  // open browser moves the calls to a telephone of their own.
  const mayChange: RequestHandler = (req, res, next) => {
    const pending = pendingUser(req)
    if (currentUser(req)) fresh(req, res, next)
    else if (!pending) res.redirect(303, '/login')
    else if (pending.phone !== null) res.redirect(303, '/otp')
    else next()
  }

  router.get('/phone', mayChange, (req, res) => showPhone(req, res))

  router.post(
    '/phone',
    mayChange,
    secondFactor(
      passport,
      { action: 'call', purpose: 'enroll', phone: field('phone') },
      refused('/phone'),
    ),
    (req, res, next) => {
      goTo('/phone', req, res, next)
    },
  )

  router.get('/phone/verify', (_req, res) => {
    res.redirect(303, '/phone')
  })

  router.post(
    '/phone/verify',
    mayChange,
    (req, res, next) => {
      if (currentUser(req) && req.voiceOtp?.purpose !== 'enroll') res.redirect(303, '/account')
      else next()
    },
    secondFactor(passport, { purpose: 'enroll' }, refused('/account'), (req, { phone = '' }) => {
      req.session.notice = `From now on we call ${masked(phone)}.`
    }),
    (_req, res) => {
      res.redirect(303, '/account')
    },
  )

  return router

  async function showPhone(req: Request, res: Response, failure?: Failure): Promise<void> {
    res.status(failure?.status ?? 200).render('phone', {
      ...(await waitingCode(voiceOtp, req, 'enroll', failure?.code === 'limiter-unavailable')),
      ownPhone: person(req)?.phone ?? null,
      mayEnroll: person(req)?.mayEnroll ?? false,
      typed: typed('phone', req),
      failure,
    })
  }
}
