import { checkApproveOptions } from './approve-options.js'
import type { LookupWithResets } from '../callbacks.js'
import type { Context } from '../context.js'
import { Failure, VoiceOtpError } from '../errors.js'
import { hasAny } from '../factors/ownership.js'
import type { VoiceOtpAuthenticateOptions } from '../options/authenticate.js'
import type { Purpose } from '../options/purpose.js'
import type { FailureOptions } from '../report-outcome.js'
import type { Request } from '../request.js'
import { checkSession } from '../session/check-session.js'
import { type LoginState, loginStateOf } from '../session/login-state.js'
import { freshSeconds } from '../session/verification.js'

/** The options of `passport.authenticate()`, with those of Passport's own that matter here. */
export type ActionOptions = VoiceOtpAuthenticateOptions &
  FailureOptions & {
    readonly session?: boolean
    readonly assignProperty?: string
  }

/** Names that earlier drafts used, and what to use in their place. */
const renamedOptions: Readonly<Record<string, string>> = {
  enrol: "purpose: 'enroll'",
  way: 'channel',
  number: 'phone',
}

/**
 * One request to `passport.authenticate('voice-otp')`: what it asks for, and for which user.
 * @internal
 */
export interface ActionContext<User> {
  readonly context: Context<User>
  readonly lookup: LookupWithResets<User>
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
  lookup: LookupWithResets<User>,
  req: Request,
  options: ActionOptions,
): ActionContext<User> {
  checkOptions(options)
  // A prefetch, a link or a reload must not place a call or use up an attempt.
  if (req.method !== 'POST')
    throw new VoiceOtpError(
      'configuration',
      "passport.authenticate('voice-otp') belongs on a POST route.",
    )
  const loginState = loginStateOf(context, req)
  const user = loginState.anyUser
  if (user === undefined) throw new Failure('first-factor-required')
  checkSession(loginState.session, req)
  const purpose = options.purpose ?? (loginState.pendingUser === undefined ? 'step-up' : 'login')
  return { context, lookup, req, options, loginState, user, userId: loginState.userId, purpose }
}

function checkOptions(options: ActionOptions): void {
  const oldName = Object.keys(options).find(name => Object.hasOwn(renamedOptions, name))
  if (oldName !== undefined)
    throw new VoiceOtpError(
      'configuration',
      `${oldName}: there is no such option. Use ${renamedOptions[oldName]}.`,
    )
  const { action, purpose } = options
  if (action !== undefined && !['call', 'verify', 'recover'].includes(action))
    throw new VoiceOtpError('configuration', "action: give 'call', 'verify' or 'recover'.")
  if (purpose !== undefined && purpose !== 'enroll' && purpose !== 'approve')
    throw new VoiceOtpError('configuration', "purpose: give 'enroll' or 'approve', or omit it.")
  if (purpose === 'approve') checkApproveOptions({ ...options })
  else if (options.kind !== undefined || options.approve !== undefined)
    throw new VoiceOtpError('configuration', "kind and approve need purpose: 'approve'.")
}

/**
 * Checks that the user may store a new phone. The first phone of a user without another factor
 * needs only the first factor. Everything else needs a second factor of the last 5 minutes:
 * otherwise a stolen password would be enough to replace the second factor, or to add one.
 * @internal
 */
export async function checkMayEnroll<User>({
  context: { factors },
  lookup,
  loginState,
  req,
  user,
}: ActionContext<User>): Promise<void> {
  if (loginState.user && loginState.verificationAge <= freshSeconds) return
  if ((await lookup(user, req)) === null) {
    if (!(await hasAny(factors.bestFirst, user, req))) return
    throw new Failure('second-factor-required')
  }
  throw new Failure(
    loginState.pendingUser === undefined ? 'second-factor-required' : 'enroll-forbidden',
  )
}
