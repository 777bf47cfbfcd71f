import { Router, type Request, type RequestHandler, type Response } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { fieldText } from '../auth/authenticate.js'
import { fromStore, notFound } from '../middleware/errors.js'
import { requireFreshCode } from '../middleware/guards.js'
import type { Factors } from '../stores/factors.js'
import { currentUser, type User, type Users } from '../stores/users.js'
import { explain, sendInWords } from '../views/support-words.js'
import { redirectAfterSave } from './return-to.js'

/** What support does to a user, with its name in the form. */
type Action = (userId: string, by: string, reason: string) => Promise<void>

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
  const show = createPage(voiceOtp, users, clock)
  const act = createActions(users, show)
  router.use('/support', requireFreshCode(voiceOtp, '/support'), requireSupport)

  router.get('/support', (req, res) => show(req, res, searchText(req)))

  router.post(
    '/support/unlock',
    act('The user is unlocked.', (userId, by, reason) => voiceOtp.unlock(userId, { by, reason })),
  )

  router.post(
    '/support/reset',
    act(
      'The factors are reset. At the next login the user proves a number.',
      async (userId, by, reason) => {
        await voiceOtp.resetFactors(userId, { by, reason })
        await fromStore(Promise.all([users.removePhone(userId), factors.removeAll(userId)]))
      },
    ),
  )

  return router
}

/** Other users do not learn that the page exists. */
const requireSupport: RequestHandler = (req, res, next) => {
  if (currentUser(req)?.role === 'support') next()
  else notFound(req, res, next)
}

const searchText = ({ query }: Request): string => {
  const { user } = query
  return typeof user === 'string' ? user.slice(0, 100) : ''
}

type Show = (req: Request, res: Response, searched: string, problem?: string) => Promise<void>

function createPage(
  voiceOtp: VoiceOtpStrategy<User>,
  users: Users,
  clock: { now(): number },
): Show {
  return async (req, res, searched, problem) => {
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
}

function createActions(users: Users, show: Show) {
  return (done: string, action: Action): RequestHandler =>
    async (req, res, next) => {
      const id = fieldText('user', req)
      const reason = fieldText('reason', req)
      const by = currentUser(req) as User
      const user = await fromStore(users.byId(id))
      const problem =
        user === undefined
          ? 'Choose a user.'
          : user.id === by.id
            ? 'Ask a colleague: nobody changes their own account here.'
            : reason === ''
              ? 'Enter a reason. It is written to the log.'
              : undefined
      if (user === undefined || problem !== undefined) {
        await show(req, res, id, problem)
        return
      }
      await action(user.id, by.username, reason)
      req.session.messages = [done]
      redirectAfterSave(`/support?user=${encodeURIComponent(user.id)}`, req, res, next)
    }
}
