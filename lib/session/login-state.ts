import type { Context } from '../context.js'
import { VoiceOtpError } from '../errors.js'
import type { Request } from '../request.js'
import type { Challenge } from './challenge.js'
import type { LogIn, Session } from './passport-request.js'
import type { Verification } from './verification.js'

/**
 * The property of the session in which this package stores challenge and verification.
 * @internal
 */
export const sessionKey = 'voiceOtp'

/**
 * The property of the session that names the page which needs a fresh code. A verification removes
 * it.
 * @internal
 */
export const stepUpKey = 'voiceOtpStepUp'

/** The property of a request in which `enforce()` stores the login state. @internal */
export const loginStateKey: unique symbol = Symbol('passport-voice-otp')

/**
 * Who is logged in on one request, and whether that user has passed the second factor. Every
 * property is read from the request and its session when it is used, because a login replaces the
 * session in the middle of a request.
 * @internal
 */
export interface LoginState<User> {
  readonly context: Context<User>
  /**
   * The user who has passed both factors. `undefined` for a pending user. If `req.user` was set to
   * `null` or `undefined`, it is that value.
   */
  readonly user: User | null | undefined
  /** The user who has passed only the first factor. */
  readonly pendingUser: User | undefined
  /** The user, pending or not. */
  readonly anyUser: User | undefined
  /**
   * The id of {@link anyUser}. Throws a {@link VoiceOtpError} (`configuration`) if there is none.
   */
  readonly userId: string
  /** The verification in the session. It may belong to another user. */
  readonly verification: Verification | undefined
  /**
   * Seconds since this user passed the second factor. `Infinity` without a verification of this
   * user, for a remembered browser, and for a time that is more than 60 seconds in the future.
   */
  readonly verificationAge: number
  /** The challenge in the session. It may belong to another user. */
  readonly challenge: Challenge | undefined
  /** Throws a {@link VoiceOtpError} (`session-unavailable`) if there is no session. */
  readonly session: Session
  readonly sessionId: string
  /** Passport's own `req.logIn`, without what `enforce()` adds to it. */
  passportLogIn: LogIn | undefined

  /**
   * Sets the user of this request, after an assignment to `req.user`. If this session logged in
   * another user, this request gets no user. Does not change the session.
   */
  setUser(user: User | null | undefined): void
  /**
   * Records a login, before Passport sets `req.user` and replaces the session. Removes the
   * challenge and verification of another user: otherwise `keepSessionInfo` would copy them into
   * the new session.
   */
  beginLogin(user: User): void
  /** Removes login, challenge and verification, after a logout or a login that failed. */
  endLogin(): void
  /** Whether this session logged this user in, and the user is pending. */
  isPending(user: User): boolean
  /**
   * Whether this is the user of this request, by id. Two users without an id are never the same.
   */
  isUser(user: unknown): boolean
  /** Whether this session logged in nobody, or this user. */
  holdsNoOtherLogin(user: User): boolean

  /** Records in the session's verification that the browser has sent its new cookie. */
  confirmCookie(verification: Verification): void
  /** Stores a challenge in the session, in place of an older one. */
  storeChallenge(challenge: Challenge): void
  /**
   * Removes the challenge from the session, and ends it in the limiter, so that copies of it are
   * refused too. Returns whether it was the active challenge of its user.
   */
  endChallenge(): Promise<boolean>
  /** As {@link endChallenge}, without waiting for the limiter. Ignores an error of the limiter. */
  dropChallenge(): void
}

/**
 * The login state of a request that went through `enforce()` of this strategy. Throws a {@link
 * VoiceOtpError} (`configuration`) for every other request: without `enforce()`, `req.user` may
 * have passed only the first factor.
 * @internal
 */
export function loginStateOf<User>(context: Context<User>, req: Request): LoginState<User> {
  const loginState = (req as { readonly [loginStateKey]?: LoginState<unknown> })[loginStateKey]
  if (loginState?.context !== context) {
    throw new VoiceOtpError(
      'configuration',
      'app.use(voiceOtp.enforce()) must come after passport.session() and before this route.',
    )
  }
  return loginState as unknown as LoginState<User>
}
