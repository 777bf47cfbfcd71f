// What an anonymous visitor can store, and how long sessions live in memory.
import type { SessionData } from 'express-session'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { sessionsInMemory } from '../../example/stores/memory-sessions.js'
import { sessionSeconds } from '../../example/stores/session-lifetime.js'
import { SessionStore } from '../support/stores.js'
import { demoPassword, openSite, passBoth } from '../support/site.js'

/** The longest path that the app keeps for the time after the login. */
const longest = '/transfer?'.padEnd(1001, 'x')

/** Everything that the app stored for its visitors, as JSON without the cookie's settings. */
const stored = ({ written }: SessionStore): string[] =>
  written.map(line => {
    const session = JSON.parse(line.slice(line.indexOf(' ') + 1)) as Partial<SessionData>
    delete session.cookie
    return JSON.stringify(session)
  })

describe('an anonymous visitor', () => {
  test.each([
    ['a query of 15,000 characters', `/account?${'x'.repeat(15_000)}`],
    ['a path one character longer than the longest', `${longest}x`],
    ['the longest path that is kept', longest],
    ['a page that does not exist', `/${'nowhere'.repeat(1000)}`],
  ])('a visitor who asks for %s stores at most 1,100 bytes', async (_what, path) => {
    const sessionStore = new SessionStore()
    const site = await openSite({ sessionStore })
    for (const page of ['/account', '/transfer', '/security', '/phone', '/otp', '/recover', '/'])
      await site.visitor().open(page + path.slice(path.indexOf('?')))
    const visitor = site.visitor()
    await visitor.open(path)
    await visitor.open('/login')
    await visitor.json('GET', `/api${path}`)
    await visitor.json('GET', '/api/otp/status')
    expect(sessionStore.written.length).toBeGreaterThan(0)
    for (const session of stored(sessionStore)) expect(session.length).toBeLessThanOrEqual(1100)
  })

  test('a visitor returns after the login to a path of 1,001 characters, but not to a longer one', async () => {
    for (const [path, target] of [
      [longest, longest],
      [`${longest}x`, '/account'],
    ] as const) {
      const site = await openSite()
      const alice = site.visitor()
      await alice.open(path)
      await alice.submit('/login', { username: 'alice', password: demoPassword })
      await alice.submit('/otp/call')
      await alice.submit('/otp', { code: await site.answer(alice.matchingDigits) })
      expect(alice.page).toMatchObject({ status: 200, path: target })
    }
  })
})

describe('sessions in memory', () => {
  const anonymous = JSON.parse('{"cookie":{"originalMaxAge":null}}') as SessionData
  const loggedIn = { ...anonymous, passport: { user: 'alice' } } as SessionData

  function openStore() {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const store = sessionsInMemory()
    return {
      store,
      get: (id: string) =>
        new Promise((resolve, reject) => {
          store.get(id, (error, session) => (error ? reject(error) : resolve(session ?? undefined)))
        }),
      length: () => new Promise(resolve => store.length?.((_error, count) => resolve(count))),
    }
  }

  test('a session without a login ends after half an hour without a request, one with a login after a day', async () => {
    const { store, get } = openStore()
    store.set('a', anonymous)
    store.set('b', loggedIn)
    vi.advanceTimersByTime(1_799_000)
    expect([await get('a'), await get('b')]).toEqual([anonymous, loggedIn])
    store.touch?.('a', anonymous)
    vi.advanceTimersByTime(1_799_000)
    expect(await get('a')).toEqual(anonymous)
    vi.advanceTimersByTime(1001)
    expect([await get('a'), await get('b')]).toEqual([undefined, loggedIn])
    vi.advanceTimersByTime(86_400_000)
    expect(await get('b')).toBeUndefined()
    expect([sessionSeconds(anonymous), sessionSeconds(loggedIn)]).toEqual([1800, 86_400])
  })

  test('sessions that nobody uses any more leave the memory without a request', async () => {
    const { store, length } = openStore()
    for (let index = 0; index < 1000; index++) store.set(`old ${index}`, anonymous)
    expect(await length()).toBe(1000)
    vi.advanceTimersByTime(1_860_000)
    expect(await length()).toBe(0)
  })

  test('the memory holds at most 100,000 sessions, and those that were used last stay', async () => {
    const { store, get, length } = openStore()
    for (let index = 0; index <= 100_000; index++) store.set(String(index), anonymous)
    expect([await length(), await get('0'), await get('100000')]).toEqual([
      100_000,
      undefined,
      anonymous,
    ])
  })

  test('a stored session is a copy, and a late touch does not bring back a destroyed one', async () => {
    const { store, get } = openStore()
    const session = { ...anonymous, notice: 'one' }
    store.set('a', session)
    session.notice = 'two'
    expect(await get('a')).toMatchObject({ notice: 'one' })
    store.destroy('a')
    store.touch?.('a', session)
    expect(await get('a')).toBeUndefined()
  })

  test('the example keeps sessions in memory unless it gets another store', async () => {
    const site = await openSite()
    const alice = await passBoth(site)
    expect((await alice.open('/account')).path).toBe('/account')
  })
})
