// Many people who ask for a call in the same second, on several processes of a small app, and a
// Space that starts one call a second. What each of them is told, and what really happens.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import express from 'express'
import session from 'express-session'
import { Passport, type Authenticator } from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import { type LimiterFactory, VoiceOtpError, VoiceOtpStrategy } from 'passport-voice-otp'
import { type SimulatedCall, Simulator } from 'passport-voice-otp/simulator'
import { callsUnlimited } from './limits.js'
import { listen } from './listen.js'

interface User {
  readonly id: string
}

export interface RushOptions {
  readonly people: number
  /** What the strategy is told about the Space. */
  readonly callsPerSecond: number
  /** `moved`: seconds pass as fast as the machine can follow. */
  readonly clock: 'moved' | 'real'
  readonly codeSeconds?: number
  /** One for each process of the app. */
  readonly limiters: readonly LimiterFactory[]
}

export interface RushResult {
  readonly people: number
  /** Calls that SignalWire accepted. */
  readonly placed: number
  /** People who heard their code in time and were logged in. */
  readonly loggedIn: number
  /** People who answered a call that no longer told them a code. */
  readonly calledInVain: number
  /** People who got `queue-full`, and then the code by text. */
  readonly texted: number
  /** The longest time until a phone rang, in seconds. */
  readonly longestWait: number
  /** The largest difference between the told and the real wait, in seconds. */
  readonly largestError: number
}

/** So many requests of one app at the same time; more would only measure the machine. */
const inFlight = 10
/** A person lets the phone ring for this long. */
const pickUpMilliseconds = 5000

class Visitor {
  private cookie = ''
  constructor(
    private readonly url: string,
    readonly id: string,
  ) {}

  async post(path: string, body: object = {}) {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Cookie: this.cookie },
      body: JSON.stringify(body),
    })
    this.cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? this.cookie
    const text = await response.text()
    return { status: response.status, body: JSON.parse(text) as Record<string, unknown> }
  }
}

/** One process of the app. All of them share `secret`, the webhooks' address and the limiter. */
async function openApp(
  simulator: Simulator,
  { callsPerSecond, codeSeconds = 300 }: RushOptions,
  limiter: LimiterFactory,
  secret: string,
  now: () => number,
  webhookUrl?: string,
) {
  const app = express()
  const { url, close } = await listen(createServer(app), { backlog: 2048 })
  const strategy = new VoiceOtpStrategy<User>(
    {
      appName: 'Acme',
      webhookUrl: webhookUrl ?? `${url}/voice-otp`,
      secret,
      signalwire: { ...simulator.signalwire, callsPerSecond },
      channels: ['call', 'sms'],
      codeSeconds,
      clock: { now },
      // the numbers of these people differ only in their last digits
      fraud: { unusedPerPrefixDay: false },
      limiter,
      limits: { ...callsUnlimited, callsPerAppMinute: 600 },
    },
    ({ id }) => `+1202555${id}`,
  )
  const passport = new Passport() as Authenticator
  passport.use(strategy)
  passport.use(
    new LocalStrategy((id, _password, done) => {
      done(null, { id })
    }),
  )
  passport.serializeUser((user, done) => {
    done(null, (user as User).id)
  })
  passport.deserializeUser((id: string, done) => {
    done(null, { id })
  })
  const send = (action: object): express.RequestHandler =>
    passport.authenticate('voice-otp', action) as express.RequestHandler
  app.use('/voice-otp', strategy.webhooks())
  app.use(session({ secret, resave: false, saveUninitialized: false }), express.json())
  app.use(passport.session(), strategy.enforce())
  app.post('/login', passport.authenticate('local'), (_req, res) => {
    res.json({})
  })
  for (const channel of ['call', 'sms'])
    app.post(`/${channel}`, send({ action: 'call', channel }), (req, res) => {
      res.json(req.voiceOtp)
    })
  app.post('/otp', send({}), (_req, res) => {
    res.json({})
  })
  app.use(((error, _req, res, _next) => {
    const { status, code } = error as Partial<VoiceOtpError>
    res.status(status ?? 500).json({ code })
  }) satisfies express.ErrorRequestHandler)
  await strategy.warmUp()
  return { url, close }
}

/** What a person with a phone does, step by step, while time passes. */
class Callee {
  outcome: 'waits' | 'logged in' | 'in vain' = 'waits'
  waitedMilliseconds: number | undefined
  private hasAnswered = false
  private hasPressed = false

  constructor(
    readonly visitor: Visitor,
    private readonly simulator: Simulator,
    private readonly toldAt: number,
    readonly toldSeconds: number,
    private readonly digits: string,
  ) {}

  async act(call: SimulatedCall | undefined, now: number): Promise<void> {
    if (call === undefined || this.outcome !== 'waits' || call.status === 'queued') return
    this.waitedMilliseconds ??= now - this.toldAt
    const { sid } = call
    if (call.status === 'ringing') {
      if (this.hasAnswered || now < this.toldAt + this.waitedMilliseconds + pickUpMilliseconds)
        return
      this.hasAnswered = true
      await this.simulator.answer(sid)
      await this.simulator.idle(sid)
    } else if (call.waitingFor !== null && !this.hasPressed) {
      this.hasPressed = true
      await this.simulator.press(sid, this.digits)
      await this.simulator.idle(sid)
    } else await this.finish(call)
  }

  private async finish(call: SimulatedCall): Promise<void> {
    const code = /(?:\d, ){5}\d/.exec(call.heard.join(' '))?.[0].replaceAll(', ', '')
    if (code !== undefined) {
      const { status } = await this.visitor.post('/otp', { code })
      this.outcome = status === 200 ? 'logged in' : 'in vain'
    } else if (call.status !== 'in-progress') this.outcome = 'in vain'
  }
}

/** If the machine is busy with other work, the limiter may be too slow. Then people try again. */
async function askForCall(visitor: Visitor) {
  for (;;) {
    const response = await visitor.post('/call')
    if (response.body['code'] !== 'limiter-unavailable') return response
    await new Promise(resolve => setTimeout(resolve, 500))
  }
}

/** Does `work` for each item, `parallel` of them at a time. Returns the results. */
async function forEach<Item, Result>(
  items: readonly Item[],
  parallel: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const entries = items.entries()
  const worker = async () => {
    for (const [index, item] of entries) results[index] = await work(item, index)
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  return results
}

/** Lets the people come, and waits until the last one is logged in or was called in vain. */
export async function runRush(options: RushOptions): Promise<RushResult> {
  const { people, clock, limiters } = options
  const isMoved = clock === 'moved'
  const simulator = await Simulator.start({
    callsPerSecond: 1,
    clock: isMoved ? 'manual' : 'real',
  })
  let moved = 0
  const start = Date.now()
  // A moved clock stands still between its steps, so that the numbers do not depend on the machine.
  const now = () => (isMoved ? start + moved : Date.now())
  const pass = async (milliseconds: number): Promise<void> => {
    moved += milliseconds
    if (isMoved) await simulator.advance(milliseconds)
    else await new Promise(resolve => setTimeout(resolve, milliseconds))
  }

  const secret = randomBytes(32).toString('base64url')
  const apps: Awaited<ReturnType<typeof openApp>>[] = []
  for (const limiter of limiters)
    apps.push(
      await openApp(
        simulator,
        options,
        limiter,
        secret,
        now,
        apps[0] && `${apps[0].url}/voice-otp`,
      ),
    )
  try {
    const visitors = Array.from(
      { length: people },
      (_, index) => new Visitor(apps[index % apps.length]!.url, String(2000 + index)),
    )
    const login = (each: Visitor) => each.post('/login', { username: each.id, password: 'x' })
    await forEach(visitors, inFlight, login)
    const callees: Callee[] = []
    const refused: Visitor[] = []
    await forEach(visitors, isMoved ? inFlight : people, async (visitor, index) => {
      if (!isMoved) await new Promise(resolve => setTimeout(resolve, (index / people) * 1000))
      const { status, body } = await askForCall(visitor)
      const toldAt = now()
      if (status === 200) {
        const { startsIn, matchingDigits } = body as { startsIn: number; matchingDigits: string }
        callees.push(new Callee(visitor, simulator, toldAt, startsIn, matchingDigits))
      } else if (body['code'] === 'queue-full') refused.push(visitor)
      else throw new Error(`A call was refused: ${status} ${JSON.stringify(body)}`)
    })
    const texts = await forEach(refused, inFlight, each => each.post('/sms'))
    while (callees.some(({ outcome }) => outcome === 'waits')) {
      const calls = new Map(simulator.calls.map(call => [call.to, call]))
      await Promise.all(
        callees.map(callee => callee.act(calls.get(`+1202555${callee.visitor.id}`), now())),
      )
      await pass(isMoved ? 1000 : 250)
    }
    const waits = callees.map(each => (each.waitedMilliseconds ?? 0) / 1000)
    const errors = callees.map((each, index) => Math.abs(waits[index]! - each.toldSeconds))
    return {
      people,
      placed: simulator.calls.length,
      loggedIn: callees.filter(({ outcome }) => outcome === 'logged in').length,
      calledInVain: callees.filter(({ outcome }) => outcome === 'in vain').length,
      texted: texts.filter(({ status }) => status === 200).length,
      longestWait: Math.max(...waits),
      largestError: Math.max(...errors),
    }
  } finally {
    await Promise.all(apps.map(({ close }) => close()))
    await simulator.stop()
  }
}
