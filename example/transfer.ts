import { Router } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { bothFactors } from './guards.js'
import { goTo } from './return-to.js'
import type { User } from './users.js'

/** Step-up: something that matters, for people whose second factor is not older than five minutes. */
export function transferPages(voiceOtp: VoiceOtpStrategy<User>): Router {
  const router = Router()
  const fresh = voiceOtp.require({ maxAge: 300, redirectTo: '/otp' })

  router.get('/transfer', bothFactors, fresh, (_req, res) => {
    res.render('transfer', { to: '', amount: '', problem: undefined })
  })

  // To the form, and from there on to the code: the way back after the code is only kept for a GET.
  router.post('/transfer', bothFactors, voiceOtp.require({ maxAge: 300, redirectTo: '/transfer' }), (req, res, next) => {
    const { to, amount } = (req.body ?? {}) as Record<string, unknown>
    const order = { to: typeof to === 'string' ? to.trim().slice(0, 60) : '', amount: typeof amount === 'string' ? amount.trim().slice(0, 12) : '' }
    const problem = order.to === '' ? 'Say who gets the money.'
      : !/^\d{1,6}([.,]\d{1,2})?$/.test(order.amount) || Number(order.amount.replace(',', '.')) <= 0 ? 'Enter an amount such as 25 or 25.50.'
      : undefined
    if (problem !== undefined) {
      res.status(400).render('transfer', { ...order, problem })
      return
    }
    req.session.notice = `$${order.amount} sent to ${order.to}. (No money was moved; this is a demo.)`
    goTo('/account', req, res, next)
  })

  return router
}
