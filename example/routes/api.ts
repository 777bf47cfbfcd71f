import express, { Router, type RequestHandler } from 'express'
import type { SuccessInfo, VoiceOtpStrategy } from 'passport-voice-otp'
import { authenticate, field, type OnFailure, type Passport } from '../auth/authenticate.js'
import { forgetBrowsers, listBrowsers, rememberIfRequested } from '../auth/remembered-browsers.js'
import { currentUser, knownUser, pendingUser, type User } from '../stores/users.js'
import { checkPassword } from './login.js'

const firstFactorRequired = { code: 'first-factor-required', message: 'Log in first.' }
const loggedIn = { code: 'logged-in', message: 'You are logged in.' }
const secondFactorRequired = {
  code: 'second-factor-required',
  message: 'Ask for a call and send the code that you hear.',
}
const forgotten = { code: 'forgotten', message: 'The browser is no longer remembered.' }

const sendFailure: OnFailure = ({ status, ...failure }, _req, res) =>
  res.status(status).json(failure)

/** The same as the pages, as JSON for single-page apps. */
export function apiRoutes(
  passport: Passport,
  voiceOtp: VoiceOtpStrategy<User>,
  origins: readonly string[],
): Router {
  const router = Router()
  router.use(requireOurOrigin(origins))
  router.use(express.json({ limit: '4kb', inflate: false }))

  router.post('/login', checkPassword(passport, sendFailure), (req, res) => {
    res.json(currentUser(req) ? loggedIn : secondFactorRequired)
  })

  router.post('/logout', (req, res, next) => {
    req.logout(error => {
      if (error) next(error)
      else res.json({ code: 'logged-out', message: 'You are logged out.' })
    })
  })

  router.get('/account', requireUser, (req, res) => {
    res.json({ user: publicUser(currentUser(req)) })
  })

  addCodeRoutes(router, passport, voiceOtp)
  addBrowserRoutes(router, voiceOtp)
  return router
}

/** The second factor: asks for a code, and takes the code or a recovery code. */
function addCodeRoutes(router: Router, passport: Passport, voiceOtp: VoiceOtpStrategy<User>): void {
  router.get('/otp/phones', async (req, res) => {
    if (knownUser(req))
      res.json({ phones: await voiceOtp.listPhones(req), channels: voiceOtp.channels })
    else res.status(401).json(firstFactorRequired)
  })

  router.post(
    '/otp/call',
    authenticate(
      passport,
      { action: 'call', channel: field('channel'), phone: field('phone') },
      sendFailure,
    ),
    (req, res) => {
      res.status(202).json(req.voiceOtp)
    },
  )

  router.get('/otp/status', voiceOtp.status())

  router.post('/otp', authenticate(passport, {}, sendFailure), async (req, res) => {
    res.json({
      ...loggedIn,
      user: publicUser(currentUser(req)),
      remembered: await rememberIfRequested(voiceOtp, req),
    })
  })

  router.post(
    '/otp/recover',
    authenticate(passport, { action: 'recover' }, sendFailure),
    (req, res) => {
      const { recoveryCodesLeft } = req.authInfo as SuccessInfo
      res.json({ ...loggedIn, user: publicUser(currentUser(req)), recoveryCodesLeft })
    },
  )
}

/** Remembered browsers and recovery codes. */
function addBrowserRoutes(router: Router, voiceOtp: VoiceOtpStrategy<User>): void {
  router.get('/browsers', requireUser, async (req, res) => {
    res.json({ browsers: await listBrowsers(voiceOtp, req) })
  })

  router.delete(['/browsers', '/browsers/:id'], requireUser, async (req, res) => {
    await forgetBrowsers(voiceOtp, req, req.params['id'] as string | undefined)
    res.json(forgotten)
  })

  router.post(
    '/recovery-codes',
    requireUser,
    voiceOtp.requireSecondFactor({ maxAge: 300 }),
    async (req, res) => {
      res.json({ codes: await voiceOtp.createRecoveryCodes(req) })
    },
  )
}

const publicUser = (user: User | undefined) => user && { username: user.username, name: user.name }

const requireUser: RequestHandler = (req, res, next) => {
  if (currentUser(req)) next()
  else res.status(401).json(pendingUser(req) ? secondFactorRequired : firstFactorRequired)
}

/**
 * Replaces the CSRF token. A page of another site can send JSON only after a CORS preflight, which
 * this app never grants, and browsers set `Origin` themselves. `Host` does not count: in a DNS
 * rebinding attack, the attacker chooses its value.
 */
function requireOurOrigin(origins: readonly string[]): RequestHandler {
  return (req, res, next) => {
    const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
    const isOurs = type === 'application/json' && origins.includes(req.headers.origin ?? '')
    if (isOurs || req.method === 'GET' || req.method === 'HEAD') next()
    else
      res.status(403).json({
        code: 'origin-forbidden',
        message: 'Send Content-Type: application/json and the Origin of this site.',
      })
  }
}
