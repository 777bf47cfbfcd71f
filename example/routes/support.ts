import { Router, type RequestHandler } from 'express'
import type { SupportAction, VoiceOtpStrategy } from 'passport-voice-otp'
import { fromStore, notFound } from '../middleware/errors.js'
import { fieldText } from '../middleware/fields.js'
import { check, formPage } from '../middleware/form-page.js'
import { requireFreshCode } from '../middleware/guards.js'
import type { Factors } from '../stores/factors.js'
import { currentUser, type User, userOf, type Users } from '../stores/users.js'
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
  const page = formPage('support', async req => {
    const searched = fieldText('user', req) || textOf(req.query['user'])
    const user = await fromStore(users.byId(searched))
    if (!user) return { searched, user, found: await fromStore(users.search(searched)) }
    const description = await voiceOtp.describeUser(user.id)
    const now = new Date(clock.now())
    return {
      searched,
      user,
      description,
      isSelf: user.id === userOf(req).id,
      reasons: explain(user, description, now),
      sends: (description.sends ?? []).slice(0, 10).map(send => sendInWords(send, now)),
    }
  })
  const unlock = act(users, 'The user is unlocked.', (id, by) => voiceOtp.unlock(id, by))
  const isReset =
    'The factors are reset, and all sessions have ended. At the next login the user proves a number.'
  const reset = act(users, isReset, async (id, by) => {
    await voiceOtp.resetFactors(id, by)
    await fromStore(Promise.all([users.reset(id), factors.removeAll(id)]))
  })
  return Router()
    .use('/support', requireFreshCode(voiceOtp, '/support'), requireSupport)
    .get('/support', page.show)
    .post('/support/unlock', unlock)
    .post('/support/reset', reset)
    .use('/support', page.onFailure)
}

/** What support does to a user. `done` is the sentence after it. */
const act =
  (
    users: Users,
    done: string,
    action: (userId: string, by: SupportAction) => Promise<void>,
  ): RequestHandler =>
  async (req, res) => {
    const id = fieldText('user', req)
    const by = { by: userOf(req).username, reason: fieldText('reason', req) }
    check((await fromStore(users.byId(id))) !== undefined, 'Choose a user.')
    check(id !== userOf(req).id, 'Ask a colleague: nobody changes their own account here.')
    check(by.reason !== '', 'Enter a reason. It is written to the log.')
    await action(id, by)
    await redirectAfterSave(`/support?user=${encodeURIComponent(id)}`, req, res, done)
  }

/** Other users do not learn that the page exists. */
const requireSupport: RequestHandler = (req, res, next) => {
  if (currentUser(req)?.role === 'support') next()
  else notFound(req, res, next)
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 100) : '')
