import { Router } from 'express'
import { requireBothFactors } from '../middleware/guards.js'
import { currentUser } from '../stores/users.js'

export function accountRoutes(): Router {
  const router = Router()
  router.get('/', (_req, res) => res.redirect(303, '/account'))
  router.get('/account', requireBothFactors, (req, res) =>
    res.render('account', { user: currentUser(req) }),
  )
  return router
}
