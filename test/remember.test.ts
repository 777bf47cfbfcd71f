import { afterEach, describe, expect, test } from 'vitest'
import { MemoryRememberStore, type RememberedEntry, type RememberStore } from 'passport-voice-otp'
import supertest from 'supertest'
import { letPassAt } from './support/deadline.js'
import { SessionStore } from './support/stores.js'
import { ring, sealedIn } from './support/telephone.js'
import {
  createWorld,
  password,
  type Person,
  type World,
  type WorldOptions,
  wrongCode,
} from './support/world.js'

let world: World
let store: RememberStore
afterEach(() => world.close())

async function open(
  options: WorldOptions['options'] = {},
  given: RememberStore = new MemoryRememberStore(),
  sessions?: SessionStore,
) {
  store = given
  world = await createWorld({
    store: sessions,
    options: { remember: { days: 30, store }, ...options },
    routes: (app, _passport, strategy) => {
      app.post('/remember', (req, res, next) => {
        strategy.remembered.add(req, 'Firefox on Linux').then(() => {
          res.json({})
        }, next)
      })
      app.get('/how', strategy.requireSecondFactor(), (req, res) => {
        res.json((req.session as unknown as { voiceOtp: unknown }).voiceOtp)
      })
    },
  })
}

const cookieIn = (response: { headers: Record<string, unknown> }) =>
  /voice-otp-browser=([\w.-]+)/.exec(String(response.headers['set-cookie']))?.[1]
const sessionIn = (response: { headers: Record<string, unknown> }) =>
  /connect\.sid=[^;]+/.exec(String(response.headers['set-cookie']))?.[0] ?? ''
const withCookie = (value: string | undefined) => ({ Cookie: `voice-otp-browser=${value ?? ''}` })
const browsersOf = (name: string): Promise<readonly RememberedEntry[]> =>
  world.strategy.remembered.list(name)

/** A login with a call, after which the browser is remembered; answers the agent and the cookie. */
async function rememberedBrowser(name = 'alice') {
  const agent = await world.logIn(name)
  await agent
    .post('/otp')
    .send({ code: await world.hearCode(agent) })
    .expect(200)
  const cookie = cookieIn(await agent.post('/remember').expect(200))
  return { agent, cookie }
}

/** The password in a new browser that holds this cookie; answers whether that was enough, and the cookie that came back. */
async function logInWith(cookie: string | undefined, name = 'alice') {
  const login = await supertest(world.url)
    .post('/login')
    .set(withCookie(cookie))
    .send({ username: name, password })
    .expect(200)
  const session = sessionIn(login)
  const response = await supertest(world.url)
    .get('/account')
    .set({ Cookie: `${session}; voice-otp-browser=${cookie ?? ''}` })
  return {
    session,
    isIn: response.status === 200,
    cookie: cookieIn(response),
    inSession: response.headers['set-cookie'] === undefined ? session : sessionIn(response),
  }
}

describe('a remembered browser', () => {
  test('logs in with the password alone, under a new session id, and its value changes each time', async () => {
    await open()
    const { agent, cookie } = await rememberedBrowser()
    await agent.post('/logout').expect(200)
    const login = await agent.post('/login').send({ username: 'alice', password }).expect(200)
    expect(login.body).toMatchObject({ pendingUser: 'alice', isAuthenticated: false })
    const first = await agent.get('/account').expect(200)
    expect(cookieIn(first)).toBeDefined()
    expect(cookieIn(first)).not.toBe(cookie)
    const [, pendingSession] =
      /connect\.sid=([^;]+)/.exec(String(login.headers['set-cookie'])) ?? []
    await world
      .browser()
      .get('/account')
      .set({ Cookie: `connect.sid=${pendingSession ?? ''}` })
      .expect(401)
    expect((await agent.get('/how')).body).toMatchObject({
      verification: { method: 'remembered', amr: [] },
    })
    expect(world.simulator.calls).toHaveLength(1)
    expect(world.named('browser.recognized')).toEqual([
      { userId: 'alice', name: 'Firefox on Linux' },
    ])
  })

  test('require({ maxAge }) asks for a code all the same', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    const { inSession, isIn } = await logInWith(cookie)
    expect(isIn).toBe(true)
    await supertest(world.url).get('/transfer').set({ Cookie: inSession }).expect(401)
  })

  test('is listed and revoked by its user alone', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    const [entry] = await browsersOf('alice')
    expect(entry).toMatchObject({ name: 'Firefox on Linux' })
    expect(cookie).not.toContain(entry!.id)
    await world.strategy.remembered.revoke('bob', entry!.id)
    expect(await browsersOf('bob')).toEqual([])
    expect(await browsersOf('alice')).toHaveLength(1)
    await world.strategy.remembered.revoke('alice', entry!.id)
    expect((await logInWith(cookie)).isIn).toBe(false)
  })

  test('of two requests that arrive together one changes the value, and nobody is alarmed', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    const agent = world.browser()
    const { headers } = await agent
      .post('/login')
      .set(withCookie(cookie))
      .send({ username: 'alice', password })
    const session = /connect\.sid=[^;]+/.exec(String(headers['set-cookie']))?.[0] ?? ''
    await Promise.all(
      Array.from({ length: 10 }, () =>
        world
          .browser()
          .get('/account')
          .set({ Cookie: `${session}; voice-otp-browser=${cookie ?? ''}` }),
      ),
    )
    expect(world.named('browser.recognized')).toHaveLength(1)
    expect(world.named('browser.revoked')).toEqual([])
    expect(await browsersOf('alice')).toHaveLength(1)
  })
})

/** Everybody waits until `count` have come. */
function meeting(count: number): () => Promise<void> {
  let open: () => void
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return () => {
    if (--count === 0) open()
    return opened
  }
}

describe('two requests of one page', () => {
  /** Sends two at once, in a pending session whose browser is remembered; answers how many of them were in. */
  async function sendTwo(cookie: string | undefined): Promise<number> {
    const session = sessionIn(
      await supertest(world.url)
        .post('/login')
        .set(withCookie(cookie))
        .send({ username: 'alice', password })
        .expect(200),
    )
    const answers = await Promise.all(
      [1, 2].map(() =>
        supertest(world.url)
          .get('/account')
          .set({ Cookie: `${session}; voice-otp-browser=${cookie ?? ''}` }),
      ),
    )
    return answers.filter(({ status }) => status === 200).length
  }

  test('that both read the store before either changes the value: one is in, and nobody is alarmed', async () => {
    const memory = new MemoryRememberStore()
    const given = Object.create(memory) as MemoryRememberStore
    await open({}, given)
    const { cookie } = await rememberedBrowser()
    const both = meeting(2)
    Object.assign(given, {
      get: async (id: string) => memory.get(id).then(async browser => both().then(() => browser)),
    })
    expect(await sendTwo(cookie)).toBe(1)
    expect(world.named('browser.revoked')).toEqual([])
    expect(await browsersOf('alice')).toHaveLength(1)
  })

  test('of which the second reads what the first has written: one is in, and nobody is alarmed', async () => {
    const memory = new MemoryRememberStore()
    const given = Object.create(memory) as MemoryRememberStore
    await open({}, given)
    const { cookie } = await rememberedBrowser()
    const both = meeting(2)
    let write = (): void => undefined
    const written = new Promise<void>(resolve => {
      write = resolve
    })
    let readers = 0
    Object.assign(given, {
      get: async (id: string) => {
        readers++
        const isSecond = readers === 2
        await both()
        if (isSecond) await written
        return memory.get(id)
      },
      rotate: async (...change: Parameters<RememberStore['rotate']>) =>
        memory.rotate(...change).finally(() => {
          write()
        }),
    })
    expect(await sendTwo(cookie)).toBe(1)
    expect(world.named('browser.revoked')).toEqual([])
  })
})

describe('over https', () => {
  test('the cookie is for this host and for https alone', async () => {
    await open({ webhookUrl: 'https://acme.example/voice-otp' })
    const alice = await world.logIn('alice')
    // The Space cannot reach that address: the code comes by the hand of the test.
    const { telephone } = await ring(world, alice)
    const { headers } = await alice
      .post('/otp')
      .send({ code: sealedIn(telephone).code })
      .expect(200)
      .then(() => alice.post('/remember').expect(200))
    expect(String(headers['set-cookie'])).toMatch(
      /^__Host-voice-otp-browser=[\w-]{22}\.[\w-]{43}; Path=\/; Expires=[^;]+ GMT; HttpOnly; SameSite=Lax; Secure$/,
    )
    expect(await browsersOf('alice')).toHaveLength(1)
  })
})

describe('a person', () => {
  test('whose number is gone from the record is not remembered, and a remembered browser of hers is forgotten', async () => {
    await open()
    const { agent, cookie } = await rememberedBrowser()
    world.people['alice']!.phone = null
    await agent.post('/remember').expect(401)
    expect((await logInWith(cookie)).isIn).toBe(false)
    expect(world.named('browser.revoked')).toEqual([
      { userId: 'alice', name: 'Firefox on Linux', reason: 'phone-changed' },
    ])
  })

  test('at a browser that another uses too: each keeps an own one', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    const bob = world.browser()
    await bob.post('/login').set(withCookie(cookie)).send({ username: 'bob', password }).expect(200)
    await bob
      .post('/otp')
      .set(withCookie(cookie))
      .send({ code: await world.hearCode(bob) })
      .expect(200)
    await bob.post('/remember').set(withCookie(cookie)).expect(200)
    expect([(await browsersOf('alice')).length, (await browsersOf('bob')).length]).toEqual([1, 1])
  })

  test('who revokes all browsers revokes her own alone', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    const { cookie: bobs } = await rememberedBrowser('bob')
    await world.strategy.remembered.revokeAll('alice')
    expect([(await logInWith(cookie)).isIn, (await logInWith(bobs, 'bob')).isIn]).toEqual([
      false,
      true,
    ])
  })

  test('whose session cannot be replaced when the browser is recognized: 503, and nobody is in', async () => {
    const sessions = new SessionStore()
    await open({}, undefined, sessions)
    const { cookie } = await rememberedBrowser()
    const session = sessionIn(
      await supertest(world.url)
        .post('/login')
        .set(withCookie(cookie))
        .send({ username: 'alice', password })
        .expect(200),
    )
    sessions.faults = { destroy: 'rejects' }
    await supertest(world.url)
      .get('/account')
      .set({ Cookie: `${session}; voice-otp-browser=${cookie ?? ''}` })
      .expect(503)
    sessions.faults = {}
    await supertest(world.url).get('/account').set({ Cookie: session }).expect(401)
  })
})

describe('MemoryRememberStore', () => {
  const browser = {
    id: 'one',
    user: 'alice',
    name: 'Firefox',
    hash: 'first',
    phoneHash: 'phone',
    createdAt: 1000,
    usedAt: 1000,
    usedBy: 'session',
    expiresAt: 2000,
  }

  test('forgets what has expired when something new comes', async () => {
    const memory = new MemoryRememberStore()
    await memory.add(browser)
    await memory.add({ ...browser, id: 'two', createdAt: 1999 })
    expect(await memory.get('one')).toBeDefined()
    await memory.add({ ...browser, id: 'three', createdAt: 2000, expiresAt: 3000 })
    expect((await memory.list('alice')).map(({ id }) => id)).toEqual(['three'])
  })

  test('changes a value once', async () => {
    const memory = new MemoryRememberStore()
    await memory.add(browser)
    const next = { hash: 'second', usedAt: 1500, usedBy: 'another' }
    expect(
      await Promise.all([
        memory.rotate('one', 'first', next),
        memory.rotate('one', 'first', { ...next, hash: 'third' }),
      ]),
    ).toEqual([true, false])
    expect(await memory.get('one')).toEqual({ ...browser, ...next })
    expect(await memory.rotate('nobody', 'first', next)).toBe(false)
  })
})

describe('a thief', () => {
  test('with the cookie but not the password', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    await world.browser().get('/account').set(withCookie(cookie)).expect(401)
  })

  test("with Alice's cookie and Bob's password", async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    expect((await logInWith(cookie, 'bob')).isIn).toBe(false)
    expect(await browsersOf('alice')).toHaveLength(1)
  })

  test('who copied the cookie: whoever comes second revokes the browser, and the app is told', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    expect((await logInWith(cookie)).isIn).toBe(true)
    expect((await logInWith(cookie)).isIn).toBe(false)
    expect(world.named('browser.revoked')).toEqual([
      { userId: 'alice', name: 'Firefox on Linux', reason: 'reused' },
    ])
    expect(await browsersOf('alice')).toEqual([])
  })

  test('who copied it, when the browser itself comes later', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    const thief = await logInWith(cookie)
    expect((await logInWith(cookie)).isIn).toBe(false)
    expect((await logInWith(thief.cookie)).isIn).toBe(false)
  })

  test.each([
    '',
    '.',
    'x.y',
    `${'a'.repeat(22)}.${'b'.repeat(43)}`,
    `${'a'.repeat(22)}.${'b'.repeat(43)}; voice-otp-browser=${'a'.repeat(22)}.${'b'.repeat(43)}`,
    '__proto__.x',
  ])('who makes up the value %j', async value => {
    await open()
    await rememberedBrowser()
    expect((await logInWith(value)).isIn).toBe(false)
  })

  test('who plants a second cookie beside the right one', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    expect(
      (await logInWith(`${'a'.repeat(22)}.${'b'.repeat(43)}; voice-otp-browser=${cookie ?? ''}`))
        .isIn,
    ).toBe(false)
  })

  test('with a copy of the cookie, when the same browser is remembered anew', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const { agent, cookie } = await rememberedBrowser()
    await agent
      .post('/otp')
      .send({ code: await world.hearCode(agent) })
      .expect(200)
    await agent.post('/remember').expect(200)
    expect(await browsersOf('alice')).toHaveLength(1)
    expect((await logInWith(cookie)).isIn).toBe(false)
  })

  test('who asks a shared cache for what the browser was answered', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    const login = await supertest(world.url)
      .post('/login')
      .set(withCookie(cookie))
      .send({ username: 'alice', password })
      .expect(200)
    const { headers } = await supertest(world.url)
      .get('/account')
      .set({ Cookie: `${sessionIn(login)}; voice-otp-browser=${cookie ?? ''}` })
      .expect(200)
    expect(headers['cache-control']).toBe('no-store')
  })

  test('who reads the store finds no cookie and no user', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    const dump = JSON.stringify([
      ...(store as unknown as { browsers: Map<string, unknown> }).browsers.values(),
    ])
    expect(dump).not.toContain('alice')
    expect(dump).not.toContain(cookie!.split('.')[1])
    expect(dump).not.toContain('2025550123')
  })

  test('with a pending session alone cannot have a browser remembered', async () => {
    await open()
    const thief = await world.logIn('alice')
    expect(cookieIn(await thief.post('/remember'))).toBeUndefined()
    expect(await browsersOf('alice')).toEqual([])
  })

  test('with an open browser whose code is old cannot have it remembered', async () => {
    await open()
    const agent = await world.logIn('alice')
    await agent
      .post('/otp')
      .send({ code: await world.hearCode(agent) })
      .expect(200)
    world.clock.offset += 301_000
    expect(cookieIn(await agent.post('/remember'))).toBeUndefined()
  })
})

describe('is over', () => {
  test('after its days, whatever was used in between', async () => {
    await open({ remember: { days: 2, store: new MemoryRememberStore() } })
    const { cookie } = await rememberedBrowser()
    world.clock.offset += 1.9 * 86_400_000
    const again = await logInWith(cookie)
    expect(again.isIn).toBe(true)
    world.clock.offset += 0.1 * 86_400_000
    expect((await logInWith(again.cookie)).isIn).toBe(false)
  })

  test.each([
    ['forgot to end it: 30 days are the most', { expiresAt: Number.MAX_SAFE_INTEGER }, 31],
    ['forgot when it began', { createdAt: undefined as never }, 0],
    ['forgot when it ends', { expiresAt: undefined as never }, 0],
  ])('when a store %s', async (_name, lie, days) => {
    const lying = new MemoryRememberStore()
    await open({}, lying)
    const { cookie } = await rememberedBrowser()
    const get = lying.get.bind(lying)
    lying.get = async id => {
      const browser = await get(id)
      return browser && { ...browser, ...lie }
    }
    world.clock.offset += days * 86_400_000
    expect((await logInWith(cookie)).isIn).toBe(false)
  })

  test('when the number on record is another', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    world.people['alice']!.phone = '+12025550199'
    expect((await logInWith(cookie)).isIn).toBe(false)
    expect(world.named('browser.revoked')).toEqual([
      { userId: 'alice', name: 'Firefox on Linux', reason: 'phone-changed' },
    ])
    world.people['alice']!.phone = '+12025550123'
    expect((await logInWith(cookie)).isIn).toBe(false)
  })

  test('after "this was not me"', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const { cookie } = await rememberedBrowser()
    const call = await createCallFor('alice')
    await world.simulator.press(call, '0')
    await world.simulator.advance(10_000)
    expect(world.named('call.reported')).toHaveLength(1)
    expect((await logInWith(cookie)).isIn).toBe(false)
  })

  test('after unlock(userId)', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    await world.strategy.unlock('alice')
    expect((await logInWith(cookie)).isIn).toBe(false)
  })

  test('while the user is stopped after 100 wrong codes in a row', async () => {
    await open({
      limits: { maxConsecutiveFailures: 1, attemptsPerUser: false, callIntervalSeconds: false },
    })
    const { cookie } = await rememberedBrowser()
    const thief = await world.logIn('alice')
    await thief
      .post('/otp')
      .send({ code: wrongCode(await world.hearCode(thief)) })
      .expect(401)
    expect((await logInWith(cookie)).isIn).toBe(false)
    expect(await browsersOf('alice')).toHaveLength(1)
  })
})

test.each(['rejects', 'hangs', 'answers nonsense'])(
  'a store that %s means a call, not a login and not an error',
  async fault => {
    const failing = new MemoryRememberStore()
    await open({}, failing)
    const { cookie } = await rememberedBrowser()
    const asked = new Promise<void>(resolve => {
      failing.get = () => {
        resolve()
        return fault === 'rejects'
          ? Promise.reject(new Error('down'))
          : fault === 'hangs'
            ? new Promise(() => undefined)
            : Promise.resolve({ id: 1, user: {} } as never)
      }
    })
    const { session, isIn } = await (fault === 'hangs'
      ? letPassAt(() => asked, 2000, logInWith(cookie))
      : logInWith(cookie))
    expect(isIn).toBe(false)
    await supertest(world.url)
      .get('/account')
      .set({ Cookie: session })
      .expect(401, { pendingUser: 'alice' })
  },
)

test('the strategy without the option says how to switch it on', async () => {
  store = new MemoryRememberStore()
  world = await createWorld()
  await expect(world.strategy.remembered.list('alice')).rejects.toThrow('remember: { days, store }')
})

async function createCallFor(name: Person['id']): Promise<string> {
  const agent = await world.logIn(name)
  await agent.post('/otp/call').expect(202)
  const { sid } = world.simulator.calls[0]!
  await world.simulator.waitFor(call => call.sid === sid && call.status === 'ringing')
  await world.simulator.answer(sid)
  await world.simulator.idle(sid)
  return sid
}
