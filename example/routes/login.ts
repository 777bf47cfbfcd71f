import { Router, type RequestHandler } from 'express'
import {
  field,
  fieldText,
  type Failure,
  type OnFailure,
  type Passport,
} from '../auth/authenticate.js'
import { currentUser, pendingUser } from '../stores/users.js'
import { redirectAfterSave, takeReturnTo } from './return-to.js'

const wrongPassword: Failure = {
  code: 'first-factor-wrong',
  message: 'The user name or the password is wrong.',
  status: 401,
}
const malformedPassword: Failure = {
  code: 'first-factor-malformed',
  message: 'Enter your user name and your password.',
  status: 400,
}

/** Checks the password. `voiceOtp.enforce()` then makes the user a pending user. */
export function checkPassword(passport: Passport, onFailure: OnFailure): RequestHandler {
  return (req, res, next) => {
    // passport-local also reads the query. A password in a URL ends up in logs, so only the body
    // counts here.
    const isComplete = ['username', 'password'].every(name => {
      const value = field(name)(req)
      return typeof value === 'string' && value !== ''
    })
    if (!isComplete) {
      onFailure(malformedPassword, req, res)
      return
    }
    const done = (error: unknown, user: Express.User | false | null | undefined): void => {
      if (error) next(error)
      else if (!user) onFailure(wrongPassword, req, res)
      else
        req.logIn(user, loginError => {
          if (!loginError) req.session.passwordAt = Date.now()
          next(loginError)
        })
    }
    // eslint-disable-next-line @typescript-eslint/no-unsafe-call -- @types/passport returns `any`
    passport.authenticate('local', done)(req, res, next)
  }
}

/** The first factor, and the logout. */
export function loginRoutes(passport: Passport): Router {
  const router = Router()

  router.get('/login', (req, res) => {
    const pending = pendingUser(req)
    if (currentUser(req)) res.redirect(303, '/account')
    else if (pending) res.redirect(303, '/otp')
    else res.render('login', { username: '', failure: undefined })
  })

  router.post(
    '/login',
    checkPassword(passport, (failure, req, res) => {
      res.status(failure.status).render('login', { username: fieldText('username', req), failure })
    }),
    (req, res, next) => {
      const pending = pendingUser(req)
      redirectAfterSave(pending ? '/otp' : takeReturnTo(req), req, res, next)
    },
  )

  router.post('/logout', (req, res, next) => {
    req.logout(error => {
      if (error) next(error)
      else res.redirect(303, '/login')
    })
  })

  return router
}
