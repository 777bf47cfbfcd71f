import type { Purpose } from '../session/challenge.js'
import { Refusal, unwatched, VoiceOtpError } from '../errors.js'
import type { PhoneLookup } from '../callbacks.js'
import type { Keys } from '../crypto.js'
import type { Hook, Request } from '../options/options.js'
import type { Parts } from '../context.js'
import { type Factor, factorOf, freshSeconds } from '../session/login-state.js'
import type { Way } from '../channels.js'

/** What `passport.authenticate('voice-otp', options)` takes besides Passport's own options. */
export interface VoiceOtpAuthenticateOptions {
  /**
   * `call` delivers a code and goes on to the route's handler; `verify`, the default, checks the code in `req.body.code`, a string; `recover`
   * takes a recovery code there.
   */
  readonly action?: 'call' | 'verify' | 'recover'
  /** A number that is not the user's yet: on `call` a function of the request that answers it, with its country code; on `verify` `true`. Default: the number on record. */
  readonly enrol?: true | Hook<[req: Request], unknown>
  /** On `call`: one of the option `ways`, or a function of the request that answers it; any other answer is refused (400, `choice-unknown`). Default: the first of them. */
  readonly way?: Way | Hook<[req: Request], unknown>
  /** On `call`: a function of the request that answers the `id` of one of `voiceOtp.numbers(req)`; any other is refused (400, `choice-unknown`). Default, and for `''`: the first of them. */
  readonly number?: Hook<[req: Request], unknown>
}

// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- where @types/passport is not installed there is nothing to extend and nothing is lost
/** @ts-ignore */
declare module 'passport' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it only inherits
  interface AuthenticateOptions extends VoiceOtpAuthenticateOptions {}
}

/** With those of Passport's that matter here. */
export type ActionOptions = VoiceOtpAuthenticateOptions & {
  readonly session?: boolean
  readonly assignProperty?: string
}

/** What a request is about, and for whom. @internal */
export interface Situation<User> {
  readonly parts: Parts<User>
  readonly lookup: PhoneLookup<User>
  readonly req: Request
  readonly options: ActionOptions
  readonly factor: Factor<User>
  readonly user: User
  readonly userId: string
  readonly purpose: Purpose
}

/** Reads a request. Throws what must be refused before anything is counted. @internal */
export function situationOf<User>(
  parts: Parts<User>,
  lookup: PhoneLookup<User>,
  req: Request,
  options: ActionOptions,
): Situation<User> {
  if (options.action !== undefined && !['call', 'verify', 'recover'].includes(options.action))
    throw new VoiceOtpError('configuration', "action: 'call', 'verify' or 'recover'.")
  // A prefetch, a link or a reload must not make a telephone ring or use up a guess.
  if (req.method !== 'POST')
    throw new VoiceOtpError(
      'configuration',
      "passport.authenticate('voice-otp') belongs on a POST route.",
    )
  const factor = factorOf(parts, req)
  const user = factor.anyUser
  if (user === undefined) throw new Refusal('first-factor-required')
  if (typeof factor.session.regenerate !== 'function')
    throw new VoiceOtpError(
      'configuration',
      'The session has no regenerate(): use express-session.',
    )
  const purpose = options.enrol ? 'enrol' : factor.pendingUser === undefined ? 'step-up' : 'login'
  return { parts, lookup, req, options, factor, user, userId: factor.userId, purpose }
}

/** What a page names one of the user's telephones by: it tells nothing about the number. @internal */
export const choiceId = (keys: Keys, userId: string, telephone: string): string =>
  keys.storeName('choice', userId, telephone).slice(0, 16)

/** What a function of the app reads from the request; one that throws, as over a body that nothing has parsed, is trouble. @internal */
export function readFrom<User>(
  { req }: Situation<User>,
  name: 'enrol' | 'way' | 'number',
  read: (req: Request) => unknown,
): unknown {
  try {
    return unwatched(read(req))
  } catch (error) {
    throw new VoiceOtpError('hook-failed', `It was the function ${name}.`, error)
  }
}

/** A mark needs a login with a session. @internal */
export function refuseOutsideSessions({ session, assignProperty }: ActionOptions): void {
  if (session === false)
    throw new VoiceOtpError(
      'configuration',
      'The mark of the second factor lives in the session: leave session: false out.',
    )
  if (assignProperty !== undefined)
    throw new VoiceOtpError(
      'configuration',
      'passport.authorize() and assignProperty do not log in: use passport.authenticate().',
    )
}

/** A first number needs the first factor, a change a fresh second one: else a password alone could move the factor elsewhere. @internal */
export async function checkMayEnrol<User>({
  lookup,
  factor,
  req,
  user,
}: Situation<User>): Promise<void> {
  if (factor.user && factor.markAge <= freshSeconds) return
  if ((await lookup(req, user)) === null) return
  throw new Refusal(factor.pendingUser === undefined ? 'second-factor-required' : 'enrol-forbidden')
}
