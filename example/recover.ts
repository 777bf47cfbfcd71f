import { Router } from 'express'
import { codeNeeded } from './guards.js'
import { takeReturnTo } from './return-to.js'
import { onPage, secondFactor, type Passport } from './second-factor.js'
import { codesLeft } from './words.js'

/** A recovery code in place of a call, for those whose telephone is lost. */
export function recoverPages(passport: Passport): Router {
  const router = Router()

  router.get('/recover', codeNeeded, (_req, res) => {
    res.render('recover', { failure: undefined })
  })

  router.post(
    '/recover',
    codeNeeded,
    secondFactor(
      passport,
      { action: 'recover' },
      onPage((failure, _req, res) => {
        res.status(failure.status).render('recover', { failure })
      }),
      (req, { recoveryCodesLeft = 0 }) => {
        takeReturnTo(req)
        req.session.notice = `${codesLeft(recoveryCodesLeft)} If your telephone is gone, change its number now.`
      },
    ),
    (req, res) => {
      res.redirect(303, takeReturnTo(req))
    },
  )

  return router
}
