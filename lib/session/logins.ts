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
 * Wraps `req.logIn` and `req.logout`. A login or a logout removes our part of the session before
 * Passport regenerates the session. The setter of `req.user` does not do this, because a plain
 * assignment must not change the session.
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
          else void keepChallenge(req, loginState, lookup).then(finish)
        })
        return
      }
      if (loginState.mayInherit(user as User)) carryReturnTo(target, session)
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
      // Without a callback, Passport throws.
      if (sessionID === undefined || !given.some(each => typeof each === 'function')) logOutNow()
      // A login of this session that is under way elsewhere must not survive the logout. If the
      // limiter fails, the user must still be able to log out.
      else
        void loginState.context.sessionLogins
          .logOut(sessionID)
          .catch(() => undefined)
          .then(logOutNow)
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
 * already. A first factor may log in on every request by itself. With a new session id each time,
 * the challenge would be lost. The session is saved only if the user in it changed: saving it on
 * every request would overwrite the challenge that a parallel request stores.
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
 * Ends the challenge of the pending user, unless the challenge is for a login, or for a first
 * number while the user has none.
 */
async function keepChallenge<User>(
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
 * Copies `returnTo`, the page that the visitor asked for, into the session that Passport creates
 * for the first login. Passport does not copy it, so that nothing of another user survives. A path
 * of this app is harmless.
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
