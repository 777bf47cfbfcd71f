import type { Request, Response } from 'express'

declare module 'express-session' {
  interface SessionData {
    /** The page that a user without a factor asked for. The strategy sets and keeps it too. */
    returnTo?: string
    /** Shown once, on the next page. Passport and the pages of the code write here too. */
    messages?: string[]
  }
}

/**
 * Returns `path` if it is a path on this site of at most 500 characters, otherwise `fallback`. This
 * prevents open redirects: browsers read "//host", "/\host" and "/<tab>/host" as another site. All
 * other paths of printable ASCII stay on this site.
 */
export const sameOriginPath = <Fallback>(path: unknown, fallback: Fallback): string | Fallback =>
  typeof path === 'string' && /^\/(?!\/)[!-[\]-~]{0,499}$/.test(path) ? path : fallback

/** Where a user goes after a login without a code: once to the requested page. */
export function takeReturnTo({ session }: Request): string {
  const path = sameOriginPath(session.returnTo, '/account')
  delete session.returnTo
  return path
}

/**
 * Redirects after the session is saved, with a message for the next page. express-session alone
 * would send the redirect first, and a fast browser would then read the old session.
 */
export async function redirectAfterSave(
  path: string,
  req: Request,
  res: Response,
  message?: string,
): Promise<void> {
  if (message !== undefined) req.session.messages = [message]
  await new Promise<void>((resolve, reject) => {
    req.session.save((error: unknown) => (error ? reject(error) : resolve()))
  })
  res.redirect(303, path)
}
