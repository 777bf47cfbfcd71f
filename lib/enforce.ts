import type { ServerResponse } from 'node:http'
import { describe } from './challenge.js'
import { VoiceOtpError } from './errors.js'
import type { PhoneLookup } from './hooks.js'
import type { Middleware } from './middleware.js'
import type { Request } from './options.js'
import type { Parts } from './parts.js'
import { carryMark } from './re-login.js'
import { recognize } from './remember.js'
import { Factor, factors, wired } from './second-factor.js'

/** Middleware of `enforce()`: from here on `req.user` is someone who passed both factors, or nobody. @internal */
export function enforce<User>(parts: Parts<User>, lookup: PhoneLookup<User>): Middleware {
  return (req, res, next) => {
    const { session, _userProperty } = wired(req)
    let property = nameOf(_userProperty)
    // Who set the user: another Passport's property must not answer with a user that this one never saw.
    let owner = property
    const guarded = new Set<string>()
    if (session && typeof session.regenerate !== 'function') {
      next(new VoiceOtpError('configuration', 'The session cannot be regenerated: use express-session (cookie-session cannot take a session back).'))
      return
    }
    const known = factors.get(req)
    if (known !== undefined) {
      next(known.parts === parts ? undefined : new VoiceOtpError('configuration', 'enforce() of two strategies met on one request; use one VoiceOtpStrategy.'))
      return
    }
    if (property !== 'user' && (req as { user?: unknown }).user) {
      next(new VoiceOtpError('configuration', 'Two user properties met on one request: req.user was set, and Passport uses another. Mount enforce() after each passport.session().'))
      return
    }
    const factor = new Factor(parts, req, (req as unknown as Record<string, User | undefined>)[property])
    factors.set(req, factor)
    guard(property)
    Object.defineProperties(req, {
      // A second passport.initialize({ userProperty }) would move the user past the guard.
      _userProperty: { get: () => property, set: (name: unknown) => { guard(property = nameOf(name)) }, enumerable: true, configurable: false },
      pendingUser: { get: () => factor.pendingUser, enumerable: true },
      voiceOtp: {
        get: () => factor.challenge && describe(factor.challenge, parts.settings.signalwire.from, parts.settings.clock.now()),
        enumerable: true,
      },
    })
    // A handshake has no answer that could bring the browser its new cookies.
    if (parts.settings.remember === undefined || req.headers.upgrade !== undefined || factor.pendingUser === undefined) next()
    else admitRemembered(parts, lookup, req, res, factor).then(() => { next() }, next)

    // An accessor, because moving the user aside once is not enough: a second passport.session() or a login sets it again.
    function guard(name: string): void {
      if (guarded.has(name)) return
      guarded.add(name)
      Object.defineProperty(req, name, { get: () => name === owner ? factor.user : undefined, set: (user: User | null | undefined) => { owner = name; factor.set(user) }, enumerable: true, configurable: false })
    }
  }
}

/** Passport reads an empty name as `user`. */
const nameOf = (name: unknown): string => typeof name === 'string' && name !== '' ? name : 'user'

/** Logs a pending user in whose browser is remembered, as a code would: with a new session id. */
async function admitRemembered<User>(parts: Parts<User>, lookup: PhoneLookup<User>, req: Request, res: ServerResponse, factor: Factor<User>): Promise<void> {
  const user = factor.pendingUser
  const mark = await recognize(parts, lookup, req, res, factor)
  if (mark === undefined) return
  carryMark(req, factor, mark)
  await new Promise<void>((resolve, reject) => {
    wired(req).logIn?.(user, {}, error => { if (error) reject(error); else resolve() })
  })
}
