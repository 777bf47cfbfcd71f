import { Router, type Request, type Response } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { callStatus } from './call-status.js'
import { secondStep } from './login.js'
import { takeReturnTo } from './return-to.js'
import { secondFactor, type Passport, type Refusal } from './second-factor.js'
import { currentUser, pendingUser, person, type User } from './users.js'

/** The call and its code. Opening the page places no call: a prefetch, a link or a reload must not make a telephone ring. */
export function otpPages(passport: Passport, voiceOtp: VoiceOtpStrategy<User>): Router {
  const router = Router()

  router.get('/otp', (req, res) => {
    const pending = pendingUser(req)
    const user = currentUser(req)
    if (!pending && !user) res.redirect(303, '/login')
    else if (pending?.phone === null) res.redirect(303, secondStep(pending))
    else if (user && !isSteppingUp(req)) res.redirect(303, '/account')
    else return showOtp(req, res)
  })

  // Where a refused form leaves the browser; whoever reloads it there asks for the page and not for a call.
  router.get('/otp/call', (_req, res) => {
    res.redirect(303, '/otp')
  })

  router.get('/otp/status', voiceOtp.status())

  router.post('/otp/call', secondFactor(passport, { action: 'call' }, refused), (_req, res) => {
    res.redirect(303, '/otp')
  })

  router.post('/otp', (req, res, next) => {
    // The second click of a double click comes when the first has let the person in already.
    if (currentUser(req) && req.voiceOtp?.purpose !== 'step-up') res.redirect(303, '/account')
    else next()
  }, secondFactor(passport, {}, refused), (req, res) => {
    res.redirect(303, takeReturnTo(req))
  })

  return router

  function refused(refusal: Refusal, req: Request, res: Response): unknown {
    if (person(req)) return showOtp(req, res, refusal)
    res.status(refusal.status).render('login', { username: '', refusal })
  }

  async function showOtp(req: Request, res: Response, refusal?: Refusal): Promise<void> {
    const status = refusal?.status === 503 ? undefined : await callStatus(voiceOtp, req)
    const isAlive = req.voiceOtp !== undefined && req.voiceOtp.purpose !== 'enrol' && (status?.expiresIn ?? req.voiceOtp.expiresIn) > 0
    res.status(refusal?.status ?? 200).render('otp', {
      challenge: isAlive ? req.voiceOtp : undefined,
      status,
      ownPhone: person(req)?.phone,
      isStepUp: !pendingUser(req),
      refusal,
    })
  }
}

/** A logged-in person has business here only if a page asked for a fresh second factor. */
const isSteppingUp = (req: Request): boolean => req.voiceOtp?.purpose === 'step-up' || req.session.returnTo !== undefined
