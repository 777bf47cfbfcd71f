import type { Request } from 'express'

declare module 'express-session' {
  interface SessionData {
    returnTo?: string
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

/** Where the person wanted to go before being asked to log in; used once. */
export function takeReturnTo(req: Request): string {
  const path = sameOriginPath(req.session.returnTo, '/account')
  delete req.session.returnTo
  return path
}
