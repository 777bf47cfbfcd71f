// The password alone opens nothing.
import type { RequestHandler } from 'express'
import type { Authenticator } from 'passport'
import { afterEach, expect, test } from 'vitest'
import { createWorld, password, type Person as WorldPerson } from '../support/world.js'
import { openSite, quick, type Site } from '../support/watched-site.js'

let site: Site | undefined
afterEach(async () => {
  await site?.close()
  site = undefined
})

/** Protected pages, each with words that only people who are in may read. */
const protectedPages = {
  '/account': 'You are logged in',
  '/transfer': 'Amount in dollars',
  '/phone': 'name="phone"',
  '/api/account': '"user"',
}
const hasSecret = (text: string): boolean =>
  Object.values(protectedPages).some(words => text.includes(words))

/** Spellings that a router, a proxy or a file system may treat as the same path. */
const spellings = (path: string): readonly string[] => [
  path,
  path.toUpperCase(),
  path.replace(/[a-z]/, letter => letter.toUpperCase()),
  `${path}/`,
  `/${path}`,
  `//${path}`,
  `${path}//`,
  `/.${path}`,
  `/%2e${path}`,
  `/%2e%2e${path}`,
  `/login/..${path}`,
  `/login/%2e%2e${path}`,
  `/login/%2E%2E%2F${path.slice(1)}`,
  `${path}/%2e`,
  `${path}%2e`,
  `${path}/.`,
  `${path}%20`,
  `${path}%00`,
  `${path};x`,
  `${path}?x=1`,
  `${path}?_method=GET`,
  `${path}%3f`,
  `${path}#`,
  path.replace('a', '%61'),
  path.replace('c', '%63'),
  path.replaceAll('/', '\\'),
  path.replaceAll('/', '%2f'),
  `${path}.json`,
  `${path}/index.html`,
  `/api${path}`,
  `/voice-otp/..${path}`,
]

test(
  'A-01 after the password, no protected route returns its body, whatever the method and the spelling of the path',
  { timeout: 120_000 },
  async () => {
    site = await openSite(quick)
    const alice = site.person('alice')
    await alice.logIn()
    const leaks: string[] = []
    for (const path of Object.keys(protectedPages)
      .flatMap(spellings)
      .flatMap(path => [path, `${alice.url}${path}`])) {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT']) {
        const { status, text } = await alice.send(method, path, {
          headers: { 'X-Original-URL': '/account', 'X-HTTP-Method-Override': 'GET' },
        })
        const isOpenPage =
          status === 200 && (method === 'OPTIONS' || text.includes('data-call-again'))
        if (hasSecret(text) || status === 500 || (status === 200 && !isOpenPage))
          leaks.push(`${method} ${path}: ${status}`)
      }
    }
    const token = await alice.csrf('/otp')
    for (const path of ['/transfer', '/phone', '/phone/verify']) {
      const { status, text } = await alice.send('POST', path, {
        form: { _csrf: token, to: 'Mallory', amount: '25', phone: '+12025550167', code: '123456' },
      })
      if (hasSecret(text) || status < 300) leaks.push(`POST ${path}: ${status}`)
    }
    expect(leaks).toEqual([])
    expect(site.simulator.calls).toHaveLength(0)

    await alice.enterCode(await alice.hearCode())
    for (const [path, words] of Object.entries(protectedPages))
      expect((await alice.get(path)).text).toContain(words)
  },
)

test('A-02 the password alone is never in when an app passes the strategies as an array, which Passport treats as "or", with any userProperty', async () => {
  for (const userProperty of [undefined, 'account']) {
    for (const names of [
      ['local', 'voice-otp'],
      ['voice-otp', 'local'],
    ]) {
      const world = await createWorld({
        userProperty,
        routes: (app, passport) => {
          app.post('/either', passport.authenticate(names) as RequestHandler, (req, res) => {
            const user = (req as unknown as Record<string, WorldPerson | undefined>)[
              userProperty ?? 'user'
            ]
            res.json({
              user: user?.id ?? null,
              isAuthenticated: req.isAuthenticated(),
              isUnauthenticated: req.isUnauthenticated(),
            })
          })
        },
      })
      try {
        const attacker = world.browser()
        for (const body of [
          { username: 'alice', password },
          { username: 'alice', password, code: '000000' },
        ]) {
          const { body: seen } = (await attacker.post('/either').send(body)) as { body: unknown }
          expect(seen, `${String(userProperty)} ${names.join()}`).toEqual({
            user: null,
            isAuthenticated: false,
            isUnauthenticated: true,
          })
          await attacker.get('/account').expect(401)
        }
        const honest = await world.logIn('alice')
        await honest
          .post('/otp')
          .send({ code: await world.hearCode(honest) })
          .expect(200)
        await honest.get('/account').expect(200)
      } finally {
        await world.close()
      }
    }
  }
})

test('A-03 a code or a request for a call without the password gets 401, whatever user the request names, places no call and counts nothing', async () => {
  site = await openSite(quick)
  const nobody = site.browser()
  const claims = {
    username: 'alice',
    user: 'alice',
    userId: 'alice',
    id: 'alice',
    sub: 'alice',
    pendingUser: 'alice',
    phone: '+12025550123',
    number: '+12025550123',
    code: '123456',
  }
  const query = new URLSearchParams(claims).toString()
  const forged = {
    headers: {
      'X-User': 'alice',
      'X-Forwarded-User': 'alice',
      Authorization: `Basic ${Buffer.from('alice:x').toString('base64')}`,
    },
    holdsCode: true,
  }
  for (const cookie of [undefined, 's:alice.x', 'alice', 'j:{"passport":{"user":"alice"}}']) {
    nobody.cookies.clear()
    if (cookie !== undefined) nobody.cookies.set('acme', encodeURIComponent(cookie))
    for (const path of ['/otp/call', '/otp', `/otp/call?${query}`, `/otp?${query}`]) {
      expect((await nobody.api(path, claims, forged)).status).toBe(401)
      expect((await nobody.submitForm('/login', path, claims, forged)).status).toBe(401)
    }
    expect((await nobody.submitForm('/login', '/phone', claims, forged)).location).toBe('/login')
    expect((await nobody.submitForm('/login', '/phone/verify', claims, forged)).text).not.toContain(
      'name="code"',
    )
    expect((await nobody.get(`/otp/status?${query}`, forged)).status).toBe(401)
    expect(await nobody.isIn()).toBe(false)
  }
  expect(site.simulator.requests).toHaveLength(0)
  expect(site.counters.operations).toEqual([])
})

test('A-05 when Mallory is in and logs in with the password of Alice in the same browser, she is not in as Alice, and her own codes are refused', async () => {
  site = await openSite({ ...quick, limits: { callIntervalSeconds: false } })
  const mallory = site.person('mallory')
  await mallory.passBoth()
  await mallory.api('/otp/call')
  const stepUpCode = await mallory.answerCall()
  const alice = { username: 'alice', password: mallory.password }

  await mallory.submitForm('/account', '/login', alice)
  expect(await mallory.isIn()).toBe(false)
  expect((await mallory.get('/otp')).text).toContain('••• ••• ••23')
  expect((await mallory.enterCode(stepUpCode)).status).toBe(401)
  expect(await mallory.isIn()).toBe(false)
  await mallory.api('/login', alice)
  expect(await mallory.isIn()).toBe(false)

  await carryOver()
})

/**
 * An app that keeps the session at a login, and by mistake has a login route before `enforce()`.
 */
async function carryOver(): Promise<void> {
  const login = (passport: Authenticator): RequestHandler =>
    passport.authenticate('local', { keepSessionInfo: true }) as RequestHandler
  const world = await createWorld({
    enforce: false,
    options: { limits: { callIntervalSeconds: false } },
    routes: (app, passport, strategy) => {
      app.post('/early', login(passport), (_req, res) => {
        res.json({})
      })
      app.use(strategy.enforce())
      app.post('/again', login(passport), (req, res) => {
        res.json({ user: (req.user as WorldPerson | undefined)?.id ?? null })
      })
    },
  })
  try {
    const bob = await world.logIn('bob')
    await bob
      .post('/otp')
      .send({ code: await world.hearCode(bob) })
      .expect(200)
    await bob.post('/early').send({ username: 'alice', password }).expect(200)
    await bob.get('/account').expect(401, { pendingUser: 'alice' })
    await bob.get('/transfer').expect(401)

    const again = world.browser()
    await world.logIn('bob', again)
    await again
      .post('/otp')
      .send({ code: await world.hearCode(again) })
      .expect(200)
    for (const username of ['alice', 'bob']) {
      await again.post('/again').send({ username, password }).expect(200, { user: null })
      await again.get('/account').expect(401, { pendingUser: username })
    }
  } finally {
    await world.close()
  }
}
