import type { PhoneLookup } from '../callbacks.js'
import type { Context } from '../context.js'
import { Failure, VoiceOtpError } from '../errors.js'
import type { Channel } from '../options/channel.js'
import type { Hook } from '../options/hook.js'
import type { Purpose } from '../options/purpose.js'
import type { Request } from '../request.js'
import { type LoginState, loginStateOf } from '../session/login-state.js'
import { freshSeconds } from '../session/verification.js'

/** The options of `passport.authenticate('voice-otp', options)`, besides Passport's own. */
export interface VoiceOtpAuthenticateOptions {
  /**
   * `call` sends a code and then runs the route's handler. `verify` checks the code in
   * `req.body.code`, a string. `recover` checks a recovery code there. Default `verify`.
   */
  readonly action?: 'call' | 'verify' | 'recover'
  /**
   * `enroll` proves a phone that is not on record yet; `call` then needs `phone`. Default: `login`
   * for a pending user, `step-up` for a user who is logged in.
   */
  readonly purpose?: 'enroll'
  /**
   * On `call`: one of the option `channels`, or a function that reads it from the request. Anything
   * else is refused (400, `choice-unknown`). Default, and for `undefined`: the first of the option
   * `channels`.
   */
  readonly channel?: Channel | Hook<[req: Request], unknown>
  /**
   * On `call`: a function that reads the phone from the request. For the purpose `enroll` it
   * returns the new number with its country code. Otherwise it returns the `id` of one of
   * `voiceOtp.listPhones(req)`; anything else is refused (400, `choice-unknown`), and `undefined`
   * or `''` means the first of them.
   */
  readonly phone?: Hook<[req: Request], unknown>
}

// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- without @types/passport there is no interface to extend
/** @ts-ignore */
declare module 'passport' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the interface only inherits
  interface AuthenticateOptions extends VoiceOtpAuthenticateOptions {}
}

/** The options above, with the options of Passport that this package reads. */
export type ActionOptions = VoiceOtpAuthenticateOptions & {
  readonly session?: boolean
  readonly assignProperty?: string
}

/**
 * One request to `passport.authenticate('voice-otp')`: what it asks for, and for which user.
 * @internal
 */
export interface ActionContext<User> {
  readonly context: Context<User>
  readonly lookup: PhoneLookup<User>
  readonly req: Request
  readonly options: ActionOptions
  readonly loginState: LoginState<User>
  readonly user: User
  readonly userId: string
  readonly purpose: Purpose
}

/**
 * Reads a request. Throws a `VoiceOtpError` (`configuration`) for a mistake of the app, and the
 * failure `first-factor-required` if no user is logged in. Counts nothing.
 * @internal
 */
export function createActionContext<User>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
  req: Request,
  options: ActionOptions,
): ActionContext<User> {
  if (options.action !== undefined && !['call', 'verify', 'recover'].includes(options.action))
    throw new VoiceOtpError('configuration', "action: 'call', 'verify' or 'recover'.")
  if (options.purpose !== undefined && options.purpose !== 'enroll')
    throw new VoiceOtpError('configuration', "purpose: 'enroll', or leave it out.")
  // A prefetch, a link or a reload must not place a call or use up an attempt.
  if (req.method !== 'POST')
    throw new VoiceOtpError(
      'configuration',
      "passport.authenticate('voice-otp') belongs on a POST route.",
    )
  const loginState = loginStateOf(context, req)
  const user = loginState.anyUser
  if (user === undefined) throw new Failure('first-factor-required')
  if (typeof loginState.session.regenerate !== 'function')
    throw new VoiceOtpError(
      'configuration',
      'The session has no regenerate(): use express-session.',
    )
  const purpose = options.purpose ?? (loginState.pendingUser === undefined ? 'step-up' : 'login')
  return { context, lookup, req, options, loginState, user, userId: loginState.userId, purpose }
}

/** Throws if the login would not use the session, which stores the verification. @internal */
export function refuseOutsideSessions({ session, assignProperty }: ActionOptions): void {
  if (session === false)
    throw new VoiceOtpError(
      'configuration',
      'The second factor is stored in the session: do not set session: false.',
    )
  if (assignProperty !== undefined)
    throw new VoiceOtpError(
      'configuration',
      'passport.authorize() and assignProperty do not log in: use passport.authenticate().',
    )
}

/**
 * Checks that the user may store a new phone. The first phone needs only the first factor. A change
 * needs a second factor of the last 5 minutes: otherwise a stolen password would be enough to
 * replace the second factor.
 * @internal
 */
export async function checkMayEnroll<User>({
  lookup,
  loginState,
  req,
  user,
}: ActionContext<User>): Promise<void> {
  if (loginState.user && loginState.verificationAge <= freshSeconds) return
  if ((await lookup(user, req)) === null) return
  throw new Failure(
    loginState.pendingUser === undefined ? 'second-factor-required' : 'enroll-forbidden',
  )
}
