import { csrfSync } from 'csrf-sync'
import type { ErrorRequestHandler, Request, RequestHandler } from 'express'
import { knownUser } from '../stores/users.js'

/** CSRF protection: accepts forms from our own pages only. Also sets what every page shows. */
export function forms(): (RequestHandler | ErrorRequestHandler)[] {
  const csrf = csrfSync({
    size: 32,
    getTokenFromRequest: req => (req.body as { _csrf?: string } | undefined)?._csrf,
    // After a double click on "Log in", the session of the second request is gone: Passport
    // replaced it at the first one.
    skipCsrfProtection: req => req.method === 'POST' && req.path === '/login' && isFromOurPage(req),
  })
  const setLocals: RequestHandler = (req, res, next) => {
    Object.assign(res.locals, {
      csrfToken: () => csrf.generateToken(req),
      takeMessages: () => req.session.messages?.splice(0) ?? [],
      hasSession: knownUser(req) !== undefined,
      isLoggedIn: req.user !== undefined,
    })
    next()
  }
  return [csrf.csrfSynchronisedProtection, redirectIfStale, setLocals]
}

/**
 * A form from a session that no longer exists: the second click of a double click, or a tab that
 * was left open. The form has no effect. The browser goes to the page that shows the current state,
 * which is where the first click went.
 */
const redirectIfStale: ErrorRequestHandler = (error, req, res, next) => {
  if (knownUser(req) === undefined && isFromOurPage(req)) res.redirect(303, '/otp')
  else next(error)
}

/**
 * Browsers set this header themselves, and no page can forge it. Old browsers do not send it and
 * need the token.
 */
const isFromOurPage = (req: Request): boolean => req.headers['sec-fetch-site'] === 'same-origin'
