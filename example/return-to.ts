import type { NextFunction, Request, Response } from 'express'
import { Unavailable } from './errors.js'

declare module 'express-session' {
  interface SessionData {
    returnTo?: string
    /** Where the last right code led: a second click on the same button goes there too. */
    ledTo?: string
  }
}

const anyOrigin = 'http://origin.invalid'

/** `path` if it leads to this site and nowhere else, otherwise `fallback`: stops open redirects. */
export function sameOriginPath(path: unknown, fallback: string): string {
  if (typeof path !== 'string' || path.length > 500) return fallback
  // Browsers read "//host", "/\host" and "/<tab>/host" as another site.
  if (!path.startsWith('/') || path.startsWith('//') || /[\\\p{Cc}]/u.test(path)) return fallback
  if (!URL.canParse(path, anyOrigin)) return fallback
  const url = new URL(path, anyOrigin)
  // Parsing drops dot segments, which may leave "//host" behind: what is sent is what was checked.
  const clean = url.pathname + url.search
  return url.origin === anyOrigin && !clean.startsWith('//') ? clean : fallback
}

/** Decides where a right code leads: to where the person wanted to go before being asked for it, once. */
export function takeReturnTo({ session }: Request): void {
  session.ledTo = sameOriginPath(session.returnTo, '/account')
  delete session.returnTo
}

/** Redirects once the session is saved. Left alone, express-session sends the redirect first, and a quick browser finds the old session. */
export function goTo(path: string, req: Request, res: Response, next: NextFunction): void {
  req.session.save((error: unknown) => {
    if (error) next(new Unavailable('session-store', 'The session could not be saved.'))
    else res.redirect(303, path)
  })
}
