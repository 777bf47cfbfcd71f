import {
  Router,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import { failures, type VoiceOtpStrategy } from 'passport-voice-otp'
import { createAppKey, drawQrCode, stepOf } from '../auth/app-code.js'
import {
  authenticate,
  fieldText,
  type Failure,
  onPage,
  type Passport,
} from '../auth/authenticate.js'
import { beginRegistration, finishRegistration, type PasskeySite } from '../auth/passkeys.js'
import { requireFreshCode } from '../middleware/guards.js'
import { fromStore } from '../middleware/errors.js'
import type { Factors } from '../stores/factors.js'
import { currentUser, knownUser, type User } from '../stores/users.js'
import { redirectAfterSave, takeReturnTo } from './return-to.js'

declare module 'express-session' {
  interface SessionData {
    /** The key of an app that the user is adding. */
    newAppKey?: string
  }
}

const notAccepted: Failure = {
  code: 'factor-wrong',
  message: 'This was not accepted. Try again.',
  status: 401,
}

/** Express 4 does not catch the rejection of a promise. */
const handle =
  (work: (req: Request, res: Response, next: NextFunction) => Promise<void>): RequestHandler =>
  (req, res, next) => {
    work(req, res, next).catch(next)
  }

/** The user behind `requireFreshCode`. */
const userOf = (req: Request): User => {
  const user = currentUser(req)
  if (user === undefined) throw new Error('This route needs requireFreshCode().')
  return user
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

/** Logging in and confirming with another factor. */
function useRoutes(
  passport: Passport,
  voiceOtp: VoiceOtpStrategy<User>,
  site: PasskeySite,
): Router {
  const router = Router()
  const hasFactor = async (req: Request, name: string): Promise<boolean> =>
    (await voiceOtp.availableFactors(req)).some(each => each.name === name)
  const showFactor =
    (factor: 'passkey' | 'app-code') =>
    (failure: Failure | undefined, _req: Request, res: Response): void => {
      res.status(failure?.status ?? 200).render('factor', { factor, failure, site })
    }
  const finish: RequestHandler = (req, res, next) => {
    redirectAfterSave(takeReturnTo(req), req, res, next)
  }

  // The page of the code links to these pages.
  for (const name of ['passkey', 'app-code'] as const) {
    router.get(
      `/otp/${name}`,
      handle(async (req, res) => {
        if (knownUser(req) === undefined) res.redirect(303, '/login')
        else if (await hasFactor(req, name)) showFactor(name)(undefined, req, res)
        else res.redirect(303, '/otp')
      }),
    )
  }

  router.post(
    '/otp/app-code',
    authenticate(passport, {}, onPage(showFactor('app-code')), undefined, 'app-code'),
    finish,
  )

  router.post(
    '/otp/passkey/begin',
    authenticate(
      passport,
      { action: 'begin' },
      ({ code, message, status }, _req, res) => res.status(status).json({ code, message }),
      undefined,
      'passkey',
    ),
  )
  router.post(
    '/otp/passkey',
    authenticate(passport, {}, onPage(showFactor('passkey')), undefined, 'passkey'),
    finish,
  )
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
  const show = async (req: Request, res: Response, failure?: Failure): Promise<void> => {
    const { passkeys } = await fromStore(factors.of(userOf(req).id))
    res.status(failure?.status ?? 200).render('passkeys', { passkeys, failure, site })
  }

  router.get(
    '/',
    handle((req, res) => show(req, res)),
  )

  router.post(
    '/begin',
    handle(async (req, res) => {
      const user = userOf(req)
      const { passkeys } = await fromStore(factors.of(user.id))
      res.json(await beginRegistration(req, site, user, passkeys))
    }),
  )

  router.post(
    '/',
    handle(async (req, res, next) => {
      const name = fieldText('name', req).slice(0, 40) || 'Passkey'
      const passkey = await finishRegistration(req, site, name)
      if (passkey === undefined) return show(req, res, notAccepted)
      const { id } = userOf(req)
      const add = () => factors.addPasskey(id, passkey)
      await voiceOtp.changeFactor(req, 'passkey', 'add', add)
      finishChange(page, `The passkey “${name}” was added.`, req, res, next)
    }),
    confirmFirst(page),
  )

  router.post(
    '/:id/rename',
    handle(async (req, res, next) => {
      const name = fieldText('name', req).slice(0, 40)
      if (name !== '')
        await fromStore(factors.renamePasskey(userOf(req).id, String(req.params['id']), name))
      redirectAfterSave(page, req, res, next)
    }),
  )

  router.post(
    '/:id/remove',
    handle(async (req, res, next) => {
      const { id } = userOf(req)
      const remove = () => factors.removePasskey(id, String(req.params['id']))
      await voiceOtp.changeFactor(req, 'passkey', 'remove', remove)
      finishChange(page, 'The passkey was removed.', req, res, next)
    }),
    confirmFirst(page),
  )
  return router
}

function appCodeRoutes(voiceOtp: VoiceOtpStrategy<User>, factors: Factors): Router {
  const page = '/security/app-code'
  const router = Router()
  router.use(requireFreshCode(voiceOtp, page))
  const show = async (req: Request, res: Response, failure?: Failure): Promise<void> => {
    const user = userOf(req)
    const { appKey } = await fromStore(factors.of(user.id))
    const key = appKey === undefined ? (req.session.newAppKey ??= createAppKey()) : undefined
    const picture = key === undefined ? undefined : await drawQrCode(key, user.username)
    res.status(failure?.status ?? 200).render('app-code', { key, picture, failure })
  }

  router.get(
    '/',
    handle((req, res) => show(req, res)),
  )

  router.post(
    '/',
    handle(async (req, res, next) => {
      const { id } = userOf(req)
      const { newAppKey: key } = req.session
      const step = key === undefined ? undefined : stepOf(key, fieldText('code', req))
      if (key === undefined || step === undefined)
        return show(req, res, { ...notAccepted, message: 'This code is wrong. Try the next one.' })
      await voiceOtp.changeFactor(req, 'app-code', 'add', async () => {
        await factors.takeStep(id, step)
        await factors.setAppKey(id, key)
      })
      delete req.session.newAppKey
      finishChange(page, 'App codes are set up.', req, res, next)
    }),
    confirmFirst(page),
  )

  router.post(
    '/remove',
    handle(async (req, res, next) => {
      const { id } = userOf(req)
      const remove = () => factors.setAppKey(id, undefined)
      await voiceOtp.changeFactor(req, 'app-code', 'remove', remove)
      finishChange(page, 'App codes were removed.', req, res, next)
    }),
    confirmFirst(page),
  )
  return router
}

function finishChange(
  page: string,
  message: string,
  req: Request,
  res: Response,
  next: NextFunction,
): void {
  req.session.messages = [message]
  redirectAfterSave(page, req, res, next)
}

/** Asks for the passkey first, if only a passkey may change the passkeys. */
function confirmFirst(page: string) {
  return (error: unknown, req: Request, res: Response, next: NextFunction): void => {
    const { code } = Object(error) as { readonly code?: unknown }
    if (code !== 'phishing-resistant-required') {
      next(error)
      return
    }
    req.session.messages = [failures['phishing-resistant-required'].message]
    req.session.returnTo = page
    redirectAfterSave('/otp/passkey', req, res, next)
  }
}
