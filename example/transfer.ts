import { Router } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { freshCode } from './guards.js'
import { goTo } from './return-to.js'
import { typed } from './second-factor.js'
import type { User } from './users.js'

/** Step-up: something that matters, for people whose second factor is not older than five minutes. */
export function transferPages(voiceOtp: VoiceOtpStrategy<User>): Router {
  const router = Router()
  const fresh = freshCode(voiceOtp, '/transfer')

  router.get('/transfer', fresh, (_req, res) => {
    res.render('transfer', { to: '', amount: '', problem: undefined })
  })

  router.post('/transfer', fresh, (req, res, next) => {
    const [to = '', amount = ''] = ['to', 'amount'].map(name => typed(name, req))
    const problem =
      to === ''
        ? 'Say who gets the money.'
        : !/^(?=.*[1-9])\d{1,6}([.,]\d{1,2})?$/.test(amount)
          ? 'Enter an amount such as 25 or 25.50.'
          : undefined
    if (problem !== undefined) {
      res.status(400).render('transfer', { to, amount, problem })
      return
    }
    req.session.notice = `$${amount} sent to ${to}. (No money was moved; this is a demo.)`
    goTo('/account', req, res, next)
  })

  return router
}
