import express, { Router, type Request, type RequestHandler, type Response } from 'express'
import { failures, type SuccessInfo, type VoiceOtpStrategy } from 'passport-voice-otp'
import { browserName } from 'passport-voice-otp/pages'
import { authenticate, type Passport } from '../auth/authenticate.js'
import { Failed, logError } from '../middleware/errors.js'
import { field } from '../middleware/fields.js'
import { currentUser, knownUser, type User, userOf } from '../stores/users.js'
import { checkPassword, logOut } from './login.js'

const codeRequired = {
  code: 'second-factor-required',
  message: 'Ask for a call and send the code that you hear.',
}
const loggedIn = { code: 'logged-in', message: 'You are logged in.' }
const loggedOut = { code: 'logged-out', message: 'You are logged out.' }
// The next login in a browser that was forgotten needs a code.
const forgotten = { code: 'forgotten', message: 'The browser is no longer remembered.' }

const originForbidden = {
  status: 403,
  code: 'origin-forbidden',
  message: 'Send Content-Type: application/json and the Origin of this site.',
}

/** The same as the pages, as JSON for single-page apps. `handleErrors` sends the failures. */
export const apiRoutes = (
  passport: Passport,
  voiceOtp: VoiceOtpStrategy<User>,
  origins: readonly string[],
): Router =>
  Router()
    .use(requireOurOrigin(origins), express.json({ limit: '4kb', inflate: false }))
    .post('/login', ...checkPassword(passport), (req, res) => {
      res.json(currentUser(req) ? loggedIn : codeRequired)
    })
    .post('/logout', logOut, (_req, res) => res.json(loggedOut))
    .use('/otp', codeRoutes(passport, voiceOtp))
    .use(
      ['/account', '/browsers', '/recovery-codes'],
      requireFirstFactor,
      voiceOtp.requireSecondFactor(),
    )
    .use(accountRoutes(voiceOtp))

/** The second factor: asks for a code, and takes the code, a recovery code or another factor. */
function codeRoutes(passport: Passport, voiceOtp: VoiceOtpStrategy<User>): Router {
  const choices = { channel: field('channel'), phone: field('phone') }
  return Router()
    .get('/status', voiceOtp.status())
    .get('/phones', requireFirstFactor, async (req, res) => {
      res.json({ phones: await voiceOtp.listPhones(req), channels: voiceOtp.channels })
    })
    .get('/factors', requireFirstFactor, async (req, res) => {
      res.json({ factors: await voiceOtp.availableFactors(req) })
    })
    .post('/call', authenticate(passport, { action: 'call', ...choices }), (req, res) => {
      res.status(202).json(req.voiceOtp)
    })
    .post('/', authenticate(passport, {}), rememberIfRequested(voiceOtp), sendUser)
    .post('/recover', authenticate(passport, { action: 'recover' }), sendUser)
    .post('/passkey/begin', authenticate(passport, { action: 'begin' }, 'passkey'))
    .post('/passkey', authenticate(passport, {}, 'passkey'), sendUser)
    .post('/app-code', authenticate(passport, {}, 'app-code'), sendUser)
}

/** What needs both factors: the account, its remembered browsers and its recovery codes. */
function accountRoutes(voiceOtp: VoiceOtpStrategy<User>): Router {
  const { remembered } = voiceOtp
  return Router()
    .get('/account', (req, res) => res.json({ user: publicUser(req) }))
    .get('/browsers', async (req, res) => {
      const current = remembered.current(req)
      const browsers = await remembered.list(userOf(req).id)
      res.json({ browsers: browsers.map(each => ({ ...each, isThisOne: each.id === current })) })
    })
    .delete('/browsers', async (req, res) => {
      await remembered.revokeAll(userOf(req).id)
      res.json(forgotten)
    })
    .delete('/browsers/:id', async (req, res) => {
      await remembered.revoke(userOf(req).id, req.params.id)
      res.json(forgotten)
    })
    .post(
      '/recovery-codes',
      voiceOtp.requireSecondFactor({ maxAge: 300 }),
      async (req: Request, res: Response) => {
        res.json({ codes: await voiceOtp.createRecoveryCodes(req) })
      },
    )
}

/**
 * Remembers this browser if the JSON asks for it. If a store fails, the next login needs a call,
 * and this login stays valid.
 */
const rememberIfRequested =
  ({ remembered }: VoiceOtpStrategy<User>): RequestHandler =>
  async (req, res, next) => {
    try {
      if (field('remember')(req) === true) {
        await remembered.add(req, browserName(req) ?? 'A browser')
        res.locals['remembered'] = true
      }
    } catch (error) {
      logError(error, req)
      res.locals['remembered'] = false
    }
    next()
  }

const publicUser = (req: Request) => {
  const { username, name } = userOf(req)
  return { username, name }
}

/** Says who has logged in, and how many recovery codes are left after one was used. */
const sendUser: RequestHandler = (req, res) => {
  const { recoveryCodesLeft } = req.authInfo as SuccessInfo
  const remembered: unknown = res.locals['remembered']
  res.json({ ...loggedIn, user: publicUser(req), recoveryCodesLeft, remembered })
}

const requireFirstFactor: RequestHandler = (req, _res, next) => {
  const code = 'first-factor-required'
  if (!knownUser(req)) throw new Failed({ code, ...failures[code] })
  next()
}

/**
 * Replaces the CSRF token. A page of another site can send JSON only after a CORS preflight, which
 * this app never grants, and browsers set `Origin` themselves. `Host` does not count: in a DNS
 * rebinding attack, the attacker chooses its value.
 */
const requireOurOrigin =
  (origins: readonly string[]): RequestHandler =>
  (req, _res, next) => {
    const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
    const isOurs = type === 'application/json' && origins.includes(req.headers.origin ?? '')
    if (!isOurs && req.method !== 'GET' && req.method !== 'HEAD') throw new Failed(originForbidden)
    next()
  }
