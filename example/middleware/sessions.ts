import type { RequestHandler } from 'express'
import session, { type Store } from 'express-session'
import { limitTime } from '../stores/session-store.js'
import { Unavailable } from './errors.js'

export interface SessionSettings {
  readonly secret: string | string[]
  readonly store: Store
  readonly isHttps: boolean
}

/**
 * Sessions with a secure cookie. A session store that fails leads to a 503, never to a page without
 * a session.
 */
export function sessions({ secret, store, isHttps }: SessionSettings): RequestHandler {
  const middleware = session({
    name: isHttps ? '__Host-acme' : 'acme',
    secret,
    store: limitTime(store),
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', secure: isHttps, path: '/' },
  })
  // Without a connection to its store, express-session passes the request on without `req.session`
  // and without an error.
  return (req, res, next) => {
    void middleware(req, res, error => {
      next(error || !req.session ? new Unavailable('session-store') : undefined)
    })
  }
}
