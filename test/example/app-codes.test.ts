// Codes of an app: set up, used in place of a call, and removed.
import { Secret, TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { openSite, passBoth, type Site, type Visitor } from '../support/site.js'

const unhurried = { limits: { callIntervalSeconds: false } } as const

/** The code that the user's app shows, or showed some steps ago. */
const codeOf = (key: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(key) }).generate({ timestamp: Date.now() + steps * 30_000 })
const keyOn = ({ page }: Visitor): string =>
  (/<code class="nowrap">([A-Z2-7 ]+)<\/code>/.exec(page.html)?.[1] ?? '').replaceAll(' ', '')

/** Alice, logged in with a call, who has set up an app. */
async function withApp(): Promise<{ site: Site; alice: Visitor; key: string }> {
  const site = await openSite(unhurried)
  const alice = await passBoth(site)
  await alice.open('/security/app-code')
  const key = keyOn(alice)
  await alice.submit('/security/app-code', { code: codeOf(key, -1) })
  expect(alice.text).toContain('App codes are set up.')
  return { site, alice, key }
}

describe('app codes', () => {
  test('a user sets up an app with a picture and a right code, and then logs in without a call', async () => {
    const { site, key } = await withApp()
    expect(key).toMatch(/^[A-Z2-7]{32}$/)
    const alice = site.visitor()
    await alice.logIn('alice')
    expect(alice.text).toContain('Use a code from your app Other options')
    await alice.open('/otp/app-code')
    expect(alice.text).toContain('Code from your app')
    expect(alice.text).toContain('Other options')
    await alice.submit('/otp/app-code', { code: '000000' })
    expect(alice.page.status).toBe(401)
    expect(alice.alert).toContain('This code is wrong.')
    // The code of the set-up is used.
    await alice.submit('/otp/app-code', { code: codeOf(key, -1) })
    expect(alice.page.status).toBe(401)
    await alice.submit('/otp/app-code', { code: codeOf(key) })
    expect(alice.text).toContain('You are logged in.')
    expect(site.simulator.calls).toHaveLength(1)
    // Each step is used once.
    const thief = site.visitor()
    await thief.logIn('alice')
    await thief.open('/otp/app-code')
    await thief.submit('/otp/app-code', { code: codeOf(key) })
    expect(thief.page.status).toBe(401)
    expect(await thief.isIn()).toBe(false)
  })

  test('the set-up needs a right code, and the picture is SVG', async () => {
    const site = await openSite(unhurried)
    const alice = await passBoth(site)
    await alice.open('/security/app-code')
    expect(alice.page.html).toContain('<svg xmlns="http://www.w3.org/2000/svg"')
    const key = keyOn(alice)
    await alice.submit('/security/app-code', { code: codeOf(key, 9) })
    expect(alice.page.status).toBe(401)
    expect(keyOn(alice)).toBe(key)
  })

  test('a user who has an app may still use the phone', async () => {
    const { site } = await withApp()
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.open('/otp')
    await alice.submit('/otp/call')
    await alice.submit('/otp', { code: await site.answer(alice.matchingDigits) })
    expect(alice.text).toContain('You are logged in.')
  })

  test('a removed app is worth nothing', async () => {
    const { site, alice, key } = await withApp()
    await alice.submit('/security/app-code/remove')
    expect(alice.text).toContain('App codes were removed.')
    const other = site.visitor()
    await other.logIn('alice')
    expect(other.text).not.toContain('Use a code from your app')
    await other.open('/otp/app-code')
    expect(other.text).not.toContain('Code from your app')
    const { status } = await other.post('/otp/app-code', {
      _csrf: await other.csrf('/otp'),
      code: codeOf(key),
    })
    expect(status).toBe(403)
    expect(await other.isIn()).toBe(false)
  })

  test('a password thief cannot set up an app or a passkey, and sees neither page', async () => {
    const site = await openSite(unhurried)
    const thief = site.visitor()
    await thief.logIn('alice')
    for (const path of ['/security/app-code', '/security/passkeys']) {
      const { status, location } = await thief.get(path)
      expect([status, location]).toEqual([303, '/otp'])
    }
    const _csrf = await thief.csrf('/otp')
    for (const path of ['/security/app-code', '/security/passkeys', '/security/passkeys/begin'])
      expect((await thief.post(path, { _csrf, code: '1' })).status).toBe(401)
  })

  test('the page of a new phone says what is weaker about a phone, with the alternatives', async () => {
    const site = await openSite()
    const dave = site.visitor()
    await dave.logIn('dave')
    await dave.open('/phone')
    expect(dave.text).toContain('A phone is the weakest second factor')
    expect(dave.page.html).toContain('href="/security/passkeys"')
    expect(dave.page.html).toContain('href="/security/app-code"')
  })
})
