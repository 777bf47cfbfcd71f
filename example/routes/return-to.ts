import type { NextFunction, Request, Response } from 'express'
import { Unavailable } from '../middleware/errors.js'

declare module 'express-session' {
  interface SessionData {
    /** The page that a user without both factors asked for. */
    requestedPage?: string
    /** The page that needs a fresh code first. `requireSecondFactor()` sets it. */
    returnTo?: string
    /** Where the last right code led: a second click on the same button goes there too. */
    lastRedirect?: string
  }
}

/**
 * Returns `path` if it is a path on this site of at most 500 characters, otherwise `fallback`. This
 * prevents open redirects: browsers read "//host", "/\host" and "/<tab>/host" as another site. All
 * other paths of printable ASCII stay on this site.
 */
export const sameOriginPath = <Fallback>(path: unknown, fallback: Fallback): string | Fallback =>
  typeof path === 'string' && /^\/(?!\/)[!-[\]-~]{0,499}$/.test(path) ? path : fallback

/**
 * Remembers the page of this request for the time after the login. A long path is not stored:
 * anybody can send many.
 */
export function rememberRequestedPage({ method, originalUrl, session }: Request): void {
  if (method === 'GET') session.requestedPage = sameOriginPath(originalUrl, undefined)
}

/**
 * Where a user goes after the login: once to the requested page. A second click leads to the same
 * page as the first.
 */
export function takeReturnTo({ session }: Request): string {
  session.lastRedirect = sameOriginPath(
    session.returnTo ?? session.requestedPage ?? session.lastRedirect,
    '/account',
  )
  delete session.returnTo
  delete session.requestedPage
  return session.lastRedirect
}

/**
 * Redirects after the session is saved. express-session alone would send the redirect first, and a
 * fast browser would then read the old session.
 */
export function redirectAfterSave(
  path: string,
  req: Request,
  res: Response,
  next: NextFunction,
): void {
  req.session.save((error: unknown) => {
    if (error) next(new Unavailable('session-store', 'The session could not be saved.'))
    else res.redirect(303, path)
  })
}
