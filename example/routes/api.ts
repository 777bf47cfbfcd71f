import express, { Router, type Request, type RequestHandler, type Response } from 'express'
import { failures, type SuccessInfo, type VoiceOtpStrategy } from 'passport-voice-otp'
import { browserName } from 'passport-voice-otp/pages'
import { authenticate, type Passport } from '../auth/authenticate.js'
import { logError } from '../middleware/errors.js'
import { field } from '../middleware/fields.js'
import { requireThat } from '../middleware/guards.js'
import { knownUser, type User, userOf } from '../stores/users.js'
import { checkPassword, logOut } from './login.js'

const loggedIn = { code: 'logged-in', message: 'You are logged in.' }
const codeRequired = {
  code: 'second-factor-required',
  message: 'Ask for a call and send the code that you hear.',
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
      res.json(req.user ? loggedIn : codeRequired)
    })
    .post('/logout', logOut, (_req, res) => {
      res.json({ code: 'logged-out', message: 'You are logged out.' })
    })
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
    .post('/', authenticate(passport, {}), async (req, res) => {
      const remembered = await rememberIfRequested(voiceOtp, req)
      res.json({ ...describeLogin(req), remembered })
    })
    .post('/recover', authenticate(passport, { action: 'recover' }), sendLogin)
    .post('/passkey/begin', authenticate(passport, { action: 'begin' }, 'passkey'))
    .post('/passkey', authenticate(passport, {}, 'passkey'), sendLogin)
    .post('/app-code', authenticate(passport, {}, 'app-code'), sendLogin)
}

/** What needs both factors: the account, its remembered browsers and its recovery codes. */
function accountRoutes(voiceOtp: VoiceOtpStrategy<User>): Router {
  const { remembered } = voiceOtp
  // The next login in a browser that was forgotten needs a code.
  const forgotten = { code: 'forgotten', message: 'The browser is no longer remembered.' }
  return Router()
    .get('/account', (req, res) => {
      res.json({ user: publicUser(userOf(req)) })
    })
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
 * Remembers this browser if the JSON asks for it, and returns whether that worked. If a store
 * fails, the next login needs a call, and this login stays valid.
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

const publicUser = ({ username, name }: User) => ({ username, name })

/** Who has logged in, and how many recovery codes are left after one was used. */
const describeLogin = (req: Request) => {
  const { recoveryCodesLeft } = req.authInfo as SuccessInfo
  return { ...loggedIn, user: publicUser(userOf(req)), recoveryCodesLeft }
}

const sendLogin: RequestHandler = (req, res) => res.json(describeLogin(req))

const requireFirstFactor = requireThat(req => knownUser(req) !== undefined, {
  code: 'first-factor-required',
  ...failures['first-factor-required'],
})

/**
 * Replaces the CSRF token. A page of another site can send JSON only after a CORS preflight, which
 * this app never grants, and browsers set `Origin` themselves. `Host` does not count: in a DNS
 * rebinding attack, the attacker chooses its value.
 */
const requireOurOrigin = (origins: readonly string[]): RequestHandler =>
  requireThat(
    ({ method, headers }) =>
      method === 'GET' ||
      method === 'HEAD' ||
      (isJson.test(headers['content-type'] ?? '') && origins.includes(headers.origin ?? '')),
    {
      status: 403,
      code: 'origin-forbidden',
      message: 'Send Content-Type: application/json and the Origin of this site.',
    },
  )

const isJson = /^application\/json\s*(;|$)/i
