import { Router } from 'express'
import { authenticate, onPage, type Passport } from '../auth/authenticate.js'
import { requireCodeNeeded } from '../middleware/guards.js'
import { codesLeft } from '../views/words.js'
import { takeReturnTo } from './return-to.js'

/** A recovery code instead of a call, for a user who has lost the phone. */
export function recoverRoutes(passport: Passport): Router {
  const router = Router()

  router.get('/recover', requireCodeNeeded, (_req, res) => {
    res.render('recover', { failure: undefined })
  })

  router.post(
    '/recover',
    requireCodeNeeded,
    authenticate(
      passport,
      { action: 'recover' },
      onPage((failure, _req, res) => {
        res.status(failure.status).render('recover', { failure })
      }),
      (req, { recoveryCodesLeft = 0 }) => {
        takeReturnTo(req)
        req.session.notice = `${codesLeft(recoveryCodesLeft)} If you lost your phone, change your number now.`
      },
    ),
    (req, res) => {
      res.redirect(303, takeReturnTo(req))
    },
  )

  return router
}
