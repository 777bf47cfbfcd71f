import type { NextFunction, Request, Response } from 'express'
import { Unavailable } from '../middleware/errors.js'

declare module 'express-session' {
  interface SessionData {
    /** The page that a user without a factor asked for. The strategy sets and keeps it too. */
    returnTo?: string
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
  if (method === 'GET') session.returnTo = sameOriginPath(originalUrl, undefined)
}

/** Where a user goes after a login without a code: once to the requested page. */
export function takeReturnTo({ session }: Request): string {
  const path = sameOriginPath(session.returnTo, '/account')
  delete session.returnTo
  return path
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
