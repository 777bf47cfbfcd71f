import type { ServerResponse } from 'node:http'
import { asChallenge, type Challenge, type PendingChallenge } from './challenge.js'
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
export type LogIn = (this: unknown, user: unknown, options: object, done: LogInDone) => void

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
  private candidate: User | null | undefined
  private exempt: boolean | undefined

  constructor(
    readonly context: Context<User>,
    private readonly req: Request,
    candidate: User | null | undefined,
  ) {
    this.candidate = candidate
    if (!candidate) this.forget()
  }

  /** Whoever set `req.user`: Passport's session restore, a login in this very request, or a logout. */
  set(candidate: User | null | undefined): void {
    this.candidate = candidate
    this.exempt = undefined
    if (!candidate) this.forget()
    // What another user of this browser left behind must not reach this one, also not through keepSessionInfo.
    else if (
      [this.verification?.userId, this.challenge?.userId].some(
        owner => owner !== undefined && owner !== this.idOrNothing(),
      )
    )
      this.forget()
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
    const challenge = asChallenge(this.read().challenge)
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
    this.context.counters
      .deactivateChallenge(challenge.userId, challenge.activation)
      .catch(() => undefined)
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
    try {
      /* v8 ignore next -- only asked of somebody */
      const id: unknown = this.candidate ? this.context.settings.userId(this.candidate) : undefined
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
