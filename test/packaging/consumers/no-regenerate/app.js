import assert from 'node:assert/strict'
import express from 'express'
import passport from 'passport'
import { VoiceOtpError, VoiceOtpStrategy } from 'passport-voice-otp'

export function createApp({ secret, signalwire, webhookUrl }) {
  const voiceOtp = new VoiceOtpStrategy(
    { appName: 'Acme', webhookUrl, secret, signalwire },
    user => user.phone,
  )
  passport.use(voiceOtp)

  const app = express()
  app.use('/voice-otp', voiceOtp.webhooks())
  app.use((req, res, next) => {
    req.session = {}
    next()
  })
  app.use(passport.session())
  app.use(voiceOtp.enforce())
  app.get('/account', (req, res) => res.send('This is nobody.'))
  app.use((error, req, res, next) => {
    if (!(error instanceof VoiceOtpError)) return next(error)
    res.status(error.status).json({ code: error.code, message: error.message })
  })
  return app
}

/** Not at the first login, which may be long after the mistake was made. */
export async function check(origin) {
  const response = await fetch(`${origin}/account`)
  assert.equal(response.status, 503)
  const { code, message } = await response.json()
  assert.equal(code, 'configuration')
  assert.match(message, /express-session/)
}
