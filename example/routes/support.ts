import { Router, type Request, type RequestHandler } from 'express'
import type { SupportAction, VoiceOtpStrategy } from 'passport-voice-otp'
import { explainUser } from 'passport-voice-otp/support'
import { fromStore, notFound } from '../middleware/errors.js'
import { fieldText } from '../middleware/fields.js'
import { check, formPage } from '../middleware/form-page.js'
import { requireFreshCode } from '../middleware/guards.js'
import type { Factors } from '../stores/factors.js'
import { type User, userOf, type Users } from '../stores/users.js'
import { redirectAfterSave } from './return-to.js'

/**
 * For the role support, with a code of the last five minutes: why can a user not get in? Unlocks a
 * user, and resets the factors of a user who lost the phone.
 */
export function supportRoutes(
  voiceOtp: VoiceOtpStrategy<User>,
  users: Users,
  factors: Factors,
): Router {
  const page = formPage('support', async req => {
    const searched = fieldText('user', req) || textOf(req.query['user'])
    const user = await fromStore(users.byId(searched))
    if (!user) return { searched, user, found: await fromStore(users.search(searched)) }
    const description = await voiceOtp.describeUser(user.id)
    const { reasons, sends } = explainUser(description, {
      hasPhone: user.phone !== null,
      mayEnroll: user.mayEnroll,
    })
    return {
      searched,
      user,
      isSelf: user.id === userOf(req).id,
      description,
      reasons,
      sends: sends.slice(0, 10),
    }
  })
  return Router()
    .use('/support', requireFreshCode(voiceOtp, '/support'), requireSupport)
    .get('/support', page.show)
    .post('/support/unlock', async (req, res) => {
      const { id, action } = await readForm(req, users)
      await voiceOtp.unlock(id, action)
      await redirectAfterSave(pageOf(id), req, res, 'The user is unlocked.')
    })
    .post('/support/reset', async (req, res) => {
      const { id, action } = await readForm(req, users)
      await voiceOtp.resetFactors(id, action)
      await fromStore(Promise.all([users.reset(id), factors.removeAll(id)]))
      await redirectAfterSave(
        pageOf(id),
        req,
        res,
        'The factors are reset, and all sessions have ended. At the next login the user proves a number.',
      )
    })
    .use('/support', page.onFailure)
}

/** The user whom a form changes, and for the log, who does it and why. */
async function readForm(
  req: Request,
  users: Users,
): Promise<{ id: string; action: SupportAction }> {
  const id = fieldText('user', req)
  const reason = fieldText('reason', req)
  check((await fromStore(users.byId(id))) !== undefined, 'Choose a user.')
  check(id !== userOf(req).id, 'Ask a colleague: nobody changes their own account here.')
  check(reason !== '', 'Enter a reason. It is written to the log.')
  return { id, action: { by: userOf(req).username, reason } }
}

const pageOf = (id: string): string => `/support?user=${encodeURIComponent(id)}`

/** Other users do not learn that the page exists. */
const requireSupport: RequestHandler = (req, res, next) => {
  if (userOf(req).role === 'support') next()
  else notFound(req, res, next)
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 100) : '')
