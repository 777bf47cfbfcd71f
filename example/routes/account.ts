import { Router } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { requireBothFactors } from '../middleware/guards.js'
import { pendingUser, type User, userOf } from '../stores/users.js'

/** The account. Mount these routes before the ready pages, which have `/phone` too. */
export const accountRoutes = (voiceOtp: VoiceOtpStrategy<User>): Router =>
  Router()
    .get('/', (_req, res) => res.redirect(303, '/account'))
    .get('/account', requireBothFactors(voiceOtp), (req, res) =>
      res.render('account', { user: userOf(req) }),
    )
    // A user who may not enroll a number must contact support. `beforeCall` refuses the call, too.
    .get('/phone', (req, res, next) => {
      if (pendingUser(req)?.mayEnroll === false) res.render('no-phone')
      else next()
    })
