import express, { Router, type Request, type RequestHandler, type Response } from 'express'
import type { SuccessInfo, VoiceOtpStrategy } from 'passport-voice-otp'
import { browserName } from 'passport-voice-otp/pages'
import { authenticate, type Passport } from '../auth/authenticate.js'
import { fromStore, logError } from '../middleware/errors.js'
import { field } from '../middleware/fields.js'
import { currentUser, knownUser, pendingUser, type User } from '../stores/users.js'
import { checkPassword } from './login.js'

const firstFactorRequired = { code: 'first-factor-required', message: 'Log in first.' }
const loggedIn = { code: 'logged-in', message: 'You are logged in.' }
const secondFactorRequired = {
  code: 'second-factor-required',
  message: 'Ask for a call and send the code that you hear.',
}

/** The same as the pages, as JSON for single-page apps. `handleErrors` sends the failures. */
export function apiRoutes(
  passport: Passport,
  voiceOtp: VoiceOtpStrategy<User>,
  origins: readonly string[],
): Router {
  const router = Router()
  router.use(requireOurOrigin(origins), express.json({ limit: '4kb', inflate: false }))

  router.post('/login', checkPassword(passport), (req: Request, res: Response) => {
    res.json(currentUser(req) ? loggedIn : secondFactorRequired)
  })

  router.post('/logout', (req, res, next) => {
    req.logout(error => {
      if (error) next(error)
      else res.json({ code: 'logged-out', message: 'You are logged out.' })
    })
  })

  router.get('/account', requireUser, (req, res) => res.json({ user: publicUser(req) }))

  addCodeRoutes(router, passport, voiceOtp)
  addBrowserRoutes(router, voiceOtp)
  return router
}

/** The second factor: asks for a code, and takes the code, a recovery code or another factor. */
function addCodeRoutes(router: Router, passport: Passport, voiceOtp: VoiceOtpStrategy<User>): void {
  router.get('/otp/phones', async (req, res) => {
    if (knownUser(req))
      res.json({ phones: await voiceOtp.listPhones(req), channels: voiceOtp.channels })
    else res.status(401).json(firstFactorRequired)
  })

  const choices = { channel: field('channel'), phone: field('phone') }
  router.post('/otp/call', authenticate(passport, { action: 'call', ...choices }), (req, res) =>
    res.status(202).json(req.voiceOtp),
  )

  router.get('/otp/status', voiceOtp.status())

  router.post('/otp', authenticate(passport, {}), async (req, res) => {
    const remembered = await rememberIfRequested(voiceOtp, req)
    res.json({ ...loggedIn, user: publicUser(req), remembered })
  })

  router.post('/otp/recover', authenticate(passport, { action: 'recover' }), (req, res) => {
    const { recoveryCodesLeft } = req.authInfo as SuccessInfo
    res.json({ ...loggedIn, user: publicUser(req), recoveryCodesLeft })
  })

  router.get('/otp/factors', async (req, res) => {
    if (knownUser(req)) res.json({ factors: await voiceOtp.availableFactors(req) })
    else res.status(401).json(firstFactorRequired)
  })

  router.post('/otp/passkey/begin', authenticate(passport, { action: 'begin' }, 'passkey'))
  for (const factor of ['passkey', 'app-code'])
    router.post(`/otp/${factor}`, authenticate(passport, {}, factor), (req, res) =>
      res.json({ ...loggedIn, user: publicUser(req) }),
    )
}

/** Remembered browsers and recovery codes. */
function addBrowserRoutes(router: Router, voiceOtp: VoiceOtpStrategy<User>): void {
  const { remembered } = voiceOtp
  const userId = (req: Request): string => currentUser(req)?.id ?? ''
  router.use(['/browsers', '/recovery-codes'], requireUser)

  router.get('/browsers', async (req, res) => {
    const entries = await fromStore(remembered.list(userId(req)))
    const newestFirst = [...entries].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
    const current = remembered.current(req)
    res.json({ browsers: newestFirst.map(each => ({ ...each, isThisOne: each.id === current })) })
  })

  // The next login in a browser that was forgotten needs a code.
  const forgotten = { code: 'forgotten', message: 'The browser is no longer remembered.' }
  router.delete('/browsers', async (req, res) => {
    await fromStore(remembered.revokeAll(userId(req)))
    res.json(forgotten)
  })
  router.delete('/browsers/:id', async (req, res) => {
    await fromStore(remembered.revoke(userId(req), req.params.id))
    res.json(forgotten)
  })

  router.post(
    '/recovery-codes',
    voiceOtp.requireSecondFactor({ maxAge: 300 }),
    async (req: Request, res: Response) =>
      res.json({ codes: await voiceOtp.createRecoveryCodes(req) }),
  )
}

/**
 * Remembers this browser if the JSON asks for it. Returns `undefined` if not asked, and `false` if
 * a store failed: then the next login needs a call, and this login stays valid.
 */
async function rememberIfRequested(
  { remembered }: VoiceOtpStrategy<User>,
  req: Request,
): Promise<boolean | undefined> {
  if (field('remember')(req) !== true) return undefined
  try {
    await remembered.add(req, browserName(req) ?? 'A browser')
    return true
  } catch (error) {
    logError(error, req)
    return false
  }
}

const publicUser = (req: Request) => {
  const { username, name } = currentUser(req) as User
  return { username, name }
}

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
