import { Router, type Request, type RequestHandler, type Response } from 'express'
import type { SupportAction, VoiceOtpStrategy } from 'passport-voice-otp'
import { fromStore, notFound } from '../middleware/errors.js'
import { fieldText } from '../middleware/fields.js'
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

  async function show(req: Request, res: Response, searched: string, problem?: string) {
    const exact = await fromStore(users.byId(searched))
    const found = exact ? [exact] : await fromStore(users.search(searched))
    const [user] = found.length === 1 ? found : []
    const description = user && (await voiceOtp.describeUser(user.id))
    const now = new Date(clock.now())
    res.status(problem === undefined ? 200 : 400).render('support', {
      searched,
      found,
      user,
      description,
      isSelf: user?.id === currentUser(req)?.id,
      reasons: user && description ? explain(user, description, now) : [],
      sends: (description?.sends ?? []).slice(0, 10).map(send => sendInWords(send, now)),
      problem,
    })
  }

  /** What support does to a user. `done` is the sentence after it. */
  const act =
    (done: string, action: (userId: string, by: SupportAction) => unknown): RequestHandler =>
    async (req, res) => {
      const id = fieldText('user', req)
      const reason = fieldText('reason', req)
      const by = currentUser(req) as User
      const user = await fromStore(users.byId(id))
      const problem = findProblem(user, by, reason)
      if (problem !== undefined) return show(req, res, id, problem)
      await action(id, { by: by.username, reason })
      return redirectAfterSave(`/support?user=${encodeURIComponent(id)}`, req, res, done)
    }

  router.get('/support', (req, res) => {
    const { user } = req.query
    return show(req, res, typeof user === 'string' ? user.slice(0, 100) : '')
  })

  const unlock = (id: string, by: SupportAction) => voiceOtp.unlock(id, by)
  router.post('/support/unlock', act('The user is unlocked.', unlock))

  const reset = async (id: string, by: SupportAction) => {
    await voiceOtp.resetFactors(id, by)
    await fromStore(Promise.all([users.reset(id), factors.removeAll(id)]))
  }
  const isReset =
    'The factors are reset, and all sessions have ended. At the next login the user proves a number.'
  router.post('/support/reset', act(isReset, reset))

  return router
}

/** Other users do not learn that the page exists. */
const requireSupport: RequestHandler = (req, res, next) => {
  if (currentUser(req)?.role === 'support') next()
  else notFound(req, res, next)
}

function findProblem(user: User | undefined, by: User, reason: string): string | undefined {
  if (user === undefined) return 'Choose a user.'
  if (user.id === by.id) return 'Ask a colleague: nobody changes their own account here.'
  return reason === '' ? 'Enter a reason. It is written to the log.' : undefined
}
