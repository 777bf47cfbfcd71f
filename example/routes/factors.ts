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
import { currentUser, knownUser, type User } from '../stores/users.js'
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
  const router = Router()
  router.use(useRoutes(passport, voiceOtp, site))
  router.use('/security/passkeys', passkeyRoutes(voiceOtp, factors, site))
  router.use('/security/app-code', appCodeRoutes(voiceOtp, factors))
  return router
}

/** Logging in and confirming with another factor. The page of the code links to these pages. */
function useRoutes(
  passport: Passport,
  voiceOtp: VoiceOtpStrategy<User>,
  site: PasskeySite,
): Router {
  const router = Router()
  for (const factor of ['passkey', 'app-code']) {
    const page = formPage('factor', () => ({ factor, site }))
    router.get(`/otp/${factor}`, async (req, res, next) => {
      const available = knownUser(req) && (await voiceOtp.availableFactors(req))
      if (available?.some(({ name }) => name === factor)) await page.show(req, res, next)
      else res.redirect(303, available ? '/otp' : '/login')
    })
    router.post(`/otp/${factor}`, authenticate(passport, {}, factor), (req, res) =>
      redirectAfterSave(takeReturnTo(req), req, res),
    )
    router.use(`/otp/${factor}`, page.onFailure)
  }
  router.post('/otp/passkey/begin', authenticate(passport, { action: 'begin' }, 'passkey'))
  return router
}

function passkeyRoutes(
  voiceOtp: VoiceOtpStrategy<User>,
  factors: Factors,
  site: PasskeySite,
): Router {
  const path = '/security/passkeys'
  const router = Router()
  router.use(requireFreshCode(voiceOtp, path))

  const page = formPage('passkeys', async req => {
    const { passkeys } = await fromStore(factors.of(userOf(req).id))
    return { passkeys, site }
  })
  router.get('/', page.show)

  router.post('/begin', async (req, res) => {
    const { passkeys } = await fromStore(factors.of(userOf(req).id))
    res.json(await beginRegistration(req, site, userOf(req), passkeys))
  })

  router.post('/', async (req, res) => {
    const name = fieldText('name', req).slice(0, 40) || 'Passkey'
    const passkey = await finishRegistration(req, site, name)
    check(passkey !== undefined, 'This was not accepted. Try again.', 401)
    const add = () => factors.addPasskey(userOf(req).id, passkey)
    await voiceOtp.changeFactor(req, 'passkey', 'add', add)
    await redirectAfterSave(path, req, res, `The passkey “${name}” was added.`)
  })

  router.post('/:id/rename', async (req, res) => {
    const name = fieldText('name', req).slice(0, 40)
    if (name !== '') await fromStore(factors.renamePasskey(userOf(req).id, req.params.id, name))
    await redirectAfterSave(path, req, res)
  })

  router.post('/:id/remove', async (req, res) => {
    const remove = () => factors.removePasskey(userOf(req).id, req.params.id)
    await voiceOtp.changeFactor(req, 'passkey', 'remove', remove)
    await redirectAfterSave(path, req, res, 'The passkey was removed.')
  })

  router.use(confirmFirst, page.onFailure)
  return router
}

function appCodeRoutes(voiceOtp: VoiceOtpStrategy<User>, factors: Factors): Router {
  const path = '/security/app-code'
  const router = Router()
  router.use(requireFreshCode(voiceOtp, path))

  // A user without an app gets a key, and its picture.
  const page = formPage('app-code', async req => {
    const { id, username } = userOf(req)
    const { appKey } = await fromStore(factors.of(id))
    if (appKey !== undefined) return { key: undefined, picture: undefined }
    const key = (req.session.newAppKey ??= createAppKey())
    return { key, picture: await drawQrCode(key, username) }
  })
  router.get('/', page.show)

  router.post('/', async (req, res) => {
    const { newAppKey: key = createAppKey() } = req.session
    const step = stepOf(key, fieldText('code', req))
    check(step !== undefined, 'This code is wrong. Try the next one.', 401)
    const add = () => factors.addAppKey(userOf(req).id, key, step)
    await voiceOtp.changeFactor(req, 'app-code', 'add', add)
    delete req.session.newAppKey
    await redirectAfterSave(path, req, res, 'App codes are set up.')
  })

  router.post('/remove', async (req, res) => {
    const remove = () => factors.removeAppKey(userOf(req).id)
    await voiceOtp.changeFactor(req, 'app-code', 'remove', remove)
    await redirectAfterSave(path, req, res, 'App codes were removed.')
  })

  router.use(confirmFirst, page.onFailure)
  return router
}

/** The user behind `requireFreshCode`. */
const userOf = (req: Request): User => currentUser(req) as User

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
