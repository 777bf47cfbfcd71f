// Two users can differ on one request, and this file keeps them apart:
// - The candidate is the user of this request. `passport.session()`, `req.logIn` or an assignment
//   to `req.user` sets the candidate.
// - The login is the user whom this session logged in. Only a login or a logout changes the login.
// A candidate who is not the user of the login is ignored: the request has no user then. The
// candidate has passed the second factor if the session holds a verification for the same id, or if
// the app requires none (`required`). A login of another user, and a logout, remove challenge and
// verification from the session.

import { catchRejection } from '../callbacks.js'
import type { Context } from '../context.js'
import { VoiceOtpError } from '../errors.js'
import type { Request } from '../request.js'
import type { Challenge } from './challenge.js'
import { parseChallenge } from './parse-challenge.js'
import { type LoginState, sessionKey } from './login-state.js'
import { asPassportRequest, type LogIn, type Session } from './passport-request.js'
import { clockToleranceMilliseconds, parseVerification, type Verification } from './verification.js'

/**
 * Creates the login state of one request.
 * @param user The user that Passport has read from the session, if any.
 * @internal
 */
export function createLoginState<User>(
  context: Context<User>,
  req: Request,
  user: User | null | undefined,
): LoginState<User> {
  return new RequestLoginState(context, req, user)
}

class RequestLoginState<User> implements LoginState<User> {
  passportLogIn: LogIn | undefined
  /** The user of this request, who has passed at least the first factor. */
  private candidate: User | null | undefined
  /** The user whom this session logged in, with the id of that user at that time. */
  private login: { readonly user: User; readonly id: string | undefined } | undefined
  /** Whether the app exempts the candidate from the second factor. `undefined`: not asked yet. */
  private isExempt: boolean | undefined

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
        'userId(user) must return a text of 1 to 200 characters, a number or a bigint. For an object: userId: user => String(user._id).',
      )
    return id
  }

  get verification(): Verification | undefined {
    const { factors } = this.context
    return parseVerification(
      this.readStored('verification'),
      method => factors.get(method) !== undefined,
    )
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
    const challenge = parseChallenge(this.readStored('challenge'))
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
    this.isExempt = undefined
    this.candidate = user && this.isNotUserOfLogin(user) ? undefined : user
  }

  beginLogin(user: User): void {
    const owners = [this.verification?.userId, this.challenge?.userId]
    const id = this.readId(user)
    const isSameUser =
      this.isUserOfLogin(user) && owners.every(owner => owner === undefined || owner === id)
    if (!isSameUser) this.clearSession()
    this.login = this.describeLogin(user)
  }

  endLogin(): void {
    this.clearSession()
    this.login = undefined
    this.setUser(null)
  }

  isPending(user: User): boolean {
    return this.isUserOfLogin(user) && this.pendingUser !== undefined
  }

  isUser(user: unknown): boolean {
    const id = typeof user === 'object' && user !== null ? this.readId(user as User) : undefined
    return id !== undefined && id === this.candidateId()
  }

  holdsNoOtherLogin(user: User): boolean {
    return this.login === undefined || this.isUserOfLogin(user)
  }

  confirmCookie({ unconfirmedCookie: _, ...verification }: Verification): void {
    const challenge = this.readStored('challenge')
    this.session[sessionKey] = { ...(challenge === undefined ? {} : { challenge }), verification }
  }

  storeChallenge(challenge: Challenge): void {
    const { verification } = this
    this.session[sessionKey] = { ...(verification && { verification }), challenge }
  }

  async endChallenge(): Promise<boolean> {
    const { challenge, verification } = this
    if (challenge === undefined) return false
    this.session[sessionKey] = { ...(verification && { verification }) }
    return this.context.activeChallenges.end(challenge)
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

  /**
   * Whether this session logged in somebody, and not this user: neither this object nor this id.
   */
  private isNotUserOfLogin(user: User): boolean {
    return this.login !== undefined && user !== this.login.user && !this.isUserOfLogin(user)
  }

  /**
   * Whether this session logged this user in, by id. Two users without an id are never the same.
   */
  private isUserOfLogin(user: User): boolean {
    const id = this.readId(user)
    return id !== undefined && id === this.login?.id
  }

  /** Whether the candidate has passed the second factor, or is exempt from it. */
  private hasPassed(): boolean {
    const owner = this.verification?.userId
    return (owner !== undefined && owner === this.candidateId()) || this.askExemption()
  }

  /**
   * Asks the app's `required` once for each candidate. If `required` throws or returns anything but
   * `false`, the second factor stays required.
   */
  private askExemption(): boolean {
    if (this.isExempt === undefined) {
      try {
        const { required } = this.context.settings
        const result = required(this.candidate as User, this.req)
        this.isExempt = catchRejection(result) === false
      } catch {
        this.isExempt = false
      }
    }
    return this.isExempt
  }

  private candidateId(): string | undefined {
    return this.candidate ? this.readId(this.candidate) : undefined
  }

  /** The id of a user, or `undefined` if the app has no valid id for the user. */
  private readId(user: User): string | undefined {
    try {
      const id: unknown = this.context.settings.userId(user)
      const isNumber = typeof id === 'bigint' || (typeof id === 'number' && Number.isFinite(id))
      const text = isNumber ? String(id) : id
      return typeof text === 'string' && text.length >= 1 && text.length <= 200 ? text : undefined
    } catch {
      return undefined
    }
  }

  /** What the session stores under a name, unchecked. */
  private readStored(name: 'challenge' | 'verification'): unknown {
    return readOwn(readOwn(asPassportRequest(this.req).session, sessionKey), name)
  }
}

/** An own property only: a polluted Object.prototype must not pass the second factor. */
const readOwn = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
