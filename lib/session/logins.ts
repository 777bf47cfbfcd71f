import type { PhoneLookup } from '../callbacks.js'
import { isOwnPath } from '../own-path.js'
import type { Request } from '../request.js'
import { type LoginState } from './login-state.js'
import {
  asPassportRequest,
  type LogInDone,
  type PassportRequest,
  type Session,
} from './passport-request.js'
import { replaceMethod } from './replace-method.js'

/**
 * Wraps `req.logIn` and `req.logout`. A login of another user and a logout remove our part of the
 * session before Passport regenerates the session. The setter of `req.user` does not do this,
 * because a plain assignment must not change the session.
 * @internal
 */
export function watchLogins<User>(
  req: Request,
  loginState: LoginState<User>,
  lookup: PhoneLookup<User>,
): void {
  const target = asPassportRequest(req)
  const { logIn, logOut } = target
  if (typeof logIn === 'function') {
    loginState.passportLogIn = logIn
    target.logIn = target.login = (user, ...rest) => {
      const { options, done } = readArguments(rest)
      const { session } = target
      if (!session || options.session === false || done === undefined) {
        logIn.call(req, user, options, done) // not a login of this session
        return
      }
      const finish: LogInDone = error => {
        if (error) loginState.endLogin()
        done(error)
      }
      if (loginState.isPending(user as User) && serializedUser(target) !== undefined) {
        const restore = keepSession(session, () => serializedUser(target))
        logIn.call(req, user, options, (error: unknown) => {
          restore()
          if (error) finish(error)
          else void endUnneededChallenge(req, loginState, lookup).then(finish)
        })
        return
      }
      if (loginState.holdsNoOtherLogin(user as User)) carryReturnTo(target, session)
      loginState.beginLogin(user as User)
      logIn.call(req, user, options, finish)
    }
  }
  if (typeof logOut === 'function') {
    target.logOut = target.logout = (...given) => {
      const { sessionID } = target
      loginState.endLogin()
      const logOutNow = (): void => {
        logOut.apply(req, given)
      }
      // Without a callback, Passport throws an error, which must reach the caller.
      if (sessionID === undefined || !given.some(each => typeof each === 'function')) logOutNow()
      // A login of this session may be in progress in another request. It must not survive the
      // logout, so note the logout first. If the limiter fails, the user must still be logged out.
      else
        void loginState.context.sessionLogins
          .logOut(sessionID)
          .catch(() => undefined)
          .then(logOutNow)
    }
  }
}

/**
 * Reads the arguments of `req.logIn` after the user: options and a callback. Both are optional.
 * @internal
 */
export function readArguments(given: readonly unknown[]): {
  readonly options: { readonly session?: boolean }
  readonly done: LogInDone | undefined
} {
  const [first, second] = given
  const options = typeof first === 'object' && first !== null ? first : {}
  const done = typeof first === 'function' ? first : second
  return { options, done: typeof done === 'function' ? (done as LogInDone) : undefined }
}

/** The user that Passport keeps in the session, as text; `undefined` if it keeps none. */
function serializedUser({ session, _sessionManager }: PassportRequest): string | undefined {
  /* v8 ignore next -- Passport sets the key */
  const part = session?.[_sessionManager?._key ?? 'passport']
  return typeof part === 'object' && part !== null && 'user' in part
    ? JSON.stringify(part.user)
    : undefined
}

/**
 * Lets Passport log in without a new session id, because the same user is pending in this session
 * already. Some first factors call `req.logIn` on every request, and a new session id each time
 * would lose the challenge. The session is saved only if the user in it has changed: a save on
 * every request would overwrite the challenge that a parallel request stores. Returns a function
 * that puts the old methods back.
 */
function keepSession(session: Session, readUser: () => string | undefined): () => void {
  const before = readUser()
  const save = session.save.bind(session)
  const restore = [
    replaceMethod(session, 'regenerate', done => {
      done()
    }),
    replaceMethod(session, 'save', done => {
      if (readUser() === before) done()
      else save(done)
    }),
  ]
  return () => {
    for (const each of restore) each()
  }
}

/**
 * Ends the challenge after the pending user logged in again, unless the user still needs it: for
 * the purpose `login`, or to enroll a first number.
 */
async function endUnneededChallenge<User>(
  req: Request,
  loginState: LoginState<User>,
  lookup: PhoneLookup<User>,
): Promise<void> {
  const { challenge, pendingUser } = loginState
  if (challenge === undefined || challenge.purpose === 'login') return
  const mayEnroll =
    challenge.purpose === 'enroll' &&
    pendingUser !== undefined &&
    (await lookup(pendingUser, req).catch(() => undefined)) === null
  if (!mayEnroll) loginState.dropChallenge()
}

/**
 * Makes the next `regenerate` copy `returnTo`, the page that the visitor asked for, into the new
 * session. Passport copies nothing, so that nothing of another user survives. `returnTo` is copied
 * only if it is a path of this app, and only if no other user was logged in.
 */
function carryReturnTo(target: PassportRequest, session: Session): void {
  const { returnTo } = session
  if (!isOwnPath(returnTo)) return
  const regenerate = session.regenerate.bind(session)
  replaceMethod(session, 'regenerate', done => {
    regenerate(error => {
      const created = target.session
      if (created && created !== session) created['returnTo'] = returnTo
      done(error)
    })
  })
}
