import { Router, type Request, type RequestHandler, type Response } from 'express'
import { authenticate, type Passport } from '../auth/authenticate.js'
import { Failed, type Failure } from '../middleware/errors.js'
import { formPage } from '../middleware/form-page.js'
import { field, fieldText } from '../middleware/fields.js'
import { currentUser, pendingUser } from '../stores/users.js'
import { redirectAfterSave, takeReturnTo } from './return-to.js'

const malformedPassword: Failure = {
  code: 'first-factor-malformed',
  message: 'Enter your user name and your password.',
  status: 400,
}

/**
 * passport-local also reads the query. A password in a URL ends up in logs, so only the body counts
 * here.
 */
const requirePassword: RequestHandler = (req, _res, next) => {
  const values = [field('username')(req), field('password')(req)]
  const isComplete = values.every(value => typeof value === 'string' && value !== '')
  if (!isComplete) throw new Failed(malformedPassword)
  next()
}

/** Checks the password. `voiceOtp.enforce()` then makes the user a pending user. */
export const checkPassword = (passport: Passport): RequestHandler[] => [
  requirePassword,
  authenticate(passport, {}, 'local'),
  (req, _res, next) => {
    req.session.passwordAt = Date.now()
    next()
  },
]

/** The first factor, and the logout. */
export function loginRoutes(passport: Passport): Router {
  const router = Router()

  const page = formPage('login', req => ({ username: fieldText('username', req) }))
  router.get('/login', (req, res, next) => {
    if (currentUser(req)) res.redirect(303, '/account')
    else if (pendingUser(req)) res.redirect(303, '/otp')
    else return page.show(req, res, next)
  })

  router.post('/login', checkPassword(passport), (req: Request, res: Response) =>
    redirectAfterSave(pendingUser(req) ? '/otp' : takeReturnTo(req), req, res),
  )
  router.use('/login', page.onFailure)

  router.post('/logout', (req, res, next) => {
    req.logout(error => {
      if (error) next(error)
      else res.redirect(303, '/login')
    })
  })

  return router
}
