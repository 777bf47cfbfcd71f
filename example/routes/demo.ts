import type { RequestHandler } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import type { User } from '../stores/users.js'
import { redirectAfterSave } from './return-to.js'

/**
 * For the demo only: clears the limits, so that a visitor who used them up can go on. `/otp`
 * redirects a visitor who is not logged in to the login.
 */
export const resetRoute =
  (voiceOtp: VoiceOtpStrategy<User>, resetLimits: () => void): RequestHandler =>
  async (req, res) => {
    await voiceOtp.cancel(req) // the limiter forgets this challenge too
    resetLimits()
    await redirectAfterSave('/otp', req, res, 'The limits of the demo are cleared.')
  }
