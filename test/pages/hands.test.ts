// The ready pages under hands and eyes: sending by itself, waiting buttons, zoom, narrow screens,
// forced colours.
import { expect, test } from 'vitest'
import { describeInBrowser, openDemo } from '../support/chromium.js'
import { wrongCode } from '../support/site.js'

const unhurried = { limits: { callIntervalSeconds: false } } as const

describeInBrowser('the code page', () => {
  test('the code sends itself once at the last digit, and after an error only the button sends it', async () => {
    const guest = await openDemo({ siteOptions: unhurried })
    const sent: string[] = []
    guest.page.on('request', request => {
      if (request.method() === 'POST') sent.push(new URL(request.url()).pathname)
    })
    await guest.logIn('alice')
    await guest.press('Call me now')
    const code = await guest.site.answer(await guest.digits())
    const field = guest.page.getByRole('textbox', { name: 'Code that you hear' })
    await guest.page
      .getByText('The code is sent as soon as you have typed its last digit.')
      .waitFor()
    await field.pressSequentially(wrongCode(code))
    await guest.page.getByText('This code is wrong.').waitFor()
    expect(await guest.page.title()).toMatch(/^Error: /)
    expect(await guest.page.locator('#sends-itself').count()).toBe(0)
    sent.length = 0
    await field.fill(code)
    await guest.page.waitForTimeout(300)
    expect(sent).toEqual([])
    await guest.press('Continue')
    await guest.expectPath('/account')
    expect(sent).toEqual(['/otp'])
  })

  test('a pressed button says what happens, is disabled and is announced', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    // The browser waits for the next page, so the page notes what it shows meanwhile.
    await guest.page.evaluate(`{
      const button = document.querySelector('[data-call-again]')
      new MutationObserver(() => {
        sessionStorage.shown = [button.textContent, button.disabled,
          document.querySelector('[aria-live]').textContent].join()
      }).observe(button, { childList: true, attributes: true })
    }`)
    await guest.page.route('**/otp/call', async route => {
      const response = await route.fetch({ maxRedirects: 0 })
      await route.fulfill({ response })
    })
    await guest.press('Call me now')
    expect(await guest.page.evaluate('sessionStorage.shown')).toBe('Calling…,true,Calling…')
    await guest.sees('ringing')
  })

  test('heading, title, digits, field and main button follow the call without a reload', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.press('Call me now')
    await guest.sees('ringing')
    await guest.page.evaluate('globalThis.isSamePage = true')
    const { sid } = guest.site.simulator.calls[0]!
    await guest.site.simulator.answer(sid)
    await guest.page.getByRole('heading', { name: 'Press the two digits' }).waitFor()
    expect(await guest.page.title()).toBe('Press the two digits – Acme')
    await guest.site.simulator.press(sid, '00')
    await guest.page.getByRole('heading', { name: 'The call was reported' }).waitFor()
    await guest.page.getByText('somebody knows your password. Change it now.').waitFor()
    expect(await guest.page.locator('[data-matching-digits], #code').count()).toBe(0)
    expect(await guest.page.title()).toBe('The call was reported – Acme')
    expect(await guest.page.evaluate('isSamePage')).toBe(true)
  })

  test('a screen reader hears the countdown at 60, 30 and 10 seconds only', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.page.clock.install()
    await guest.press('Call me now')
    await guest.page.evaluate(`globalThis.heard = []
      new MutationObserver(() => heard.push(document.querySelector('[aria-live]').textContent))
        .observe(document.querySelector('[aria-live]'), { childList: true })`)
    await guest.page.route('**/otp/status', route => route.abort())
    await guest.page.clock.runFor(295_000)
    expect(await guest.page.evaluate('heard')).toEqual([
      'The code is valid for another 60 seconds.',
      'The code is valid for another 30 seconds.',
      'The code is valid for another 10 seconds.',
    ])
  })

  test('at 320 pixels, at 200 % zoom and with forced colours, nothing is cut off', async () => {
    const guest = await openDemo({ viewport: { width: 320, height: 640 }, forcedColors: 'active' })
    await guest.logIn('bob')
    await guest.press('Call me now')
    await guest.sees('ringing')
    const isTooWide = 'document.documentElement.scrollWidth > innerWidth'
    expect(await guest.page.evaluate(isTooWide)).toBe(false)
    // 200 % zoom on a screen of 1280 pixels leaves 640, with twice the pixels for each.
    await guest.page.setViewportSize({ width: 640, height: 450 })
    await guest.page.evaluate('document.documentElement.style.fontSize = "200%"')
    expect(await guest.page.evaluate(isTooWide)).toBe(false)
    const border = await guest.page.evaluate(
      'getComputedStyle(document.querySelector(".digits span")).borderTopStyle',
    )
    expect(border).toBe('solid')
  })
})
