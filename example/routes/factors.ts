import { Router, type ErrorRequestHandler, type Request } from 'express'
import { failures, type VoiceOtpStrategy } from 'passport-voice-otp'
import { createAppKey, drawQrCode, stepOf } from '../auth/app-code.js'
import { authenticate, type Passport } from '../auth/authenticate.js'
import { beginRegistration, finishRegistration, type PasskeySite } from '../auth/passkeys.js'
import { Failed, fromStore, showFailure, type ShowFailure } from '../middleware/errors.js'
import { fieldText } from '../middleware/fields.js'
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
    const page = `/otp/${factor}`
    router.get(page, async (req, res) => {
      const available = knownUser(req) && (await voiceOtp.availableFactors(req))
      if (available?.some(({ name }) => name === factor))
        res.render('factor', { factor, site, failure: undefined })
      else res.redirect(303, available ? '/otp' : '/login')
    })
    router.post(page, authenticate(passport, {}, factor), (req, res) =>
      redirectAfterSave(takeReturnTo(req), req, res),
    )
    const show: ShowFailure = (failure, _req, res) =>
      res.status(failure.status).render('factor', { factor, site, failure })
    router.use(page, showFailure(show))
  }
  router.post('/otp/passkey/begin', authenticate(passport, { action: 'begin' }, 'passkey'))
  return router
}

function passkeyRoutes(
  voiceOtp: VoiceOtpStrategy<User>,
  factors: Factors,
  site: PasskeySite,
): Router {
  const page = '/security/passkeys'
  const router = Router()
  router.use(requireFreshCode(voiceOtp, page))

  const dataOf = async (req: Request) => {
    const { passkeys } = await fromStore(factors.of(userOf(req).id))
    return { passkeys, site }
  }
  router.get('/', async (req, res) =>
    res.render('passkeys', { ...(await dataOf(req)), failure: undefined }),
  )

  router.post('/begin', async (req, res) => {
    const { passkeys } = await dataOf(req)
    res.json(await beginRegistration(req, site, userOf(req), passkeys))
  })

  router.post('/', async (req, res) => {
    const name = fieldText('name', req).slice(0, 40) || 'Passkey'
    const passkey = await finishRegistration(req, site, name)
    if (passkey === undefined)
      throw new Failed({ code: 'factor-wrong', ...failures['factor-wrong'] })
    const add = () => factors.addPasskey(userOf(req).id, passkey)
    await voiceOtp.changeFactor(req, 'passkey', 'add', add)
    await redirectAfterSave(page, req, res, `The passkey “${name}” was added.`)
  })

  router.post('/:id/rename', async (req, res) => {
    const name = fieldText('name', req).slice(0, 40)
    if (name !== '') await fromStore(factors.renamePasskey(userOf(req).id, req.params.id, name))
    await redirectAfterSave(page, req, res)
  })

  router.post('/:id/remove', async (req, res) => {
    const remove = () => factors.removePasskey(userOf(req).id, req.params.id)
    await voiceOtp.changeFactor(req, 'passkey', 'remove', remove)
    await redirectAfterSave(page, req, res, 'The passkey was removed.')
  })

  const show: ShowFailure = async (failure, req, res) =>
    res.status(failure.status).render('passkeys', { ...(await dataOf(req)), failure })
  router.use(confirmFirst, showFailure(show))
  return router
}

function appCodeRoutes(voiceOtp: VoiceOtpStrategy<User>, factors: Factors): Router {
  const page = '/security/app-code'
  const router = Router()
  router.use(requireFreshCode(voiceOtp, page))

  /** A user without an app gets a key, and its picture. */
  const dataOf = async (req: Request) => {
    const { id, username } = userOf(req)
    const { appKey } = await fromStore(factors.of(id))
    if (appKey !== undefined) return { key: undefined, picture: undefined }
    const key = (req.session.newAppKey ??= createAppKey())
    return { key, picture: await drawQrCode(key, username) }
  }
  router.get('/', async (req, res) =>
    res.render('app-code', { ...(await dataOf(req)), failure: undefined }),
  )

  router.post('/', async (req, res) => {
    const { newAppKey: key = createAppKey() } = req.session
    const step = stepOf(key, fieldText('code', req))
    if (step === undefined)
      throw new Failed({
        code: 'factor-wrong',
        message: 'This code is wrong. Try the next one.',
        status: 401,
      })
    const add = () => factors.addAppKey(userOf(req).id, key, step)
    await voiceOtp.changeFactor(req, 'app-code', 'add', add)
    delete req.session.newAppKey
    await redirectAfterSave(page, req, res, 'App codes are set up.')
  })

  router.post('/remove', async (req, res) => {
    const remove = () => factors.removeAppKey(userOf(req).id)
    await voiceOtp.changeFactor(req, 'app-code', 'remove', remove)
    await redirectAfterSave(page, req, res, 'App codes were removed.')
  })

  const show: ShowFailure = async (failure, req, res) =>
    res.status(failure.status).render('app-code', { ...(await dataOf(req)), failure })
  router.use(confirmFirst, showFailure(show))
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
