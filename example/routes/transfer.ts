import { Router, type Request } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { fieldText } from '../middleware/fields.js'
import { check, formPage } from '../middleware/form-page.js'
import { requireFreshCode } from '../middleware/guards.js'
import type { User } from '../stores/users.js'
import { redirectAfterSave } from './return-to.js'

/** Step-up: an important action needs a code that is not older than five minutes. */
export function transferRoutes(voiceOtp: VoiceOtpStrategy<User>): Router {
  const page = formPage('transfer', readFields)
  return Router()
    .use('/transfer', requireFreshCode(voiceOtp, '/transfer'))
    .get('/transfer', page.show)
    .post('/transfer', async (req, res) => {
      const { to, amount } = readFields(req)
      check(to !== '', 'Enter who gets the money.')
      const isAmount = /^(?=.*[1-9])\d{1,6}([.,]\d{1,2})?$/.test(amount)
      check(isAmount, 'Enter an amount such as 25 or 25.50.')
      const message = `$${amount} sent to ${to}. (This is a demo. No money was moved.)`
      await redirectAfterSave('/account', req, res, message)
    })
    .use('/transfer', page.onFailure)
}

const readFields = (req: Request) => ({
  to: fieldText('to', req),
  amount: fieldText('amount', req),
})
