import { VoiceOtpError } from '../errors.js'
import type { Request } from '../request.js'

import {
  type LoginState,
  type LogIn,
  type LogInDone,
  type Verification,
  sessionKey,
  type Session,
  asPassportRequest,
} from './login-state.js'
import { readArguments } from './logins.js'

const sessionDeadlineMilliseconds = 5000

/**
 * Prepares this one request so that the login which Passport or the app now does carries the mark into a new session:
 * the id changes, what the session held stays, and the mark is never in the old session, which express-session
 * would write back if its destruction hangs. What must be done before the mark counts may go on meanwhile: it is waited for
 * beside the session store instead of before it, and nothing is marked if it fails.
 * @internal
 */
export function carryVerification<User>(
  req: Request,
  loginState: LoginState<User>,
  verification: Verification,
  meanwhile: Promise<unknown> = Promise.resolve(),
): void {
  meanwhile.catch(() => undefined) // an app that never logs in must not meet its rejection
  const target = asPassportRequest(req)
  const original = target.logIn
  if (typeof original !== 'function')
    throw new VoiceOtpError(
      'configuration',
      'req.logIn is missing: use this strategy through passport.authenticate().',
    )
  const passportLogIn = loginState.passportLogIn ?? original
  Reflect.deleteProperty(loginState.session, sessionKey)

  const logIn: LogIn = (user, ...rest) => {
    const { options: given, done: finish } = readArguments(rest)
    if (finish === undefined) throw new TypeError('req.logIn() needs a callback.')
    target.logIn = target.login = original
    if (given.session === false)
      finish(
        new VoiceOtpError(
          'configuration',
          'The mark of the second factor lives in the session: leave session: false out.',
        ),
      )
    else reLogIn({ ...given, keepSessionInfo: true }, user, finish)
  }
  target.logIn = target.login = logIn

  function reLogIn(options: object, user: unknown, done: LogInDone): void {
    const { session, sessionId } = loginState
    let over = false
    const finish = (error?: unknown): void => {
      if (over) return
      over = true
      clearTimeout(timer)
      Reflect.deleteProperty(session, 'regenerate') // an error handler may log out, and must get an answer
      if (error === undefined || error === null) {
        done()
        return
      }
      // A save that hangs may still write the new session, mark and all: nobody is told its id.
      if (target.session !== session && typeof target.sessionStore?.generate === 'function')
        target.sessionStore.generate(req)
      const current = target.session
      /* v8 ignore else -- express-session always has one */
      if (current) {
        catchThrowingSave(current)
        Reflect.deleteProperty(current, sessionKey)
        /* v8 ignore next -- Passport says it */
        Reflect.deleteProperty(current, target._sessionManager?._key ?? 'passport')
      }
      loginState.endLogin()
      done(
        error instanceof VoiceOtpError
          ? error
          : new VoiceOtpError('session-unavailable', undefined, error),
      )
    }
    const timer = setTimeout(() => {
      finish(new VoiceOtpError('session-unavailable', 'It took too long.'))
    }, sessionDeadlineMilliseconds)
    const regenerate = session.regenerate.bind(session)
    Object.defineProperty(session, 'regenerate', {
      configurable: true,
      enumerable: false,
      value: (regenerated: LogInDone) => {
        regenerate((error?: unknown) => {
          if (over) return // answered already: what comes now must change nothing
          if (error) {
            finish(error)
          } else if (
            !target.session ||
            target.session === session ||
            loginState.sessionId === sessionId
          ) {
            finish(new VoiceOtpError('session-unavailable', 'It kept the old session id.'))
          } else {
            const fresh = target.session
            meanwhile
              .then(() => {
                /* v8 ignore next -- counters have less time */
                if (over) return
                fresh[sessionKey] = { verification }
                catchThrowingSave(fresh)
                regenerated()
              })
              .catch(finish)
          }
        })
      },
    })
    try {
      loginState.beginLogin(user as User)
      passportLogIn.call(req, user, options, finish)
    } catch (error) {
      finish(error)
    }
  }
}

/** A store may throw instead of calling back, long after anybody could catch it: that would end the process. */
function catchThrowingSave(session: Session): void {
  const save = session.save.bind(session)
  Object.defineProperty(session, 'save', {
    configurable: true,
    writable: true,
    enumerable: false,
    value: (done: LogInDone = () => undefined) => {
      try {
        save(done)
      } catch (error) {
        done(error)
      }
      return session
    },
  })
}
