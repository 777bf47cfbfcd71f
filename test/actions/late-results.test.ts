// A timeout of the app may respond before this package does. What happens after that must not crash
// the process.
import { IncomingMessage } from 'node:http'
import { connect, Socket } from 'node:net'
import type { RequestHandler } from 'express'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LimiterFactory } from 'passport-voice-otp'
import type { Request } from '../../lib/request.js'
import { createPhoneLookup } from '../../lib/callbacks.js'
import { createKeys } from '../../lib/crypto.js'
import type { Context } from '../../lib/context.js'
import { useRecoveryCode } from '../../lib/recovery-codes.js'
import { CounterStore, SessionStore } from '../support/stores.js'
import { sendWebhook } from '../support/webhooks.js'
import { createWorld, secret, type World, ring } from '../support/world.js'

let world: World
/** Rejections that nothing in the process handled. */
let uncaught: unknown[]
const note = (reason: unknown): void => {
  uncaught.push(reason)
}
/** Whether the timeout of the app responds next, and what the limiter waits for in the meantime. */
let isLate: boolean
let held: Promise<void>
let release: () => void

beforeEach(() => {
  uncaught = []
  isLate = false
  held = Promise.resolve()
  process.on('unhandledRejection', note)
})
afterEach(async () => {
  process.off('unhandledRejection', note)
  await world.close()
})

const request = new IncomingMessage(new Socket()) as Request

let respondLate = (): void => undefined
const timeout: RequestHandler = (_req, res, next) => {
  respondLate = () => {
    res.status(503).end('too late')
  }
  next()
}

describe('a session store that responds after the deadline', () => {
  test.each(['destroy', 'set'] as const)(
    'if %s of the session store takes too long, the response is a 503 and its late result logs nobody in',
    async operation => {
      const sessions = new SessionStore()
      world = await createWorld({ store: sessions })
      const alice = await world.logIn('alice')
      const code = await world.hearCode(alice)
      const original = sessions[operation] as (...given: unknown[]) => void
      const late: (() => void)[] = []
      Object.assign(sessions, {
        [operation]: (...given: unknown[]) => {
          const done = given.pop() as (...given: unknown[]) => void
          original(...given, (...result: unknown[]) => {
            late.push(() => {
              done(...result)
            })
          })
        },
      })
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const status = alice
        .post('/otp')
        .send({ code })
        .then(response => response.status)
      while (late.length === 0)
        await new Promise(resolve => {
          setImmediate(resolve)
        })
      await vi.advanceTimersByTimeAsync(5000)
      // express-session writes the session at the end of the request, and waits for the store too.
      Object.assign(sessions, { [operation]: original })
      for (const act of late.splice(1)) act()
      expect(await status).toBe(503)
      vi.useRealTimers()
      for (const act of late) act()
      await alice.get('/account').expect(401)
      expect(uncaught).toEqual([])
    },
  )
})

test('if the session store takes too long to store a challenge, nobody is called', async () => {
  const sessions = new SessionStore()
  world = await createWorld({ store: sessions })
  const alice = await world.logIn('alice')
  sessions.faults = { set: 'hangs' }
  let isAsked = false
  const { set } = sessions
  sessions.set = (...given) => {
    isAsked = true
    set(...given)
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const answer = alice
    .post('/otp/call')
    .then(({ status, body }) => [status, (body as { code: string }).code])
  while (!isAsked)
    await new Promise(resolve => {
      setImmediate(resolve)
    })
  sessions.faults = {}
  await vi.advanceTimersByTimeAsync(5000)
  vi.useRealTimers()
  expect(await answer).toEqual([503, 'session-unavailable'])
  expect(world.simulator.calls).toEqual([])
})

describe('the body of a webhook', () => {
  /**
   * Sends the head of a request and half of its body over a connection of its own. Returns the
   * socket and the response.
   */
  async function half(): Promise<{ readonly socket: Socket; readonly answer: Promise<string> }> {
    const {
      phone: { call },
    } = await ring(world, await world.logIn('alice'))
    const url = new URL(call.parameters['Url']!)
    const socket = connect(Number(url.port), '127.0.0.1')
    const answer = new Promise<string>(resolve =>
      socket.once('data', (data: Buffer) => {
        resolve(data.toString())
      }),
    )
    await new Promise(resolve =>
      socket.write(
        `POST ${url.pathname} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nTo=`,
        resolve,
      ),
    )
    return { socket, answer }
  }
  /** Resolves when a webhook has been refused. */
  const refused = () =>
    new Promise(resolve => world.strategy.events.once('webhook.rejected', resolve))

  test('a webhook whose body does not arrive in time is refused', async () => {
    let begin = (): void => undefined
    const begun = new Promise<void>(resolve => {
      begin = resolve
    })
    world = await createWorld({
      beforeSession: app => {
        app.use('/voice-otp', (_req, _res, next) => {
          next()
          begin()
        })
      },
    })
    // Only the timer of the body is in the hands of the test: sockets have their own.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { socket, answer } = await half()
    const reason = refused()
    await begun
    await vi.advanceTimersByTimeAsync(1500)
    expect(await reason).toEqual({ reason: 'body' })
    expect(await answer).toMatch(/^HTTP\/1\.1 403 /)
    vi.useRealTimers()
    socket.destroy()
  })

  test('a webhook whose client disconnects is refused, and the process goes on', async () => {
    world = await createWorld()
    const { socket } = await half()
    const reason = refused()
    socket.destroy()
    expect(await reason).toEqual({ reason: 'body' })
    await world.browser().get('/account').expect(401)
    expect(uncaught).toEqual([])
  })
})

test('a limiter that throws is an error, like one that rejects', async () => {
  world = await createWorld({
    options: {
      limiter: options => ({
        ...store.factory(options),
        get: () => {
          throw new Error('no store')
        },
      }),
    },
  })
  const alice = await world.logIn('alice')
  await alice
    .post('/otp/call')
    .expect(503)
    .expect(({ body }) => {
      expect(body).toMatchObject({ code: 'limiter-unavailable' })
    })
  expect(world.simulator.calls).toEqual([])
})

describe('a callback of the app that never returns', () => {
  beforeEach(async () => {
    world = await createWorld()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const never = (): Promise<never> => new Promise(() => undefined)

  test('a getPhone that never returns is an error after 5 seconds', async () => {
    const asked = expect(createPhoneLookup(never)({}, request)).rejects.toMatchObject({
      code: 'phone-lookup-failed',
      message: expect.stringContaining('getPhone took longer than 5 seconds'),
    })
    await vi.advanceTimersByTimeAsync(5000)
    await asked
  })

  test('a recovery.use that never returns is an error after 5 seconds', async () => {
    const context = {
      settings: { recovery: { save: never, use: never } },
      keys: createKeys([secret], secret),
    } as unknown as Context<object>
    const asked = expect(useRecoveryCode(context, 'alice', {}, '0123456789')).rejects.toMatchObject(
      {
        code: 'callback-failed',
        message: expect.stringContaining('recovery.use took longer than 5 seconds'),
      },
    )
    await vi.advanceTimersByTimeAsync(5000)
    await asked
  })
})

test('getPhone is called with the user and the request', async () => {
  world = await createWorld()
  const given: unknown[] = []
  const lookup = createPhoneLookup((...all: unknown[]) => {
    given.push(...all.slice(0, 2))
    return '+12025550123'
  })
  const user = { id: 'alice' }
  expect(await lookup(user, request)).toEqual([{ number: '+12025550123' }])
  expect(given).toEqual([user, request])
})

test('if the limiter fails after the right code, and the callback of the app does not log in, nobody is logged in and the process goes on', async () => {
  const counters = new CounterStore(0, 0)
  world = await createWorld({
    options: { limiter: counters.factory },
    routes: (app, passport) => {
      app.post('/idle', (req, res, next) => {
        const run = passport.authenticate('voice-otp', (error: unknown) => {
          res.sendStatus(error ? 503 : 200)
        }) as RequestHandler
        void run(req, res, next)
      })
    },
  })
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  counters.faults = { delete: 'rejects' }
  await alice.post('/idle').send({ code })
  counters.faults = {}
  await alice.get('/account').expect(401)
  expect(uncaught).toEqual([])
})

test('if the login fails and the limiter fails too, nobody is logged in and the process goes on', async () => {
  const [counters, sessions] = [new CounterStore(0, 0), new SessionStore()]
  world = await createWorld({ store: sessions, options: { limiter: counters.factory } })
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  sessions.faults = { destroy: 'rejects' }
  counters.faults = { 'logins.delete': 'rejects' }
  await alice.post('/otp').send({ code }).expect(503)
  expect(counters.operations).toContain('logins.delete')
  sessions.faults = {}
  await alice.get('/account').expect(401)
  expect(uncaught).toEqual([])
})

test('a callback of the app that throws, and throws again for the error, is a 500, and the process goes on', async () => {
  world = await createWorld({
    routes: (app, passport) => {
      app.post('/careless', (req, res, next) => {
        const run = passport.authenticate(
          'voice-otp',
          (_error: unknown, user: Express.User & { readonly name: string }) => {
            res.json({ name: user.name.trim() })
          },
        ) as RequestHandler
        void run(req, res, next)
      })
    },
  })
  const alice = await world.logIn('alice')
  await alice.post('/careless').send({ code: 'none' }).expect(500)
  await alice.get('/otp/status').expect(200)
  expect(uncaught).toEqual([])
})

test('a callback of the app that throws after its response changes nothing, and the process goes on', async () => {
  world = await createWorld({
    routes: (app, passport) => {
      app.post('/hasty', (req, res, next) => {
        const run = passport.authenticate('voice-otp', () => {
          res.status(418).json({})
          throw new Error('from the app')
        }) as RequestHandler
        void run(req, res, next)
      })
    },
  })
  const alice = await world.logIn('alice')
  await alice.post('/hasty').send({ code: '123456' }).expect(418)
  await alice.get('/otp/status').expect(200)
  expect(uncaught).toEqual([])
})

const store = new CounterStore(0, 0)
const heldLimiter: LimiterFactory = options => {
  const counter = store.factory(options)
  return {
    ...counter,
    get: async key => {
      // The strategy has begun: now the timeout of the app responds.
      if (isLate) setImmediate(respondLate)
      isLate = false
      return held.then(() => counter.get(key))
    },
  }
}

async function open() {
  world = await createWorld({
    options: { limiter: heldLimiter },
    beforeSession: app => {
      app.use(timeout)
    },
  })
  return world.logIn('alice')
}

function hold(): void {
  isLate = true
  held = new Promise(resolve => {
    release = resolve
  })
}

test('a status() that is ready too late is dropped, and the process goes on', async () => {
  const alice = await open()
  hold()
  await alice.get('/otp/status').expect(503, 'too late')
  release()
  await alice.get('/otp/status').expect(200)
  expect(uncaught).toEqual([])
})

test('a response to a webhook that is ready too late is dropped, and the process goes on', async () => {
  const {
    phone: { call },
  } = await ring(await open().then(() => world), await world.logIn('alice'))
  const url = call.parameters['Url']!
  hold()
  expect(await sendWebhook(world, url)).toMatchObject({ status: 503, text: 'too late' })
  release()
  expect(await sendWebhook(world, url)).toMatchObject({ status: 200 })
  expect(uncaught).toEqual([])
})
