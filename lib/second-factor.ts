import type { ServerResponse } from 'node:http'
import { asChallenge, type Challenge, describe, type PendingChallenge } from './challenge.js'
import { failureTable, VoiceOtpError } from './errors.js'
import type { Request } from './options.js'
import type { Parts } from './parts.js'

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

/** Express middleware, typed by what Node gives alone. */
export type Middleware = (req: Request, res: ServerResponse, next: (error?: unknown) => void) => void

/** The proof in the session that the second factor was passed. */
export interface Mark {
  readonly userId: string
  /** How: by a telephone call. */
  readonly method: 'call'
  /** Authentication method references (RFC 8176). */
  readonly amr: readonly string[]
  /** When, in milliseconds since 1970. */
  readonly at: number
}

interface Session {
  [key: string]: unknown
  regenerate(done: (error?: unknown) => void): void
  save(done: (error?: unknown) => void): void
}

type LogInDone = (error?: unknown) => void
type LogIn = (this: unknown, user: unknown, options: object, done: LogInDone) => void

/** What express-session and Passport put on a request, as far as it is used here. */
interface Wired {
  session?: Session | null
  sessionID?: string
  sessionStore?: { generate?: (req: Request) => void }
  res?: ServerResponse
  _userProperty?: string
  _sessionManager?: { _key?: string }
  login?: LogIn
  logIn?: LogIn
}

const wired = (req: Request): Wired => req as unknown as Wired
const sessionDeadlineMilliseconds = 5000
/** The property of the session that is ours. */
const ours = 'voiceOtp'
const factors = new WeakMap<Request, { readonly parts: unknown }>()

/** The two factors of one request: who passed the first, whether the session holds a mark for the second. @internal */
export class Factor<User> {
  private candidate: User | null | undefined
  private exempt: boolean | undefined

  constructor(readonly parts: Parts<User>, private readonly req: Request, candidate: User | null | undefined) {
    this.candidate = candidate
    if (!candidate) this.forget()
  }

  /** Whoever set `req.user`: Passport's session restore, a login in this very request, or a logout. */
  set(candidate: User | null | undefined): void {
    this.candidate = candidate
    this.exempt = undefined
    if (!candidate) this.forget()
    // What another user of this browser left behind must not reach this one, also not through keepSessionInfo.
    else if ([this.mark?.userId, this.challenge?.userId].some(owner => owner !== undefined && owner !== this.idOrNothing())) this.forget()
  }

  /** Asked anew at every look, since a login replaces the session in the middle of a request. */
  get user(): User | null | undefined {
    return this.candidate && this.isSettled() ? this.candidate : this.candidate ? undefined : this.candidate
  }

  get pendingUser(): User | undefined {
    return this.candidate && !this.isSettled() ? this.candidate : undefined
  }

  /** The pending or full user's id. Throws if the app has none: `undefined` must never equal `undefined`. */
  get userId(): string {
    const id = this.idOrNothing()
    if (id === undefined) throw new VoiceOtpError('configuration', 'userId(user) must answer a number or a text of 1 to 200 characters.')
    return id
  }

  get anyUser(): User | undefined {
    return this.candidate ?? undefined
  }

  get mark(): Mark | undefined {
    return asMark(this.read().mark)
  }

  get challenge(): Challenge | undefined {
    const challenge = asChallenge(this.read().challenge)
    return challenge?.sessionId === wired(this.req).sessionID ? challenge : undefined
  }

  set challenge(challenge: Challenge | undefined) {
    const { mark } = this
    this.session[ours] = { ...(mark && { mark }), ...(challenge && { challenge }) }
  }

  /** Ends the challenge; copies of it in other places are worthless with it. */
  dropChallenge(): void {
    const { challenge } = this
    if (challenge === undefined) return
    this.challenge = undefined
    // Nobody waits for this: the session has lost the challenge already.
    this.parts.counters.killTicket(challenge.userId, challenge.ticket).catch(() => undefined)
  }

  /** Seconds since the mark was set; infinite without one. */
  get markAge(): number {
    const { mark } = this
    if (mark === undefined || !this.candidate || mark.userId !== this.idOrNothing()) return Infinity
    return Math.max(0, (this.parts.settings.clock.now() - mark.at) / 1000)
  }

  get session(): Session {
    const { session } = wired(this.req)
    if (typeof session !== 'object' || session === null) throw new VoiceOtpError('session-unavailable', 'There is no session: mount express-session before enforce(), and see whether its store is connected.')
    return session
  }

  get sessionId(): string {
    return wired(this.req).sessionID ?? ''
  }

  /** Ends the challenge and removes our part of the session. */
  forget(): void {
    this.dropChallenge()
    const { session } = wired(this.req)
    if (session) Reflect.deleteProperty(session, ours)
  }

  private isSettled(): boolean {
    const { mark } = this
    if (mark !== undefined && mark.userId === this.idOrNothing()) return true
    this.exempt ??= this.isExempt()
    return this.exempt
  }

  private isExempt(): boolean {
    try {
      const answer: unknown = this.parts.settings.required(this.candidate as User, this.req)
      return answer === false
    } catch {
      return false
    }
  }

  private idOrNothing(): string | undefined {
    try {
      const id: unknown = this.candidate ? this.parts.settings.userId(this.candidate) : undefined
      const text = typeof id === 'number' && Number.isFinite(id) ? String(id) : id
      return typeof text === 'string' && text.length >= 1 && text.length <= 200 ? text : undefined
    } catch {
      return undefined
    }
  }

  private read(): { readonly challenge?: unknown, readonly mark?: unknown } {
    const part = wired(this.req).session?.[ours]
    return typeof part === 'object' && part !== null ? part : {}
  }
}

function asMark(value: unknown): Mark | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { userId, method, amr, at } = value as Partial<Record<keyof Mark, unknown>>
  const whole = typeof userId === 'string' && userId !== '' && method === 'call' && Array.isArray(amr) && typeof at === 'number' && Number.isFinite(at)
  return whole ? value as Mark : undefined
}

/** The factors of a request that went through `enforce()` of this strategy; without it nothing may be trusted. @internal */
export function factorOf<User>(parts: Parts<User>, req: Request): Factor<User> {
  const factor = factors.get(req)
  if (factor?.parts !== parts) {
    throw new VoiceOtpError('configuration', 'app.use(voiceOtp.enforce()) must come after passport.session() and before this route.')
  }
  return factor as unknown as Factor<User>
}

/** Middleware of `enforce()`: from here on `req.user` is someone who passed both factors, or nobody. @internal */
export function enforce<User>(parts: Parts<User>): Middleware {
  return (req, _res, next) => {
    const { session, _userProperty: property = 'user' } = wired(req)
    if (session && typeof session.regenerate !== 'function') {
      next(new VoiceOtpError('configuration', 'The session cannot be regenerated: use express-session (cookie-session cannot take a session back).'))
      return
    }
    const known = factors.get(req)
    if (known !== undefined) {
      next(known.parts === parts ? undefined : new VoiceOtpError('configuration', 'enforce() of two strategies met on one request; use one VoiceOtpStrategy.'))
      return
    }
    const factor = new Factor(parts, req, (req as unknown as Record<string, User | undefined>)[property])
    factors.set(req, factor)
    // Accessors, because moving the user aside once is not enough: a second passport.session() or a login sets it again.
    Object.defineProperties(req, {
      [property]: { get: () => factor.user, set: (user: User | null | undefined) => { factor.set(user) }, enumerable: true },
      pendingUser: { get: () => factor.pendingUser, enumerable: true },
      voiceOtp: {
        get: () => factor.challenge && describe(factor.challenge, parts.settings.signalwire.from, parts.settings.clock.now()),
        enumerable: true,
      },
    })
    next()
  }
}

/** Options of `require()`. */
export interface RequireOptions {
  /** Seconds since the second factor was passed, at most. Default: any age. */
  readonly maxAge?: number
  /** A path of this app to send people to (303), instead of a 401. */
  readonly redirectTo?: string
}

/** Middleware of `require()`: a route for people whose second factor is fresh. @internal */
export function requireFresh<User>(parts: Parts<User>, { maxAge, redirectTo }: RequireOptions): Middleware {
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge > 0)) throw new TypeError('require({ maxAge }): whole seconds, at least 1, or leave it out.')
  if (redirectTo !== undefined && !isOwnPath(redirectTo)) throw new TypeError("require({ redirectTo }): a path of this app, for example '/otp'.")
  return (req, res, next) => {
    let factor
    try {
      factor = factorOf(parts, req)
    } catch (error) {
      next(error)
      return
    }
    if (factor.user && factor.markAge <= (maxAge ?? Number.MAX_VALUE)) {
      next()
      return
    }
    res.setHeader('Cache-Control', 'no-store')
    if (redirectTo !== undefined) {
      const { originalUrl = '' } = req as Request & { originalUrl?: string }
      const { session } = wired(req)
      if (req.method === 'GET' && session && isOwnPath(originalUrl)) session['returnTo'] = originalUrl
      res.writeHead(303, { Location: redirectTo }).end()
      return
    }
    const [status, message] = failureTable['second-factor-required']
    // RFC 9470, section 3.
    res.setHeader('WWW-Authenticate', `Bearer error="insufficient_user_authentication", error_description="${message}"${maxAge === undefined ? '' : `, max_age="${maxAge}"`}`)
    sendJson(res, status, { code: 'second-factor-required', message, maxAge })
  }
}

/** Whether a URL stays on this origin: `//host`, `/\host` and absolute request lines do not. */
const isOwnPath = (url: string): boolean => /^\/(?![/\\])[\x21-\x7e]*$/.test(url)

export function sendJson(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}

/**
 * Prepares this one request so that the login which Passport or the app now does carries the mark into a new session:
 * the id changes, what the session held stays, and the mark is never in the old session, which express-session
 * would write back if its destruction hangs.
 */
export function carryMark<User>(req: Request, factor: Factor<User>, mark: Mark): void {
  const target = wired(req)
  const original = target.logIn
  if (typeof original !== 'function') throw new VoiceOtpError('configuration', 'req.logIn is missing: use this strategy through passport.authenticate().')
  Reflect.deleteProperty(factor.session, ours)

  const logIn = (user: unknown, options: object | LogInDone | undefined, done?: LogInDone): void => {
    const finish = typeof options === 'function' ? options as LogInDone : done
    if (typeof finish !== 'function') throw new TypeError('req.logIn() needs a callback.')
    const given: { session?: boolean } = typeof options === 'object' ? options : {}
    target.logIn = target.login = original
    if (given.session === false) finish(new VoiceOtpError('configuration', 'The mark of the second factor lives in the session: leave session: false out.'))
    else reLogIn({ ...given, keepSessionInfo: true }, user, finish)
  }
  target.logIn = target.login = logIn as LogIn

  function reLogIn(options: object, user: unknown, done: LogInDone): void {
    const { session, sessionId } = factor
    let over = false
    const finish = (error?: unknown): void => {
      if (over) return
      over = true
      clearTimeout(timer)
      if (error === undefined || error === null) {
        done()
        return
      }
      // A save that hangs may still write the new session, mark and all: nobody is told its id.
      if (target.session !== session && typeof target.sessionStore?.generate === 'function') target.sessionStore.generate(req)
      const current = target.session
      if (current) {
        Reflect.deleteProperty(current, ours)
        Reflect.deleteProperty(current, target._sessionManager?._key ?? 'passport')
      }
      factor.set(null)
      done(error instanceof VoiceOtpError ? error : new VoiceOtpError('session-unavailable', undefined, error))
    }
    const timer = setTimeout(() => { finish(new VoiceOtpError('session-unavailable', 'It took too long.')) }, sessionDeadlineMilliseconds)
    const regenerate = session.regenerate.bind(session)
    Object.defineProperty(session, 'regenerate', {
      configurable: true,
      enumerable: false,
      value: (regenerated: LogInDone) => {
        regenerate((error?: unknown) => {
          if (over) return // answered already: what comes now must change nothing
          if (error) {
            finish(error)
          } else if (!target.session || target.session === session || factor.sessionId === sessionId) {
            finish(new VoiceOtpError('session-unavailable', 'It kept the old session id.'))
          } else {
            target.session[ours] = { mark }
            regenerated()
          }
        })
      },
    })
    try {
      original?.call(req, user, options, finish)
    } catch (error) {
      finish(error)
    }
  }
}
