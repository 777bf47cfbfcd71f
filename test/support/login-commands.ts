// The Redis commands of one login, as the clients of an app send them: the password, a call, three
// webhooks, a page that follows the call, a wrong code, the right code and the next page.
import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import type { LimiterFactory } from 'passport-voice-otp'
import { openCommandProxy } from './command-proxy.js'
import { openRedis } from './redis.js'
import { codeIn, createWorld, Phone, wrongCode } from './world.js'

/** What one step of the login costs. */
export interface StepCost {
  readonly step: string
  /** Commands for the session. */
  readonly session: number
  /** Commands for the limiter. */
  readonly limiter: number
  /** How often the request waited for the limiter alone. */
  readonly waits: number
  /** How often it waited for the limiter while it waited for the session anyway. */
  readonly besideWaits: number
}

/** The phone rings for 5 s, and the call lasts 20 s. */
const [answeredAfter, enteredAfter] = [5, 25]

type Client = Awaited<ReturnType<typeof connect>>

async function connect(url: string) {
  const client = createClient({ url })
  client.on('error', () => undefined)
  return client.connect()
}

/** Runs one login over `limiterOf(client)`, and returns what each step costs. */
export async function countLogin(
  limiterOf: (client: Client) => LimiterFactory,
): Promise<readonly StepCost[]> {
  const redis = await openRedis({ delayMilliseconds: [0, 0] })
  const [limiterLine, sessionLine] = await Promise.all([
    openCommandProxy(redis.port),
    openCommandProxy(redis.port),
  ])
  const clients = await Promise.all([limiterLine, sessionLine].map(line => connect(line.url)))
  const [limiterClient, sessionClient] = clients as [Client, Client]
  const world = await createWorld({
    store: new RedisStore({ client: sessionClient }),
    options: { limiter: limiterOf(limiterClient) },
  })
  const costs: StepCost[] = []
  const count = async <T>(step: string, work: () => PromiseLike<T>): Promise<T> => {
    const result = await work()
    await limiterLine.idle()
    await sessionLine.idle()
    const limiter = limiterLine.take(sessionLine)
    costs.push({
      step,
      session: sessionLine.take().commands,
      ...limiter,
      limiter: limiter.commands,
    })
    return result
  }
  try {
    // The first login teaches Redis the script, and makes bob's number known to the fraud guard.
    const other = await world.logIn('bob')
    await other.post('/otp').send({ code: await world.hearCode(other) })
    await limiterLine.idle()
    limiterLine.take()
    sessionLine.take()

    const alice = await count('the password', () => world.logIn('alice'))
    const status = () => alice.get('/otp/status').expect(200)
    await count('the page', status)
    const called = await count('a call', () => alice.post('/otp/call').expect(202))
    const { matchingDigits } = called.body as { matchingDigits: string }
    const phone = await Phone.ringing(world)

    const start = world.clock.offset
    let now = 0
    let isAnswered = false
    const webhooks = async () => {
      isAnswered = true
      await count('a webhook', () => phone.answer())
      await count('a webhook', () => phone.press(matchingDigits))
      await count('a webhook', () => phone.press('1'))
    }
    for (;;) {
      const { body } = await count('status()', status)
      now += (body as { pollAfter: number }).pollAfter
      if (!isAnswered && now >= answeredAfter) await webhooks()
      if (now >= enteredAfter) break
      world.clock.offset = start + now * 1000
    }
    const code = codeIn(phone.call.heard)
    await count('a wrong code', () =>
      alice
        .post('/otp')
        .send({ code: wrongCode(code) })
        .expect(401),
    )
    await count('the right code', () => alice.post('/otp').send({ code }).expect(200))
    await count('the next page', () => alice.get('/account').expect(200))
    return costs
  } finally {
    await world.close()
    for (const client of clients) client.destroy()
    await Promise.all([limiterLine.close(), sessionLine.close()])
    await redis.close()
  }
}

/** The steps of a login, each once, with how often it happens, and the commands of all. */
export function sumUp(steps: readonly StepCost[]) {
  const rows = [...new Set(steps.map(({ step }) => step))].map(step => {
    const costs = steps.filter(each => each.step === step)
    const most = (name: 'session' | 'limiter' | 'waits') =>
      Math.max(...costs.map(cost => cost[name]))
    return {
      step,
      times: costs.length,
      session: most('session'),
      limiter: most('limiter'),
      waits: most('waits'),
    }
  })
  const total = steps.reduce((sum, { session, limiter }) => sum + session + limiter, 0)
  return { rows, total }
}
