// For people who see otherwise or not at all: axe-core on every page in every state and both
// themes, and what a screen reader hears.
import { expect, test } from 'vitest'
import { Phone } from '../support/phone.js'
import { SessionStore } from '../support/stores.js'
import { says, wrongCode } from '../support/site.js'
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

describeInBrowser('a screen reader', () => {
  test('a screen reader hears each state of the call once, and never the countdown', async () => {
    const guest = await openDemo()
    guest.site.simulator.setQueueDelay({ delayMs: 1000 })
    await guest.logIn('alice')
    await guest.press('Call me now')
    const heard = () => guest.status.ariaSnapshot()
    expect(await heard()).toBe('- status: The call starts in a few seconds.')
    await guest.page.evaluate(`globalThis.changes = []
      new MutationObserver(records => changes.push(...records.map(({ target }) => target.textContent)))
        .observe(document.querySelector('[role=status]'), { childList: true, characterData: true, subtree: true })`)
    const timer = guest.page.getByRole('timer')
    const start = await timer.textContent()
    await guest.site.simulator.advance(1000)
    await guest.sees('ringing')
    expect(await heard()).toBe('- status: Your phone is ringing. Answer it.')
    for (let looks = 0; looks < 2; looks++) await guest.page.waitForResponse('**/otp/status')
    const code = await guest.site.answer(await guest.digits())
    await guest.sees('answered')
    expect(await heard()).toBe(
      '- status: You are on the phone. Press the digits and listen for the code.',
    )
    await guest.site.simulator.hangUp(guest.site.simulator.calls[0]!.sid)
    await guest.sees('completed')
    await expect.poll(() => timer.textContent(), { timeout: 20_000 }).not.toBe(start)
    expect(await guest.page.evaluate('changes')).toEqual([
      'Your phone is ringing. Answer it.',
      'You are on the phone. Press the digits and listen for the code.',
      'The call has ended. Enter the code below, or ask for another call.',
    ])
    expect(await timer.getAttribute('aria-live')).toBeNull()
    await guest.submitCode(code)
    await guest.expectPath('/account')
  })

  test('a screen reader reads the page in the order of the steps: digits, state, code, another call', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.press('Call me now')
    await guest.sees('ringing')
    const [first, second] = await guest.digits()
    const tree = await guest.page.getByRole('main').ariaSnapshot()
    const order = [
      'heading "Answer your phone" [level=1]',
      '••• ••• ••23',
      'heading "Answer, and press" [level=2]',
      `paragraph: ${String(first)} ${String(second)}`,
      'status: Your phone is ringing',
      'textbox "Code that you hear"',
      'button "Continue"',
      'Valid for another',
      'button "Call me again" [disabled]',
      'group: Other options',
      'iframe',
    ]
    const places = order.map(words => tree.indexOf(words))
    expect(places, tree).toEqual([...places].sort((a, b) => a - b))
    expect(places, tree).not.toContain(-1)
  })

  test('a screen reader hears a failure as an alert that the field refers to', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.press('Call me now')
    const code = await guest.site.answer(await guest.digits())
    await guest.submitCode(wrongCode(code))
    const field = guest.page.getByRole('textbox', { name: 'Code that you hear' })
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    const [described = ''] = String(await field.getAttribute('aria-describedby')).split(' ')
    expect(await guest.page.locator(`#${described}`).textContent()).toContain(says('code-wrong'))
  })
})
