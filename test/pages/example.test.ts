// axe-core on the pages of the example, along the way of a user. `npm run test:pages` runs this.
import { expect, test } from 'vitest'
import { Phone } from '../support/phone.js'
import { SessionStore } from '../support/stores.js'
import { wrongCode } from '../support/site.js'
import { axeFindings, describeInBrowser, type Guest, openDemo } from '../support/chromium.js'

const unhurried = {
  limits: {
    callIntervalSeconds: false,
    callsPerUserHour: false,
    callsPerPhoneTenMinutes: false,
    enrollCallsPerPhoneTenMinutes: false,
  },
} as const

/** Collects what axe finds along the way of one test. */
function inspector(guest: Guest) {
  const findings: string[] = []
  return {
    findings,
    look: async (where: string) => {
      findings.push(...(await axeFindings(guest, where)))
    },
  }
}

describeInBrowser('axe-core finds nothing', () => {
  test('axe-core finds nothing during a login', async () => {
    const guest = await openDemo({ siteOptions: unhurried })
    const { look, findings } = inspector(guest)
    await guest.open('/login')
    await look('login')
    await guest.page.getByLabel('User name').fill('alice')
    await guest.page.getByLabel('Password').fill('wrong')
    await guest.press('Continue')
    await look('login, refused')
    await guest.logIn('alice')
    await look('call me')
    guest.site.simulator.setQueueDelay({ delayMs: 1000 })
    await guest.press('Call me now')
    await guest.sees('queued')
    await look('queued')
    await guest.site.simulator.advance(1000)
    await guest.sees('ringing')
    await look('ringing')
    const code = await guest.site.answer(await guest.digits())
    await guest.sees('answered')
    await look('answered')
    await guest.submitCode(wrongCode(code))
    await guest.page.getByRole('alert').waitFor()
    await look('wrong code')
    await guest.site.simulator.hangUp(guest.site.simulator.calls[0]!.sid)
    await guest.sees('completed')
    await look('completed')
    await guest.submitCode(code)
    await guest.expectPath('/account')
    await look('account')
    await guest.follow('Change your phone')
    await look('change of number')
    await guest.page.getByLabel('Phone number, with country code').fill('555')
    await guest.press('Call it')
    await guest.page.getByRole('alert').waitFor()
    await look('change of number, refused')
    await guest.open('/transfer')
    await look('transfer')
    await guest.press('Send')
    await guest.page.getByRole('alert').waitFor()
    await look('transfer, refused')
    await guest.page.getByLabel('To', { exact: true }).fill('Bob')
    await guest.page.getByLabel('Amount in dollars').fill('25')
    await guest.press('Send')
    await look('account with a notice')
    guest.site.clock.offset = 301_000
    await guest.open('/transfer')
    await look('step-up')
    expect(findings).toEqual([])
  })

  test('axe-core finds nothing on pages about a failed call', async () => {
    const guest = await openDemo({ siteOptions: unhurried })
    const { look, findings } = inspector(guest)
    await guest.logIn('bob')
    await look('several numbers')
    for (const behaviour of ['busy', 'failed'] as const) {
      guest.site.simulator.setPhone('+12025550145', behaviour)
      await guest.press(behaviour === 'busy' ? 'Call me now' : 'Call me again')
      await guest.sees(behaviour)
      await look(behaviour)
    }
    guest.site.simulator.setPhone('+12025550145', 'manual')
    await guest.press('Call me again')
    await guest.sees('ringing')
    await look('several numbers, ringing')
    await guest.site.simulator.advance(31_000)
    await guest.sees('no-answer')
    await look('no answer')
    await guest.press('Text me instead')
    await guest.sees('sent')
    await look('text')
    const code = /^\d{6}/.exec(guest.site.simulator.messages[0]!.body)?.[0] ?? ''
    for (let attempt = 0; attempt < 5; attempt++) await guest.submitCode(wrongCode(code))
    await guest.page.getByText('You have no attempts left for this code.').waitFor()
    await look('too many wrong codes')
    await guest.open('/otp')
    await look('too many wrong codes, opened again')
    guest.site.clock.offset = 300_000
    await guest.open('/otp')
    await look('expired, opened again')
    await guest.press('Call me now')
    const phone = await Phone.ringing(guest.site)
    await phone.answer()
    await phone.press('00')
    await guest.sees('reported')
    await look('reported')
    await guest.pressAnyway('Call me now')
    await guest.page.getByRole('alert').waitFor()
    await look('not called after a report')
    await guest.open('/otp')
    await look('reported, opened again')
    expect(findings).toEqual([])
  })

  test('axe-core finds nothing on the page of a first number and on error pages', async () => {
    const sessionStore = new SessionStore()
    const guest = await openDemo({ siteOptions: { ...unhurried, sessionStore } })
    const { look, findings } = inspector(guest)
    await guest.logIn('dave')
    await look('add a number')
    await guest.page.getByLabel('Phone number, with country code').fill('+12025550189')
    await guest.press('Call it')
    await guest.sees('ringing')
    await look('add a number, ringing')
    await guest.site.simulator.advance(31_000)
    await guest.sees('no-answer')
    await look('add a number, no answer')
    guest.site.faults({ calls: { status: 503 } })
    await guest.page.getByLabel('No call? Enter the number again').fill('+12025550189')
    await guest.press('Call it')
    await guest.page.getByRole('alert').waitFor()
    await look('503 on its page')
    await guest.open('/nowhere')
    await look('404')
    await guest.open('/phone')
    await guest.page.evaluate('document.querySelector("[name=_csrf]").value = "x"')
    await guest.press('Log out')
    expect(await guest.heading()).toBe('This form is no longer valid')
    await look('403')
    sessionStore.faults = { get: 'rejects' }
    await guest.open('/phone')
    expect(await guest.heading()).toBe('Not available at the moment')
    await look('503')
    expect(findings).toEqual([])
  })
})

describeInBrowser('axe-core finds nothing, narrow and wide,', () => {
  test('axe-core finds nothing on the pages of remembered browsers and recovery codes', async () => {
    const guest = await openDemo({ siteOptions: unhurried, viewport: { width: 390, height: 844 } })
    const { look, findings } = inspector(guest)
    await guest.logIn('alice')
    await guest.press('Call me, with no digits to press')
    await guest.sees('sent')
    await look('a call without keys')
    await guest.press('Call me, and I press the digits')
    await guest.sees('ringing')
    await guest.page.getByLabel('Remember this browser for 30 days').check()
    await look('a browser to be remembered')
    await guest.submitCode(await guest.site.answer(await guest.digits()))
    await guest.open('/security')
    await look('security')
    expect(await guest.page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    await guest.follow('Make new codes')
    await look('before new codes')
    await guest.press('Make ten codes')
    await look('new codes')
    await guest.follow('I have stored them')
    await guest.press(
      (await guest.page.getByRole('button', { name: /^Forget / }).getAttribute('aria-label')) ?? '',
    )
    await guest.page.setViewportSize({ width: 1280, height: 900 })
    await look('security, none remembered')
    await guest.press('Log out')
    await guest.logIn('alice')
    await guest.follow('I cannot use my phone')
    await look('recovery')
    await guest.page.getByLabel('Recovery code').fill('00000-00000')
    await guest.press('Continue')
    await look('recovery, refused')
    expect(findings).toEqual([])
  })
})
