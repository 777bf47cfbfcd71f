import { Router, type NextFunction, type Request, type Response } from 'express'
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
    .use('/security/passkeys', passkeyRoutes(voiceOtp, factors, site))
    .use('/security/app-code', appCodeRoutes(voiceOtp, factors))
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

/** The passkeys of a user: listed, added, renamed and removed. */
function passkeyRoutes(
  voiceOtp: VoiceOtpStrategy<User>,
  factors: Factors,
  site: PasskeySite,
): Router {
  const path = '/security/passkeys'
  const passkeysOf = async (req: Request) => (await fromStore(factors.of(userOf(req).id))).passkeys
  const page = formPage('passkeys', async req => ({ passkeys: await passkeysOf(req), site }))
  return Router()
    .use(requireFreshCode(voiceOtp, path))
    .get('/', page.show)
    .post('/begin', async req => beginRegistration(req, site, userOf(req), await passkeysOf(req)))
    .post('/', async (req, res) => {
      const passkey = await finishRegistration(req, site, nameIn(req)).catch(() => undefined)
      check(passkey !== undefined, 'This was not accepted. Try again.', 401)
      await voiceOtp.changeFactor(req, 'passkey', 'add', () =>
        factors.addPasskey(userOf(req).id, passkey),
      )
      await redirectAfterSave(path, req, res, 'The passkey was added.')
    })
    .post('/:id/rename', async (req, res) => {
      await fromStore(factors.renamePasskey(userOf(req).id, req.params.id, nameIn(req)))
      await redirectAfterSave(path, req, res)
    })
    .post('/:id/remove', async (req, res) => {
      await voiceOtp.changeFactor(req, 'passkey', 'remove', () =>
        factors.removePasskey(userOf(req).id, req.params.id),
      )
      await redirectAfterSave(path, req, res, 'The passkey was removed.')
    })
    .use(confirmFirst, page.onFailure)
}

/** What the user calls a passkey. */
function nameIn(req: Request): string {
  return fieldText('name', req).slice(0, 40) || 'Passkey'
}

/** Asks for the passkey first, if only a passkey may change the factors. */
async function confirmFirst(error: unknown, req: Request, res: Response, next: NextFunction) {
  const { code } = Object(error) as { readonly code?: unknown }
  if (code === 'phishing-resistant-required') {
    req.session.returnTo = req.baseUrl
    await redirectAfterSave('/otp/passkey', req, res, failures[code].message)
  } else next(error)
}

/** The app for codes of a user: set up and removed. A user without one gets a key as a picture. */
function appCodeRoutes(voiceOtp: VoiceOtpStrategy<User>, factors: Factors): Router {
  const path = '/security/app-code'
  const page = formPage('app-code', async req => {
    const { appKey } = await fromStore(factors.of(userOf(req).id))
    if (appKey !== undefined) return {}
    const key = (req.session.newAppKey ??= createAppKey())
    return { key, picture: await drawQrCode(key, userOf(req).username) }
  })
  return Router()
    .use(requireFreshCode(voiceOtp, path))
    .get('/', page.show)
    .post('/', async (req, res) => {
      const { newAppKey: key = createAppKey() } = req.session
      const step = stepOf(key, fieldText('code', req))
      check(step > 0, 'This code is wrong. Try the next one.', 401)
      await voiceOtp.changeFactor(req, 'app-code', 'add', () =>
        factors.addAppKey(userOf(req).id, key, step),
      )
      delete req.session.newAppKey
      await redirectAfterSave(path, req, res, 'App codes are set up.')
    })
    .post('/remove', async (req, res) => {
      await voiceOtp.changeFactor(req, 'app-code', 'remove', () =>
        factors.removeAppKey(userOf(req).id),
      )
      await redirectAfterSave(path, req, res, 'App codes were removed.')
    })
    .use(page.onFailure)
}
