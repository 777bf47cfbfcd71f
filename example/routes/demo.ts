import { Router } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { knownUser, type User } from '../stores/users.js'
import { redirectAfterSave } from './return-to.js'

/** For the demo only: clears the limits, so that a visitor who used them up can go on. */
export function demoRoutes(voiceOtp: VoiceOtpStrategy<User>, resetLimits: () => void): Router {
  const router = Router()

  router.post('/demo/reset', async (req, res, next) => {
    if (knownUser(req)) await voiceOtp.cancel(req) // the limiter forgets this challenge too
    resetLimits()
    req.session.messages = ['The limits of the demo are cleared.']
    redirectAfterSave(knownUser(req) ? '/otp' : '/login', req, res, next)
  })

  return router
}
