import { Router, type ErrorRequestHandler, type Request } from 'express'
import { failures, type VoiceOtpStrategy } from 'passport-voice-otp'
import { createAppKey, drawQrCode, stepOf } from '../auth/app-code.js'
import { authenticate, type Passport } from '../auth/authenticate.js'
import { beginRegistration, finishRegistration, type PasskeySite } from '../auth/passkeys.js'
import { fromStore } from '../middleware/errors.js'
import { fieldText } from '../middleware/fields.js'
import { check, formPage } from '../middleware/form-page.js'
import { requireFreshCode } from '../middleware/guards.js'
import type { Factors } from '../stores/factors.js'
import { type User, userOf } from '../stores/users.js'
import { redirectAfterSave, takeReturnTo } from './return-to.js'

declare module 'express-session' {
  interface SessionData {
    /** The key of an app that the user is adding. */
    newAppKey?: string
  }
}

/** Other second factors: using them, and adding and removing them. */
export function factorRoutes(
  passport: Passport,
  voiceOtp: VoiceOtpStrategy<User>,
  factors: Factors,
  site: PasskeySite,
): Router {
  return Router()
    .post('/otp/passkey/begin', authenticate(passport, { action: 'begin' }, 'passkey'))
    .use('/otp/passkey', useRoutes(passport, voiceOtp, 'passkey', site))
    .use('/otp/app-code', useRoutes(passport, voiceOtp, 'app-code', site))
    .use('/security/app-code', setUpRoutes(voiceOtp, appCodeSetUp(factors)))
    .use('/security/passkeys', setUpRoutes(voiceOtp, passkeySetUp(factors, site)))
    .post('/security/passkeys/begin', async (req, res) => {
      const { passkeys } = await fromStore(factors.of(userOf(req).id))
      res.json(await beginRegistration(req, site, userOf(req), passkeys))
    })
    .post('/security/passkeys/:id/rename', async (req, res) => {
      await fromStore(factors.renamePasskey(userOf(req).id, req.params.id, nameIn(req)))
      await redirectAfterSave('/security/passkeys', req, res)
    })
}

/** Logging in and confirming with another factor. The page of the code links to these pages. */
function useRoutes(
  passport: Passport,
  voiceOtp: VoiceOtpStrategy<User>,
  factor: string,
  site: PasskeySite,
): Router {
  const page = formPage('factor', () => ({ factor, site }))
  return Router()
    .get('/', async (req, res, next) => {
      const available = await voiceOtp.availableFactors(req)
      if (available.some(({ name }) => name === factor)) await page.show(req, res, next)
      else res.redirect(303, '/otp')
    })
    .post('/', authenticate(passport, {}, factor), (req, res) =>
      redirectAfterSave(takeReturnTo(req), req, res),
    )
    .use(page.onFailure)
}

type Save = () => Promise<void>

/** How a user adds and removes one kind of factor. */
interface FactorSetUp {
  readonly factor: string
  readonly path: string
  readonly view: string
  readonly dataOf: (req: Request) => Promise<object>
  /** Checks what the user sent. Returns the function that stores the new factor. */
  readonly prepare: (req: Request) => Save | Promise<Save>
  readonly removePath: string
  readonly remove: (req: Request) => void | Promise<void>
  readonly added: string
  readonly removed: string
}

function setUpRoutes(voiceOtp: VoiceOtpStrategy<User>, setUp: FactorSetUp): Router {
  const { factor, path, prepare, remove } = setUp
  const page = formPage(setUp.view, setUp.dataOf)
  return Router()
    .use(requireFreshCode(voiceOtp, path))
    .get('/', page.show)
    .post('/', async (req, res) => {
      await voiceOtp.changeFactor(req, factor, 'add', await prepare(req))
      await redirectAfterSave(path, req, res, setUp.added)
    })
    .post(setUp.removePath, async (req, res) => {
      await voiceOtp.changeFactor(req, factor, 'remove', () => remove(req))
      await redirectAfterSave(path, req, res, setUp.removed)
    })
    .use(confirmFirst, page.onFailure)
}

const passkeySetUp = (factors: Factors, site: PasskeySite): FactorSetUp => ({
  factor: 'passkey',
  path: '/security/passkeys',
  view: 'passkeys',
  dataOf: async req => {
    const { passkeys } = await fromStore(factors.of(userOf(req).id))
    return { passkeys, site }
  },
  prepare: async req => {
    const passkey = await finishRegistration(req, site, nameIn(req)).catch(() => undefined)
    check(passkey !== undefined, 'This was not accepted. Try again.', 401)
    return () => factors.addPasskey(userOf(req).id, passkey)
  },
  removePath: '/:id/remove',
  remove: req => factors.removePasskey(userOf(req).id, String(req.params['id'])),
  added: 'The passkey was added.',
  removed: 'The passkey was removed.',
})

const nameIn = (req: Request): string => fieldText('name', req).slice(0, 40) || 'Passkey'

/** A user without an app gets a key, and its picture. */
const appCodeSetUp = (factors: Factors): FactorSetUp => ({
  factor: 'app-code',
  path: '/security/app-code',
  view: 'app-code',
  dataOf: async req => {
    const { id, username } = userOf(req)
    const { appKey } = await fromStore(factors.of(id))
    if (appKey !== undefined) return {}
    const key = (req.session.newAppKey ??= createAppKey())
    return { key, picture: await drawQrCode(key, username) }
  },
  prepare: req => {
    const { newAppKey: key = createAppKey() } = req.session
    const step = stepOf(key, fieldText('code', req))
    check(step !== undefined, 'This code is wrong. Try the next one.', 401)
    return async () => {
      await factors.addAppKey(userOf(req).id, key, step)
      delete req.session.newAppKey
    }
  },
  removePath: '/remove',
  remove: req => factors.removeAppKey(userOf(req).id),
  added: 'App codes are set up.',
  removed: 'App codes were removed.',
})

/** Asks for the passkey first, if only a passkey may change the factors. */
const confirmFirst: ErrorRequestHandler = async (error: unknown, req, res, next) => {
  const { code } = Object(error) as { readonly code?: unknown }
  if (code !== 'phishing-resistant-required') {
    next(error)
    return
  }
  req.session.returnTo = req.baseUrl
  await redirectAfterSave('/otp/passkey', req, res, failures['phishing-resistant-required'].message)
}
