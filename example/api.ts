import express, { Router, type RequestHandler } from 'express'
import type { SuccessInfo, VoiceOtpStrategy } from 'passport-voice-otp'
import { browsersOf, forgetBrowsers, rememberIfWished } from './browsers.js'
import { firstFactor } from './login.js'
import { field, secondFactor, type Passport, type WhenRefused } from './second-factor.js'
import { currentUser, pendingUser, person, type User } from './users.js'

const firstFactorNext = { code: 'first-factor-required', message: 'Log in first.' }
const loggedIn = { code: 'logged-in', message: 'You are logged in.' }
const secondFactorNext = {
  code: 'second-factor-required',
  message: 'Ask for a call and send the code that you hear.',
}
const forgotten = { code: 'forgotten', message: 'It is remembered no more.' }
const refuse: WhenRefused = ({ status, ...failure }, _req, res) => res.status(status).json(failure)

/** The same as JSON, for single-page apps. */
export function api(
  passport: Passport,
  voiceOtp: VoiceOtpStrategy<User>,
  origins: readonly string[],
): Router {
  const router = Router()
  router.use(fromOurPages(origins))
  router.use(express.json({ limit: '4kb', inflate: false }))

  router.post('/login', firstFactor(passport, refuse), (req, res) => {
    res.json(currentUser(req) ? loggedIn : secondFactorNext)
  })

  router.get('/otp/phones', async (req, res) => {
    if (person(req))
      res.json({ phones: await voiceOtp.listPhones(req), channels: voiceOtp.channels })
    else res.status(401).json(firstFactorNext)
  })

  router.post(
    '/otp/call',
    secondFactor(
      passport,
      { action: 'call', channel: field('channel'), phone: field('phone') },
      refuse,
    ),
    (req, res) => {
      res.status(202).json(req.voiceOtp)
    },
  )

  router.get('/otp/status', voiceOtp.status())

  router.post('/otp', secondFactor(passport, {}, refuse), async (req, res) => {
    res.json({
      ...loggedIn,
      user: publicPart(currentUser(req)),
      remembered: await rememberIfWished(voiceOtp, req),
    })
  })

  router.post('/otp/recover', secondFactor(passport, { action: 'recover' }, refuse), (req, res) => {
    const { recoveryCodesLeft } = req.authInfo as SuccessInfo
    res.json({ ...loggedIn, user: publicPart(currentUser(req)), recoveryCodesLeft })
  })

  router.get('/account', bothFactors, (req, res) => {
    res.json({ user: publicPart(currentUser(req)) })
  })

  router.get('/browsers', bothFactors, async (req, res) => {
    res.json({ browsers: await browsersOf(voiceOtp, req) })
  })

  router.delete(['/browsers', '/browsers/:id'], bothFactors, async (req, res) => {
    await forgetBrowsers(voiceOtp, req, req.params['id'] as string | undefined)
    res.json(forgotten)
  })

  router.post(
    '/recovery-codes',
    bothFactors,
    voiceOtp.requireSecondFactor({ maxAge: 300 }),
    async (req, res) => {
      res.json({ codes: await voiceOtp.createRecoveryCodes(req) })
    },
  )

  router.post('/logout', (req, res, next) => {
    req.logout(error => {
      if (error) next(error)
      else res.json({ code: 'logged-out', message: 'You are logged out.' })
    })
  })

  return router
}

const publicPart = (user: User | undefined) => user && { username: user.username, name: user.name }

const bothFactors: RequestHandler = (req, res, next) => {
  if (currentUser(req)) next()
  else res.status(401).json(pendingUser(req) ? secondFactorNext : firstFactorNext)
}

/**
 * In place of a CSRF token: no page of another site can send JSON here without asking first (CORS, which we never
 * grant), and browsers write the `Origin` themselves. `Host` has no say, since whoever rebinds a name in DNS chooses it.
 */
function fromOurPages(origins: readonly string[]): RequestHandler {
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
