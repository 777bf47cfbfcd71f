import { Router, type Request, type RequestHandler, type Response } from 'express'
import { authenticate, type Passport } from '../auth/authenticate.js'
import { Failed, showFailure, showLogin } from '../middleware/errors.js'
import { field } from '../middleware/fields.js'
import { currentUser, pendingUser } from '../stores/users.js'
import { redirectAfterSave, takeReturnTo } from './return-to.js'

/**
 * passport-local also reads the query. A password in a URL ends up in logs, so only the body counts
 * here.
 */
const requirePassword: RequestHandler = (req, _res, next) => {
  const values = [field('username')(req), field('password')(req)]
  if (values.every(value => typeof value === 'string' && value !== '')) next()
  else
    next(
      new Failed({
        code: 'first-factor-malformed',
        message: 'Enter your user name and your password.',
        status: 400,
      }),
    )
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

  router.get('/login', (req, res) => {
    if (currentUser(req)) res.redirect(303, '/account')
    else if (pendingUser(req)) res.redirect(303, '/otp')
    else res.render('login', { username: '', failure: undefined })
  })

  router.post('/login', checkPassword(passport), (req: Request, res: Response) =>
    redirectAfterSave(pendingUser(req) ? '/otp' : takeReturnTo(req), req, res),
  )
  router.use('/login', showFailure(showLogin))

  router.post('/logout', (req, res, next) => {
    req.logout(error => {
      if (error) next(error)
      else res.redirect(303, '/login')
    })
  })

  return router
}
