import type { SessionData } from 'express-session'

const anonymousSeconds = 1800
const loggedInSeconds = 86_400

/**
 * How long a session lives without a request. A session without a login is short-lived, because
 * anybody can make many of them. For `MemorySessions` it must be 24 days at most, because a timer
 * of Node cannot wait longer.
 */
export function sessionSeconds(session: SessionData & { passport?: { user?: unknown } }): number {
  return session.passport?.user === undefined ? anonymousSeconds : loggedInSeconds
}
