import { readOptions } from '../check-options.js'
import { isOwnPath } from '../own-path.js'
import type { Middleware, Request } from '../request.js'
import type { Context } from '../context.js'
import { type LoginState, loginStateOf } from '../session/login-state.js'
import { redirectAfter, rememberPage, sendSecondFactorRequired } from './respond.js'

/** Options of `requireSecondFactor()`. */
export interface RequireOptions {
  /** The second factor may be this many seconds old. Default: any age. */
  readonly maxAge?: number
  /**
   * `true` requires a phishing-resistant `secondFactor()`. A phone, a recovery code and a
   * remembered browser never satisfy it. Default `false`.
   */
  readonly phishingResistant?: boolean
  /** A path of this app to redirect to (303), instead of a response with status 401. */
  readonly redirectTo?: string
}

/** Creates the middleware of `requireSecondFactor()`. @internal */
export function createRequireSecondFactor<User>(
  context: Context<User>,
  options: RequireOptions,
): Middleware {
  const { maxAge, phishingResistant = false, redirectTo } = readRequireOptions(options)
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge > 0))
    throw new TypeError(
      'requireSecondFactor({ maxAge }): give whole seconds, at least 1, or leave it out.',
    )
  if (redirectTo !== undefined && !isOwnPath(redirectTo))
    throw new TypeError(
      "requireSecondFactor({ redirectTo }): give a path of this app, for example '/otp'.",
    )
  if (typeof phishingResistant !== 'boolean')
    throw new TypeError(
      'requireSecondFactor({ phishingResistant }): give true or false, or leave it out.',
    )
  return (req, res, next) => {
    let loginState
    try {
      loginState = loginStateOf(context, req)
    } catch (error) {
      next(error)
      return
    }
    const isRecent = maxAge === undefined || loginState.verificationAge <= maxAge
    if (loginState.user && isRecent && (!phishingResistant || isPhishingResistant(loginState))) {
      next()
      return
    }
    if (redirectTo === undefined) {
      sendSecondFactorRequired(res, { maxAge, phishingResistant })
      return
    }
    redirectAfter(keepPage(req, loginState), res, redirectTo, next)
  }
}

/**
 * Keeps the page of a GET for the time after the code. Throws a `VoiceOtpError`
 * (`session-unavailable`) without a session: a login or a code could not be stored either.
 */
async function keepPage<User>(req: Request, { session, user }: LoginState<User>): Promise<void> {
  const { originalUrl = '' } = req as Request & { originalUrl?: string }
  if (req.method === 'GET') await rememberPage(session, originalUrl, Boolean(user))
}

/** Names that an app may try, and what to use in their place. */
const otherNames = {
  maxAgeSeconds: 'maxAge',
  maxage: 'maxAge',
  max_age: 'maxAge',
  redirect: 'redirectTo',
  failureRedirect: 'redirectTo',
}

/** Throws a `TypeError` for an unknown name: a misspelled `maxAge` must not mean "any age". */
function readRequireOptions(options: RequireOptions): RequireOptions {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('requireSecondFactor(): give { maxAge, redirectTo }, or nothing.')
  const names = ['maxAge', 'phishingResistant', 'redirectTo'] as const
  return readOptions(options, names, 'requireSecondFactor: ', otherNames)
}

/**
 * Whether the user of this request passed a phishing-resistant factor, which counted as one at that
 * time (`verifiedAt`). The present time must not decide. Otherwise a thief could add a factor and
 * log in with it; a day later, the session of the thief would count, even if the user has removed
 * the factor.
 */
function isPhishingResistant<User>({
  context: { factors },
  verification,
  verificationAge,
}: LoginState<User>): boolean {
  return (
    verificationAge < Infinity &&
    factors.get(verification?.method)?.phishingResistant === true &&
    verification?.phishingResistantFrom !== undefined &&
    verification.phishingResistantFrom <= verification.verifiedAt
  )
}
