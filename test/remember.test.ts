import { afterEach, describe, expect, test } from 'vitest'
import { MemoryRememberStore, type RememberedEntry, type RememberStore } from 'passport-voice-otp'
import supertest from 'supertest'
import { createWorld, password, type Person, type World, type WorldOptions, wrongCode } from './support/world.js'

let world: World
let store: RememberStore
afterEach(() => world.close())

async function open(options: WorldOptions['options'] = {}, given: RememberStore = new MemoryRememberStore()) {
  store = given
  world = await createWorld({
    options: { remember: { days: 30, store }, ...options },
    routes: (app, _passport, strategy) => {
      app.post('/remember', (req, res, next) => { strategy.remembered.add(req, 'Firefox on Linux').then(() => { res.json({}) }, next) })
      app.get('/how', strategy.require(), (req, res) => { res.json((req.session as unknown as { voiceOtp: unknown }).voiceOtp) })
    },
  })
}

const cookieIn = (response: { headers: Record<string, unknown> }) => /voice-otp-browser=([\w.-]+)/.exec(String(response.headers['set-cookie']))?.[1]
const sessionIn = (response: { headers: Record<string, unknown> }) => /connect\.sid=[^;]+/.exec(String(response.headers['set-cookie']))?.[0] ?? ''
const withCookie = (value: string | undefined) => ({ Cookie: `voice-otp-browser=${value ?? ''}` })
const browsersOf = (name: string): Promise<readonly RememberedEntry[]> => world.strategy.remembered.list(name)

/** A login with a call, after which the browser is remembered; answers the agent and the cookie. */
async function rememberedBrowser(name = 'alice') {
  const agent = await world.logIn(name)
  await agent.post('/otp').send({ code: await world.hearCode(agent) }).expect(200)
  const cookie = cookieIn(await agent.post('/remember').expect(200))
  return { agent, cookie }
}

/** The password in a new browser that holds this cookie; answers whether that was enough, and the cookie that came back. */
async function logInWith(cookie: string | undefined, name = 'alice') {
  const login = await supertest(world.url).post('/login').set(withCookie(cookie)).send({ username: name, password }).expect(200)
  const session = sessionIn(login)
  const response = await supertest(world.url).get('/account').set({ Cookie: `${session}; voice-otp-browser=${cookie ?? ''}` })
  return { session, isIn: response.status === 200, cookie: cookieIn(response), inSession: response.headers['set-cookie'] === undefined ? session : sessionIn(response) }
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
    const [, pendingSession] = /connect\.sid=([^;]+)/.exec(String(login.headers['set-cookie'])) ?? []
    await world.browser().get('/account').set({ Cookie: `connect.sid=${pendingSession ?? ''}` }).expect(401)
    expect((await agent.get('/how')).body).toMatchObject({ mark: { method: 'remembered', amr: [] } })
    expect(world.simulator.calls).toHaveLength(1)
    expect(world.named('browser.recognized')).toEqual([{ userId: 'alice', name: 'Firefox on Linux' }])
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
    const { headers } = await agent.post('/login').set(withCookie(cookie)).send({ username: 'alice', password })
    const session = /connect\.sid=[^;]+/.exec(String(headers['set-cookie']))?.[0] ?? ''
    await Promise.all(Array.from({ length: 10 }, () => world.browser().get('/account').set({ Cookie: `${session}; voice-otp-browser=${cookie ?? ''}` })))
    expect(world.named('browser.recognized')).toHaveLength(1)
    expect(world.named('browser.revoked')).toEqual([])
    expect(await browsersOf('alice')).toHaveLength(1)
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
    expect(world.named('browser.revoked')).toEqual([{ userId: 'alice', name: 'Firefox on Linux', reason: 'reused' }])
    expect(await browsersOf('alice')).toEqual([])
  })

  test('who copied it, when the browser itself comes later', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    const thief = await logInWith(cookie)
    expect((await logInWith(cookie)).isIn).toBe(false)
    expect((await logInWith(thief.cookie)).isIn).toBe(false)
  })

  test.each(['', '.', 'x.y', `${'a'.repeat(22)}.${'b'.repeat(43)}`, `${'a'.repeat(22)}.${'b'.repeat(43)}; voice-otp-browser=${'a'.repeat(22)}.${'b'.repeat(43)}`, '__proto__.x'])('who makes up the value %j', async value => {
    await open()
    await rememberedBrowser()
    expect((await logInWith(value)).isIn).toBe(false)
  })

  test('who plants a second cookie beside the right one', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    expect((await logInWith(`${'a'.repeat(22)}.${'b'.repeat(43)}; voice-otp-browser=${cookie ?? ''}`)).isIn).toBe(false)
  })

  test('with a copy of the cookie, when the same browser is remembered anew', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const { agent, cookie } = await rememberedBrowser()
    await agent.post('/otp').send({ code: await world.hearCode(agent) }).expect(200)
    await agent.post('/remember').expect(200)
    expect(await browsersOf('alice')).toHaveLength(1)
    expect((await logInWith(cookie)).isIn).toBe(false)
  })

  test('who asks a shared cache for what the browser was answered', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    const login = await supertest(world.url).post('/login').set(withCookie(cookie)).send({ username: 'alice', password }).expect(200)
    const { headers } = await supertest(world.url).get('/account').set({ Cookie: `${sessionIn(login)}; voice-otp-browser=${cookie ?? ''}` }).expect(200)
    expect(headers['cache-control']).toBe('no-store')
  })

  test('who reads the store finds no cookie and no user', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    const dump = JSON.stringify([...(store as unknown as { browsers: Map<string, unknown> }).browsers.values()])
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
    await agent.post('/otp').send({ code: await world.hearCode(agent) }).expect(200)
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

  test('when a store forgot to end it: 30 days are the most', async () => {
    const lying = new MemoryRememberStore()
    await open({}, lying)
    const { cookie } = await rememberedBrowser()
    const get = lying.get.bind(lying)
    lying.get = async id => { const browser = await get(id); return browser && { ...browser, expiresAt: Number.MAX_SAFE_INTEGER } }
    world.clock.offset += 31 * 86_400_000
    expect((await logInWith(cookie)).isIn).toBe(false)
  })

  test('when the number on record is another', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    world.people['alice']!.phone = '+12025550199'
    expect((await logInWith(cookie)).isIn).toBe(false)
    expect(world.named('browser.revoked')).toEqual([{ userId: 'alice', name: 'Firefox on Linux', reason: 'phone-changed' }])
    world.people['alice']!.phone = '+12025550123'
    expect((await logInWith(cookie)).isIn).toBe(false)
  })

  test('after "this was not me"', async () => {
    await open({ limits: { callIntervalSeconds: false } })
    const { cookie } = await rememberedBrowser()
    const call = await createCallFor('alice')
    await world.simulator.keys(call, '0')
    await world.simulator.advance(10_000)
    expect(world.named('reported')).toHaveLength(1)
    expect((await logInWith(cookie)).isIn).toBe(false)
  })

  test('after unlock(userId)', async () => {
    await open()
    const { cookie } = await rememberedBrowser()
    await world.strategy.unlock('alice')
    expect((await logInWith(cookie)).isIn).toBe(false)
  })

  test('while the user is stopped after 100 wrong codes in a row', async () => {
    await open({ limits: { guessesInARow: 1, guessesPerUser: false, callIntervalSeconds: false } })
    const { cookie } = await rememberedBrowser()
    const thief = await world.logIn('alice')
    await thief.post('/otp').send({ code: wrongCode(await world.hearCode(thief)) }).expect(401)
    expect((await logInWith(cookie)).isIn).toBe(false)
    expect(await browsersOf('alice')).toHaveLength(1)
  })
})

test.each(['rejects', 'hangs', 'answers nonsense'])('a store that %s means a call, not a login and not an error', async fault => {
  const failing = new MemoryRememberStore()
  await open({}, failing)
  const { cookie } = await rememberedBrowser()
  failing.get = () => fault === 'rejects' ? Promise.reject(new Error('down')) : fault === 'hangs' ? new Promise(() => undefined) : Promise.resolve({ id: 1, user: {} } as never)
  const { session, isIn } = await logInWith(cookie)
  expect(isIn).toBe(false)
  await supertest(world.url).get('/account').set({ Cookie: session }).expect(401, { pendingUser: 'alice' })
})

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
