// Planted, kept and stolen cookies, and requests that write a session after its end.
import type { SessionData } from 'express-session'
import { afterEach, expect, test, vi } from 'vitest'
import { CookieJar } from '../support/http.js'
import { callsUnlimited, openSite, type Site, type SiteOptions } from '../support/watched-site.js'
import { watchProcess } from '../support/watch.js'

watchProcess()
vi.setConfig({ testTimeout: 120_000 })
let site: Site
afterEach(() => site.close())
const open = async (options: SiteOptions = {}) =>
  (site = await openSite({ limits: callsUnlimited, ...options }))

test('A-85 a session that the attacker planted before the login is neither in nor pending after it', async () => {
  await open()
  const attacker = site.browser()
  await attacker.csrf('/login')
  expect(attacker.cookies.size).toBe(1)
  const planted = attacker.copy()
  const alice = site.person('alice')
  alice.cookies = new CookieJar(attacker.cookies)
  await alice.logIn()
  expect((await planted.get('/api/account')).text).toContain('first-factor-required')
  const code = await alice.hearCode()
  expect(await planted.isIn()).toBe(false)
  expect((await planted.api('/otp', { code }, { holdsCode: true })).status).toBe(401)
  expect((await planted.get('/otp')).location).toBe('/login')
  expect((await alice.enterCode(code)).status).toBe(303)
  expect([await alice.isIn(), await planted.isIn()]).toEqual([true, false])

  // The server does not take over a session id that it never issued.
  const bob = site.person('bob')
  for (const value of ['fixed', 's%3Afixed.x', 's:fixed', '', 's%3A.', '../../bob', '__proto__']) {
    bob.cookies.set('acme', value)
    await bob.sendPassword()
    expect(decodeURIComponent(bob.cookies.get('acme')!)).toMatch(/^s:[\w-]{32}\./)
    bob.cookies.clear()
  }
})

test('A-86 the cookie of the first factor is neither in nor pending after the second factor, and gets no code and no call', async () => {
  await open()
  const alice = site.person('alice')
  await alice.logIn()
  const first = alice.copy()
  const code = await alice.hearCode()
  const stolen = alice.copy()
  await alice.enterCode(code)
  expect(await alice.isIn()).toBe(true)
  for (const old of [first, stolen]) {
    expect(await old.isIn()).toBe(false)
    expect((await old.api('/otp/call')).status).toBe(401)
    expect((await old.api('/otp', { code }, { holdsCode: true })).status).toBe(401)
    expect((await old.get('/otp/status')).status).toBe(401)
  }
  expect(site.simulator.calls).toHaveLength(1)

  // The same holds for a step-up and the cookie from before it.
  const before = alice.copy()
  site.clock.pass(301)
  expect((await alice.get('/transfer')).location).toBe('/otp')
  await alice.enterCode(await alice.hearCode())
  expect((await alice.get('/transfer')).status).toBe(200)
  expect(await before.isIn()).toBe(false)
  const whileIn = alice.copy()
  await alice.logOut()
  expect([await whileIn.isIn(), await alice.isIn()]).toEqual([false, false])
})

/** Holds back the next write of a session, as a slow request does. `release` lets it through. */
function holdNextWrite(): {
  readonly isHeld: Promise<void>
  readonly release: () => Promise<void>
} {
  const { set, touch } = site.sessions
  let held: () => void
  let release: () => Promise<void> = () => Promise.resolve()
  const isHeld = new Promise<void>(resolve => {
    held = resolve
  })
  site.sessions.touch = (_sid, _data, done) => {
    done?.()
  }
  site.sessions.set = (sid, data, done) => {
    Object.assign(site.sessions, { set, touch })
    const copy = JSON.parse(JSON.stringify(data)) as SessionData
    release = () =>
      new Promise<void>(resolve => {
        set(sid, copy, error => {
          done?.(error)
          resolve()
        })
      })
    held()
  }
  return { isHeld, release: () => release() }
}

test('A-89 when a slow request writes the old session after a success or a logout, the old cookie is not in and the old challenge is invalid', async () => {
  await open()
  const alice = site.person('alice')
  await alice.logIn()
  const code = await alice.hearCode()
  const old = alice.copy()
  const first = holdNextWrite()
  // This request puts the requested page into the session.
  const slow = old.get('/transfer')
  await first.isHeld
  expect((await alice.enterCode(code)).status).toBe(303)
  expect(await alice.isIn()).toBe(true)
  await Promise.all([first.release(), slow])
  expect(site.sessions.dump()).toContain('codeHash')
  expect(await old.isIn()).toBe(false)
  expect((await old.api('/otp', { code }, { holdsCode: true })).status).toBe(401)
  expect([await old.isIn(), await alice.isIn()]).toEqual([false, true])

  const bob = site.person('bob')
  await bob.logIn()
  const bobs = await bob.hearCode()
  const revived = bob.copy()
  const second = holdNextWrite()
  const late = revived.get('/transfer')
  await second.isHeld
  await bob.logOut()
  await Promise.all([second.release(), late])
  expect((await revived.api('/otp', { code: bobs }, { holdsCode: true })).status).toBe(401)
  expect([await revived.isIn(), await bob.isIn()]).toEqual([false, false])
})
