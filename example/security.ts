import { Router } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { browsersOf, forgetBrowsers } from './browsers.js'
import { fromStore } from './errors.js'
import { bothFactors, freshCode } from './guards.js'
import type { RecoveryCodes } from './recovery-codes.js'
import { goTo } from './return-to.js'
import { typed } from './second-factor.js'
import { currentUser, type User } from './users.js'

/** The ways in without a call: which browsers are remembered, and recovery codes for the day that the telephone is lost. */
export function securityPages(voiceOtp: VoiceOtpStrategy<User>, recovery: RecoveryCodes): Router {
  const router = Router()
  // Whoever finds an open browser must not take codes home.
  const fresh = freshCode(voiceOtp, '/security/codes')

  router.get('/security', bothFactors, async (req, res) => {
    const [browsers, left] = await Promise.all([
      browsersOf(voiceOtp, req),
      fromStore(recovery.left(currentUser(req) as User)),
    ])
    res.render('security', { browsers, left })
  })

  router.post('/security/browsers', bothFactors, async (req, res, next) => {
    const id = typed('id', req)
    await forgetBrowsers(voiceOtp, req, id === 'all' ? undefined : id)
    req.session.notice =
      id === 'all' ? 'No browser is remembered any more.' : 'That browser is remembered no more.'
    goTo('/security', req, res, next)
  })

  router.get('/security/codes', fresh, (_req, res) => {
    res.render('codes', { codes: undefined })
  })

  router.post('/security/codes', fresh, async (req, res) => {
    res.render('codes', { codes: await voiceOtp.createRecoveryCodes(req) })
  })

  return router
}
