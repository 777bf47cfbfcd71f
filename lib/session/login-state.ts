import { catchRejection } from '../callbacks.js'
import type { Context } from '../context.js'
import { VoiceOtpError } from '../errors.js'
import type { Approval } from '../options/approval.js'
import type { Request } from '../request.js'
import { type Challenge, parseChallenge, type PendingChallenge } from './challenge.js'
import { asPassportRequest, type LogIn, type Session } from './passport-request.js'
import { clockToleranceMilliseconds, parseVerification, type Verification } from './verification.js'

declare global {
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the app declares its properties
    interface User {}
    interface Request {
      /** The user who has passed only the first factor. `req.user` is undefined then. */
      readonly pendingUser?: User | undefined
      /** The challenge in this session. */
      readonly voiceOtp?: PendingChallenge | undefined
      /** What the user has just approved. Only in the handler of a route with the purpose `approve`. */
      readonly approval?: Approval | undefined
    }
  }
}

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
  /** Whether a login of this user finds a session without a login, or one of the same user. */
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
   * Does the same, but does not wait for the limiter. The session has lost the challenge in any
   * case.
   */
  dropChallenge(): void
}

/** @internal */
export function createLoginState<User>(
  context: Context<User>,
  req: Request,
  user: User | null | undefined,
): LoginState<User> {
  return new RequestLoginState(context, req, user)
}

class RequestLoginState<User> implements LoginState<User> {
  passportLogIn: LogIn | undefined
  /** The user who passed the first factor. */
  private candidate: User | null | undefined
  /** The user of the login that this session holds, with the id that this user had then. */
  private login: { readonly user: User; readonly id: string | undefined } | undefined
  /** Whether the app requires no code of the candidate. `undefined` until the app was asked. */
  private exempt: boolean | undefined

  constructor(
    readonly context: Context<User>,
    private readonly req: Request,
    candidate: User | null | undefined,
  ) {
    this.candidate = candidate
    this.login = this.describeLogin(candidate)
    if (!candidate) this.clearSession()
  }

  get user(): User | null | undefined {
    return !this.candidate || this.hasPassed() ? this.candidate : undefined
  }

  get pendingUser(): User | undefined {
    return this.candidate && !this.hasPassed() ? this.candidate : undefined
  }

  get anyUser(): User | undefined {
    return this.candidate ?? undefined
  }

  get userId(): string {
    const id = this.candidateId()
    // Two users without an id must not count as the same user.
    if (id === undefined)
      throw new VoiceOtpError(
        'configuration',
        'userId(user) must return a number or a text of 1 to 200 characters.',
      )
    return id
  }

  get verification(): Verification | undefined {
    return parseVerification(this.readSession().verification)
  }

  get verificationAge(): number {
    const { verification } = this
    if (
      verification === undefined ||
      verification.method === 'remembered' ||
      verification.userId !== this.candidateId()
    )
      return Infinity
    const age = this.context.settings.clock.now() - verification.verifiedAt
    return age < -clockToleranceMilliseconds ? Infinity : Math.max(0, age / 1000)
  }

  get challenge(): Challenge | undefined {
    const challenge = parseChallenge(this.readSession().challenge)
    return challenge?.sessionId === asPassportRequest(this.req).sessionID ? challenge : undefined
  }

  get session(): Session {
    const { session } = asPassportRequest(this.req)
    if (typeof session !== 'object' || session === null)
      throw new VoiceOtpError(
        'session-unavailable',
        'There is no session: mount express-session before enforce(), and check that its store is connected.',
      )
    return session
  }

  get sessionId(): string {
    /* v8 ignore next -- express-session sets it */
    return asPassportRequest(this.req).sessionID ?? ''
  }

  setUser(user: User | null | undefined): void {
    this.exempt = undefined
    this.candidate = user && this.isAnotherUser(user) ? undefined : user
  }

  beginLogin(user: User): void {
    const owners = [this.verification?.userId, this.challenge?.userId]
    const id = this.readId(user)
    const isSameUser =
      this.isLogin(user) && owners.every(owner => owner === undefined || owner === id)
    if (!isSameUser) this.clearSession()
    this.login = this.describeLogin(user)
  }

  endLogin(): void {
    this.clearSession()
    this.login = undefined
    this.setUser(null)
  }

  isPending(user: User): boolean {
    return this.isLogin(user) && this.pendingUser !== undefined
  }

  mayInherit(user: User): boolean {
    return this.login === undefined || this.isLogin(user)
  }

  confirmCookie(): void {
    if (this.verification === undefined) return
    const { unconfirmedCookie: _, ...verification } = this.verification
    this.session[sessionKey] = { ...this.readSession(), verification }
  }

  storeChallenge(challenge: Challenge): void {
    const { verification } = this
    this.session[sessionKey] = { ...(verification && { verification }), challenge }
  }

  async endChallenge(): Promise<void> {
    const { challenge, verification } = this
    if (challenge === undefined) return
    this.session[sessionKey] = { ...(verification && { verification }) }
    await this.context.activeChallenges.end(challenge)
  }

  dropChallenge(): void {
    this.endChallenge().catch(() => undefined)
  }

  /** Ends the challenge and removes everything that this package stored in the session. */
  private clearSession(): void {
    this.dropChallenge()
    const { session } = asPassportRequest(this.req)
    if (session) Reflect.deleteProperty(session, sessionKey)
  }

  private describeLogin(user: User | null | undefined) {
    return user ? { user, id: this.readId(user) } : undefined
  }

  private isAnotherUser(user: User): boolean {
    return this.login !== undefined && user !== this.login.user && !this.isLogin(user)
  }

  /**
   * Whether the session holds the login of this user. Two users without an id are never the same.
   */
  private isLogin(user: User): boolean {
    const id = this.readId(user)
    return id !== undefined && id === this.login?.id
  }

  /** Whether the candidate has passed the second factor, or does not need it. */
  private hasPassed(): boolean {
    const owner = this.verification?.userId
    return (owner !== undefined && owner === this.candidateId()) || this.askExemption()
  }

  /**
   * Asks the app's `required`, once for each user. The second factor stays required if that fails.
   */
  private askExemption(): boolean {
    if (this.exempt === undefined) {
      try {
        const { required } = this.context.settings
        const result = required(this.candidate as User, this.req)
        this.exempt = catchRejection(result) === false
      } catch {
        this.exempt = false
      }
    }
    return this.exempt
  }

  private candidateId(): string | undefined {
    return this.candidate ? this.readId(this.candidate) : undefined
  }

  /** The id of a user, or `undefined` if the app has no valid id for the user. */
  private readId(user: User): string | undefined {
    try {
      const id: unknown = this.context.settings.userId(user)
      const text = typeof id === 'number' && Number.isFinite(id) ? String(id) : id
      return typeof text === 'string' && text.length >= 1 && text.length <= 200 ? text : undefined
    } catch {
      return undefined
    }
  }

  private readSession(): { readonly challenge?: unknown; readonly verification?: unknown } {
    const part = asPassportRequest(this.req).session?.[sessionKey]
    return typeof part === 'object' && part !== null ? part : {}
  }
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
