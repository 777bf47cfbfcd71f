import { Router } from 'express'
import { requireBothFactors } from '../middleware/guards.js'
import { currentUser } from '../stores/users.js'

export const accountRoutes = () =>
  Router()
    .get('/', (_req, res) => res.redirect(303, '/account'))
    .get('/account', requireBothFactors, (req, res) =>
      res.render('account', { user: currentUser(req) }),
    )
