import type { Request } from '../request.js'
import { asPassportRequest, type LogInDone, type LoginState } from './login-state.js'

/**
 * Wraps `req.logIn` and `req.logout`, so that a login or a logout removes our part of the session before Passport
 * regenerates the session. Passport sets `req.user` first, and a plain assignment of `req.user` must not change the session.
 * @internal
 */
export function watchLogins<User>(req: Request, loginState: LoginState<User>): void {
  const target = asPassportRequest(req)
  const { logIn, logOut } = target
  if (typeof logIn === 'function') {
    loginState.passportLogIn = logIn
    target.logIn = target.login = (user, ...rest) => {
      const { options, done } = readArguments(rest)
      if (options.session === false) {
        logIn.call(req, user, options, done)
        return
      }
      loginState.beginLogin(user as User)
      logIn.call(req, user, options, done && endIfFailed(loginState, done))
    }
  }
  if (typeof logOut === 'function') {
    target.logOut = target.logout = (...given) => {
      loginState.endLogin()
      logOut.apply(req, given)
    }
  }
}

/** The arguments of `req.logIn` after the user: options and a callback, both optional. @internal */
export function readArguments(given: readonly unknown[]): {
  readonly options: { readonly session?: boolean }
  readonly done: LogInDone | undefined
} {
  const [first, second] = given
  const options = typeof first === 'object' && first !== null ? first : {}
  const done = typeof first === 'function' ? first : second
  return { options, done: typeof done === 'function' ? (done as LogInDone) : undefined }
}

function endIfFailed<User>(loginState: LoginState<User>, done: LogInDone): LogInDone {
  return error => {
    if (error) loginState.endLogin()
    done(error)
  }
}
