// Checked by the compiler alone: what `passport.authenticate('voice-otp', ...)` takes, without a
// cast.
import express, { type Request } from 'express'
import passport from 'passport'
import type { VoiceOtpAuthenticateOptions, VoiceOtpStrategy } from 'passport-voice-otp'

declare const voiceOtp: VoiceOtpStrategy
const app = express()
const typedPhone = (req: Request): unknown => (req.body as { phone?: unknown } | undefined)?.phone

app.post('/otp/call', passport.authenticate('voice-otp', { action: 'call' }))
app.post(
  '/otp/call',
  passport.authenticate('voice-otp', { action: 'call', failureRedirect: '/otp', channel: 'sms' }),
)
app.post(
  '/otp/call',
  passport.authenticate('voice-otp', {
    action: 'call',
    channel: req => req.body?.['channel'],
    phone: req => req.body?.['number'],
  }),
)
app.post(
  '/otp',
  passport.authenticate('voice-otp', { successRedirect: '/', failureRedirect: '/otp' }),
)
app.post(
  '/phone',
  passport.authenticate('voice-otp', {
    action: 'call',
    purpose: 'enroll',
    phone: req => req.body?.['phone'],
  }),
)
app.post(
  '/phone',
  passport.authenticate('voice-otp', { action: 'call', purpose: 'enroll', phone: typedPhone }),
)
app.post('/phone/verify', passport.authenticate('voice-otp', { purpose: 'enroll' }))
app.post(
  '/otp',
  passport.authenticate(voiceOtp, { action: 'verify' }, () => undefined),
)

// @ts-expect-error -- no such action
app.post('/otp/call', passport.authenticate('voice-otp', { action: 'ring' }))
// @ts-expect-error -- no such channel
app.post('/otp/call', passport.authenticate('voice-otp', { action: 'call', channel: 'pigeon' }))
app.post(
  '/phone',
  // @ts-expect-error -- the number to enroll comes from the request, not from the route
  passport.authenticate('voice-otp', { action: 'call', purpose: 'enroll', phone: '+12025550123' }),
)
// @ts-expect-error -- a misspelt option
app.post('/otp/call', passport.authenticate('voice-otp', { acton: 'call' }))

/** Passport's own options stay what they are. */
export const both: passport.AuthenticateOptions & VoiceOtpAuthenticateOptions = {
  action: 'call',
  session: true,
}
