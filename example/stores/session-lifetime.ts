import type { SessionData } from 'express-session'

/** What the app and Passport put into a session. */
type StoredSession = SessionData & { readonly passport?: { readonly user?: unknown } }

/**
 * How many seconds a session lives without a request: a day after a login. A session without a
 * login lives for half an hour, because anybody can make many of them.
 */
export function sessionSeconds({ passport }: StoredSession): number {
  return passport?.user === undefined ? 30 * 60 : 24 * 60 * 60
}
