import type { Express } from 'express'
import type { Authenticator } from 'passport'
import type { VoiceOtpStrategy } from 'passport-voice-otp'

/** One route that wants a code which is not older than five minutes; everything else goes on as it was. */
export function addPayout<User extends object>(
  app: Express,
  passport: Authenticator,
  voiceOtp: VoiceOtpStrategy<User>,
): void {
  const maxAge = 300

  // On its way to the code a GET leaves its address in `req.session.returnTo`.
  app.get('/payout', voiceOtp.requireSecondFactor({ maxAge, redirectTo: '/otp' }), (_req, res) => {
    res.send('<form method="post"><input name="amount"><button>Pay out</button></form>')
  })
  // A POST is not repeated behind anybody's back: whoever was too slow starts at the form again.
  app.post(
    '/payout',
    voiceOtp.requireSecondFactor({ maxAge, redirectTo: '/payout' }),
    (_req, res) => {
      res.send('Paid.')
    },
  )

  // The same route as at login. The person stays logged in meanwhile, and comes back to the form.
  app.post(
    '/otp/verify',
    passport.authenticate('voice-otp', { successReturnToOrRedirect: '/', failureRedirect: '/otp' }),
  )
}
