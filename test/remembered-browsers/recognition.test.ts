import { afterEach, describe, expect, test, vi } from 'vitest'
import { MemoryRememberStore, type RememberStore } from 'passport-voice-otp'
import supertest from 'supertest'
import { letPassAt } from '../support/deadline.js'
import { SessionStore } from '../support/stores.js'
import {
  createWorld,
  password,
  type World,
  type WorldOptions,
  wrongCode,
  ring,
} from '../support/world.js'
import {
  browsersOf,
  cookieIn,
  createRememberingWorld,
  getWith,
  logInWith,
  rememberBrowser,
  sessionIn,
  startLogin,
  withCookie,
} from './support.js'

let world: World
let store: RememberStore
afterEach(() => world.close())

async function open(
  options: WorldOptions['options'] = {},
  given: RememberStore = new MemoryRememberStore(),
  sessions?: SessionStore,
) {
  store = given
  world = await createRememberingWorld(options, given, sessions)
}

describe('a remembered browser', () => {
  test('a remembered browser logs in with the password alone, under a new session id, and its cookie changes at each use', async () => {
    await open()
    const { agent, cookie } = await rememberBrowser(world)
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

  test('requireSecondFactor({ maxAge }) asks a remembered browser for a code', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    const { inSession, isIn } = await logInWith(world, cookie)
    expect(isIn).toBe(true)
    await supertest(world.url).get('/transfer').set({ Cookie: inSession }).expect(401)
  })

  test('a remembered browser is listed for and revoked by its own user only', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    const [entry] = await browsersOf(world, 'alice')
    expect(entry).toMatchObject({ name: 'Firefox on Linux' })
    expect(cookie).not.toContain(entry!.id)
    await world.strategy.remembered.revoke('bob', entry!.id)
    expect(await browsersOf(world, 'bob')).toEqual([])
    expect(await browsersOf(world, 'alice')).toHaveLength(1)
    await world.strategy.remembered.revoke('alice', entry!.id)
    expect((await logInWith(world, cookie)).isIn).toBe(false)
  })

  test('of ten requests that arrive together one changes the cookie, and no theft is reported', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    const session = await startLogin(world, cookie)
    await Promise.all(Array.from({ length: 10 }, () => getWith(world, '/account', session, cookie)))
    expect(world.named('browser.recognized')).toHaveLength(1)
    expect(world.named('browser.revoked')).toEqual([])
    expect(await browsersOf(world, 'alice')).toHaveLength(1)
  })
})

/** Every caller waits until there are `count` callers. */
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
  /**
   * Sends two requests at once in a pending session of a remembered browser; returns how many of
   * them were logged in.
   */
  async function sendTwo(cookie: string | undefined): Promise<number> {
    const session = await startLogin(world, cookie)
    const responses = await Promise.all(
      [1, 2].map(() => getWith(world, '/account', session, cookie)),
    )
    return responses.filter(({ status }) => status === 200).length
  }

  test('two requests that both read the store before either changes the cookie: one logs in, and no theft is reported', async () => {
    const memory = new MemoryRememberStore()
    const given = Object.create(memory) as MemoryRememberStore
    await open({}, given)
    const { cookie } = await rememberBrowser(world)
    const both = meeting(2)
    Object.assign(given, {
      get: async (id: string) => memory.get(id).then(async browser => both().then(() => browser)),
    })
    expect(await sendTwo(cookie)).toBe(1)
    expect(world.named('browser.revoked')).toEqual([])
    expect(await browsersOf(world, 'alice')).toHaveLength(1)
  })

  test('two requests of which the second reads what the first wrote: one logs in, and no theft is reported', async () => {
    const memory = new MemoryRememberStore()
    const given = Object.create(memory) as MemoryRememberStore
    await open({}, given)
    const { cookie } = await rememberBrowser(world)
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

describe('a person', () => {
  test('a user without a number on record cannot have a browser remembered, and a remembered browser of this user is removed', async () => {
    await open()
    const { agent, cookie } = await rememberBrowser(world)
    world.people['alice']!.phone = null
    await agent.post('/remember').expect(401)
    expect((await logInWith(world, cookie)).isIn).toBe(false)
    expect(world.named('browser.revoked')).toEqual([
      { userId: 'alice', name: 'Firefox on Linux', reason: 'phone-changed' },
    ])
  })

  test('two users of one browser are remembered independently', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    const bob = world.browser()
    await bob.post('/login').set(withCookie(cookie)).send({ username: 'bob', password }).expect(200)
    await bob
      .post('/otp')
      .set(withCookie(cookie))
      .send({ code: await world.hearCode(bob) })
      .expect(200)
    await bob.post('/remember').set(withCookie(cookie)).expect(200)
    expect([
      (await browsersOf(world, 'alice')).length,
      (await browsersOf(world, 'bob')).length,
    ]).toEqual([1, 1])
  })

  test('revokeAll(userId) removes the browsers of this user only', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    const { cookie: bobs } = await rememberBrowser(world, 'bob')
    await world.strategy.remembered.revokeAll('alice')
    expect([
      (await logInWith(world, cookie)).isIn,
      (await logInWith(world, bobs, 'bob')).isIn,
    ]).toEqual([false, true])
  })

  test('if the session cannot be replaced when the browser is recognized, the response is 503 and nobody is logged in', async () => {
    const sessions = new SessionStore()
    await open({}, undefined, sessions)
    const { cookie } = await rememberBrowser(world)
    const session = await startLogin(world, cookie)
    sessions.faults = { destroy: 'rejects' }
    await getWith(world, '/account', session, cookie).expect(503)
    sessions.faults = {}
    await supertest(world.url).get('/account').set({ Cookie: session }).expect(401)
  })
})

describe('a thief', () => {
  test('a thief with the cookie but without the password is not logged in', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    await world.browser().get('/account').set(withCookie(cookie)).expect(401)
  })

  test("Alice's cookie with Bob's password does not log in, and Alice's browser stays remembered", async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    expect((await logInWith(world, cookie, 'bob')).isIn).toBe(false)
    expect(await browsersOf(world, 'alice')).toHaveLength(1)
  })

  /** Presents the new cookie in the session that a recognized browser got. */
  const browseOn = ({ inSession, cookie }: Awaited<ReturnType<typeof logInWith>>) =>
    getWith(world, '/account', inSession, cookie).expect(200)
  const revokedFor = (reason: string) => [{ userId: 'alice', name: 'Firefox on Linux', reason }]

  test('an old cookie that comes back after the browser sent the new one revokes the browser as reused', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    const login = await logInWith(world, cookie)
    expect(login.isIn).toBe(true)
    await browseOn(login)
    expect((await logInWith(world, cookie)).isIn).toBe(false)
    expect(world.named('browser.revoked')).toEqual(revokedFor('reused'))
    expect(await browsersOf(world, 'alice')).toEqual([])
  })

  test('an old cookie that comes back after the new one logged in revokes the browser as reused', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    const next = await logInWith(world, cookie)
    expect((await logInWith(world, next.cookie)).isIn).toBe(true)
    expect((await logInWith(world, cookie)).isIn).toBe(false)
    expect(world.named('browser.revoked')).toEqual(revokedFor('reused'))
  })

  test('an old cookie whose successor nobody ever sent revokes the browser as unconfirmed: the response may have been lost', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    const { session } = await logInWith(world, cookie)
    expect(session).not.toBe('')
    const again = await logInWith(world, cookie)
    expect(again.isIn).toBe(false)
    expect(world.named('browser.revoked')).toEqual(revokedFor('unconfirmed'))
    expect(await browsersOf(world, 'alice')).toEqual([])
    await getWith(world, '/account', again.session, cookie).expect(401, { pendingUser: 'alice' })
  })

  test('a request of the new session with the old cookie does not confirm the new one', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    const login = await logInWith(world, cookie)
    await getWith(world, '/account', login.inSession, cookie).expect(200)
    await getWith(world, '/account', login.inSession, undefined).expect(200)
    expect((await logInWith(world, cookie)).isIn).toBe(false)
    expect(world.named('browser.revoked')).toEqual(revokedFor('unconfirmed'))
  })

  test('the store is asked once to confirm the new cookie', async () => {
    const memory = new MemoryRememberStore()
    await open({}, memory)
    const { cookie } = await rememberBrowser(world)
    const login = await logInWith(world, cookie)
    const get = vi.spyOn(memory, 'get')
    for (let request = 0; request < 3; request++) await browseOn(login)
    expect(get).toHaveBeenCalledTimes(1)
    expect((await getWith(world, '/how', login.inSession, login.cookie)).body).not.toMatchObject({
      verification: { unconfirmedCookie: expect.anything() as unknown },
    })
  })

  test('a code that the recognized browser asked for stays valid when the browser sends the new cookie', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const { cookie } = await rememberBrowser(world)
    const session = await startLogin(world, cookie)
    const call = await supertest(world.url)
      .post('/otp/call')
      .set({ Cookie: `${session}; voice-otp-browser=${cookie ?? ''}` })
      .expect(202)
    const { matchingDigits } = call.body as { matchingDigits: string }
    const code = await world.answerAndListen(matchingDigits)
    const [inSession, newCookie] = [sessionIn(call), cookieIn(call)]
    await getWith(world, '/account', inSession, newCookie).expect(200)
    await supertest(world.url).post('/otp').set({ Cookie: inSession }).send({ code }).expect(200)
  })

  test('a store that fails to confirm the new cookie does not disturb the login', async () => {
    const memory = new MemoryRememberStore()
    await open({}, memory)
    const { cookie } = await rememberBrowser(world)
    const login = await logInWith(world, cookie)
    vi.spyOn(memory, 'get').mockRejectedValueOnce(new Error('down'))
    await browseOn(login)
    expect((await logInWith(world, cookie)).isIn).toBe(false)
    expect(world.named('browser.revoked')).toEqual(revokedFor('unconfirmed'))
  })

  test('a browser that was revoked in the meantime is not confirmed', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    const login = await logInWith(world, cookie)
    await world.strategy.remembered.revokeAll('alice')
    await browseOn(login)
    expect(await browsersOf(world, 'alice')).toEqual([])
  })

  test('a thief who used a copied cookie first is logged out of it as soon as the owner uses the old one', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    const thief = await logInWith(world, cookie)
    expect((await logInWith(world, cookie)).isIn).toBe(false)
    expect((await logInWith(world, thief.cookie)).isIn).toBe(false)
  })

  test.each([
    '',
    '.',
    'x.y',
    `${'a'.repeat(22)}.${'b'.repeat(43)}`,
    `${'a'.repeat(22)}.${'b'.repeat(43)}; voice-otp-browser=${'a'.repeat(22)}.${'b'.repeat(43)}`,
    '__proto__.x',
  ])('an invented cookie %j is not recognized', async value => {
    await open()
    await rememberBrowser(world)
    expect((await logInWith(world, value)).isIn).toBe(false)
  })

  test('a second cookie planted beside the right one means that neither is used', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    expect(
      (
        await logInWith(
          world,
          `${'a'.repeat(22)}.${'b'.repeat(43)}; voice-otp-browser=${cookie ?? ''}`,
        )
      ).isIn,
    ).toBe(false)
  })

  test('a copy of the cookie is worthless after the same browser was remembered again', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const { agent, cookie } = await rememberBrowser(world)
    await agent
      .post('/otp')
      .send({ code: await world.hearCode(agent) })
      .expect(200)
    await agent.post('/remember').expect(200)
    expect(await browsersOf(world, 'alice')).toHaveLength(1)
    expect((await logInWith(world, cookie)).isIn).toBe(false)
  })

  test('the response that carries the new cookie may not be cached', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    const session = await startLogin(world, cookie)
    const { headers } = await getWith(world, '/account', session, cookie).expect(200)
    expect(headers['cache-control']).toBe('no-store')
  })

  test('the store holds no cookie, no user id and no number', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    const dump = JSON.stringify([
      ...(store as unknown as { browsers: Map<string, unknown> }).browsers.values(),
    ])
    expect(dump).not.toContain('alice')
    expect(dump).not.toContain(cookie!.split('.')[1])
    expect(dump).not.toContain('2025550123')
  })

  test('a pending user cannot have a browser remembered', async () => {
    await open()
    const thief = await world.logIn('alice')
    expect(cookieIn(await thief.post('/remember'))).toBeUndefined()
    expect(await browsersOf(world, 'alice')).toEqual([])
  })

  test('a user whose code is older than five minutes cannot have a browser remembered', async () => {
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

describe('a remembered browser is no longer recognized', () => {
  test('a browser is remembered for the configured days at most, even if it is used in between', async () => {
    await open({ remember: { days: 2, store: new MemoryRememberStore() } })
    const { cookie } = await rememberBrowser(world)
    world.clock.offset += 1.9 * 86_400_000
    const again = await logInWith(world, cookie)
    expect(again.isIn).toBe(true)
    world.clock.offset += 0.1 * 86_400_000
    expect((await logInWith(world, again.cookie)).isIn).toBe(false)
  })

  test.each([
    ['claims more than 30 days', { expiresAt: Number.MAX_SAFE_INTEGER }, 31],
    ['lost the time of its creation', { createdAt: undefined as never }, 0],
    ['claims to be from the future', { createdAt: Date.now() + 3_600_000 }, 0],
    ['lost its expiry', { expiresAt: undefined as never }, 0],
  ])('a browser is not recognized when the store %s', async (_name, lie, days) => {
    const lying = new MemoryRememberStore()
    await open({}, lying)
    const { cookie } = await rememberBrowser(world)
    const get = lying.get.bind(lying)
    lying.get = async id => {
      const browser = await get(id)
      return browser && { ...browser, ...lie }
    }
    world.clock.offset += days * 86_400_000
    expect((await logInWith(world, cookie)).isIn).toBe(false)
  })

  test('a browser is not recognized after the number on record changed, nor when it changes back', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    world.people['alice']!.phone = '+12025550199'
    expect((await logInWith(world, cookie)).isIn).toBe(false)
    expect(world.named('browser.revoked')).toEqual([
      { userId: 'alice', name: 'Firefox on Linux', reason: 'phone-changed' },
    ])
    world.people['alice']!.phone = '+12025550123'
    expect((await logInWith(world, cookie)).isIn).toBe(false)
  })

  test('no browser is recognized after the user reported a call with "this was not me"', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const { cookie } = await rememberBrowser(world)
    const alice = await world.logIn('alice')
    const { phone } = await ring(world, alice)
    await phone.answer()
    await phone.press('0')
    expect(world.named('call.reported')).toHaveLength(1)
    expect((await logInWith(world, cookie)).isIn).toBe(false)
  })

  test('no browser is recognized after unlock(userId)', async () => {
    await open()
    const { cookie } = await rememberBrowser(world)
    await world.strategy.unlock('alice')
    expect((await logInWith(world, cookie)).isIn).toBe(false)
  })

  test('no browser is recognized while the user is locked until unlock, but it stays in the list', async () => {
    await open({
      limits: { maxConsecutiveFailures: 1, attemptsPerUser: false, callIntervalSeconds: false },
    })
    const { cookie } = await rememberBrowser(world)
    const thief = await world.logIn('alice')
    await thief
      .post('/otp')
      .send({ code: wrongCode(await world.hearCode(thief)) })
      .expect(401)
    expect((await logInWith(world, cookie)).isIn).toBe(false)
    expect(await browsersOf(world, 'alice')).toHaveLength(1)
  })
})

test.each(['rejects', 'hangs', 'returns nonsense'])(
  'if the store %s, the user is asked for a code: no login and no error',
  async fault => {
    const failing = new MemoryRememberStore()
    await open({}, failing)
    const { cookie } = await rememberBrowser(world)
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
      ? letPassAt(() => asked, 2000, logInWith(world, cookie))
      : logInWith(world, cookie))
    expect(isIn).toBe(false)
    await supertest(world.url)
      .get('/account')
      .set({ Cookie: session })
      .expect(401, { pendingUser: 'alice' })
  },
)

test('without the option remember, the error names it', async () => {
  world = await createWorld()
  await expect(browsersOf(world, 'alice')).rejects.toThrow('remember: { days, store }')
})
