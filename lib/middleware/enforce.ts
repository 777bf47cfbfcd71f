import type { ServerResponse } from 'node:http'
import type { PhoneLookup } from '../callbacks.js'
import type { Context } from '../context.js'
import { VoiceOtpError } from '../errors.js'
import { confirmCookie, recognize } from '../remembered-browsers/recognition.js'
import type { Middleware, Request } from '../request.js'
import { describeChallenge } from '../session/challenge.js'
import { type LoginState, loginStateKey } from '../session/login-state.js'
import { createLoginState } from '../session/request-login-state.js'
import { asPassportRequest } from '../session/passport-request.js'
import { watchLogins } from '../session/logins.js'
import { carryVerification } from '../session/re-login.js'
import { warnOnce } from '../warn-once.js'
import { createPendingUserResponse, type EnforceOptions } from './pending-users.js'

/**
 * Creates the middleware of `enforce()`: after it, `req.user` is a user who passed both factors, or
 * undefined.
 * @internal
 */
export function createEnforce<User>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
  options: EnforceOptions,
): Middleware {
  const respondToPendingUser = createPendingUserResponse(options)
  return (req, res, next) => {
    const property = propertyName(asPassportRequest(req)._userProperty)
    const known = (req as { readonly [loginStateKey]?: LoginState<unknown> })[loginStateKey]
    if (known?.context === context) {
      next() // mounted twice
      return
    }
    const mistake = findMistake(req, property, known)
    if (mistake !== undefined) {
      next(new VoiceOtpError('configuration', mistake))
      return
    }
    const candidate = (req as unknown as Record<string, User | undefined>)[property]
    const loginState = createLoginState(context, req, candidate)
    Object.defineProperty(req, loginStateKey, { value: loginState })
    guardUser(req, loginState, property)
    watchLogins(req, loginState, lookup)
    warnAboutLocals(res, loginState.pendingUser)
    const proceed = (): void => {
      let isRefused
      try {
        isRefused = loginState.pendingUser !== undefined && respondToPendingUser(req, res, next)
      } catch (error) {
        next(error) // after a promise, nothing else would catch it
        return
      }
      if (!isRefused) next()
    }
    if (mayBeRemembered(loginState, req))
      logInRemembered(context, lookup, req, res, loginState).then(proceed, next)
    else if (loginState.user && loginState.verification?.unconfirmedCookie !== undefined)
      confirmCookie(context, req, loginState).then(proceed, next)
    else proceed()
  }
}

/**
 * Whether to look for a remembered browser. Not on a WebSocket handshake: its response cannot set
 * the new cookies.
 */
const mayBeRemembered = <User>({ context, pendingUser }: LoginState<User>, req: Request): boolean =>
  context.settings.remember !== undefined &&
  req.headers.upgrade === undefined &&
  pendingUser !== undefined

/**
 * Warns if middleware before `enforce()` has put a pending user into `res.locals`. A template that
 * reads it would show the user as logged in, and `enforce()` cannot undo that.
 */
function warnAboutLocals(res: ServerResponse, pendingUser: unknown): void {
  const { locals } = res as ServerResponse & { readonly locals?: unknown }
  if (pendingUser === undefined || typeof locals !== 'object' || locals === null) return
  const properties = Object.entries(Object.getOwnPropertyDescriptors(locals))
  const [name] = properties.find(([, { value }]) => value === pendingUser) ?? []
  if (name === undefined) return
  warnOnce(
    'VOICE_OTP_LOCALS',
    `res.locals.${name} holds a user who has passed only the first factor. Mount enforce() directly after passport.session(), and set res.locals after it.`,
  )
}

/** Passport reads an empty name of the user property as `user`. */
const propertyName = (name: unknown): string =>
  typeof name === 'string' && name !== '' ? name : 'user'

/** Returns a sentence about a mistake in the app's setup that would let a user past the guard. */
function findMistake(req: Request, property: string, known: unknown): string | undefined {
  const { session } = asPassportRequest(req)
  if (session && typeof session.regenerate !== 'function')
    return 'The session cannot be regenerated. Use express-session; cookie-session is not supported, because a copied cookie cannot be revoked on the server.'
  if (known !== undefined)
    return 'enforce() of two strategies ran on one request. Use one VoiceOtpStrategy.'
  if (property !== 'user' && (req as { user?: unknown }).user)
    return 'Two user properties were set on one request: req.user, and the one that Passport uses now. Mount enforce() after each passport.session().'
  return undefined
}

/**
 * Replaces the property in which Passport stores the user with an accessor, and adds `pendingUser`
 * and `voiceOtp`. It is not enough to move the user once: a login, or a second
 * `passport.session()`, sets the user again.
 */
function guardUser<User>(req: Request, loginState: LoginState<User>, property: string): void {
  Object.defineProperty(req, guardKey, { value: new UserGuard(req, loginState, property) })
  Object.defineProperties(req, accessors)
}

const guardKey = Symbol('passport-voice-otp guard')

interface GuardedRequest {
  readonly [guardKey]: UserGuard<unknown>
}

/** Guards the properties of one request in which Passport puts the user. */
class UserGuard<User> {
  /**
   * The property that was set last. Only this property returns the user. The property of another
   * instance of Passport must not return the user.
   */
  setThrough: string
  private readonly guarded = new Set<string>()

  constructor(
    private readonly req: Request,
    readonly loginState: LoginState<User>,
    /** The property that Passport uses now. */
    public property: string,
  ) {
    this.setThrough = property
    this.guard(property)
  }

  /** Guards one more property, which Passport uses from now on. */
  guard(name: string): void {
    this.property = name
    if (this.guarded.has(name)) return
    this.guarded.add(name)
    Object.defineProperty(this.req, name, userAccessor(name))
  }
}

// All requests share these accessors. If each request had its own functions, V8 would treat each
// request as an object of another shape, and a page behind enforce() would take 12 % longer.
const userAccessors = new Map<string, PropertyDescriptor>()

function userAccessor(name: string): PropertyDescriptor {
  const known = userAccessors.get(name)
  if (known !== undefined) return known
  const accessor: PropertyDescriptor & ThisType<GuardedRequest> = {
    get() {
      const { setThrough, loginState } = this[guardKey]
      return setThrough === name ? loginState.user : undefined
    },
    set(user: unknown) {
      const guard = this[guardKey]
      guard.setThrough = name
      guard.loginState.setUser(user)
    },
    enumerable: true,
    configurable: false,
  }
  userAccessors.set(name, accessor)
  return accessor
}

const accessors: PropertyDescriptorMap & ThisType<GuardedRequest> = {
  // Without this, a second passport.initialize({ userProperty }) would set the user where nobody
  // guards it.
  _userProperty: {
    get() {
      return this[guardKey].property
    },
    set(name: unknown) {
      this[guardKey].guard(propertyName(name))
    },
    enumerable: true,
    configurable: false,
  },
  pendingUser: {
    get() {
      return this[guardKey].loginState.pendingUser
    },
    enumerable: true,
  },
  voiceOtp: {
    get() {
      return describePending(this[guardKey].loginState)
    },
    enumerable: true,
  },
}

function describePending<User>({ challenge, context: { keys, settings } }: LoginState<User>) {
  return challenge && describeChallenge(keys, challenge, settings.signalwire, settings.clock.now())
}

/** Logs in a pending user whose browser is remembered, as a code would: with a new session id. */
async function logInRemembered<User>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
  req: Request,
  res: ServerResponse,
  loginState: LoginState<User>,
): Promise<void> {
  const user = loginState.pendingUser
  const verification = await recognize(context, lookup, req, res, loginState)
  if (verification === undefined) return
  carryVerification(req, loginState, verification)
  await new Promise<void>((resolve, reject) => {
    asPassportRequest(req).logIn?.(user, {}, (error?: unknown) => {
      if (error) reject(error)
      else resolve()
    })
  })
}
