import type { ServerResponse } from 'node:http'
import { parseChallenge, type Challenge, type PendingChallenge } from './challenge.js'
import { catchRejection } from '../callbacks.js'
import { VoiceOtpError } from '../errors.js'
import type { Request } from '../request.js'
import type { Channel } from '../options/channel.js'

import type { Context } from '../context.js'
import { isChannel } from '../channels.js'

declare global {
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the app's own declaration fills it
    interface User {}
    interface Request {
      /** Someone who has passed the first factor only; `req.user` is undefined for as long. */
      readonly pendingUser?: User | undefined
      /** The challenge that waits in this session. */
      readonly voiceOtp?: PendingChallenge | undefined
    }
  }
}

/** The proof in the session that the second factor was passed. */
export interface Verification {
  /** Whose: what `userId` answered, as text. */
  readonly userId: string
  /** How: by a way, by a remembered browser, or by a recovery code. */
  readonly method: Channel | 'remembered' | 'recovery'
  /** Authentication method references (RFC 8176). */
  readonly amr: readonly string[]
  /** When, in milliseconds since 1970. */
  readonly verifiedAt: number
  /** Keyed hash of the telephone that was proved. */
  readonly phoneHash?: string
}

/** A session of express-session. @internal */
export interface Session {
  [key: string]: unknown
  regenerate(done: (error?: unknown) => void): void
  save(done: (error?: unknown) => void): void
}

/** @internal */
export type LogInDone = (error?: unknown) => void
/** @internal */
export type LogIn = (this: unknown, user: unknown, ...rest: readonly unknown[]) => void

/** What express-session and Passport put on a request, as far as it is used here. @internal */
export interface PassportRequest {
  session?: Session | null
  sessionID?: string
  sessionStore?: { generate?: (req: Request) => void }
  res?: ServerResponse
  _userProperty?: string
  _sessionManager?: { _key?: string }
  login?: LogIn
  logIn?: LogIn
  logout?: (this: unknown, ...given: unknown[]) => void
  logOut?: (this: unknown, ...given: unknown[]) => void
}

/** @internal */
export const asPassportRequest = (req: Request): PassportRequest =>
  req as unknown as PassportRequest
/** Age of a mark, in seconds, with which a number may be changed (NIST SP 800-63B-4, 4.1.2) or a way around the call be opened. @internal */
export const freshSeconds = 300
/** The property of the session that is ours. @internal */
export const sessionKey = 'voiceOtp'
/** Where a request that went through `enforce()` carries its factors. @internal */
export const loginStateKey: unique symbol = Symbol('passport-voice-otp')

/** The two factors of one request: who passed the first, whether the session holds a mark for the second. @internal */
export class LoginState<User> {
  /** Passport's own `req.logIn`, without what `enforce()` adds to it. */
  passportLogIn: LogIn | undefined
  private candidate: User | null | undefined
  /** The user of the login that this session holds, with the id that this user had then. */
  private login: { readonly user: User; readonly id: string | undefined } | undefined
  private exempt: boolean | undefined

  constructor(
    readonly context: Context<User>,
    private readonly req: Request,
    candidate: User | null | undefined,
  ) {
    this.candidate = candidate
    this.login = this.describeLogin(candidate)
    if (!candidate) this.forget()
  }

  /**
   * Something assigned `req.user`: a login, a second `passport.session()`, or the app itself. If the session holds the login
   * of another user, this request has no user. The session is not changed: the assignment may hold for one request only.
   */
  set(candidate: User | null | undefined): void {
    this.exempt = undefined
    this.candidate = candidate && this.isAnotherUser(candidate) ? undefined : candidate
  }

  /**
   * A login begins: Passport now sets `req.user` and then replaces the session. What another user of this browser left in
   * the session must not reach the new user, not even with `keepSessionInfo`.
   */
  beginLogin(user: User): void {
    const owners = [this.verification?.userId, this.challenge?.userId]
    const id = this.idOf(user)
    const isSameUser =
      this.isLogin(user) && owners.every(owner => owner === undefined || owner === id)
    if (!isSameUser) this.forget()
    this.login = this.describeLogin(user)
  }

  /** Whether a login of this user finds a session of nobody, or one of the same user. */
  mayInherit(user: User): boolean {
    return this.login === undefined || this.isLogin(user)
  }

  /** Whether this session holds the login of this user, who is pending. */
  isPending(user: User): boolean {
    return this.isLogin(user) && this.pendingUser !== undefined
  }

  /** The login of this session ends: a logout, or a login that failed. */
  endLogin(): void {
    this.forget()
    this.login = undefined
    this.set(null)
  }

  /** Asked anew at every look, since a login replaces the session in the middle of a request. */
  get user(): User | null | undefined {
    return !this.candidate || this.isSettled() ? this.candidate : undefined
  }

  get pendingUser(): User | undefined {
    return this.candidate && !this.isSettled() ? this.candidate : undefined
  }

  /** The pending or full user's id. Throws if the app has none: `undefined` must never equal `undefined`. */
  get userId(): string {
    const id = this.idOrNothing()
    if (id === undefined)
      throw new VoiceOtpError(
        'configuration',
        'userId(user) must answer a number or a text of 1 to 200 characters.',
      )
    return id
  }

  get anyUser(): User | undefined {
    return this.candidate ?? undefined
  }

  get verification(): Verification | undefined {
    return readVerification(this.read().verification)
  }

  get challenge(): Challenge | undefined {
    const challenge = parseChallenge(this.read().challenge)
    return challenge?.sessionId === asPassportRequest(this.req).sessionID ? challenge : undefined
  }

  set challenge(challenge: Challenge | undefined) {
    const { verification } = this
    this.session[sessionKey] = {
      ...(verification && { verification }),
      ...(challenge && { challenge }),
    }
  }

  /** Ends the challenge; copies of it in other places are worthless with it. */
  dropChallenge(): void {
    const { challenge } = this
    if (challenge === undefined) return
    this.challenge = undefined
    // Nobody waits for this: the session has lost the challenge already.
    this.context.activeChallenges.end(challenge).catch(() => undefined)
  }

  /** Seconds since a code was given; infinite without one, and for a browser that was only remembered. */
  get verificationAge(): number {
    const { verification } = this
    if (
      verification === undefined ||
      verification.method === 'remembered' ||
      verification.userId !== this.idOrNothing()
    )
      return Infinity
    return Math.max(0, (this.context.settings.clock.now() - verification.verifiedAt) / 1000)
  }

  get session(): Session {
    const { session } = asPassportRequest(this.req)
    if (typeof session !== 'object' || session === null)
      throw new VoiceOtpError(
        'session-unavailable',
        'There is no session: mount express-session before enforce(), and see whether its store is connected.',
      )
    return session
  }

  get sessionId(): string {
    /* v8 ignore next -- express-session sets it */
    return asPassportRequest(this.req).sessionID ?? ''
  }

  /** Ends the challenge and removes our part of the session. */
  forget(): void {
    this.dropChallenge()
    const { session } = asPassportRequest(this.req)
    if (session) Reflect.deleteProperty(session, sessionKey)
  }

  private describeLogin(user: User | null | undefined) {
    return user ? { user, id: this.idOf(user) } : undefined
  }

  private isAnotherUser(user: User): boolean {
    return this.login !== undefined && user !== this.login.user && !this.isLogin(user)
  }

  /** Whether the login of this session is this user's; users without an id are never the same. */
  private isLogin(user: User): boolean {
    const id = this.idOf(user)
    return id !== undefined && id === this.login?.id
  }

  private isSettled(): boolean {
    const owner = this.verification?.userId
    if (owner !== undefined && owner === this.idOrNothing()) return true
    this.exempt ??= this.isExempt()
    return this.exempt
  }

  private isExempt(): boolean {
    try {
      return (
        catchRejection(this.context.settings.required(this.candidate as User, this.req)) === false
      )
    } catch {
      return false
    }
  }

  private idOrNothing(): string | undefined {
    return this.candidate ? this.idOf(this.candidate) : undefined
  }

  private idOf(user: User): string | undefined {
    try {
      const id: unknown = this.context.settings.userId(user)
      const text = typeof id === 'number' && Number.isFinite(id) ? String(id) : id
      return typeof text === 'string' && text.length >= 1 && text.length <= 200 ? text : undefined
    } catch {
      return undefined
    }
  }

  private read(): { readonly challenge?: unknown; readonly verification?: unknown } {
    const part = asPassportRequest(this.req).session?.[sessionKey]
    return typeof part === 'object' && part !== null ? part : {}
  }
}

function readVerification(value: unknown): Verification | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { userId, method, amr, verifiedAt, phoneHash } = value as Partial<
    Record<keyof Verification, unknown>
  >
  const whole =
    typeof userId === 'string' &&
    userId !== '' &&
    (isChannel(method) || method === 'remembered' || method === 'recovery') &&
    Array.isArray(amr) &&
    Number.isFinite(verifiedAt) &&
    (phoneHash === undefined || typeof phoneHash === 'string')
  return whole ? (value as Verification) : undefined
}

/** The factors of a request that went through `enforce()` of this strategy; without it nothing may be trusted. @internal */
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
