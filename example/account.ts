import { Router } from 'express'
import { bothFactors } from './guards.js'
import { currentUser } from './users.js'

declare module 'express-session' {
  interface SessionData {
    /** Shown once, on the next account page. */
    notice?: string
  }
}

export function accountPages(): Router {
  const router = Router()

  router.get('/', (_req, res) => {
    res.redirect(303, '/account')
  })

  router.get('/account', bothFactors, (req, res) => {
    const { notice } = req.session
    delete req.session.notice
    res.render('account', { user: currentUser(req), notice })
  })

  return router
}
