// In without a call, as people do it with their hands: a browser that is remembered, a code on
// paper.
import { expect, test } from 'vitest'
import { describeInBrowser, openDemo, openGuest } from '../support/chromium.js'

const unhurried = { limits: { callIntervalSeconds: false } } as const

describeInBrowser('in without a call', () => {
  test('a remembered browser logs in with the password, needs a code to send money, and can be forgotten', async () => {
    const guest = await openDemo({ siteOptions: unhurried })
    await guest.logIn('alice')
    await guest.press('Call me now')
    const box = guest.page.getByLabel('Remember this browser for 30 days')
    expect(await box.isChecked()).toBe(false)
    await box.check()
    await guest.submitCode(await guest.site.answer(await guest.digits()))
    await guest.expectPath('/account')
    await guest.press('Log out')

    await guest.logIn('alice')
    await guest.expectPath('/account')
    expect(guest.site.simulator.calls).toHaveLength(1)
    await guest.follow('Transfer')
    expect(await guest.heading()).toBe('Confirm that it is still you')
    await guest.follow('Security')
    const entry = guest.page.getByRole('listitem')
    expect(await entry.textContent()).toMatch(/Chrome on Linux\s+this browser/)
    const forget = guest.page.getByRole('button', { name: /^Forget Chrome on Linux/ })
    await guest.press(String(await forget.getAttribute('aria-label')))
    await guest.page.getByText('This browser is no longer remembered.').waitFor()
    await guest.press('Log out')
    await guest.logIn('alice')
    await guest.expectPath('/otp')
  })

  test('a user creates recovery codes, prints them on one page, and logs in with one of them', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.press('Call me now')
    await guest.submitCode(await guest.site.answer(await guest.digits()))
    await guest.expectPath('/account')
    await guest.follow('Security')
    await guest.follow('Make new codes')
    await guest.press('Make ten codes')
    const codes = await guest.page.getByRole('listitem').allTextContents()
    expect(codes).toHaveLength(10)
    await guest.page.evaluate('globalThis.print = () => { document.title = "printed" }')
    await guest.page.getByRole('button', { name: 'Print' }).click()
    expect(await guest.page.title()).toBe('printed')
    await guest.page.emulateMedia({ media: 'print' })
    const isSeen = (name: string) => guest.page.getByText(name, { exact: true }).isVisible()
    expect(
      await Promise.all(
        [
          'Your recovery codes',
          codes[0]!.trim(),
          codes[9]!.trim(),
          'I have stored them',
          'Log out',
        ].map(isSeen),
      ),
    ).toEqual([true, true, true, false, false])
    await guest.page.emulateMedia({ media: 'screen' })
    await guest.follow('I have stored them')
    await guest.page.getByText('10 recovery codes are left.').waitFor()

    const elsewhere = await openGuest(guest.site, { javaScriptEnabled: false })
    await elsewhere.logIn('alice')
    await elsewhere.follow('I cannot use my phone')
    await elsewhere.page.getByLabel('Recovery code').fill(codes[0]!.trim().toLowerCase())
    await elsewhere.press('Continue')
    await elsewhere.expectPath('/account')
    await elsewhere.page
      .getByText('9 recovery codes are left. If you lost your phone, change your number now.')
      .waitFor()
  })
})
