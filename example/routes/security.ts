import { Router } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { fieldText } from '../auth/authenticate.js'
import { forgetBrowsers, listBrowsers } from '../auth/remembered-browsers.js'
import { fromStore } from '../middleware/errors.js'
import { requireBothFactors, requireFreshCode } from '../middleware/guards.js'
import type { RecoveryCodes } from '../stores/recovery-codes.js'
import { currentUser, type User } from '../stores/users.js'
import { redirectAfterSave } from './return-to.js'

/**
 * What logs in without a call: remembered browsers, and recovery codes for the day that the phone
 * is lost.
 */
export function securityRoutes(voiceOtp: VoiceOtpStrategy<User>, recovery: RecoveryCodes): Router {
  const router = Router()
  // A person who finds an unattended browser must not get recovery codes.
  const freshCode = requireFreshCode(voiceOtp, '/security/codes')

  router.get('/security', requireBothFactors, async (req, res) => {
    const [browsers, left] = await Promise.all([
      listBrowsers(voiceOtp, req),
      fromStore(recovery.left((currentUser(req) as User).id)),
    ])
    res.render('security', { browsers, left })
  })

  router.post('/security/browsers', requireBothFactors, async (req, res, next) => {
    const id = fieldText('id', req)
    await forgetBrowsers(voiceOtp, req, id === 'all' ? undefined : id)
    req.session.notice =
      id === 'all'
        ? 'Your browsers are no longer remembered.'
        : 'This browser is no longer remembered.'
    redirectAfterSave('/security', req, res, next)
  })

  router.get('/security/codes', freshCode, (_req, res) => {
    res.render('codes', { codes: undefined })
  })

  router.post('/security/codes', freshCode, async (req, res) => {
    const codes = await voiceOtp.createRecoveryCodes(req)
    res.render('codes', { codes, username: currentUser(req)?.username })
  })

  return router
}
