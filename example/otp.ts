import { Router, type Request, type Response } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { callStatus } from './call-status.js'
import { secondStep } from './login.js'
import { goTo, sameOriginPath, takeReturnTo } from './return-to.js'
import { field, goOnIfOvertaken, secondFactor, type Passport, type Refusal } from './second-factor.js'
import { currentUser, pendingUser, person, type User } from './users.js'
import { masked } from './words.js'

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

  router.post('/otp/call', secondFactor(passport, { action: 'call', way: field('way'), number: field('number') }, refused), (req, res, next) => {
    goTo('/otp', req, res, next)
  })

  router.post('/otp', (req, res, next) => {
    // The second click of a double click comes when the first has let the person in already.
    if (currentUser(req) && req.voiceOtp?.purpose !== 'step-up') res.redirect(303, sameOriginPath(req.session.ledTo, '/account'))
    else next()
  }, secondFactor(passport, {}, refused, takeReturnTo), (req, res) => {
    res.redirect(303, sameOriginPath(req.session.ledTo, '/account'))
  })

  return router

  function refused(refusal: Refusal, req: Request, res: Response): unknown {
    if (person(req)) return showOtp(req, res, goOnIfOvertaken(refusal, '/otp', req, res))
    res.status(refusal.status).render('login', { username: '', refusal })
  }

  async function showOtp(req: Request, res: Response, refusal?: Refusal): Promise<void> {
    // A store that just failed is not asked again, for its time limit's sake; a number that is not valid is refused when it is called.
    const isStoreAway = refusal?.code === 'counters-unavailable'
    const [status, numbers] = await Promise.all([isStoreAway ? undefined : callStatus(voiceOtp, req), voiceOtp.numbers(req).catch(() => [])])
    const waiting = req.voiceOtp?.purpose === 'enrol' ? undefined : req.voiceOtp
    const isAlive = (status?.expiresIn ?? waiting?.expiresIn ?? 0) > 0
    res.status(refusal?.status ?? 200).render('otp', {
      challenge: isAlive ? waiting : undefined,
      isOver: !isAlive && waiting !== undefined,
      status,
      numbers,
      ways: voiceOtp.ways,
      ownPhone: person(req)?.phone,
      telephone: ringing(person(req), isAlive ? waiting?.phone : undefined),
      isStepUp: !pendingUser(req),
      refusal,
    })
  }
}

/** A logged-in person has business here only if a page asked for a fresh second factor. */
const isSteppingUp = (req: Request): boolean => req.voiceOtp?.purpose === 'step-up' || req.session.returnTo !== undefined

/** Which telephone of the demo to show; `undefined`, all of them, where the mask fits two. */
function ringing(user: User | undefined, mask: string | undefined): string | undefined {
  const phones = [user?.phone, ...(user?.otherPhones ?? []).map(({ number }) => number)].filter(phone => typeof phone === 'string')
  const fitting = mask === undefined ? phones.slice(0, 1) : phones.filter(phone => masked(phone) === mask)
  return fitting.length === 1 ? fitting[0] : undefined
}
