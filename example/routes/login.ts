import { Router, type RequestHandler } from 'express'
import { authenticate, type Passport } from '../auth/authenticate.js'
import { fieldText } from '../middleware/fields.js'
import { formPage } from '../middleware/form-page.js'
import { requireThat } from '../middleware/guards.js'
import { knownUser } from '../stores/users.js'
import { redirectAfterSave } from './return-to.js'

/**
 * passport-local also reads the query. A password in a URL ends up in logs, so only the body counts
 * here.
 */
const requirePassword = requireThat(
  req => fieldText('username', req) !== '' && fieldText('password', req) !== '',
  {
    status: 400,
    code: 'first-factor-malformed',
    message: 'Enter your user name and your password.',
  },
)

/** Checks the password. `voiceOtp.enforce()` then makes the user a pending user. */
export const checkPassword = (passport: Passport): RequestHandler[] => [
  requirePassword,
  authenticate(passport, {}, 'local'),
  (req, _res, next) => {
    req.session.passwordAt = Date.now()
    next()
  },
]

export const logOut: RequestHandler = (req, _res, next) => req.logout(next)

/** The first factor, and the logout. The page `/otp` redirects a user who needs no code. */
export function loginRoutes(passport: Passport): Router {
  const page = formPage('login', req => ({ username: fieldText('username', req) }))
  return Router()
    .get('/login', (req, res, next) => {
      if (knownUser(req)) res.redirect(303, '/otp')
      else return page.show(req, res, next)
    })
    .post('/login', ...checkPassword(passport), (req, res) => redirectAfterSave('/otp', req, res))
    .use('/login', page.onFailure)
    .post('/logout', logOut, (_req, res) => res.redirect(303, '/login'))
}
