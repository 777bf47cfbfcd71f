// Routes of an app whose users choose phone and channel, and enroll a number. They replace the
// usual routes.
import type { Express, RequestHandler } from 'express'
import type { Authenticator } from 'passport'
import type { VoiceOtpAuthenticateOptions, VoiceOtpStrategy } from 'passport-voice-otp'
import type { Verification } from '../../lib/session/verification.js'
import { createWorld, type Person, type World, type WorldOptions } from './world.js'

/** A field of the body, whatever its type. */
const field =
  (name: string) =>
  (req: unknown): unknown =>
    (req as { body?: Readonly<Record<string, unknown>> }).body?.[name]

/** A world with the routes of {@link choiceRoutes}, and every error that reached Express. */
export async function createChoiceWorld(
  options: WorldOptions['options'],
): Promise<{ readonly world: World; readonly errors: readonly unknown[] }> {
  const errors: unknown[] = []
  const world = await createWorld({
    options,
    routes: (app, passport, strategy) => {
      choiceRoutes(app, passport, strategy)
      app.use((error: unknown, _req: unknown, _res: unknown, next: (error: unknown) => void) => {
        errors.push(error)
        next(error)
      })
    },
  })
  // These tests compare seconds, which must not depend on how busy the machine is.
  const start = Date.now()
  world.clock.now = () => start + world.clock.offset
  return { world, errors }
}

export function choiceRoutes(
  app: Express,
  passport: Authenticator,
  strategy: VoiceOtpStrategy<Person>,
): void {
  const action =
    (options: VoiceOtpAuthenticateOptions): RequestHandler =>
    (req, res, next) => {
      const run = passport.authenticate(
        'voice-otp',
        options as object,
        (error: unknown, user: Express.User | false, info?: object, status?: number) => {
          if (error) next(error)
          else if (!user) res.status(status ?? 401).json(info)
          else
            req.logIn(user, failure => {
              if (failure) next(failure)
              else res.json({ user: (user as unknown as Person).id, info })
            })
        },
      ) as RequestHandler
      void run(req, res, next)
    }
  const pending: RequestHandler = (req, res) => {
    res.status(202).json(req.voiceOtp)
  }

  app.post('/otp', action({}))
  app.post(
    '/otp/call',
    action({ action: 'call', phone: field('phone'), channel: field('channel') }),
    pending,
  )
  app.post(
    '/enroll/call',
    action({
      action: 'call',
      purpose: 'enroll',
      phone: field('phone'),
      channel: field('channel'),
    }),
    pending,
  )
  app.post('/enroll', action({ purpose: 'enroll' }))
  app.get('/numbers', (req, res, next) => {
    strategy.listPhones(req).then(numbers => res.json(numbers), next)
  })
  app.get('/verification', (req, res) => {
    res.json(
      (req.session as unknown as { voiceOtp?: { verification?: Verification } }).voiceOtp
        ?.verification ?? {},
    )
  })
}
