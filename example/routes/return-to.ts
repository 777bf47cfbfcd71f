import { promisify } from 'node:util'
import type { Request, Response } from 'express'

declare module 'express-session' {
  interface SessionData {
    /**
     * The page that a user without a factor asked for. The strategy sets it, and only to a path of
     * this app.
     */
    returnTo?: string
    /** Shown once, on the next page. Passport and the pages of the code write here too. */
    messages?: string[]
  }
}

/** Where a user goes after a login without a code: once to the requested page. */
export function takeReturnTo({ session }: Request): string {
  const { returnTo = '/account' } = session
  delete session.returnTo
  return returnTo
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
  await promisify(req.session.save.bind(req.session))()
  res.redirect(303, path)
}
