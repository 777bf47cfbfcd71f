// Second factors of other strategies in the small app of world.ts.
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express'
import { Secret, TOTP } from 'otpauth'
import type { Authenticator } from 'passport'
import { Strategy as TotpStrategy } from 'passport-totp'
import type { Strategy as AnyStrategy } from 'passport'
import type {
  FactorCheck,
  FactorOwnership,
  FailureInfo,
  HostedStrategy,
  SecondFactorOptions,
  VoiceOtpStrategy,
} from 'passport-voice-otp'
import { createWorld, type Person, type World, type WorldOptions } from './world.js'

/** What a hosted strategy can do with `this`. */
export interface Hosted {
  success(user?: unknown, info?: unknown): void
  fail(challenge?: unknown): void
  pass(): void
  redirect(url: string, status?: number): void
  error(error: unknown): void
}

/** What a strategy of a test does with one request. */
export type Act = (hosted: Hosted, req: Request, options: { readonly action?: string }) => unknown

/** A test's own strategy. */
export class Probe {
  /** How many requests ran it. */
  runs = 0

  constructor(public act: Act) {}

  authenticate(req: Request, options: { readonly action?: string }): unknown {
    // `this` is an object of this request, which inherits from the probe.
    Object.getPrototypeOf(this).runs++
    return this.act(this as unknown as Hosted, req, options)
  }
}

/** Accepts the header `x-answer: right`, for the user of the request. */
export const acceptRight: Act = (hosted, req, { action }) => {
  if (action === 'begin') hosted.pass()
  else if (req.get('x-answer') === 'right') hosted.success(req.user)
  else hosted.fail()
}

export const totpKey = 'a key of twenty bytes'
/** The app code of a user at this moment, or some steps from it. */
export const totpCode = (key = totpKey, steps = 0): string =>
  new TOTP({ secret: Secret.fromUTF8(key) }).generate({ timestamp: Date.now() + steps * 30_000 })

/** passport-totp, hosted as in docs/factors.md. */
export const totpStrategy = (keys: Readonly<Record<string, string>> = { alice: totpKey }) =>
  new TotpStrategy({ window: 1 }, (user, done) => {
    done(null, keys[(user as Person).id] ?? null, 30)
  })

export interface FactorWorldOptions extends WorldOptions {
  /** The second factors, with their strategies. */
  readonly factors?: readonly (readonly [
    strategy: HostedStrategy | FactorCheck<Person>,
    options: Omit<SecondFactorOptions<Person>, 'has'> & Partial<SecondFactorOptions<Person>>,
  ])[]
  /** Whether a user has a factor. Default: alice has all of them. */
  readonly has?: (name: string, person: Person) => FactorOwnership
  /** Gives Passport the strategy itself and not its name. */
  readonly asInstance?: boolean
}

export type FactorWorld = World & {
  /** Sends an answer of a factor. Returns the status and `code`. */
  readonly answer: (
    agent: ReturnType<World['browser']>,
    name: string,
    given?: { readonly code?: unknown; readonly answer?: string },
  ) => Promise<{ readonly status: number; readonly code: string }>
  readonly begin: (agent: ReturnType<World['browser']>, name: string) => Promise<number>
  readonly isIn: (agent: ReturnType<World['browser']>) => Promise<boolean>
}

/** The app of world.ts with second factors of other strategies. */
export async function createFactorWorld({
  factors = [],
  has = (_name, person) => person.id === 'alice',
  asInstance = false,
  ...given
}: FactorWorldOptions = {}): Promise<FactorWorld> {
  const world = await createWorld({
    ...given,
    routes: (app, passport, strategy) => {
      given.routes?.(app, passport, strategy)
      for (const [hosted, options] of factors) {
        const factor = strategy.secondFactor(hosted, {
          has: person => has(options.name, person),
          ...options,
        })
        passport.use(factor as unknown as AnyStrategy)
        addRoutes(app, passport, strategy, options.name, asInstance ? factor : options.name)
      }
    },
  })
  for (const name of [
    'factor.accepted',
    'factor.fallback',
    'factor.added',
    'factor.removed',
  ] as const)
    world.strategy.events.on(name, (details: unknown) => world.events.push({ name, details }))

  return {
    ...world,
    answer: async (agent, name, { code, answer = 'right' } = {}) => {
      const response = await agent
        .post(`/otp/${name}`)
        .set('x-answer', answer)
        .send(code === undefined ? {} : { code })
      const body = response.body as { readonly code?: string }
      return { status: response.status, code: body.code ?? '' }
    },
    begin: async (agent, name) => (await agent.post(`/otp/${name}/begin`).send({})).status,
    isIn: async agent => (await agent.get('/account')).status === 200,
  }
}

function addRoutes(
  app: Express,
  passport: Authenticator,
  _strategy: VoiceOtpStrategy<Person>,
  name: string,
  strategy: unknown,
): void {
  const authenticate = (options: object, done?: (...given: never[]) => void) =>
    (passport.authenticate as unknown as (...given: unknown[]) => RequestHandler)(
      strategy,
      options,
      done,
    )
  app.post(`/otp/${name}/begin`, authenticate({ action: 'begin' }), (_req, res) => {
    res.status(204).end()
  })
  const second = (req: Request, res: Response, next: NextFunction) => {
    const done = (error: unknown, user: unknown, info?: FailureInfo, status?: number) => {
      if (error) next(error)
      else if (!user) res.status(status ?? 401).json(info)
      else
        req.logIn(user, failure => {
          if (failure) next(failure)
          else res.json({ user: (req.user as Person | undefined)?.id, info })
        })
    }
    void authenticate({}, done)(req, res, next)
  }
  app.post(`/otp/${name}`, second)
  app.get(`/otp/${name}/callback`, second)
}
