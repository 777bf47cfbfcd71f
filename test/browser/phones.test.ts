// Logins with clicks alone, the phone lying beside the page.
import { expect, test } from 'vitest'
import { wrongCode } from '../support/site.js'
import {
  axeFindings,
  describeInBrowser,
  Guest,
  openDemo,
  takePicture,
} from '../support/chromium.js'

const unhurried = { limits: { callIntervalSeconds: false } } as const

describeInBrowser('with the phone beside the page', () => {
  test('a user logs in with the simulated phone beside the page', async () => {
    const guest = await openDemo({ reducedMotion: 'no-preference' })
    await guest.logIn('alice')
    expect(guest.site.simulator.calls).toHaveLength(0)
    await guest.press('Call me now')
    expect(await guest.heading()).toBe('Answer your phone')
    await guest.sees('ringing')
    await takePicture(guest, 'call-page')
    const code = await guest.answer()
    await guest.sees('answered')
    await guest.submitCode(code)
    await guest.expectPath('/account')
    expect(await guest.heading()).toBe('Hello, Alice')
    await guest.press('Log out')
    await guest.expectPath('/login')
  })

  test('after a wrong code the page shows the attempts that are left, and the right code logs in', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.press('Call me now')
    const code = await guest.answer()
    await guest.submitCode(wrongCode(code))
    expect(await guest.page.getByRole('alert').textContent()).toMatch(
      /This code is wrong\.[^]*You have 4 attempts left\./,
    )
    await guest.expectValue('document.activeElement.id', 'code')
    await guest.page.keyboard.type(code)
    await guest.page.keyboard.press('Enter')
    await guest.expectPath('/account')
  })

  test('if nobody answers, the page says so and offers another call immediately', async () => {
    const guest = await openDemo({ colorScheme: 'dark', reducedMotion: 'no-preference' })
    await guest.logIn('alice')
    await guest.press('Call me now')
    await guest.sees('ringing')
    await takePicture(guest, 'call-page-dark')
    expect(await guest.page.getByRole('button', { name: 'Call me again' }).isEnabled()).toBe(false)
    await guest.site.simulator.advance(31_000)
    await guest.sees('no-answer')
    await guest.press('Call me again')
    await guest.submitCode(await guest.answer())
    await guest.expectPath('/account')
    expect(guest.site.simulator.calls).toHaveLength(2)
  })

  test('if the line is busy, the page offers a text message, and its code logs in', async () => {
    const guest = await openDemo()
    guest.site.simulator.setPhone('+12025550123', 'busy')
    await guest.logIn('alice')
    await guest.press('Call me now')
    await guest.sees('busy')
    const background = (channel: string) =>
      guest.page.evaluate(
        `getComputedStyle(document.querySelector('[value=${channel}]')).backgroundColor`,
      )
    expect(await background('sms')).not.toBe(await background('call'))
    await guest.press('Text me instead')
    expect(await guest.heading()).toBe('Read your messages')
    const text = await guest.phone
      .getByText(/is your Acme code/)
      .first()
      .textContent()
    await guest.submitCode(/\d{6}/.exec(String(text))?.[0] ?? '')
    await guest.expectPath('/account')
  })

  test('after "this was not me", the page says what that means', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.press('Call me now')
    await guest.answer('00')
    await guest.sees('reported')
    await guest.open('/otp')
    await guest.page.getByText('somebody knows your password. Change it now.').waitFor()
    await guest.open('/account')
    await guest.expectPath('/otp')
  })

  test('a user adds a first number, and the old number gets a text message when the user changes it', async () => {
    const guest = await openDemo({ siteOptions: unhurried })
    await guest.logIn('dave')
    await guest.page.getByLabel('Phone number, with country code').fill('+1 202 555 0189')
    await guest.press('Call it')
    await guest.submitCode(await guest.answer())
    await guest.expectPath('/account')
    await guest.page.getByText('From now on we call ••• ••• ••89.').waitFor()

    await guest.follow('Change your phone')
    await guest.page.getByLabel('Phone number, with country code').fill('+1 202 555 0188')
    await guest.press('Call it')
    const code = await guest.site.answer(await guest.digits())
    await guest.submitCode(code)
    await guest.expectPath('/account')
    await expect
      .poll(() => guest.site.simulator.messages.map(({ to }) => to))
      .toEqual(['+12025550189'])
  })

  test('the user chooses a second phone, and that phone rings', async () => {
    const guest = await openDemo()
    await guest.logIn('bob')
    await guest.page.getByLabel('Office').check()
    await guest.press('Call me now')
    await guest.phone.getByRole('heading', { name: '+1 202 555 0199' }).waitFor()
    await guest.submitCode(await guest.answer())
    await guest.expectPath('/account')
  })

  test('a transfer more than five minutes after the login asks for a code, and then goes on', async () => {
    const guest = await openDemo({ siteOptions: unhurried })
    await guest.logIn('alice')
    await guest.confirm()
    await guest.expectPath('/account')
    guest.site.clock.offset = 301_000
    await guest.follow('Send money')
    expect(await guest.heading()).toBe('Confirm that it is still you')
    await guest.press('Call me now')
    await guest.submitCode(await guest.site.answer(await guest.digits()))
    await guest.expectPath('/transfer')
    await guest.page.getByLabel('To', { exact: true }).fill('Bob')
    await guest.page.getByLabel('Amount in dollars').fill('25')
    await guest.press('Send')
    await guest.page.getByText('$25 sent to Bob.').waitFor()
  })

  test('on a small screen the simulated phone is below the page, and a link leads to it', async () => {
    const guest = await openDemo({ viewport: { width: 390, height: 844 } })
    await guest.logIn('alice')
    await guest.press('Call me now')
    await guest.sees('ringing')
    await takePicture(guest, 'call-page-phone')
    expect(await guest.page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    await guest.page.getByRole('link', { name: 'the phone is below' }).click()
    await guest.phone.getByRole('button', { name: 'Answer' }).waitFor()
  })
})

describeInBrowser('the page of the phones', () => {
  test('the page of the phones shows a ringing phone, the history and a switch for the sound, and axe-core finds nothing', async () => {
    const guest = await openDemo({ siteOptions: unhurried })
    const screen = new Guest(guest.site, await guest.page.context().newPage())
    const { page } = screen
    await page.setViewportSize({ width: 390, height: 664 })
    await page.goto(guest.site.simulator.url)
    await guest.logIn('alice')
    await guest.press('Call me now')
    const button = page.getByRole('button', { name: 'Answer' })
    await button.waitFor()
    const { y = 0, height = 0 } = (await button.boundingBox()) ?? {}
    expect(y + height).toBeLessThanOrEqual(664)
    await page.getByText('Turn on the sound to hear the call.').waitFor()
    await page.getByRole('switch', { name: 'Sound' }).click()
    await page.getByText('Turn on the sound to hear the call.').waitFor({ state: 'hidden' })
    const findings = await axeFindings(screen, 'ringing')

    await guest.site.answer(await guest.digits())
    await guest.site.simulator.hangUp(guest.site.simulator.calls[0]!.sid)
    await guest.press('Call me again')
    await page.getByText('1 earlier call').click()
    await page.getByText('Nobody will ever ask you for this code.').waitFor()
    findings.push(...(await axeFindings(screen, 'history')))
    expect(findings).toEqual([])
  })

  test('the page of the phones can be used without JavaScript', async () => {
    const guest = await openDemo({ javaScriptEnabled: false })
    const { page } = new Guest(guest.site, await guest.page.context().newPage())
    await guest.logIn('alice')
    await guest.press('Call me now')
    await page.goto(guest.site.simulator.url)
    await page.getByRole('button', { name: 'Answer' }).click()
    const keys = page.getByLabel('Keys')
    await keys.waitFor()
    await guest.site.simulator.idle()
    await keys.fill(await guest.digits())
    await page.getByRole('button', { name: 'Press' }).click()
    await guest.site.simulator.idle()
    await page.getByRole('link', { name: 'Refresh' }).click()
    const code = await page
      .getByText(/^(\d, ){5}\d$/)
      .first()
      .textContent()
    await guest.submitCode(String(code).replaceAll(', ', ''))
    await guest.expectPath('/account')
  })
})
