// The ready pages under hands and eyes: sending by itself, waiting buttons, what stays on the page.
import { expect, onTestFinished, test } from 'vitest'
import { describeInBrowser, openDemo, openPage } from '../support/chromium.js'
import { wrongCode } from '../support/site.js'
import { startGallery } from './gallery.js'

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
    await guest.page.locator('.alert', { hasText: 'Change it now.' }).waitFor()
    expect(await guest.page.locator('[data-matching-digits], #code').count()).toBe(0)
    expect(await guest.page.title()).toBe('The call was reported – Acme')
    expect(await guest.page.evaluate('isSamePage')).toBe(true)
  })

  test('after the user has hung up, the page says that the code stays valid, and no longer that we are calling', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.press('Call me now')
    const code = await guest.site.answer(await guest.digits())
    await guest.sees('answered')
    const about = guest.page.locator('[data-about]')
    expect(await about.textContent()).toBe('We are calling ••• ••• ••23 from +1 202 555 0100.')
    await guest.site.simulator.hangUp(guest.site.simulator.calls[0]!.sid)
    await guest.sees('completed')
    expect(await about.textContent()).toBe('We called ••• ••• ••23 from +1 202 555 0100.')
    expect(await guest.status.textContent()).toContain('The code stays valid: enter it')
    const written = await about.innerHTML()
    await guest.page.reload()
    await guest.sees('completed')
    expect(await about.innerHTML()).toBe(written)
    await guest.submitCode(code)
    await guest.expectPath('/account')
  })

  test('without JavaScript, a refresh after the end of the call says that the code stays valid', async () => {
    const guest = await openDemo({ javaScriptEnabled: false })
    await guest.logIn('alice')
    await guest.press('Call me now')
    const code = await guest.site.answer(await guest.digits())
    await guest.site.simulator.hangUp(guest.site.simulator.calls[0]!.sid)
    // SignalWire is asked for the state of a call at most once a second.
    guest.site.clock.offset = 2000
    await guest.follow('Refresh this page to see the state of the call.')
    const text = await guest.page.locator('[data-otp]').innerText()
    expect(text).toContain('We called ••• ••• ••23')
    expect(text).toContain('The call has ended. The code stays valid: enter it')
    expect(text).not.toContain('We are calling')
    await guest.submitCode(code)
    await guest.expectPath('/account')
  })

  test.each(['en-US', 'de-DE', 'fr-FR', 'pl-PL', 'ja-JP'])(
    'in %s, the field for the code does not move down when the call ends',
    async language => {
      const gallery = await startGallery()
      onTestFinished(gallery.close)
      const page = await openPage()
      await page.setViewportSize({ width: 390, height: 844 })
      const height = async (state: string): Promise<number> => {
        await page.goto(`${gallery.url}/${encodeURIComponent(state)}/${language}/light`)
        const { height: pixels = 0 } = (await page.locator('[data-live]').boundingBox()) ?? {}
        return Math.round(pixels)
      }
      expect(await height('call over')).toBe(await height('ringing'))
    },
  )

  test('an error stays on the page although a late status replaces the rest', async () => {
    const guest = await openDemo()
    const { page } = guest
    await guest.logIn('alice')
    await guest.press('Call me now')
    const code = await guest.site.answer(await guest.digits())
    let release = (): void => undefined
    const late = new Promise<void>(resolve => {
      release = resolve
    })
    await page.route('**/otp/status', async route => {
      const response = await route.fetch()
      await late
      // A state without words of its own: the script loads the page again.
      const json = { ...((await response.json()) as object), call: 'failed' }
      await route.fulfill({ response, json })
    })
    await guest.submitCode(wrongCode(code))
    await page.getByRole('alert').waitFor()
    await page.evaluate('globalThis.shown = document.querySelector("[data-otp]")')
    release()
    await guest.expectValue('shown.isConnected', false)
    expect(await page.getByRole('alert').textContent()).toContain('This code is wrong.')
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  })

  test('the title of a page with an error still says so after the state of the call has changed', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.press('Call me now')
    await guest.sees('ringing')
    await guest.submitCode('000000')
    await guest.page.getByRole('alert').waitFor()
    expect(await guest.page.title()).toBe('Error: Answer your phone – Acme')
    await guest.site.answer(await guest.digits())
    await guest.sees('answered')
    expect(await guest.page.title()).toBe('Error: Press the two digits – Acme')
  })

  test('the page of a call that reached nobody stays as it is, so that nothing is read aloud again', async () => {
    const gallery = await startGallery()
    onTestFinished(gallery.close)
    const page = await openPage()
    let questions = 0
    await page.route('**/status', async route => {
      questions++
      const response = await route.fetch()
      await route.fulfill({ response, json: { ...(await response.json()), pollAfter: 0 } })
    })
    await page.goto(`${gallery.url}/busy/en-US/light`)
    await page.evaluate('globalThis.shown = document.querySelector("[data-otp]")')
    await expect.poll(() => questions, { timeout: 20_000 }).toBeGreaterThan(3)
    expect(await page.evaluate('shown.isConnected')).toBe(true)
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  })

  test('while a call waits for its turn, the channels that need not wait can be chosen', async () => {
    const gallery = await startGallery()
    onTestFinished(gallery.close)
    const page = await openPage()
    await page.route('**/status', route => route.abort())
    await page.goto(
      `${gallery.url}/${encodeURIComponent('waiting, with another channel')}/en-US/light`,
    )
    const isEnabled = (name: string) => page.getByRole('button', { name }).isEnabled()
    expect(await isEnabled('Call me again')).toBe(false)
    expect(await isEnabled('Text me instead')).toBe(true)
  })

  test('a screen reader hears the countdown at 60, 30 and 10 seconds only', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.page.clock.install()
    // The server's clock does not move: its time would start the countdown again.
    await guest.page.route('**/otp/status', route => route.abort())
    await guest.press('Call me now')
    await guest.page.evaluate(`globalThis.heard = []
      new MutationObserver(() => heard.push(document.querySelector('[aria-live]').textContent))
        .observe(document.querySelector('[aria-live]'), { childList: true })`)
    await guest.page.clock.runFor(295_000)
    expect(await guest.page.evaluate('heard')).toEqual([
      'The code is valid for another 60 seconds.',
      'The code is valid for another 30 seconds.',
      'The code is valid for another 10 seconds.',
    ])
  })
})
