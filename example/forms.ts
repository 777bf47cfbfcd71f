import { csrfSync } from 'csrf-sync'
import { Router, type ErrorRequestHandler, type Request } from 'express'
import { currentUser, person } from './users.js'

declare module 'express-session' {
  interface SessionData {
    /** Shown once, on the next page that has room for it. */
    notice?: string
  }
}

/** Forms are taken from our own pages alone (CSRF). Draws what every page needs. */
export function acceptForms(): Router {
  const csrf = csrfSync({
    size: 32,
    getTokenFromRequest: req => (req.body as { _csrf?: string } | undefined)?._csrf,
    // The second of two clicks on "Log in" meets a session that the first has ended; the browser's word is as good as the token.
    skipCsrfProtection: req => req.method === 'POST' && req.path === '/login' && isFromOurPage(req),
  })
  const router = Router()
  router.use(csrf.csrfSynchronisedProtection, whenStale)
  router.use((req, res, next) => {
    const takeNotice = (): string | undefined => {
      const { notice } = req.session
      delete req.session.notice
      return notice
    }
    Object.assign(res.locals, {
      csrfToken: () => csrf.generateToken(req),
      takeNotice,
      person: person(req),
      isIn: currentUser(req) !== undefined,
    })
    next()
  })
  return router
}

/**
 * A form of a session that is over: the second click of a double click, or a tab left open. Nothing is done with it; the
 * browser is shown how things stand, which is where the first click led.
 */
const whenStale: ErrorRequestHandler = (error, req, res, next) => {
  if (person(req) === undefined && isFromOurPage(req)) res.redirect(303, '/otp')
  else next(error)
}

/** Browsers write this header themselves, and no page can. It is not sent by older ones, which need the token. */
const isFromOurPage = (req: Request): boolean => req.headers['sec-fetch-site'] === 'same-origin'
