// What a browser does with the pages: tabs, the back button, keys, pasting, double clicks, no
// JavaScript.
import { expect, test } from 'vitest'
import { CounterStore, SessionStore } from '../support/stores.js'
import { describeInBrowser, Guest, openDemo } from '../support/chromium.js'
import { KeyGuest } from '../support/keys.js'

const unhurried = { limits: { callIntervalSeconds: false } } as const

describeInBrowser('tabs and history', () => {
  test('a tab with an older call goes on to the newer call of another tab, and both end on the account', async () => {
    const guest = await openDemo({ siteOptions: unhurried })
    await guest.logIn('alice')
    await guest.press('Call me now')
    await guest.sees('ringing')
    const other = new Guest(guest.site, await guest.page.context().newPage())
    await other.open('/otp')
    guest.site.clock.offset = 30_000
    await guest.page.getByText(/Valid for another 4:[0-3]/).waitFor()
    await other.press('Call me again')
    const digits = await other.digits()
    await guest.page.locator(`[data-matching-digits="${digits}"]`).waitFor()
    await guest.sees('ringing')
    expect(guest.site.simulator.calls).toHaveLength(2)

    await other.submitCode(await guest.site.answer(digits))
    await other.expectPath('/account')
    await guest.expectPath('/account')
    await other.press('Log out')
    await guest.page.reload()
    await guest.expectPath('/login')
  })

  test('a tab that shows the call page goes to the login after the user logs out in another tab', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.press('Call me now')
    await guest.sees('ringing')
    const other = new Guest(guest.site, await guest.page.context().newPage())
    await other.open('/otp')
    await other.press('Log out')
    await guest.expectPath('/login')
  })

  test('a tab stays where it is when one status is refused: in another tab, the right code may just have given the session a new id', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.press('Call me now')
    await guest.sees('ringing')
    await guest.page.evaluate('globalThis.isSamePage = true')
    await guest.page.route('**/otp/status', route => route.fulfill({ status: 401, json: {} }), {
      times: 1,
    })
    const nextStatus = async () => (await guest.page.waitForResponse('**/otp/status')).status()
    expect(await nextStatus()).toBe(401)
    expect(await nextStatus()).toBe(200)
    expect(await guest.page.evaluate('globalThis.isSamePage')).toBe(true)
  })

  test('the back button after logout shows nothing of the account', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.confirm()
    await guest.expectPath('/account')
    await guest.follow('Send money')
    await guest.expectPath('/transfer')
    await guest.press('Log out')
    await guest.expectPath('/login')
    await guest.page.goBack()
    await guest.expectPath('/login')
    expect(await guest.page.getByText('Amount in dollars').count()).toBe(0)
  })

  test('a reload of the call page places no call', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.press('Call me now')
    await guest.sees('ringing')
    const digits = await guest.digits()
    await guest.page.reload()
    expect(await guest.digits()).toBe(digits)
    expect(guest.site.simulator.calls).toHaveLength(1)
  })
})

describeInBrowser('hands and eyes', () => {
  test('the keyboard alone is enough for a login, from the password to the account', async () => {
    const { site, page } = await openDemo()
    const guest = new KeyGuest(site, page)
    await guest.open('/login')
    // The browser sets the focus a moment after the page has loaded.
    await guest.expectValue('document.activeElement.id', 'username')
    await guest.logIn('alice')
    await guest.expectPath('/otp')
    await guest.reach('Skip to content')
    await guest.press('Call me now')
    await guest.sees('ringing')
    const code = await site.answer(await guest.digits())
    await guest.sees('answered')
    await guest.expectValue('document.activeElement.id', 'code')
    await page.keyboard.type(code)
    await guest.expectPath('/account')
    await guest.press('Log out')
    await guest.expectPath('/login')
  })

  test('the code field takes a code that is pasted with spaces, and asks phones for the digit keyboard and for codes', async () => {
    const guest = await openDemo()
    await guest.logIn('alice')
    await guest.press('Call me now')
    const code = await guest.answer()
    const field = guest.page.getByRole('textbox', { name: 'Code that you hear' })
    expect([
      await field.getAttribute('inputmode'),
      await field.getAttribute('autocomplete'),
    ]).toEqual(['numeric', 'one-time-code'])
    await field.focus()
    // The code is complete, so the page sends it.
    await guest.page.keyboard.insertText(` ${code.slice(0, 3)} ${code.slice(3)} `)
    await guest.expectPath('/account')
  })

  test('nothing on the page moves to another place while the state of the call changes', async () => {
    const guest = await openDemo({
      viewport: { width: 390, height: 844 },
      reducedMotion: 'no-preference',
    })
    guest.site.simulator.setQueueDelay({ delayMs: 1000 })
    await guest.logIn('alice')
    await guest.press('Call me now')
    const places = () =>
      guest.page.evaluate<
        number[]
      >(`[...document.querySelectorAll('h1, .digits, .code, .ask, .ask button, iframe')].flatMap(each => {
      const { x, y, width, height } = each.getBoundingClientRect()
      return [x, y + scrollY, width, height]
    })`)
    /** The furthest that anything moved, in pixels; parts of one do not show. */
    const moved = async () =>
      Math.floor(
        Math.max(
          ...(await places()).map((place, index) => Math.abs(place - (before[index] ?? NaN))),
        ),
      )
    await guest.sees('queued')
    const before = await places()
    await guest.site.simulator.advance(1000)
    await guest.sees('ringing')
    expect(await moved()).toBe(0)
    await guest.site.answer(await guest.digits())
    await guest.sees('answered')
    expect(await moved()).toBe(0)
    await guest.site.simulator.hangUp(guest.site.simulator.calls[0]!.sid)
    await guest.sees('completed')
    expect(await moved()).toBe(0)
  })

  test('with reduced motion, nothing on the page is animated', async () => {
    const guest = await openDemo({ reducedMotion: 'reduce' })
    await guest.logIn('alice')
    await guest.press('Call me now')
    await guest.sees('ringing')
    expect(await guest.page.evaluate('document.getAnimations().length')).toBe(0)
    // The same page without this preference moves, so the line above does prove something.
    await guest.page.emulateMedia({ reducedMotion: 'no-preference' })
    await guest.expectValue('document.getAnimations().length', 1)
  })
})

describeInBrowser('without JavaScript', () => {
  test('without JavaScript, a double click on each button leads to the same page as one click', async () => {
    // The server finishes the first request only after the browser has sent the second one, however
    // slow the browser is.
    let bothSent: Promise<unknown> = Promise.resolve()
    const guest = await openDemo({
      javaScriptEnabled: false,
      siteOptions: {
        sessionStore: new SessionStore(40, 60),
        beforeCall: () => bothSent.then(() => true),
      },
    })
    const { users } = guest.site
    const byPassword = users.byPassword.bind(users)
    users.byPassword = (...password) => bothSent.then(() => byPassword(...password))
    const pressTwice = async (name: string): Promise<void> => {
      const firstSent = guest.page.waitForRequest(request => request.method() === 'POST')
      bothSent = firstSent.then(() =>
        guest.page.waitForRequest(request => request.method() === 'POST'),
      )
      const click = await guest.clicker(name)
      click()
      await firstSent
      click()
      await bothSent
    }
    await guest.open('/login')
    await guest.page.getByLabel('User name').fill('alice')
    await guest.page.getByLabel('Password').fill('correct horse battery staple')
    await pressTwice('Continue')
    await guest.expectPath('/otp')
    await pressTwice('Call me now')
    // The page of the second request shows the call of the first one, or refreshes to it.
    const code = await guest.site.answer(await guest.digits())
    expect(guest.site.simulator.calls).toHaveLength(1)
    await guest.submitCode(code)
    await guest.expectPath('/account')
  })

  test('without JavaScript, the page of a code that was sent twice at the same time goes on by itself', async () => {
    const guest = await openDemo({ javaScriptEnabled: false, siteOptions: unhurried })
    await guest.logIn('alice')
    await guest.press('Call me now')
    const code = await guest.site.answer(await guest.digits())
    // A newer call makes the code worthless, as the first of two clicks does.
    const other = new Guest(guest.site, await guest.page.context().browser()!.newPage())
    await other.logIn('alice')
    await other.press('Call me now')
    await other.page.locator('[data-matching-digits]').waitFor()
    const refreshing = await guest.pageAfter(() => guest.submitCode(code))
    expect(refreshing).toMatch(/role="alert"[^>]*>\s*<strong>One moment\./)
    await guest.page.getByText('This code is no longer valid. Ask for a new one below.').waitFor()
    await guest.expectPath('/otp')
    await other.page.close()
  })
})

describeInBrowser('with JavaScript', () => {
  test('with JavaScript, the second click of a double click is not sent', async () => {
    const guest = await openDemo({ siteOptions: { limiter: new CounterStore(100, 150).factory } })
    const sent: string[] = []
    guest.page.on('request', request => {
      if (request.method() === 'POST') sent.push(new URL(request.url()).pathname)
    })
    await guest.logIn('alice')
    await guest.page.evaluate(`{
      const button = document.querySelector('[data-call-again]')
      button.click()
      setTimeout(() => button.click(), 50)
    }`)
    await guest.page.locator('[data-matching-digits]').waitFor()
    expect(sent).toEqual(['/login', '/otp/call'])
  })

  test('the page keeps what it shows while the server does not respond, and goes on afterwards', async () => {
    const guest = await openDemo({ isPatient: true })
    await guest.logIn('alice')
    await guest.press('Call me now')
    await guest.sees('ringing')
    let failures = 0
    await guest.page.route('**/otp/status', route =>
      failures++ < 1 ? route.abort() : route.continue(),
    )
    await guest.site.answer(await guest.digits())
    await guest.sees('answered')
    expect(failures).toBeGreaterThan(1)
  })
})
