import { failures } from '../errors.js'
import type { Middleware, Request } from '../request.js'
import { sendJson } from './respond.js'

import type { Context } from '../context.js'
import { loginStateOf, asPassportRequest } from '../session/login-state.js'

/** Options of `require()`. */
export interface RequireOptions {
  /** Seconds since the second factor was passed, at most. Default: any age. */
  readonly maxAge?: number
  /** A path of this app to send people to (303), instead of a 401. */
  readonly redirectTo?: string
}

/** Middleware of `require()`: a route for people whose second factor is fresh. @internal */
export function requireFresh<User>(
  context: Context<User>,
  { maxAge, redirectTo }: RequireOptions,
): Middleware {
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge > 0))
    throw new TypeError('require({ maxAge }): whole seconds, at least 1, or leave it out.')
  if (redirectTo !== undefined && !isOwnPath(redirectTo))
    throw new TypeError("require({ redirectTo }): a path of this app, for example '/otp'.")
  return (req, res, next) => {
    let loginState
    try {
      loginState = loginStateOf(context, req)
    } catch (error) {
      next(error)
      return
    }
    if (loginState.user && (maxAge === undefined || loginState.verificationAge <= maxAge)) {
      next()
      return
    }
    res.setHeader('Cache-Control', 'no-store')
    if (redirectTo !== undefined) {
      const { originalUrl = '' } = req as Request & { originalUrl?: string }
      const { session } = asPassportRequest(req)
      if (req.method === 'GET' && session && isOwnPath(originalUrl))
        session['returnTo'] = originalUrl
      res.writeHead(303, { Location: redirectTo }).end()
      return
    }
    const { status, message } = failures['second-factor-required']
    // RFC 9470, section 3.
    res.setHeader(
      'WWW-Authenticate',
      `Bearer error="insufficient_user_authentication", error_description="${message}"${maxAge === undefined ? '' : `, max_age="${maxAge}"`}`,
    )
    sendJson(res, status, { code: 'second-factor-required', message, maxAge })
  }
}

/** Whether a URL stays on this origin: `//host`, `/\host` and absolute request lines do not. */
const isOwnPath = (url: string): boolean => /^\/(?![/\\])[\x21-\x7e]{0,1000}$/.test(url)
