import { Failure, toVoiceOtpError, VoiceOtpError } from '../errors.js'
import type { Request } from '../request.js'
import { type LoginState, sessionKey } from './login-state.js'
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

const sessionDeadlineMilliseconds = 5000

/**
 * Prepares this one request, so that the login that Passport or the app does next puts the
 * verification into a new session. The session id changes, and what the app stored in the session
 * stays. The verification is never in the old session: express-session would write that session
 * back if destroying it hangs.
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
  // If the app does not log in, nothing else handles this rejection, which would crash the process.
  before.catch(() => undefined)
  const request = asPassportRequest(req)
  const { logIn } = request
  if (typeof logIn !== 'function')
    throw new VoiceOtpError(
      'configuration',
      'req.logIn is missing: use this strategy through passport.authenticate().',
    )
  Reflect.deleteProperty(loginState.session, sessionKey)

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
    }, sessionDeadlineMilliseconds)
    this.restoreRegenerate = this.interceptRegenerate()
  }

  start(logIn: LogIn, user: User, options: object): void {
    try {
      this.loginState.beginLogin(user)
      logIn.call(this.req, user, { ...options, keepSessionInfo: true }, (error?: unknown) => {
        if (error === undefined || error === null)
          this.refuseAfterLogout().then(
            () => {
              this.finish()
            },
            (failure: unknown) => {
              this.finish(failure)
            },
          )
        else this.finish(error)
      })
    } catch (error) {
      this.finish(error)
    }
  }

  /**
   * Passport calls `session.regenerate()` during the login. Puts the verification into the new
   * session before Passport saves it.
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
    if (this.isFinished) return // after the deadline, no session may get the verification
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
   * A logout of the old session that arrived during this login wins. It is checked after the new
   * session is saved: an earlier check could miss a logout that arrives before the save.
   */
  private async refuseAfterLogout(): Promise<void> {
    const { sessionLogins } = this.loginState.context
    if (!(await sessionLogins.isLoggedOut(this.oldSessionId))) return
    this.request.session?.destroy(() => undefined)
    throw new Failure('first-factor-required')
  }

  private finish(error?: unknown): void {
    if (this.isFinished) return
    this.isFinished = true
    clearTimeout(this.timer)
    // The app's error handler may log out, which calls `regenerate()` too.
    this.restoreRegenerate()
    if (error === undefined || error === null) {
      this.done()
      return
    }
    this.abandonSession()
    this.loginState.endLogin()
    this.loginState.context.sessionLogins.giveBack(this.oldSessionId).catch(() => undefined)
    this.done(error instanceof Failure ? error : toVoiceOtpError(error, 'session-unavailable'))
  }

  /** Removes the login from the request's session after a failure. */
  private abandonSession(): void {
    const { request } = this
    // A save that hangs may still write the new session with the verification. Give the response
    // another session, so that nobody learns the id of the one that was written.
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
 * A session store may throw instead of calling back, at a time when nothing catches it. That would
 * crash the process.
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
