// How a verification gets into a new session:
// 1. `carryVerification` replaces `req.logIn` for one login, the one that Passport does next.
// 2. This login runs Passport's own `req.logIn`, which calls `session.regenerate()`. The replaced
//    `regenerate` puts the verification into the new session, once `before` has succeeded. Then
//    Passport saves the new session. The old session never holds the verification.
// 3. After the save, the login is refused if the old session was logged out in the meantime.
// 4. All of this has 5 seconds. After an error, or too late, the login is removed from the request,
//    and the response gets the id of an empty session instead of the one that was saved.
// The rest of request and session is in request-login-state.ts.

import { Failure, toVoiceOtpError, VoiceOtpError } from '../errors.js'
import type { Request } from '../request.js'
import { type LoginState, sessionKey, stepUpKey } from './login-state.js'
import {
  asPassportRequest,
  type LogIn,
  type LogInDone,
  type PassportRequest,
  type Session,
} from './passport-request.js'
import { type Verification } from './verification.js'
import { readArguments } from './logins.js'
import { replaceMethod } from './replace-method.js'

/** How long the whole login may take. */
const loginDeadlineMilliseconds = 5000

/**
 * Makes the next `req.logIn` of this request put the verification into a new session. The session
 * id changes, and the new session keeps what the app stored in the old one. The old session never
 * holds the verification: express-session could still write the old session back if the store hangs
 * while it destroys it. Throws a `VoiceOtpError` (`configuration`) without `req.logIn`.
 * @param before Runs in parallel with `regenerate()`. The new session gets the verification only
 * after both have succeeded.
 * @internal
 */
export function carryVerification<User>(
  req: Request,
  loginState: LoginState<User>,
  verification: Verification,
  before: Promise<unknown> = Promise.resolve(),
): void {
  // If the app never logs in, nothing else handles this rejection, and it would crash the process.
  before.catch(() => undefined)
  const request = asPassportRequest(req)
  const { logIn } = request
  if (typeof logIn !== 'function')
    throw new VoiceOtpError(
      'configuration',
      'req.logIn is missing: use this strategy through passport.authenticate().',
    )
  Reflect.deleteProperty(loginState.session, sessionKey)
  // The page behind the step-up stays in `returnTo`, and needs no other code now.
  Reflect.deleteProperty(loginState.session, stepUpKey)

  request.logIn = request.login = (user, ...rest) => {
    const { options, done } = readArguments(rest)
    if (done === undefined) throw new TypeError('req.logIn() needs a callback.')
    request.logIn = request.login = logIn
    if (options.session === false) {
      const message = 'The second factor is stored in the session: do not set session: false.'
      done(new VoiceOtpError('configuration', message))
      return
    }
    const reLogin = new ReLogin(req, loginState, verification, before, done)
    reLogin.start(loginState.passportLogIn ?? logIn, user as User, options)
  }
}

/** One login that puts a verification into a new session. */
class ReLogin<User> {
  private readonly request: PassportRequest
  private readonly oldSession: Session
  private readonly oldSessionId: string
  private isFinished = false
  private readonly timer: NodeJS.Timeout
  private readonly restoreRegenerate: () => void

  constructor(
    private readonly req: Request,
    private readonly loginState: LoginState<User>,
    private readonly verification: Verification,
    private readonly before: Promise<unknown>,
    private readonly done: LogInDone,
  ) {
    this.request = asPassportRequest(req)
    this.oldSession = loginState.session
    this.oldSessionId = loginState.sessionId
    this.timer = setTimeout(() => {
      this.finish(new VoiceOtpError('session-unavailable', 'It took too long.'))
    }, loginDeadlineMilliseconds)
    this.restoreRegenerate = this.interceptRegenerate()
  }

  /** Runs Passport's `req.logIn`. Calls `done` once, with or without an error. */
  start(logIn: LogIn, user: User, options: object): void {
    const finish = (error?: unknown): void => {
      this.finish(error)
    }
    try {
      this.loginState.beginLogin(user)
      logIn.call(this.req, user, { ...options, keepSessionInfo: true }, (error?: unknown) => {
        if (error === undefined || error === null) this.refuseAfterLogout().then(finish, finish)
        else finish(error)
      })
    } catch (error) {
      finish(error)
    }
  }

  /**
   * Replaces `regenerate` of the old session, which Passport calls during the login. So the new
   * session gets the verification before Passport saves it. Returns a function that puts the old
   * method back.
   */
  private interceptRegenerate(): () => void {
    const regenerate = this.oldSession.regenerate.bind(this.oldSession)
    return replaceMethod(this.oldSession, 'regenerate', continueLogin => {
      regenerate((error?: unknown) => {
        this.verifyNewSession(error, continueLogin).catch((failure: unknown) => {
          this.finish(failure)
        })
      })
    })
  }

  private async verifyNewSession(error: unknown, continueLogin: LogInDone): Promise<void> {
    if (this.isFinished) return // too late: no session may get the verification
    if (error) throw new VoiceOtpError('session-unavailable', undefined, error)
    const { session } = this.request
    if (!session || session === this.oldSession || this.loginState.sessionId === this.oldSessionId)
      throw new VoiceOtpError('session-unavailable', 'It kept the old session id.')
    await this.before
    /* v8 ignore next -- the deadline of the limiter is shorter */
    if (this.isFinished) return
    session[sessionKey] = { verification: this.verification }
    catchThrowingSave(session)
    continueLogin()
  }

  /**
   * Refuses the login if the old session was logged out during it. Runs after the new session is
   * saved: an earlier check would miss a logout that arrives between the check and the save.
   */
  private async refuseAfterLogout(): Promise<void> {
    const { sessionLogins } = this.loginState.context
    if (!(await sessionLogins.isLoggedOut(this.oldSessionId))) return
    this.request.session?.destroy(() => undefined)
    throw new Failure('first-factor-required')
  }

  /** Ends the login, with or without an error. Only the first call counts. */
  private finish(error?: unknown): void {
    if (this.isFinished) return
    this.isFinished = true
    clearTimeout(this.timer)
    // The app's error handler may log the user out, which calls `regenerate()` too.
    this.restoreRegenerate()
    if (error === undefined || error === null) {
      this.done()
      return
    }
    this.abandonSession()
    this.loginState.endLogin()
    // Nothing waits for this: it allows the old session to log in with another right code.
    this.loginState.context.sessionLogins.giveBack(this.oldSessionId).catch(() => undefined)
    this.done(error instanceof Failure ? error : toVoiceOtpError(error, 'session-unavailable'))
  }

  /** Removes the login from the request's session after a failure. */
  private abandonSession(): void {
    const { request } = this
    // The save of the new session may have succeeded, or may succeed later. Give the request
    // another session, so that the response never tells anybody the id of the verified one.
    if (request.session !== this.oldSession && typeof request.sessionStore?.generate === 'function')
      request.sessionStore.generate(this.req)
    const { session } = request
    /* v8 ignore next -- express-session always sets one */
    if (!session) return
    catchThrowingSave(session)
    Reflect.deleteProperty(session, sessionKey)
    /* v8 ignore next -- Passport sets the key */
    Reflect.deleteProperty(session, request._sessionManager?._key ?? 'passport')
  }
}

/**
 * Passes an exception of `session.save()` to its callback. A session store may throw instead of
 * calling back, at a time when nothing catches the exception, and that would crash the process.
 */
function catchThrowingSave(session: Session): void {
  const save = session.save.bind(session)
  replaceMethod(session, 'save', (done: LogInDone | undefined) => {
    try {
      save(done)
    } catch (error) {
      done?.(error)
    }
    return session
  })
}
