import type { RequestHandler } from 'express'
import { secondStep } from './login.js'
import { goTo } from './return-to.js'
import { currentUser, pendingUser } from './users.js'

/** Lets those through who passed both factors; sends the others to where they can. */
export const bothFactors: RequestHandler = (req, res, next) => {
  if (currentUser(req)) {
    next()
    return
  }
  if (req.method === 'GET') req.session.returnTo = req.originalUrl
  const pending = pendingUser(req)
  goTo(pending ? secondStep(pending) : '/login', req, res, next)
}
