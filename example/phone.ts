import { Router, type Request, type RequestHandler, type Response } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { callStatus } from './call-status.js'
import { goTo } from './return-to.js'
import { field, goOnIfOvertaken, secondFactor, type Passport, type Refusal } from './second-factor.js'
import { currentUser, pendingUser, person, type User } from './users.js'
import { masked } from './words.js'

const notHere: Refusal = { code: 'enrol-forbidden', message: 'No number can be added for this user. Ask whoever runs this site.', status: 403 }
const typedPhone = field('phone')

/** Telling us a number to call, or changing it: the new number is called, and stored once its code came back. */
export function phonePages(passport: Passport, voiceOtp: VoiceOtpStrategy<User>): Router {
  const router = Router()
  const fresh = voiceOtp.require({ maxAge: 300, redirectTo: '/otp' })
  // To the page, and from there on to the code: the way back after the code is only kept for a GET.
  const freshForm = voiceOtp.require({ maxAge: 300, redirectTo: '/phone' })

  // Without a number on record the password must do; to change one takes a fresh second factor, or whoever finds an
  // open browser moves the calls to a telephone of their own.
  const mayChange: RequestHandler = (req, res, next) => {
    const pending = pendingUser(req)
    if (currentUser(req)) (req.method === 'GET' ? fresh : freshForm)(req, res, next)
    else if (!pending) res.redirect(303, '/login')
    else if (pending.phone !== null) res.redirect(303, '/otp')
    else next()
  }

  router.get('/phone', mayChange, (req, res) => showPhone(req, res))

  router.post('/phone', mayChange, (req, res, next) => {
    if (!person(req)?.mayEnrol) return showPhone(req, res, notHere)
    next()
  }, secondFactor(passport, { action: 'call', enrol: typedPhone }, refused('/phone')), (req, res, next) => {
    goTo('/phone', req, res, next)
  })

  router.get('/phone/verify', (_req, res) => {
    res.redirect(303, '/phone')
  })

  router.post('/phone/verify', mayChange, (req, res, next) => {
    if (currentUser(req) && req.voiceOtp?.purpose !== 'enrol') res.redirect(303, '/account')
    else next()
  }, secondFactor(passport, { enrol: true }, refused('/account'), (req, { phone = '' }) => {
    req.session.notice = `From now on we call ${masked(phone)}.`
  }), (_req, res) => {
    res.redirect(303, '/account')
  })

  return router

  function refused(onTo: string) {
    return (refusal: Refusal, req: Request, res: Response): unknown => {
      if (person(req)) return showPhone(req, res, goOnIfOvertaken(refusal, onTo, req, res))
      res.status(refusal.status).render('login', { username: '', refusal })
    }
  }

  async function showPhone(req: Request, res: Response, refusal?: Refusal): Promise<void> {
    const status = refusal?.code === 'counters-unavailable' ? undefined : await callStatus(voiceOtp, req)
    const waiting = req.voiceOtp?.purpose === 'enrol' ? req.voiceOtp : undefined
    const isAlive = (status?.expiresIn ?? waiting?.expiresIn ?? 0) > 0
    const typed = typedPhone(req)
    res.status(refusal?.status ?? 200).render('phone', {
      challenge: isAlive ? waiting : undefined,
      isOver: !isAlive && waiting !== undefined,
      status,
      ownPhone: person(req)?.phone ?? null,
      mayEnrol: person(req)?.mayEnrol ?? false,
      typed: typeof typed === 'string' ? typed.slice(0, 40) : '',
      refusal,
    })
  }
}
