import { isOwnPath } from '../own-path.js'
import type { Middleware, Request } from '../request.js'
import type { Context } from '../context.js'
import { loginStateOf } from '../session/login-state.js'
import { rememberReturnTo, sendRedirect, sendSecondFactorRequired } from './respond.js'

/** Options of `requireSecondFactor()`. */
export interface RequireOptions {
  /** The second factor may be this many seconds old. Default: any age. */
  readonly maxAge?: number
  /** A path of this app to redirect to (303), instead of a response with status 401. */
  readonly redirectTo?: string
}

/** Creates the middleware of `requireSecondFactor()`. @internal */
export function createRequireSecondFactor<User>(
  context: Context<User>,
  { maxAge, redirectTo }: RequireOptions,
): Middleware {
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge > 0))
    throw new TypeError(
      'requireSecondFactor({ maxAge }): give whole seconds, at least 1, or leave it out.',
    )
  if (redirectTo !== undefined && !isOwnPath(redirectTo))
    throw new TypeError(
      "requireSecondFactor({ redirectTo }): give a path of this app, for example '/otp'.",
    )
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
    if (redirectTo === undefined) {
      sendSecondFactorRequired(res, maxAge)
      return
    }
    if (req.method === 'GET')
      rememberReturnTo(req, (req as Request & { originalUrl?: string }).originalUrl ?? '')
    sendRedirect(res, redirectTo)
  }
}
