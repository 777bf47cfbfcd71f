// Passkeys in a real browser, with Chromium's virtual authenticator.
import { expect, test } from 'vitest'
import { axeFindings, describeInBrowser, type Guest, openDemo } from '../support/chromium.js'

const unhurried = { limits: { callIntervalSeconds: false } } as const

/** A security key in the browser of a guest. */
async function plugIn({ page }: Guest): Promise<void> {
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
  await plugIn(guest)
  await open('/login')
  await guest.page.getByLabel('User name').fill('alice')
  await guest.page.getByLabel('Password').fill('correct horse battery staple')
  await guest.press('Continue')
  return { guest, open }
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
    await page.getByText('The passkey “My laptop” was added.').waitFor()
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

  test('a user who confirmed by phone cannot remove the passkey, and is asked for it', async () => {
    const { guest, open } = await openNamedDemo()
    const { page, site } = guest
    await guest.confirm()
    await open('/security/passkeys')
    await guest.press('Add a passkey')
    await page.getByText('was added.').waitFor()
    await guest.press('Remove the passkey Passkey')
    await page.getByText('Confirm with your passkey or security key first.').waitFor()
    await guest.press('Use your passkey')
    await page.getByRole('heading', { name: 'Passkeys' }).waitFor()
    await guest.press('Remove the passkey Passkey')
    await page.getByText('The passkey was removed.').waitFor()
    expect(site.logged('factor.removed')).toHaveLength(1)
  })
})
