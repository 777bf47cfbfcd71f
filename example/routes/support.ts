import { Router, type RequestHandler } from 'express'
import type { SupportAction, VoiceOtpStrategy } from 'passport-voice-otp'
import { fromStore, notFound } from '../middleware/errors.js'
import { fieldText } from '../middleware/fields.js'
import { check, formPage } from '../middleware/form-page.js'
import { requireFreshCode } from '../middleware/guards.js'
import type { Factors } from '../stores/factors.js'
import { currentUser, type User, type Users } from '../stores/users.js'
import { explain, sendInWords } from '../views/support-words.js'
import { redirectAfterSave } from './return-to.js'

/**
 * For the role support, with a code of the last five minutes: why can a user not get in? Unlocks a
 * user, and resets the factors of a user who lost the phone.
 */
export function supportRoutes(
  voiceOtp: VoiceOtpStrategy<User>,
  users: Users,
  factors: Factors,
  clock: { now(): number } = Date,
): Router {
  const router = Router()
  router.use('/support', requireFreshCode(voiceOtp, '/support'), requireSupport)

  const page = formPage('support', async req => {
    const searched = fieldText('user', req) || textOf(req.query['user'])
    const exact = await fromStore(users.byId(searched))
    const found = exact ? [exact] : await fromStore(users.search(searched))
    const [user] = found.length === 1 ? found : []
    const description = user && (await voiceOtp.describeUser(user.id))
    const now = new Date(clock.now())
    return {
      searched,
      found,
      user,
      description,
      isSelf: user?.id === currentUser(req)?.id,
      reasons: user && description ? explain(user, description, now) : [],
      sends: (description?.sends ?? []).slice(0, 10).map(send => sendInWords(send, now)),
    }
  })
  router.get('/support', page.show)

  /** What support does to a user. `done` is the sentence after it. */
  const act =
    (done: string, action: (userId: string, by: SupportAction) => unknown): RequestHandler =>
    async (req, res) => {
      const id = fieldText('user', req)
      const reason = fieldText('reason', req)
      const by = currentUser(req) as User
      check((await fromStore(users.byId(id))) !== undefined, 'Choose a user.')
      check(id !== by.id, 'Ask a colleague: nobody changes their own account here.')
      check(reason !== '', 'Enter a reason. It is written to the log.')
      await action(id, { by: by.username, reason })
      await redirectAfterSave(`/support?user=${encodeURIComponent(id)}`, req, res, done)
    }

  const unlock = (id: string, by: SupportAction) => voiceOtp.unlock(id, by)
  router.post('/support/unlock', act('The user is unlocked.', unlock))

  const reset = async (id: string, by: SupportAction) => {
    await voiceOtp.resetFactors(id, by)
    await fromStore(Promise.all([users.reset(id), factors.removeAll(id)]))
  }
  const isReset =
    'The factors are reset, and all sessions have ended. At the next login the user proves a number.'
  router.post('/support/reset', act(isReset, reset))

  router.use('/support', page.onFailure)
  return router
}

/** Other users do not learn that the page exists. */
const requireSupport: RequestHandler = (req, res, next) => {
  if (currentUser(req)?.role === 'support') next()
  else notFound(req, res, next)
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 100) : '')
