import { Router, type RequestHandler } from 'express'
import { secondStep } from './guards.js'
import { goTo } from './return-to.js'
import { field, typed, type Passport, type Failure, type WhenRefused } from './second-factor.js'
import { currentUser, pendingUser } from './users.js'

const wrong: Failure = {
  code: 'first-factor-wrong',
  message: 'The user name or the password is wrong.',
  status: 401,
}
const malformed: Failure = {
  code: 'first-factor-malformed',
  message: 'Enter your user name and your password.',
  status: 400,
}

/** The password. Whoever passes it is a pending user: `voiceOtp.enforce()` sees to that, not this handler. */
export function firstFactor(passport: Passport, whenRefused: WhenRefused): RequestHandler {
  return (req, res, next) => {
    // passport-local takes what the body lacks from the query, and a password in a URL ends up in logs.
    if (
      ![field('username')(req), field('password')(req)].every(
        each => typeof each === 'string' && each !== '',
      )
    ) {
      whenRefused(malformed, req, res)
      return
    }
    const { wanted } = req.session
    const answered = (error: unknown, user: Express.User | false | null | undefined): void => {
      if (error) next(error)
      else if (!user) whenRefused(wrong, req, res)
      else
        req.logIn(user, problem => {
          // Passport starts a new session at login, against session fixation; of the old one, only this is worth keeping.
          if (!problem) Object.assign(req.session, { wanted, passwordAt: Date.now() })
          next(problem)
        })
    }
    // eslint-disable-next-line @typescript-eslint/no-unsafe-call -- @types/passport answers `any`
    passport.authenticate('local', answered)(req, res, next)
  }
}

export function loginPages(passport: Passport): Router {
  const router = Router()

  router.get('/login', (req, res) => {
    const pending = pendingUser(req)
    if (currentUser(req)) res.redirect(303, '/account')
    else if (pending) res.redirect(303, secondStep(pending))
    else res.render('login', { username: '', failure: undefined })
  })

  router.post(
    '/login',
    firstFactor(passport, (failure, req, res) => {
      res.status(failure.status).render('login', { username: typed('username', req), failure })
    }),
    (req, res, next) => {
      const user = pendingUser(req)
      goTo(user ? secondStep(user) : '/account', req, res, next)
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
