// An app whose users approve payments and deletions, with a list of what its handlers executed.
import type { RequestHandler } from 'express'
import type { Approval, ApprovalRequest, VoiceOtpAuthenticateOptions } from 'passport-voice-otp'
import { Phone } from './phone.js'
import { createWorld, type World, type WorldOptions } from './world.js'

export type Agent = Awaited<ReturnType<World['logIn']>>

/** The sentence of {@link payment}. */
export const text = 'You are paying 120 euros to Blue Fish Ltd.'

export const payment: ApprovalRequest = {
  details: { amount: 12000, currency: 'EUR', payee: 'Blue Fish Ltd' },
  text,
}

/** Calls may follow each other at once. */
export const withoutIntervals = {
  approveCallIntervalSeconds: false,
  callIntervalSeconds: false,
} as const

/**
 * Starts the app, in which alice has passed both factors.
 * @param approve What the next call asks to approve.
 */
export async function openApprovals(
  given: WorldOptions,
  approve: () => ApprovalRequest,
): Promise<{ readonly world: World; readonly alice: Agent; readonly executed: Approval[] }> {
  const executed: Approval[] = []
  const world = await createWorld({
    ...given,
    options: { limits: withoutIntervals, ...given.options },
    routes: (app, passport, strategy) => {
      const authenticate =
        (options: VoiceOtpAuthenticateOptions): RequestHandler =>
        (req, res, next) => {
          const run = passport.authenticate(
            'voice-otp',
            options as object,
            (error: unknown, _user: unknown, info?: object, status?: number) => {
              if (error) next(error)
              else res.status(status ?? 401).json(info)
            },
          ) as RequestHandler
          void run(req, res, next)
        }
      const run: RequestHandler = (req, res) => {
        executed.push(req.approval!)
        res.json({ approval: req.approval, user: (req.user as { id: string }).id })
      }
      for (const kind of ['payment', 'deletion']) {
        app.post(
          `/${kind}/call`,
          authenticate({
            action: 'call',
            purpose: 'approve',
            kind,
            approve,
            channel: req => (req as { body?: { channel?: unknown } }).body?.channel,
          }),
          (req, res) => {
            res.status(202).json(req.voiceOtp)
          },
        )
        app.post(`/${kind}`, authenticate({ purpose: 'approve', kind }), run)
      }
      app.post('/out', (req, res, next) => {
        req.logout(error => {
          if (error) next(error)
          else res.sendStatus(204)
        })
      })
      given.routes?.(app, passport, strategy)
    },
  })
  return { world, executed, alice: await signIn(world, 'alice') }
}

/** Logs a person in with both factors. */
export async function signIn(world: World, id: string): Promise<Agent> {
  const agent = await world.logIn(id)
  await agent
    .post('/otp')
    .send({ code: await world.hearCode(agent) })
    .expect(200)
  return agent
}

/** Asks for a call, answers it and presses the two digits. Returns what is heard. */
export async function listen(
  world: World,
  agent: Agent,
  path = '/payment/call',
): Promise<{ phone: Phone; code: string; body: Record<string, unknown> }> {
  const { body } = (await agent.post(path).expect(202)) as { body: { matchingDigits: string } }
  const phone = await Phone.ringing(world)
  const code = await phone.hearCode(body.matchingDigits)
  return { phone, code, body }
}
