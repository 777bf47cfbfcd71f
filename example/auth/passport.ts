import passport from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import type { SecondFactorStrategy, VoiceOtpStrategy } from 'passport-voice-otp'
import { Failed, type Failure, fromStore } from '../middleware/errors.js'
import type { User, Users } from '../stores/users.js'

const wrongPassword: Failure = {
  status: 401,
  code: 'first-factor-wrong',
  message: 'The user name or the password is wrong.',
}

/** What a session holds of a user. */
type SessionUser = Pick<User, 'id' | 'sessionStamp'>

/**
 * Passport with both factors: the password, then the code. A store of users that does not respond
 * leads to a 503, like every other store.
 */
export function createPassport(
  users: Users,
  secondFactors: readonly (VoiceOtpStrategy<User> | SecondFactorStrategy)[],
) {
  const authenticator = new passport.Passport()
  for (const strategy of secondFactors) authenticator.use(strategy)
  authenticator.use(
    new LocalStrategy((username, password, done) => {
      fromStore(users.byPassword(username, password)).then(
        user => done(user ? null : new Failed(wrongPassword), user),
        done,
      )
    }),
  )
  authenticator.serializeUser((user, done) => {
    const { id, sessionStamp } = user as User
    done(null, { id, sessionStamp } satisfies SessionUser)
  })
  authenticator.deserializeUser(({ id, sessionStamp }: SessionUser, done) => {
    // A new stamp ends every session of the user.
    fromStore(users.byId(id)).then(
      user => done(null, user !== undefined && user.sessionStamp === sessionStamp && user),
      done,
    )
  })
  return authenticator
}
