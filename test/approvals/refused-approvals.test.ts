// Approvals that are refused because of a mistake of the app, or because something is missing.
import type { Request, RequestHandler } from 'express'
import session from 'express-session'
import type { Authenticator } from 'passport'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { afterEach, expect, test } from 'vitest'
import type { ApprovalRequest, LimiterFactory } from 'passport-voice-otp'
import { Phone } from '../support/phone.js'
import { createWorld, withCode, type World, type WorldOptions } from '../support/world.js'

let world: World
afterEach(() => world.close())

const payment: ApprovalRequest = { details: { amount: 1 }, text: 'You are paying one euro.' }
const call = { action: 'call', purpose: 'approve', kind: 'payment', approve: () => payment }

const authenticate =
  (passport: Authenticator, options: object): RequestHandler =>
  (req, res, next) => {
    const run = passport.authenticate(
      'voice-otp',
      options,
      (error: unknown, _user: unknown, info?: object, status?: number) => {
        if (error) next(error)
        else res.status(status ?? 401).json(info)
      },
    ) as RequestHandler
    void run(req, res, next)
  }

/**
 * Alice, logged in with both factors unless she is exempt, in an app with a route for calls and one
 * for codes.
 */
async function open(given: WorldOptions = {}, callOptions: object = call) {
  world = await createWorld({
    ...given,
    options: { limits: { callIntervalSeconds: false }, ...given.options },
    routes: (app, passport, strategy) => {
      given.routes?.(app, passport, strategy)
      app.post('/call', authenticate(passport, callOptions), (req, res) => {
        res.status(202).json(req.voiceOtp)
      })
      app.post(
        '/pay',
        authenticate(passport, { purpose: 'approve', kind: 'payment' }),
        (_req, res) => {
          res.json('paid')
        },
      )
    },
  })
  const alice = await world.logIn('alice')
  if (given.options?.required === undefined)
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
  return alice
}

/** Asks for the approval, and returns the code that the call reads. */
async function hearCode(alice: Awaited<ReturnType<typeof open>>): Promise<string> {
  const { body } = (await alice.post('/call').expect(202)) as { body: { matchingDigits: string } }
  return (await Phone.ringing(world)).hearCode(body.matchingDigits)
}

test.each<[string, object, string]>([
  ['no kind', { ...call, kind: undefined }, 'kind: give what the route executes'],
  ['a kind in capital letters', { ...call, kind: 'Payment' }, 'kind: give what the route executes'],
  ['no function approve', { ...call, approve: undefined }, 'approve: give a function'],
  [
    'the action recover',
    { action: 'recover', purpose: 'approve', kind: 'payment' },
    'A recovery code cannot approve an action.',
  ],
  ...['successRedirect', 'successReturnToOrRedirect', 'assignProperty'].map(
    (name): [string, object, string] => [
      `the option ${name}`,
      { purpose: 'approve', kind: 'payment', [name]: '/' },
      `${name} has no effect with purpose: 'approve'. Redirect in the handler.`,
    ],
  ),
])(
  'an approval with %s is a configuration error, and nobody is called',
  async (_, options, words) => {
    const alice = await open({}, options)
    const { body } = await alice.post('/call').expect(503).expect(withCode('configuration'))
    expect((body as { message: string }).message).toContain(words)
    expect(world.simulator.calls).toHaveLength(1)
  },
)

const longUrl: Partial<WorldOptions['options']> = {
  webhookUrl: `https://acme.example/${'a'.repeat(150)}/${'b'.repeat(100)}`,
  required: () => false,
}

test('an approval that does not fit into the webhook URL is refused, and only a text message can have it', async () => {
  const long: ApprovalRequest = { details: {}, text: 'é'.repeat(200) }
  const options: WorldOptions['options'] = {
    ...longUrl,
    userId: ({ id }) => id + '漢'.repeat(190),
    channels: ['call', 'sms'],
  }
  const channel = (req: object) =>
    (req as Request<object, unknown, { channel?: string }>).body.channel
  const alice = await open({ options }, { ...call, approve: () => long, channel })
  await alice.post('/call').send({}).expect(400).expect(withCode('approval-too-long'))
  expect(world.simulator.calls).toHaveLength(0)
  await alice.post('/call').send({ channel: 'sms' }).expect(202)
  expect(world.simulator.messages[0]!.body).toContain(long.text)
})

test('an approval whose languages do not fit into the webhook URL together is spoken in the first one', async () => {
  const texts = { 'en-US': 'x'.repeat(200), 'de-DE': 'é'.repeat(200), 'fr-FR': 'à'.repeat(200) }
  const alice = await open(
    {
      options: {
        ...longUrl,
        locale: ['en-US', 'de-DE', 'fr-FR'],
        userId: ({ id }) => id + 'x'.repeat(190),
      },
    },
    { ...call, approve: () => ({ details: {}, text: texts }) },
  )
  const { body } = await alice.post('/call').expect(202)
  expect(body).toMatchObject({ approvalText: texts['en-US'] })
})

test('an approval whose sealed details were removed from the session approves nothing', async () => {
  const store = new session.MemoryStore()
  const alice = await open({ store })
  const code = await hearCode(alice)
  const sessions = await new Promise<Record<string, session.SessionData>>((resolve, reject) => {
    store.all((error, all) => {
      if (error) reject(error as Error)
      else resolve(all as Record<string, session.SessionData>)
    })
  })
  for (const [id, stored] of Object.entries(sessions)) {
    const { voiceOtp } = stored as { voiceOtp?: { challenge?: { sealedApproval?: string } } }
    delete voiceOtp?.challenge?.sealedApproval
    await new Promise(resolve => {
      store.set(id, stored, resolve)
    })
  }
  await alice.post('/pay').send({ code }).expect(401).expect(withCode('no-challenge'))
  await alice.get('/account').expect(200)
})

test('a user who logs out while the code is used up approves nothing', async () => {
  let request: Request | undefined
  const limiter: LimiterFactory = options => {
    const counter = new RateLimiterMemory(options)
    if (!options.keyPrefix.endsWith(':failures')) return counter
    // A right code clears the failures of the user.
    const clear = counter.delete.bind(counter)
    counter.delete = async key => {
      await new Promise(resolve => request?.logout(resolve))
      return clear(key)
    }
    return counter
  }
  const alice = await open({
    options: { limiter, required: () => false },
    routes: app => {
      app.use((req, _res, next) => {
        request = req
        next()
      })
    },
  })
  const code = await hearCode(alice)
  await alice.post('/pay').send({ code }).expect(401).expect(withCode('code-expired'))
  expect(world.named('action.approved')).toEqual([])
})
