import type { Express } from 'express'
import type { Authenticator } from 'passport'
import type { VoiceOtpStrategy } from 'passport-voice-otp'

/**
 * Adds one route that needs a code not older than five minutes. All other routes stay as they are.
 */
export function addPayout<User extends object>(
  app: Express,
  passport: Authenticator,
  voiceOtp: VoiceOtpStrategy<User>,
): void {
  const maxAge = 300

  // Before the redirect, a GET stores its address in `req.session.returnTo`.
  app.get('/payout', voiceOtp.requireSecondFactor({ maxAge, redirectTo: '/otp' }), (_req, res) => {
    res.send('<form method="post"><input name="amount"><button>Pay out</button></form>')
  })
  // A POST is never repeated. A user who was too slow starts again at the form.
  app.post(
    '/payout',
    voiceOtp.requireSecondFactor({ maxAge, redirectTo: '/payout' }),
    (_req, res) => {
      res.send('Paid.')
    },
  )

  // The route is that of the login. The user stays logged in and returns to the form.
  app.post(
    '/otp/verify',
    passport.authenticate('voice-otp', { successReturnToOrRedirect: '/', failureRedirect: '/otp' }),
  )
}
