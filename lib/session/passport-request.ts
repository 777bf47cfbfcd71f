import type { ServerResponse } from 'node:http'
import type { Request } from '../request.js'

/** A session of express-session. @internal */
export interface Session {
  [key: string]: unknown
  regenerate(done: (error?: unknown) => void): void
  save(done?: (error?: unknown) => void): void
  destroy(done: (error?: unknown) => void): void
}

/** A callback of Passport or express-session. @internal */
export type LogInDone = (error?: unknown) => void

/** `req.logIn(user, options, done)`; options and callback are optional. @internal */
export type LogIn = (this: unknown, user: unknown, ...rest: readonly unknown[]) => void

/**
 * The properties of a request that express-session and Passport set and this package uses.
 * @internal
 */
export interface PassportRequest {
  session?: Session | null
  sessionID?: string
  sessionStore?: { generate?: (req: Request) => void }
  res?: ServerResponse
  _userProperty?: string
  _sessionManager?: { _key?: string }
  login?: LogIn
  logIn?: LogIn
  logout?: (this: unknown, ...given: unknown[]) => void
  logOut?: (this: unknown, ...given: unknown[]) => void
}

/** A request with the properties that express-session and Passport set. @internal */
export const asPassportRequest = (req: Request): PassportRequest =>
  req as unknown as PassportRequest
