// Remembered browsers: chosen with the code, used in place of a call, listed and forgotten.
import { describe, expect, test } from 'vitest'
import { MemoryRememberStore } from 'passport-voice-otp'
import { demoPassword, openSite, passBoth, type Site, type Visitor } from '../support/site.js'

const unhurried = { limits: { callIntervalSeconds: false } } as const
const firefox = {
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
}
const safari = {
  'User-Agent':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
}
const cookie = 'voice-otp-browser'

/** A login with a call, after which the browser is remembered, or not. */
async function logInWithCall(
  site: Site,
  visitor: Visitor,
  headers = firefox,
  remember: Record<string, string> = { remember: 'on' },
): Promise<void> {
  await visitor.logIn('alice')
  await visitor.submit('/otp/call')
  await visitor.submit(
    '/otp',
    { code: await site.answer(visitor.matchingDigits), ...remember },
    headers,
  )
}

async function rememberedAlice(options: Parameters<typeof openSite>[0] = unhurried) {
  const site = await openSite(options)
  const alice = site.visitor()
  await logInWithCall(site, alice)
  return { site, alice }
}

const entries = ({ text }: Visitor): string[] =>
  [...text.matchAll(/(Firefox on Linux|Safari on an iPhone|A browser)( this browser)? Since/g)].map(
    ([, name = '', mine = '']) => name + mine,
  )

describe('a browser is remembered', () => {
  test('a browser is remembered only if the user ticks the box', async () => {
    const site = await openSite(unhurried)
    const alice = site.visitor()
    await logInWithCall(site, alice, firefox, {})
    expect(alice.page.path).toBe('/account')
    expect(alice.cookies.has(cookie)).toBe(false)
    await alice.open('/security')
    expect(alice.text).toContain(
      'You have no remembered browsers. When you enter a code, you can let us remember the browser for 30 days.',
    )
  })

  test.each([{ remember: '' }, { remember: 'off' }, { remember: 'true' }])(
    'the value %j of the box does not count as ticked',
    async fields => {
      const site = await openSite()
      const alice = site.visitor()
      await logInWithCall(site, alice, firefox, fields)
      expect(alice.cookies.has(cookie)).toBe(false)
    },
  )

  test('in a remembered browser the password is enough, and leads to the page that was asked for first', async () => {
    const { site, alice } = await rememberedAlice()
    await alice.submit('/logout')
    await alice.open('/security')
    await alice.submit('/login', { username: 'alice', password: demoPassword })
    expect(alice.page).toMatchObject({ status: 200, path: '/security' })
    expect(entries(alice)).toEqual(['Firefox on Linux this browser'])
    expect(site.simulator.calls).toHaveLength(1)
    expect(site.logged('browser.recognized')).toMatchObject([
      { userId: 'alice', name: 'Firefox on Linux' },
    ])
    expect((await alice.open('/otp')).path).not.toBe('/otp')
  })

  test('in a remembered browser, a transfer and a change of number still need a code, and then go on', async () => {
    const { site, alice } = await rememberedAlice()
    await alice.submit('/logout')
    await alice.open('/transfer')
    await alice.submit('/login', { username: 'alice', password: demoPassword })
    expect(alice.page.path).toBe('/otp')
    expect(alice.text).toContain('Confirm that it is still you')
    expect((await alice.open('/account')).path).toBe('/account')
    for (const path of ['/phone', '/security/codes', '/transfer'])
      expect((await alice.open(path)).path).toBe('/otp')
    await alice.submit('/otp/call')
    expect(alice.page.html).not.toContain('name="remember"')
    await alice.submit('/otp', { code: await site.answer(alice.matchingDigits) })
    expect(alice.page.path).toBe('/transfer')
    expect(site.simulator.calls).toHaveLength(2)
  })

  test('a browser is remembered for its user only', async () => {
    const { site, alice } = await rememberedAlice()
    await alice.submit('/logout')
    await alice.logIn('bob')
    expect(alice.page.path).toBe('/otp')
    const thief = site.visitor()
    await thief.logIn('alice')
    expect(thief.page.path).toBe('/otp')
  })

  test('a browser is remembered until the number of the user changes', async () => {
    const { site, alice } = await rememberedAlice()
    await alice.open('/phone')
    await alice.submit('/phone', { phone: '+12025550189' })
    await alice.submit('/phone/verify', { code: await site.answer(alice.matchingDigits) })
    await alice.open('/security')
    expect(entries(alice)).toEqual([])
    await alice.submit('/logout')
    await alice.logIn('alice')
    expect(alice.page.path).toBe('/otp')
  })

  test('a browser is remembered until its days are over', async () => {
    const { site, alice } = await rememberedAlice({
      remember: { days: 2, store: new MemoryRememberStore() },
    })
    await alice.open('/security')
    await alice.submit('/logout')
    site.clock.offset = 2 * 86_400_000
    await alice.logIn('alice')
    expect(alice.page.path).toBe('/otp')
    expect((await alice.open('/otp')).html).not.toContain('30 days')
  })
})

describe('the list', () => {
  test('the list shows each browser by name, the newest first, and the user can remove one of them', async () => {
    const { site, alice } = await rememberedAlice()
    const onThePhone = site.visitor()
    site.clock.offset = 1000
    await logInWithCall(site, onThePhone, safari)
    await alice.open('/security')
    expect(entries(alice)).toEqual(['Safari on an iPhone', 'Firefox on Linux this browser'])
    const [id = ''] = [...alice.page.html.matchAll(/name="id" value="([^"]+)"/g)].map(
      each => each[1],
    )
    await alice.submit('/security/browsers', { id })
    expect(alice.page).toMatchObject({ status: 200, path: '/security' })
    expect(alice.text).toContain('This browser is no longer remembered.')
    expect(entries(alice)).toEqual(['Firefox on Linux this browser'])
    await onThePhone.submit('/logout')
    await onThePhone.logIn('alice')
    expect(onThePhone.page.path).toBe('/otp')
  })

  test('the user can remove all remembered browsers at once', async () => {
    const { site, alice } = await rememberedAlice()
    await logInWithCall(site, site.visitor(), safari)
    await alice.open('/security')
    await alice.submit('/security/browsers', { id: 'all' })
    expect(entries(alice)).toEqual([])
    expect(await site.voiceOtp.remembered.list('alice')).toEqual([])
  })

  test('the browsers of another user cannot be removed, whatever the request says', async () => {
    const { site, alice } = await rememberedAlice()
    const [entry] = await site.voiceOtp.remembered.list('alice')
    const bob = await passBoth(site, 'bob')
    await bob.open('/security')
    for (const id of [entry!.id, '', 'nobody', '__proto__'])
      await bob.follow(await bob.post('/security/browsers', { ...bob.fill('/logout'), id }), '')
    expect(await site.voiceOtp.remembered.list('alice')).toHaveLength(1)
    await alice.open('/security')
    expect(entries(alice)).toEqual(['Firefox on Linux this browser'])
  })

  test('the list of browsers needs both factors, and its forms need a token', async () => {
    const { site, alice } = await rememberedAlice()
    const thief = site.visitor()
    await thief.logIn('alice')
    expect((await thief.open('/security')).path).toBe('/otp')
    const form = { ...thief.fill('/otp/call'), id: 'all' }
    expect((await thief.post('/security/browsers', form)).status).toBe(401)
    await alice.open('/security')
    expect((await alice.post('/security/browsers', { id: 'all' })).status).toBe(403)
    expect(await site.voiceOtp.remembered.list('alice')).toHaveLength(1)
  })

  test('the name of a browser consists of our own words, whatever its User-Agent header says', async () => {
    const site = await openSite(unhurried)
    const alice = site.visitor()
    await logInWithCall(site, alice, { 'User-Agent': '<script>alert(1)</script>' })
    await alice.open('/security')
    expect(entries(alice)).toEqual(['A browser this browser'])
  })
})

describe('a store that fails', () => {
  const failing = (names: readonly (keyof MemoryRememberStore)[]) =>
    Object.assign(
      new MemoryRememberStore(),
      Object.fromEntries(names.map(name => [name, () => Promise.reject(new Error('down'))])),
    )

  test('a store of browsers that fails leaves the login valid', async () => {
    const { site, alice } = await rememberedAlice({
      remember: { days: 30, store: failing(['add']) },
    })
    expect(alice.page).toMatchObject({ status: 200, path: '/account' })
    expect(alice.text).toContain('You are logged in, but this browser could not be remembered.')
    expect(alice.cookies.has(cookie)).toBe(false)
    expect(site.logged('request.failed')).toHaveLength(1)
  })

  test('if the store of browsers fails, the next login needs a call, and the page and the JSON say so', async () => {
    const store = new MemoryRememberStore()
    const { alice } = await rememberedAlice({ remember: { days: 30, store } })
    Object.assign(store, failing(['get', 'list', 'removeAll']))
    expect((await alice.open('/security')).status).toBe(503)
    expect(await alice.json('GET', '/api/browsers')).toMatchObject({
      status: 503,
      body: { code: 'callback-failed', message: expect.any(String) },
    })
    expect(await alice.json('DELETE', '/api/browsers')).toMatchObject({
      status: 503,
      body: { code: 'callback-failed' },
    })
    await alice.open('/account')
    await alice.submit('/logout')
    await alice.logIn('alice')
    expect(alice.page).toMatchObject({ status: 200, path: '/otp' })
  })
})

describe('by JSON', () => {
  test('by JSON a user remembers, lists and removes a browser and logs in with it', async () => {
    const site = await openSite(unhurried)
    const alice = site.visitor()
    const password = { username: 'alice', password: demoPassword }
    await alice.json('POST', '/api/login', password)
    expect(await alice.json('GET', '/api/browsers')).toMatchObject({
      status: 401,
      body: { code: 'second-factor-required' },
    })
    const {
      body: { matchingDigits },
    } = await alice.json('POST', '/api/otp/call')
    expect(
      await alice.json('POST', '/api/otp', {
        code: await site.answer(String(matchingDigits)),
        remember: true,
      }),
    ).toMatchObject({ status: 200, body: { code: 'logged-in', remembered: true } })
    const { body } = await alice.json('GET', '/api/browsers')
    expect(body).toEqual({
      browsers: [
        {
          id: expect.any(String),
          name: 'A browser',
          createdAt: expect.any(String),
          usedAt: expect.any(String),
          expiresAt: expect.any(String),
          isThisOne: true,
        },
      ],
    })

    await alice.json('POST', '/api/logout', {})
    await alice.json('POST', '/api/login', password)
    expect((await alice.json('GET', '/api/account')).status).toBe(200)
    expect(await alice.json('POST', '/api/recovery-codes')).toMatchObject({
      status: 401,
      body: { code: 'second-factor-required', maxAge: 300 },
    })

    const [{ id }] = body['browsers'] as [{ id: string }]
    expect(
      await alice.json('DELETE', `/api/browsers/${id}`, undefined, {
        Origin: 'https://evil.example',
      }),
    ).toMatchObject({ status: 403, body: { code: 'origin-forbidden' } })
    expect(await alice.json('DELETE', `/api/browsers/${id}`)).toMatchObject({
      status: 200,
      body: { code: 'forgotten' },
    })
    expect((await alice.json('GET', '/api/browsers')).body).toEqual({ browsers: [] })
    await alice.json('POST', '/api/logout', {})
    await alice.json('POST', '/api/login', password)
    expect((await alice.json('GET', '/api/account')).status).toBe(401)
  })

  test.each([{}, { remember: false }, { remember: 'true' }, { remember: 1 }, { remember: [true] }])(
    'by JSON, the value %j does not remember the browser',
    async wish => {
      const site = await openSite()
      const alice = site.visitor()
      await alice.json('POST', '/api/login', { username: 'alice', password: demoPassword })
      const {
        body: { matchingDigits },
      } = await alice.json('POST', '/api/otp/call')
      const { status, body } = await alice.json('POST', '/api/otp', {
        code: await site.answer(String(matchingDigits)),
        ...wish,
      })
      expect([status, body['remembered']]).toEqual([200, undefined])
      expect(alice.cookies.has(cookie)).toBe(false)
    },
  )

  test('by JSON a user removes all browsers, and a visitor who is not logged in can do nothing', async () => {
    const { site, alice } = await rememberedAlice()
    for (const [method, path] of [
      ['GET', '/api/browsers'],
      ['DELETE', '/api/browsers'],
      ['DELETE', '/api/browsers/x'],
      ['POST', '/api/recovery-codes'],
    ] as const) {
      expect(await site.visitor().json(method, path)).toMatchObject({
        status: 401,
        body: { code: 'first-factor-required', message: expect.any(String) },
      })
    }
    expect(await site.voiceOtp.remembered.list('alice')).toHaveLength(1)
    expect((await alice.json('DELETE', '/api/browsers')).status).toBe(200)
    expect(await site.voiceOtp.remembered.list('alice')).toEqual([])
  })
})
