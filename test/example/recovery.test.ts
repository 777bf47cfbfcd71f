// Recovery codes: made, shown once, used in place of a call.
import { describe, expect, test } from 'vitest'
import { MemoryRecoveryStore } from 'passport-voice-otp'
import {
  demoPassword,
  openSite,
  passBoth,
  says,
  type SiteOptions,
  type Visitor,
} from '../support/site.js'

const unhurried = { limits: { callIntervalSeconds: false } } as const
const codesOn = ({ page }: Visitor): string[] =>
  [...page.html.matchAll(/<li><code>([\w-]+)<\/code>/g)].map(([, code = '']) => code)

/** Alice, with a fresh code of a call; the ten codes that she made, by the page. */
async function withCodes(options: SiteOptions = unhurried) {
  const site = await openSite(options)
  const alice = await passBoth(site)
  await alice.open('/security/codes')
  await alice.submit('/security/codes')
  const codes = codesOn(alice)
  if (codes.length !== 10) throw new Error(alice.text)
  return { site, alice, codes }
}

describe('made', () => {
  test('ten recovery codes are shown once, and the security page says how many are left', async () => {
    const site = await openSite()
    const alice = await passBoth(site)
    await alice.open('/security')
    expect(alice.text).toContain('You have no recovery codes.')
    await alice.open('/security/codes')
    expect(codesOn(alice)).toEqual([])
    await alice.submit('/security/codes')
    const codes = codesOn(alice)
    expect(new Set(codes).size).toBe(10)
    expect(alice.page.headers.get('cache-control')).toBe('no-store')
    expect(alice.text).toContain('This is the only time that we show them.')
    await alice.open('/security')
    expect(alice.text).toContain('10 recovery codes are left.')
    for (const path of ['/security', '/security/codes', '/account']) {
      await alice.open(path)
      for (const code of codes) expect(alice.page.html).not.toContain(code)
    }
    for (const code of codes) expect(site.logLines.join()).not.toContain(code)
  })

  test('recovery codes are created only within five minutes after a code', async () => {
    const { site, alice } = await withCodes()
    await alice.open('/security/codes')
    site.clock.offset = 301_000
    await alice.submit('/security/codes')
    expect(alice.page.path).toBe('/otp')
    await alice.submit('/otp/call')
    await alice.submit('/otp', { code: await site.answer(alice.matchingDigits) })
    expect(alice.page.path).toBe('/security/codes')
    await alice.submit('/security/codes')
    expect(codesOn(alice)).toHaveLength(10)
  })

  test('new recovery codes make the old ones worthless', async () => {
    const {
      site,
      alice,
      codes: [old = ''],
    } = await withCodes()
    await alice.open('/security/codes')
    await alice.submit('/security/codes')
    const later = site.visitor()
    await later.logIn('alice')
    await later.open('/recover')
    expect((await later.submit('/recover', { code: old })).status).toBe(401)
    expect(later.alert).toBe(says('recovery-wrong'))
  })

  test('nobody creates recovery codes with the password alone, or from another site', async () => {
    const { site, alice } = await withCodes()
    const thief = site.visitor()
    await thief.logIn('alice')
    expect((await thief.open('/security/codes')).path).toBe('/otp')
    await thief.follow(await thief.post('/security/codes', thief.fill('/otp/call')), '')
    expect(codesOn(thief)).toEqual([])
    expect((await alice.post('/security/codes', {})).status).toBe(403)
  })
})

describe('used', () => {
  test('a recovery code logs in instead of a call, tells how many are left, and allows a change of number', async () => {
    const {
      site,
      codes: [code = ''],
    } = await withCodes()
    const later = site.visitor()
    await later.logIn('alice')
    expect(later.page.html).toContain('href="/recover"')
    await later.open('/recover')
    await later.submit('/recover', { code: ` ${code.toLowerCase().replace('-', ' ')} ` })
    expect(later.page).toMatchObject({ status: 200, path: '/account' })
    expect(later.text).toContain(
      '9 recovery codes are left. If you lost your phone, change your number now.',
    )
    expect(site.logged('recovery.used')).toMatchObject([{ userId: 'alice', left: 9 }])
    expect((await later.open('/phone')).path).toBe('/phone')
    expect((await later.open('/account')).html).not.toContain('recovery codes are left')
  })

  test('a recovery code is accepted once', async () => {
    const {
      site,
      codes: [code = ''],
    } = await withCodes()
    for (const [status, path] of [
      [200, '/account'],
      [401, '/recover'],
    ] as const) {
      const later = site.visitor()
      await later.logIn('alice')
      await later.open('/recover')
      await later.submit('/recover', { code })
      expect(later.page).toMatchObject({ status, path })
    }
  })

  test('the fewer recovery codes are left, the more urgent is the sentence', async () => {
    const { site, codes } = await withCodes()
    const notices: string[] = []
    for (const code of codes) {
      const later = site.visitor()
      await later.logIn('alice')
      await later.open('/recover')
      await later.submit('/recover', { code })
      notices.push(/role="status">(.*?) If you/.exec(later.page.html)?.[1] ?? '')
    }
    expect(notices.slice(5)).toEqual([
      '4 recovery codes are left.',
      'Only 3 recovery codes are left. Make new ones soon.',
      'Only 2 recovery codes are left. Make new ones soon.',
      'One recovery code is left. Make new ones now.',
      'You have no recovery codes. Make new ones now.',
    ])
  })

  test('a recovery code confirms a transfer and leads on to it', async () => {
    const {
      site,
      alice,
      codes: [code = ''],
    } = await withCodes()
    site.clock.offset = 301_000
    await alice.open('/transfer')
    await alice.open('/recover')
    await alice.submit('/recover', { code })
    expect(alice.page).toMatchObject({ status: 200, path: '/transfer' })
    expect(alice.text).toContain('9 recovery codes are left.')
  })

  test('a second click with the same recovery code leads to the same page', async () => {
    const {
      site,
      codes: [code = ''],
    } = await withCodes()
    const later = site.visitor()
    await later.logIn('alice')
    await later.open('/recover')
    const fields = later.fill('/recover', { code })
    for (let click = 0; click < 2; click++) {
      await later.follow(await later.post('/recover', fields), '/recover')
      expect(later.page).toMatchObject({ status: 200, path: '/account' })
    }
    expect(site.logged('code.rejected')).toEqual([])
  })

  test.each([
    ['', 400, 'recovery-malformed'],
    ['123456', 400, 'recovery-malformed'],
    ['00000-00000', 401, 'recovery-wrong'],
  ] as const)('the recovery code %j is refused on its page', async (code, status, words) => {
    const { site } = await withCodes()
    const later = site.visitor()
    await later.logIn('alice')
    await later.open('/recover')
    expect(await later.submit('/recover', { code })).toMatchObject({ status, path: '/recover' })
    expect(later.alert).toBe(says(words))
  })

  test('wrong recovery codes lead to a lockout, and the page says how long it is', async () => {
    const {
      site,
      codes: [code = ''],
    } = await withCodes()
    const thief = site.visitor()
    await thief.logIn('alice')
    await thief.open('/recover')
    for (let attempt = 0; attempt < 10; attempt++)
      await thief.submit('/recover', { code: `00000-0000${attempt}` })
    expect((await thief.submit('/recover', { code })).status).toBe(429)
    expect(thief.alert).toBe(`${says('locked')} You can try again in 15 minutes.`)
  })

  test('nobody opens the recovery page without a code to enter, and an attempt needs a password first', async () => {
    const { site, alice } = await withCodes()
    expect((await alice.open('/recover')).path).toBe('/account')
    const nobody = site.visitor()
    expect((await nobody.open('/recover')).path).toBe('/login')
    const attempt = await nobody.post('/recover', {
      ...nobody.fill('/login'),
      code: '00000-00000',
    })
    expect(attempt.status).toBe(401)
    expect(attempt.text).toContain('href="/login"')
    const dave = site.visitor()
    await dave.logIn('dave')
    expect((await dave.open('/recover')).path).toBe('/phone')
    expect((await nobody.post('/recover', { code: '00000-00000' })).status).toBe(403)
  })
})

describe('a store that fails', () => {
  test('a store of recovery codes that fails is a 503 on each page and lets nobody in', async () => {
    const down = () => Promise.reject(new Error('down'))
    const recovery = new MemoryRecoveryStore()
    const {
      site,
      alice,
      codes: [code = ''],
    } = await withCodes({ ...unhurried, recovery })
    Object.assign(recovery, { save: down, use: down, left: down })
    expect((await alice.open('/security')).status).toBe(503)
    await alice.open('/security/codes')
    expect((await alice.submit('/security/codes')).status).toBe(503)
    expect(await alice.json('POST', '/api/recovery-codes')).toMatchObject({
      status: 503,
      body: { code: 'callback-failed', message: expect.any(String) },
    })
    const later = site.visitor()
    await later.logIn('alice')
    await later.open('/recover')
    expect((await later.submit('/recover', { code })).status).toBe(503)
    expect(later.alert).toContain('Nothing was changed. Try again in a moment.')
    expect((await later.open('/account')).path).toBe('/otp')
  })
})

describe('by JSON', () => {
  test('by JSON a user creates, uses and counts recovery codes', async () => {
    const site = await openSite()
    const alice = await passBoth(site)
    const { status, body } = await alice.json('POST', '/api/recovery-codes')
    const codes = body['codes'] as string[]
    expect([status, codes.length]).toEqual([200, 10])
    const later = site.visitor()
    expect(await later.json('POST', '/api/otp/recover', { code: codes[0] })).toMatchObject({
      status: 401,
      body: { code: 'first-factor-required' },
    })
    await later.json('POST', '/api/login', { username: 'alice', password: demoPassword })
    expect(await later.json('POST', '/api/otp/recover', { code: 5 })).toMatchObject({
      status: 400,
      body: { code: 'recovery-malformed', message: says('recovery-malformed') },
    })
    expect(await later.json('POST', '/api/otp/recover', { code: '00000-00000' })).toMatchObject({
      status: 401,
      body: { code: 'recovery-wrong' },
    })
    expect(
      await later.json(
        'POST',
        '/api/otp/recover',
        { code: codes[0] },
        { Origin: 'https://evil.example' },
      ),
    ).toMatchObject({ status: 403, body: { code: 'origin-forbidden' } })
    expect(await later.json('POST', '/api/otp/recover', { code: codes[0] })).toMatchObject({
      status: 200,
      body: { code: 'logged-in', user: { username: 'alice' }, recoveryCodesLeft: 9 },
    })
    expect((await later.json('GET', '/api/account')).status).toBe(200)
  })
})
