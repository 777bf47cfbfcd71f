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
   * The user, if both factors are passed. `undefined` for a pending user; the value that was set if
   * it is no user.
   */
  readonly user: User | null | undefined
  /** The user, if only the first factor is passed. */
  readonly pendingUser: User | undefined
  /** The user, whichever factors are passed. */
  readonly anyUser: User | undefined
  /**
   * The id of {@link anyUser}. Throws a {@link VoiceOtpError} (`configuration`) if there is none.
   */
  readonly userId: string
  /** What the session stores about the second factor, whichever user it is for. */
  readonly verification: Verification | undefined
  /**
   * Seconds since the user passed the second factor. Infinite without it, for a remembered browser,
   * and for a time that is more than 60 seconds in the future.
   */
  readonly verificationAge: number
  /** The challenge of this session, whichever user it is for. */
  readonly challenge: Challenge | undefined
  /** Throws a {@link VoiceOtpError} (`session-unavailable`) if there is no session. */
  readonly session: Session
  readonly sessionId: string
  /** Passport's own `req.logIn`, without what `enforce()` adds to it. */
  passportLogIn: LogIn | undefined

  /**
   * Sets the user of this request only: something assigned `req.user`. If the session holds the
   * login of another user, this request has no user. The session is not changed.
   */
  setUser(user: User | null | undefined): void
  /**
   * Prepares the session for a login, before Passport sets `req.user` and replaces the session.
   * What another user of this browser left in the session must not reach the new user, not even
   * with `keepSessionInfo`.
   */
  beginLogin(user: User): void
  /** Removes the login of this session: after a logout, or a login that failed. */
  endLogin(): void
  /** Whether this session holds the login of this user, who is pending. */
  isPending(user: User): boolean
  /**
   * Whether this is the user of this request, by id. Two users without an id are never the same.
   */
  isUser(user: unknown): boolean
  /** Whether this session holds no login, or the login of this user. */
  mayInherit(user: User): boolean

  /** Notes that the remembered browser has sent its new cookie. */
  confirmCookie(): void
  /** Stores a challenge in the session, in place of an older one. */
  storeChallenge(challenge: Challenge): void
  /**
   * Removes the challenge from the session, and ends it in the limiter, so that copies of it are
   * refused too.
   */
  endChallenge(): Promise<void>
  /**
   * Does the same without waiting for the limiter. The challenge leaves the session even if the
   * limiter fails.
   */
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
