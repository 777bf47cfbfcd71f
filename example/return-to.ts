import type { NextFunction, Request, Response } from 'express'
import { Unavailable } from './errors.js'

declare module 'express-session' {
  interface SessionData {
    /** Where somebody wanted to go who was not logged in yet. */
    wanted?: string
    /** Where somebody wanted to go who first needs a fresh code; `require()` writes it. */
    returnTo?: string
    /** Where the last right code led: a second click on the same button goes there too. */
    ledTo?: string
  }
}

/**
 * `path` if it leads to this site and nowhere else, otherwise `fallback`: stops open redirects. Browsers read "//host", "/\host"
 * and "/<tab>/host" as another site; every other path of printable ASCII, as requests have it, is one of the same.
 */
export const sameOriginPath = (path: unknown, fallback: string): string =>
  typeof path === 'string' && /^\/(?!\/)[!-[\]-~]{0,500}$/.test(path) ? path : fallback

/** Where somebody goes who is in: to where they wanted to go before, once; a second click leads to where the first did. */
export function takeReturnTo({ session }: Request): string {
  session.ledTo = sameOriginPath(session.returnTo ?? session.wanted ?? session.ledTo, '/account')
  delete session.returnTo
  delete session.wanted
  return session.ledTo
}

/** Redirects once the session is saved. Left alone, express-session sends the redirect first, and a quick browser finds the old session. */
export function goTo(path: string, req: Request, res: Response, next: NextFunction): void {
  req.session.save((error: unknown) => {
    if (error) next(new Unavailable('session-store', 'The session could not be saved.'))
    else res.redirect(303, path)
  })
}
