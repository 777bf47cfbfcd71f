// Cookies planted, kept or stolen, and requests that write a session after it should be over.
import type { SessionData } from 'express-session'
import { afterEach, expect, test, vi } from 'vitest'
import { callsUnlimited, openSite, type Site, type SiteOptions } from '../support/watched-site.js'
import { watchProcess } from '../support/watch.js'

watchProcess()
vi.setConfig({ testTimeout: 120_000 })
let site: Site
afterEach(() => site.close())
const open = async (options: SiteOptions = {}) =>
  (site = await openSite({ limits: callsUnlimited, ...options }))

test('A-85 a session fixed before the login, with its form, is not in after it, and not pending either', async () => {
  await open()
  const attacker = site.browser()
  await attacker.csrf('/login')
  expect(attacker.cookies.size).toBe(1)
  const planted = attacker.copy()
  const alice = site.person('alice')
  alice.cookies = new Map(attacker.cookies)
  await alice.logIn()
  expect((await planted.get('/api/account')).text).toContain('first-factor-required')
  const code = await alice.hearCode()
  expect(await planted.isIn()).toBe(false)
  expect((await planted.api('/otp', { code }, { holdsCode: true })).status).toBe(401)
  expect((await planted.get('/otp')).location).toBe('/login')
  expect((await alice.submit(code)).status).toBe(303)
  expect([await alice.isIn(), await planted.isIn()]).toEqual([true, false])

  // A name of a session that the server never gave is not taken over.
  const bob = site.person('bob')
  for (const value of ['fixed', 's%3Afixed.x', 's:fixed', '', 's%3A.', '../../bob', '__proto__']) {
    bob.cookies.set('acme', value)
    await bob.api('/login', { username: 'bob', password: bob.password })
    expect(decodeURIComponent(bob.cookies.get('acme')!)).toMatch(/^s:[\w-]{32}\./)
    bob.cookies.clear()
  }
})

test('A-86 the cookie of the first factor is worthless once the second is passed: not in, not pending, and no code or call for it', async () => {
  await open()
  const alice = site.person('alice')
  await alice.logIn()
  const first = alice.copy()
  const code = await alice.hearCode()
  const stolen = alice.copy()
  await alice.submit(code)
  expect(await alice.isIn()).toBe(true)
  for (const old of [first, stolen]) {
    expect(await old.isIn()).toBe(false)
    expect((await old.api('/otp/call')).status).toBe(401)
    expect((await old.api('/otp', { code }, { holdsCode: true })).status).toBe(401)
    expect((await old.get('/otp/status')).status).toBe(401)
  }
  expect(site.simulator.calls).toHaveLength(1)

  // The same for a step-up, and for the login's cookie after it.
  const before = alice.copy()
  site.clock.pass(301)
  expect((await alice.get('/transfer')).location).toBe('/otp')
  await alice.submit(await alice.hearCode())
  expect((await alice.get('/transfer')).status).toBe(200)
  expect(await before.isIn()).toBe(false)
  const whileIn = alice.copy()
  await alice.logOut()
  expect([await whileIn.isIn(), await alice.isIn()]).toEqual([false, false])
})

/** Holds back the next write of a session, as a request does that takes long; answers a function that lets it through. */
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

test('A-89 a slow request that began before success, or before logout, writes the session afterwards: the old cookie is not in, the old challenge dead', async () => {
  await open()
  const alice = site.person('alice')
  await alice.logIn()
  const code = await alice.hearCode()
  const old = alice.copy()
  const first = holdNextWrite()
  // It puts the page that was asked for into the session.
  const slow = old.get('/transfer')
  await first.isHeld
  expect((await alice.submit(code)).status).toBe(303)
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
