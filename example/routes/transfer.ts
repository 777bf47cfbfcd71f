import { Router } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { fieldText } from '../middleware/fields.js'
import { requireFreshCode } from '../middleware/guards.js'
import type { User } from '../stores/users.js'
import { redirectAfterSave } from './return-to.js'

/** Step-up: an important action needs a code that is not older than five minutes. */
export function transferRoutes(voiceOtp: VoiceOtpStrategy<User>): Router {
  const router = Router()
  router.use('/transfer', requireFreshCode(voiceOtp, '/transfer'))

  router.get('/transfer', (_req, res) => {
    res.render('transfer', { to: '', amount: '', problem: undefined })
  })

  router.post('/transfer', async (req, res) => {
    const to = fieldText('to', req)
    const amount = fieldText('amount', req)
    const problem = findProblem(to, amount)
    if (problem !== undefined) res.status(400).render('transfer', { to, amount, problem })
    else {
      const message = `$${amount} sent to ${to}. (This is a demo. No money was moved.)`
      await redirectAfterSave('/account', req, res, message)
    }
  })

  return router
}

function findProblem(to: string, amount: string): string | undefined {
  if (to === '') return 'Enter who gets the money.'
  return /^(?=.*[1-9])\d{1,6}([.,]\d{1,2})?$/.test(amount)
    ? undefined
    : 'Enter an amount such as 25 or 25.50.'
}
