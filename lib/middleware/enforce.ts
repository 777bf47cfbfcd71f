import type { ServerResponse } from 'node:http'
import { describe } from '../session/challenge.js'
import { VoiceOtpError } from '../errors.js'
import type { PhoneLookup } from '../callbacks.js'
import type { Middleware, Request } from '../request.js'

import type { Context } from '../context.js'
import { carryVerification } from '../session/re-login.js'
import { recognize } from '../remembered-browsers/recognition.js'
import { LoginState, loginStateKey, asPassportRequest } from '../session/login-state.js'

/** A request whose user is guarded. */
interface Guarded {
  readonly [loginStateKey]: Guard
}

/** The guard of one request's user. */
class Guard {
  /** The user properties that answer through this guard. */
  private readonly names: string[] = []
  /** Who set the user: another Passport's property must not answer with a user that this one never saw. */
  owner: string

  constructor(
    private readonly req: Request,
    readonly loginState: LoginState<unknown>,
    public property: string,
  ) {
    this.owner = property
    this.watch(property)
  }

  // An accessor, because moving the user aside once is not enough: a second passport.session() or a login sets it again.
  watch(name: string): void {
    this.property = name
    if (this.names.includes(name)) return
    this.names.push(name)
    Object.defineProperty(this.req, name, userAccessor(name))
  }
}

// Made once, not for each request: objects whose accessors are all their own are slow to every reader.
const userAccessors = new Map<string, PropertyDescriptor & ThisType<Guarded>>()

function userAccessor(name: string): PropertyDescriptor {
  let accessor = userAccessors.get(name)
  if (accessor !== undefined) return accessor
  accessor = {
    get() {
      const { owner, loginState } = this[loginStateKey]
      return owner === name ? loginState.user : undefined
    },
    set(user: unknown) {
      const guard = this[loginStateKey]
      guard.owner = name
      guard.loginState.set(user)
    },
    enumerable: true,
    configurable: false,
  }
  userAccessors.set(name, accessor)
  return accessor
}

const accessors = {
  // A second passport.initialize({ userProperty }) would move the user past the guard.
  _userProperty: {
    get() {
      return this[loginStateKey].property
    },
    set(name: unknown) {
      this[loginStateKey].watch(nameOf(name))
    },
    enumerable: true,
    configurable: false,
  },
  pendingUser: {
    get() {
      return this[loginStateKey].loginState.pendingUser
    },
    enumerable: true,
  },
  voiceOtp: {
    get() {
      const {
        challenge,
        context: { settings },
      } = this[loginStateKey].loginState
      return challenge && describe(challenge, settings.signalwire.from, settings.clock.now())
    },
    enumerable: true,
  },
} satisfies PropertyDescriptorMap & ThisType<Guarded>
const accessorNames = ['_userProperty', 'pendingUser', 'voiceOtp'] as const

/** Middleware of `enforce()`: from here on `req.user` is someone who passed both factors, or nobody. @internal */
export function enforce<User>(context: Context<User>, lookup: PhoneLookup<User>): Middleware {
  return (req, res, next) => {
    const { session, _userProperty } = asPassportRequest(req)
    const property = nameOf(_userProperty)
    if (session && typeof session.regenerate !== 'function') {
      next(
        new VoiceOtpError(
          'configuration',
          'The session cannot be regenerated: use express-session (cookie-session cannot take a session back).',
        ),
      )
      return
    }
    const known = (req as Partial<Guarded>)[loginStateKey]
    if (known !== undefined) {
      next(
        known.loginState.context === context
          ? undefined
          : new VoiceOtpError(
              'configuration',
              'enforce() of two strategies met on one request; use one VoiceOtpStrategy.',
            ),
      )
      return
    }
    if (property !== 'user' && (req as { user?: unknown }).user) {
      next(
        new VoiceOtpError(
          'configuration',
          'Two user properties met on one request: req.user was set, and Passport uses another. Mount enforce() after each passport.session().',
        ),
      )
      return
    }
    const loginState = new LoginState(
      context,
      req,
      (req as unknown as Record<string, User | undefined>)[property],
    )
    Object.defineProperty(req, loginStateKey, {
      value: new Guard(req, loginState as LoginState<unknown>, property),
    })
    for (const name of accessorNames) Object.defineProperty(req, name, accessors[name])
    // A handshake has no answer that could bring the browser its new cookies.
    if (
      context.settings.remember === undefined ||
      req.headers.upgrade !== undefined ||
      loginState.pendingUser === undefined
    )
      next()
    else
      admitRemembered(context, lookup, req, res, loginState).then(() => {
        next()
      }, next)
  }
}

/** Passport reads an empty name as `user`. */
const nameOf = (name: unknown): string => (typeof name === 'string' && name !== '' ? name : 'user')

/** Logs a pending user in whose browser is remembered, as a code would: with a new session id. */
async function admitRemembered<User>(
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
    asPassportRequest(req).logIn?.(user, {}, error => {
      if (error) reject(error)
      else resolve()
    })
  })
}
