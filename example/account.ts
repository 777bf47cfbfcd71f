import { Router } from 'express'
import { bothFactors } from './guards.js'
import { currentUser } from './users.js'

export function accountPages(): Router {
  const router = Router()

  router.get('/', (_req, res) => {
    res.redirect(303, '/account')
  })

  router.get('/account', bothFactors, (req, res) => {
    res.render('account', { user: currentUser(req) })
  })

  return router
}
