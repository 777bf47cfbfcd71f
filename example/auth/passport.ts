import passport from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import type { SecondFactorStrategy, VoiceOtpStrategy } from 'passport-voice-otp'
import { fromStore } from '../middleware/errors.js'
import type { User, Users } from '../stores/users.js'

/**
 * Passport with both factors: the password, then the code. A store of users that does not respond
 * is a 503, as every store.
 */
export function createPassport(
  users: Users,
  voiceOtp: VoiceOtpStrategy<User>,
  secondFactors: readonly SecondFactorStrategy[],
) {
  const authenticator = new passport.Passport()
  for (const strategy of [voiceOtp, ...secondFactors]) authenticator.use(strategy)
  authenticator.use(
    new LocalStrategy((username, password, done) => {
      fromStore(users.byPassword(username, password)).then(user => done(null, user ?? false), done)
    }),
  )
  authenticator.serializeUser((user, done) => done(null, (user as User).id))
  authenticator.deserializeUser((id, done) => {
    fromStore(users.byId(String(id))).then(user => done(null, user ?? false), done)
  })
  return authenticator
}
