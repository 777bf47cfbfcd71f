// Passkeys in a real browser, with Chromium's virtual authenticator.
import express4 from 'express-4'
import express from 'express'
import { Passport, type Authenticator } from 'passport'
import { Passport as Passport06 } from 'passport-0.6'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import {
  beginRegistration,
  checkPasskey,
  finishRegistration,
  type PasskeySite,
} from '../../example/auth/passkeys.js'
import { createFactors, type Factors } from '../../example/stores/factors.js'
import type { User } from '../../example/stores/users.js'
import {
  axeFindings,
  describeInBrowser,
  type Guest,
  openDemo,
  openPage,
} from '../support/chromium.js'
import { createFactorWorld } from '../support/factors.js'
import { password } from '../support/world.js'

const unhurried = { limits: { callIntervalSeconds: false } } as const

/** A security key in the browser of a page. */
async function plugIn(page: Page): Promise<void> {
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('WebAuthn.enable')
  await devTools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

/** The demo under the name `localhost`, because passkeys are never bound to an IP address. */
async function openNamedDemo(): Promise<{ guest: Guest; open: (path: string) => Promise<void> }> {
  const guest = await openDemo({ siteOptions: unhurried })
  const { port } = new URL(guest.site.url)
  const open = async (path: string) => {
    await guest.page.goto(`http://localhost:${port}${path}`)
  }
  await plugIn(guest.page)
  await open('/login')
  await guest.page.getByLabel('User name').fill('alice')
  await guest.page.getByLabel('Password').fill('correct horse battery staple')
  await guest.press('Continue')
  return { guest, open }
}

/** The demo on the page of passkeys, after the user has confirmed by phone and added a passkey. */
async function openDemoWithPasskey(): Promise<Guest> {
  const { guest, open } = await openNamedDemo()
  await guest.confirm()
  await open('/security/passkeys')
  await guest.press('Add a passkey')
  await guest.page.getByText('was added.').waitFor()
  return guest
}

describeInBrowser('passkeys', () => {
  test('a user adds a passkey after a call, renames it, logs in and confirms with it, and removes it', async () => {
    const { guest, open } = await openNamedDemo()
    const { page, site } = guest
    await guest.confirm()
    await page.getByText('You are logged in.').waitFor()

    await open('/security/passkeys')
    await page.getByLabel('Name of the new passkey').fill('My laptop')
    await guest.press('Add a passkey')
    await page.getByText('The passkey was added.').waitFor()
    await page.getByText('My laptop', { exact: true }).waitFor()
    await page.getByText('Rename').first().click()
    await page.getByLabel('New name').fill('My key')
    await guest.press('Rename')
    await page.getByText('My key', { exact: true }).waitFor()
    const findings = await axeFindings(guest, 'passkeys')
    await open('/security/app-code')
    findings.push(...(await axeFindings(guest, 'app codes')))
    const calls = site.simulator.calls.length

    await guest.press('Log out')
    await page.getByLabel('User name').fill('alice')
    await page.getByLabel('Password').fill('correct horse battery staple')
    await guest.press('Continue')
    findings.push(...(await axeFindings(guest, 'the page of the best factor')))
    expect(findings).toEqual([])
    await guest.follow('Use your passkey')
    await guest.press('Use your passkey')
    await page.getByText('You are logged in.').waitFor()

    // Confirm before money is sent: the passkey again.
    site.clock.offset = 301_000
    await open('/transfer')
    await guest.follow('Use your passkey')
    await guest.press('Use your passkey')
    await page.getByRole('heading', { name: 'Send money' }).waitFor()
    expect(site.simulator.calls).toHaveLength(calls)

    await open('/security/passkeys')
    await guest.press('Remove the passkey My key')
    await page.getByText('The passkey was removed.').waitFor()
    expect(site.logged('factor.accepted')).toHaveLength(2)
    expect(site.logged('factor.added')).toHaveLength(1)
    expect(site.logged('factor.removed')).toHaveLength(1)
  })

  test('a user who adds a second passkey on the same device reads that it has one, and what to do', async () => {
    const guest = await openDemoWithPasskey()
    const { page, site } = guest
    const button = page.getByRole('button', { name: 'Add a passkey' })
    await button.click()
    await page
      .getByText('This device already has a passkey for your account, so none was added.')
      .waitFor()
    expect(await button.isEnabled()).toBe(true)
    expect(await axeFindings(guest, 'a second passkey')).toEqual([])
    expect(site.logged('factor.added')).toHaveLength(1)
  })

  test('a user who confirmed by phone cannot remove the passkey, and is asked for it', async () => {
    const guest = await openDemoWithPasskey()
    const { page, site } = guest
    await guest.press('Remove the passkey Passkey')
    await page.getByText('Confirm with your passkey or security key first.').waitFor()
    await guest.press('Use your passkey')
    await page.getByRole('heading', { name: 'Passkeys' }).waitFor()
    await guest.press('Remove the passkey Passkey')
    await page.getByText('The passkey was removed.').waitFor()
    expect(site.logged('factor.removed')).toHaveLength(1)
  })

  test('one passkey logs in and steps up with Passport 0.6 and 0.7, Express 4 and 5, by name and as an instance', async () => {
    const page = await openPage()
    await plugIn(page)
    const factors = createFactors()
    const passports = [Passport, Passport06] as unknown as (new () => Authenticator)[]
    const apps = passports.flatMap(PassportOfVersion =>
      [express, express4].flatMap(version =>
        [false, true].map(asInstance => ({
          passport: new PassportOfVersion(),
          express: version,
          asInstance,
        })),
      ),
    )
    for (const versions of apps) {
      const world = await openPasskeyApp(factors, versions)
      const send = (path: string, body?: object) =>
        page.evaluate(`send(${JSON.stringify(path)}, ${JSON.stringify(body)})`)
      await page.goto(`http://localhost:${new URL(world.url).port}/empty`)
      expect(await send('/login', { username: 'alice', password })).toBe(200)
      if (versions === apps[0]) expect(await send('/register/passkey', {})).toBe(200)
      expect(await send('/account')).toBe(401)
      expect(await send('/otp/passkey', {})).toBe(200)
      expect(await send('/account')).toBe(200)
      world.clock.offset += 301_000
      expect(await send('/transfer')).toBe(401)
      expect(await send('/otp/passkey', {})).toBe(200)
      expect(await send('/transfer')).toBe(200)
      expect(world.named('factor.accepted')).toHaveLength(2)
    }
  })
})

/** A small app with the passkeys of the example, on Passport and Express of these versions. */
async function openPasskeyApp(
  factors: Factors,
  versions: Pick<
    NonNullable<Parameters<typeof createFactorWorld>[0]>,
    'asInstance' | 'express' | 'passport'
  >,
) {
  const site = { rpId: 'localhost', origins: [] as string[] } satisfies PasskeySite
  const world = await createFactorWorld({
    ...versions,
    factors: [
      [checkPasskey(factors, site), { name: 'passkey', amr: ['pop'], phishingResistant: true }],
    ],
    options: { phoneFallback: true },
    routes: app => {
      app.get('/empty', (_req, res) => {
        res.type('html').send(sender)
      })
      const user = { id: 'alice', username: 'alice', name: 'Alice' } as User
      app.post('/register/passkey/begin', (req, _res, next) => {
        beginRegistration(req, site, user, []).catch(next)
      })
      app.post('/register/passkey', (req, res, next) => {
        finishRegistration(req, site, 'My key')
          .then(passkey => factors.addPasskey('alice', passkey!))
          .then(() => res.json({}), next)
      })
    },
  })
  onTestFinished(() => world.close())
  site.origins.push(`http://localhost:${new URL(world.url).port}`)
  return world
}

/**
 * A page whose script sends a request and returns the status. For a path of a passkey, it first
 * asks the app for a challenge, and the security key for the answer.
 */
const sender = `<!doctype html><title>Empty</title><script>
const post = (path, body) =>
  fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
async function send(path, body) {
  if (body === undefined) return (await fetch(path)).status
  if (!path.includes('passkey')) return (await post(path, body)).status
  const options = await (await post(path + '/begin', {})).json()
  const { credentials } = navigator
  const { parseCreationOptionsFromJSON, parseRequestOptionsFromJSON } = PublicKeyCredential
  const credential = path.startsWith('/register')
    ? await credentials.create({ publicKey: parseCreationOptionsFromJSON(options) })
    : await credentials.get({ publicKey: parseRequestOptionsFromJSON(options) })
  return (await post(path, { answer: JSON.stringify(credential) })).status
}
</script>`
