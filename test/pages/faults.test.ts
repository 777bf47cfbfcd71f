// The ready pages when a store, a connection or the app around them fails.
import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import supertest from 'supertest'
import { describe, expect, test, vi } from 'vitest'
import { MemoryRecoveryStore, MemoryRememberStore } from 'passport-voice-otp'
import { pageTexts } from 'passport-voice-otp/pages'
import { letPassAt, sessionDeadlineMilliseconds } from '../support/deadline.js'
import { Phone } from '../support/phone.js'
import { CounterStore, SessionStore } from '../support/stores.js'
import { watchProcess } from '../support/watch.js'
import { digitsOn, openApp, ours } from './app.js'

watchProcess()

type App = Awaited<ReturnType<typeof openApp>>
type Agent = Awaited<ReturnType<App['browser']>>

/** Sends a form of our own page. */
const send = (agent: Agent, path: string, fields: object = {}) =>
  agent.post(path).set(ours).type('form').send(fields)

/** Asks for a call, and returns the code that the user hears. */
async function hearCode({ simulator }: App, agent: Agent): Promise<string> {
  await send(agent, '/otp/call').expect(303)
  const { text } = await agent.get('/otp').expect(200)
  return (await Phone.ringing({ simulator })).hearCode(digitsOn(text))
}

test('a session store that fails during the login is an error of the app, and nobody is in', async () => {
  const [sessions, onError] = [new SessionStore(), vi.fn()]
  const app = await openApp({ onError }, undefined, [], { sessions })
  const alice = await app.browser('alice')
  const code = await hearCode(app, alice)
  sessions.faults = { destroy: 'rejects' }
  await send(alice, '/otp', { code }).expect(503, /session store/)
  sessions.faults = {}
  await alice.get('/').expect(200, 'nobody is in.')
  expect(onError).not.toHaveBeenCalled()
})

describe('a session store that cannot save the requested page', () => {
  const openPages = async (sessions: SessionStore) => {
    const recovery = new MemoryRecoveryStore()
    const later = { now: () => Date.now() + minutes * 60_000 }
    let minutes = 0
    const app = await openApp({}, undefined, [], { sessions, recovery, clock: later })
    const visitors: Readonly<Record<string, () => Promise<Agent>>> = {
      'nobody yet': () => Promise.resolve(supertest.agent(app.url)),
      'a pending user': () => app.browser('alice'),
      'a user whose code is old': async () => {
        const alice = await app.browser('alice')
        await send(alice, '/otp', { code: await hearCode(app, alice) }).expect(303)
        minutes = 10
        return alice
      },
    }
    return (name: string) => visitors[name]!()
  }
  const requests = [
    ['nobody yet', '/security'],
    ['a pending user', '/security'],
    ['a user whose code is old', '/phone'],
    ['a user whose code is old', '/security/codes'],
  ] as const

  test.each(requests)('and fails is a 503 for %s at %s', async (name, path) => {
    const sessions = new SessionStore()
    const agent = await (await openPages(sessions))(name)
    sessions.faults = { set: 'rejects' }
    await agent.get(path).expect(503, /session store/)
  })

  test.each(requests)('and hangs is a 503 after 5 seconds for %s at %s', async (name, path) => {
    const sessions = new SessionStore()
    const agent = await (await openPages(sessions))(name)
    sessions.faults = { set: 'hangs' }
    const response = agent.get(path).expect(503, /session store/)
    await letPassAt(() => sessions.nextHang(), sessionDeadlineMilliseconds, response)
  })
})

const german = pageTexts.get('de-DE')!
const inGerman = { 'Accept-Language': 'de' }

test('a full queue is shown with its own sentence, and is no error that the app hears about', async () => {
  const onError = vi.fn()
  const now = Math.ceil(Date.now() / 20_000) * 20_000
  const { browser } = await openApp({ onError }, undefined, [], {
    simulatorOptions: { callsPerSecond: 0.05 },
    // The second call would ring after 20 seconds, and its code would be valid for 60.
    clock: { now: () => now },
    codeSeconds: 60,
    limits: { callIntervalSeconds: false },
  })
  const alice = await browser('alice')
  await send(alice, '/otp/call').expect(303)
  const { text } = await send(alice, '/otp/call').set(inGerman).expect(503)
  expect(text).toContain(german.errors!['queue-full'])
  expect(text).not.toContain(german.problem.nothingChanged)
  expect(onError).not.toHaveBeenCalled()
})

test('an error without a sentence of its own is shown as a service that does not respond', async () => {
  const { browser } = await openApp()
  const frank = await browser('frank')
  const { text } = await send(frank, '/otp/call').set(inGerman).expect(503)
  expect(text).toContain(`${german.errors!.unavailable} ${german.problem.nothingChanged}`)
})

test.each([
  ['alice', '/otp/call', {}, 'action="/otp/call"'],
  ['dave', '/phone', { phone: '+12025550189' }, 'name="phone"'],
])(
  'if the limiter has failed, the page of %s keeps its form and does not wait for the limiter again',
  async (name, path, fields, form) => {
    const limiter = new CounterStore(0, 0)
    const { browser, strategy } = await openApp({}, undefined, [], { limiter: limiter.factory })
    const agent = await browser(name)
    limiter.faults = { consume: 'rejects' }
    const getStatus = vi.spyOn(strategy, 'getStatus')
    const { text } = await send(agent, path, fields).expect(503)
    expect(text).toContain(form)
    expect(getStatus).not.toHaveBeenCalled()
  },
)

test('after a second click, the page shows the code that is on its way, also if its state is not known', async () => {
  const limiter = new CounterStore(0, 0)
  const { browser } = await openApp({}, undefined, [], { limiter: limiter.factory })
  const alice = await browser('alice')
  await send(alice, '/otp/call').expect(303)
  limiter.faults = { 'attempts.get': 'rejects' }
  const { text } = await send(alice, '/otp/call').expect(429)
  expect(text).toContain(pageTexts.get('en-US')!.problem.onItsWay)
  expect(text).toContain('name="code"')
})

test('a user who is in sees the form for a number even if the lookup of the present one fails', async () => {
  const app = await openApp()
  const alice = await app.browser('alice')
  await send(alice, '/otp', { code: await hearCode(app, alice) }).expect(303)
  app.people.set('alice', {
    id: 'alice',
    get phone(): string {
      throw new Error('The store is down.')
    },
  })
  expect((await alice.get('/phone').expect(200)).text).toContain('name="phone"')
})

test('a page is sent for HEAD without its content, and another method is left to the app', async () => {
  const { browser } = await openApp()
  const alice = await browser('alice')
  await alice.head('/otp').expect(200).expect('Content-Type', /html/)
  await alice.put('/otp').set(ours).expect(404)
})

test('a request line may hold the whole address of a page', async () => {
  const { url } = await openApp()
  const address = request(url, { path: `${url}/otp` }).end()
  const [response] = (await once(address, 'response')) as [IncomingMessage]
  expect([response.statusCode, response.headers.location]).toEqual([303, '/login'])
  response.resume()
})

/** A form whose sender decides when its parts are sent. */
async function openForm(headers: Readonly<Record<string, string>>, before: RequestHandler[] = []) {
  const app = await openApp({}, undefined, before)
  const login = await supertest(app.url).post('/login?id=alice')
  const form = request(`${app.url}/otp/call`, {
    method: 'POST',
    headers: {
      ...ours,
      'Content-Type': 'application/x-www-form-urlencoded',
      Cookie: String(login.headers['set-cookie']).split(';')[0],
      ...headers,
    },
  })
  const status = new Promise<number | undefined>((resolve, reject) => {
    form
      .on('error', reject)
      .on('response', response => {
        resolve(response.resume().statusCode)
      })
      .flushHeaders()
  })
  return { ...app, form, status }
}

test('a form whose length is not known in advance is read', async () => {
  const { form, status, simulator } = await openForm({ 'Transfer-Encoding': 'chunked' })
  form.write('chan')
  form.end('nel=call')
  expect(await status).toBe(303)
  expect(simulator.calls).toHaveLength(1)
})

test('a form that does not arrive within 5 seconds gets 408 and the page, and nobody is called', async () => {
  const { form, status, simulator } = await openForm({ 'Content-Length': '100' })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    form.write('channel=')
    let isOver = false
    void status.finally(() => {
      isOver = true
    })
    while (!isOver) {
      vi.advanceTimersByTime(1000)
      await nextTurn()
    }
  } finally {
    vi.useRealTimers()
    form.destroy()
  }
  expect(await status).toBe(408)
  expect(simulator.calls).toHaveLength(0)
})

test('a connection that breaks in the middle of a form calls nobody, and the process goes on', async () => {
  let closed: Promise<unknown> | undefined
  const { form, status, simulator, browser } = await openForm({ 'Content-Length': '100' }, [
    (req, res, next) => {
      if (req.method === 'POST' && req.path === '/otp/call') {
        closed = once(res, 'close')
        req.once('data', () => {
          form.destroy()
        })
      }
      next()
    },
  ])
  form.write('channel=call')
  await expect(status).rejects.toThrow('socket hang up')
  await closed
  await (await browser('alice')).get('/otp').expect(200)
  expect(simulator.calls).toHaveLength(0)
})

test.each([
  ['page', 'alice', 200],
  ['redirect', 'dave', 303],
])(
  'if a timeout of the app has responded, a %s that is ready too late is dropped, and so is an error',
  async (_what, name, status) => {
    const errors: unknown[] = []
    const noteError: ErrorRequestHandler = (error, req, res, _next) => {
      errors.push([req.path, res.headersSent, error])
    }
    const sessions = new SessionStore()
    const { browser } = await openApp(
      {},
      (pages, enforce) => [enforce, pages, noteError as unknown as RequestHandler],
      [
        (req, res, next) => {
          if ('late' in req.query) res.status(418).end('too late')
          next()
        },
      ],
      { sessions, recovery: new MemoryRecoveryStore() },
    )
    const agent = await browser(name)
    await agent.get('/otp').expect(status)
    await agent.get('/otp?late').expect(418, 'too late')
    sessions.faults = { set: 'rejects' }
    await agent.get('/security?late').expect(418, 'too late')
    expect(sessions.operations.at(-1)).toBe('set')
    expect(errors).toEqual([])
  },
)

test('pages without a session are an error that says where to mount them', async () => {
  const { pages } = await openApp()
  await supertest(express().use(pages as RequestHandler))
    .get('/otp')
    .expect(503, /Mount otpPages\(\) after express-session/)
})

test('script and style are sent for GET and HEAD only, and for HEAD without their content', async () => {
  const { pages } = await openApp()
  const app = express().use(pages.files as RequestHandler)
  // With this option, Node throws if a response to HEAD has a content.
  const server = createServer({ rejectNonStandardBodyWrites: true }, app)
  const { script } = pages.addresses
  const { headers } = await supertest(server).head(script).expect(200)
  expect(Number(headers['content-length'])).toBeGreaterThan(1000)
  await supertest(server).get(script).expect(200)
  await supertest(server).post(script).expect(404)
})

test('a reload after a browser was forgotten leads back to the page of the account', async () => {
  const remember = { days: 30, store: new MemoryRememberStore() }
  const app = await openApp({}, undefined, [], { remember })
  const alice = await app.browser('alice')
  await send(alice, '/otp', { code: await hearCode(app, alice) }).expect(303)
  await alice.get('/security/browsers').expect(303).expect('Location', '/security')
})

test('without remembered browsers, the page of the account shows the recovery codes alone', async () => {
  const app = await openApp({}, undefined, [], { recovery: new MemoryRecoveryStore() })
  const alice = await app.browser('alice')
  await send(alice, '/otp', { code: await hearCode(app, alice) }).expect(303)
  const { headings } = pageTexts.get('en-US')!
  const { text } = await alice.get('/security').expect(200)
  expect(text).toContain(headings.recoveryCodes)
  expect(text).not.toContain(headings.rememberedBrowsers)
})

test('own texts replace those of a language', async () => {
  const texts = { 'de-DE': { ...german, skip: 'Direkt zum Inhalt' } }
  const { browser } = await openApp({ texts })
  const { text } = await (await browser('alice')).get('/otp').set(inGerman).expect(200)
  expect(text).toContain('>Direkt zum Inhalt<')
})

test('a page for a factor of a strategy without factors is a TypeError that says so', async () => {
  const opened = openApp({ factors: { passkey: { href: '/otp/passkey' } } })
  await expect(opened).rejects.toThrow('The factors are: none.')
})

test('a strategy of the app that refuses a request as Passport allows, without a status, gets the page with 401', async () => {
  const { browser, strategy } = await openApp()
  const alice = await browser('alice')
  Reflect.set(strategy, 'authenticate', function (this: { fail(info: object): void }) {
    this.fail({ code: 'call-vetoed', message: 'No calls at night.' })
  })
  const { text } = await send(alice, '/otp/call').expect(401)
  expect(text).toContain('action="/otp/call"')
})
