import { VoiceOtpError } from '../errors.js'
import type { Request } from '../request.js'
import { asPassportRequest } from '../session/passport-request.js'
import { readArguments } from '../session/logins.js'

/**
 * Creates the request that a hosted strategy gets. It inherits from the app's request and has its
 * own `user`, so that the app's request never shows a pending user. What the strategy writes to the
 * new request never reaches the app's request. A Proxy would pass such writes on.
 * @param codes For a factor that is a code: the only content of the body.
 * @internal
 */
export function createHostedRequest(
  req: Request,
  user: unknown,
  codes?: Readonly<Record<string, string>>,
): Request {
  const property = asPassportRequest(req)._userProperty ?? 'user'
  const own: Record<string, unknown> = {
    user,
    [property]: user,
    _userProperty: property,
    login: refuseLogin,
    logIn: refuseLogin,
    logout: refuseLogin,
    logOut: refuseLogin,
    next: refuseNext,
    ...(codes === undefined ? {} : { body: { ...codes }, query: {} }),
  }
  const hosted = Object.create(req) as object
  // Not by assignment, which would call the setters of `enforce()` and of Express.
  for (const [name, value] of Object.entries(own))
    Object.defineProperty(hosted, name, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    })
  return hosted as Request
}

/** Express stores `next` on the request. Calling it would skip the check, as `pass()` would. */
function refuseNext(): never {
  throw new VoiceOtpError(
    'configuration',
    'A strategy behind secondFactor() must not call req.next(): it calls success(user) or fail().',
  )
}

/** A hosted strategy must not change who is logged in. */
function refuseLogin(...given: readonly unknown[]): void {
  const error = new VoiceOtpError(
    'configuration',
    'A strategy behind secondFactor() must not log in or out: it calls success(user) or fail().',
  )
  const done = [given[0], readArguments(given.slice(1)).done].find(
    each => typeof each === 'function',
  ) as ((error: unknown) => void) | undefined
  if (done === undefined) throw error
  done(error)
}
