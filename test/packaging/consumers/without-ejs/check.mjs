import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import passport from 'passport'

const require = createRequire(import.meta.url)
assert.throws(() => require('ejs'), { code: 'MODULE_NOT_FOUND' }, 'this project has no ejs')

const options = {
  appName: 'Acme',
  secret: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
  webhookUrl: 'https://acme.example/voice-otp',
  signalwire: {
    space: 'acme.signalwire.com',
    project: '00000000-0000-4000-8000-000000000000',
    token: 'PT0000000000000000000000000000000000000000000000',
    signingKey: 'PSK_000000000000000000000000',
    from: '+12025550100',
  },
}

for (const [{ VoiceOtpStrategy }, { otpPages }] of [
  [await import('passport-voice-otp'), await import('passport-voice-otp/pages')],
  [require('passport-voice-otp'), require('passport-voice-otp/pages')],
]) {
  const strategy = new VoiceOtpStrategy(options, () => '+12025550123')
  assert.throws(() => otpPages(strategy, { passport }), {
    message: 'otpPages: the package ejs is missing. Install it: npm install ejs',
  })
}
