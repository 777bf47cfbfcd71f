// Every flow of the ready pages: with keys alone, at 200 % zoom, on a narrow screen, in forced
// colours, and without JavaScript.
import { TOTP } from 'otpauth'
import { expect, test } from 'vitest'
import { describeInBrowser, type Guest, openDemo } from '../support/chromium.js'
import { KeyGuest } from '../support/keys.js'
import { wrongCode } from '../support/site.js'

const siteOptions = {
  isDemo: false,
  channels: ['call', 'sms'],
  limits: {
    callIntervalSeconds: false,
    enrollCallsPerPhoneTenMinutes: false,
    callsPerPhoneTenMinutes: false,
  },
} as const

/** What somebody cannot see or use on the page. */
const problems = `(() => {
  const found = []
  const { body, documentElement } = document
  if (documentElement.scrollWidth > innerWidth) found.push('the page is wider than the screen')
  const canvas = getComputedStyle(body).backgroundColor
  const isForced = matchMedia('(forced-colors: active)').matches
  for (const each of document.querySelectorAll('.otp *')) {
    const { left, right, width } = each.getBoundingClientRect()
    const style = getComputedStyle(each)
    // Some texts are for screen readers only.
    if (width < 2 || right <= 0 || style.visibility === 'hidden') continue
    const name = each.outerHTML.slice(0, 90)
    if (left < 0 || right > innerWidth + 1) found.push('outside the screen: ' + name)
    if (style.overflowX !== 'visible' && each.scrollWidth > each.clientWidth + 1)
      found.push('cut off: ' + name)
    const isFramed = each.matches(
      'button:not(.link), a.button, select, input:not([type=radio], [type=checkbox]), .choice, .digits span, .alert, .notice',
    )
    if (isForced && isFramed &&
        (style.borderTopStyle === 'none' || style.borderTopColor === canvas) &&
        style.backgroundColor === canvas)
      found.push('without a border: ' + name)
  }
  return found
})()`

type Look = () => Promise<void>
type Flow = (guest: Guest, look: Look) => Promise<void>

/** Waits until the page shows this state of the call: without JavaScript, by its link. */
async function seeState(guest: Guest, state: string): Promise<void> {
  const refresh = guest.page.getByRole('link', { name: /^Refresh this page/ })
  if ((await refresh.count()) > 0) {
    await guest.site.simulator.waitFor(call => call.status === state)
    guest.site.clock.offset += 1000
    await guest.follow(String(await refresh.textContent()))
  }
  await guest.sees(state)
}

async function enterCode(guest: Guest, look: Look): Promise<void> {
  const code = await guest.site.answer(await guest.digits())
  await look()
  await guest.submitCode(code)
}

const flows: Readonly<Record<string, Flow>> = {
  'a login, a remembered browser, recovery codes and a change of the number': async (
    guest,
    look,
  ) => {
    const { page } = guest
    await guest.logIn('alice')
    await look()
    await guest.press('Call me now')
    await seeState(guest, 'ringing')
    await guest.choose('Remember this browser for 30 days')
    await enterCode(guest, look)
    await guest.expectPath('/account')
    await guest.follow('Security')
    await look()
    const forget = page.getByRole('button', { name: /^Forget / })
    await guest.press(String(await forget.getAttribute('aria-label')))
    await page.getByText('This browser is no longer remembered.').waitFor()
    await guest.follow('Make new codes')
    await look()
    await guest.press('Make ten codes')
    await look()
    const [code = ''] = await page.getByRole('listitem').allTextContents()
    await guest.follow('I have stored them')

    await guest.open('/phone')
    await look()
    await guest.fill('Phone number, with country code', '+1 202 555 0188')
    await guest.press('Call it')
    await seeState(guest, 'ringing')
    await enterCode(guest, look)
    await guest.expectPath('/account')
    await page.getByText('From now on we call ••• ••• ••88.').waitFor()

    await guest.press('Log out')
    await guest.logIn('alice')
    await guest.follow('I cannot use my phone')
    await guest.fill('Recovery code', '00000-00000')
    await guest.press('Continue')
    await page.getByText('This recovery code is not valid.').waitFor()
    await look()
    await guest.fill('Recovery code', code.trim())
    await guest.press('Continue')
    await guest.expectPath('/account')
    await page.getByText('9 recovery codes are left.').waitFor()
  },

  'another phone, another channel and a fresh code before a transfer': async (guest, look) => {
    const { page, site } = guest
    site.simulator.setPhone('+12025550199', 'busy')
    await guest.logIn('bob')
    await guest.choose('Office')
    await look()
    await guest.press('Call me now')
    await seeState(guest, 'busy')
    await look()
    await guest.choose('Home')
    await guest.press('Text me instead')
    await page.getByRole('heading', { name: 'Read your messages' }).waitFor()
    await look()
    const [message] = site.simulator.messages
    expect(message?.to).toBe('+12025550145')
    await guest.submitCode(/^\d{6}/.exec(message?.body ?? '')?.[0] ?? '')
    await guest.expectPath('/account')
    site.clock.offset += 301_000
    await guest.open('/transfer')
    expect(await guest.heading()).toBe('Confirm that it is still you')
    await guest.choose('Home')
    await guest.press('Call me now')
    await enterCode(guest, look)
    await page.getByRole('heading', { name: 'Send money' }).waitFor()
  },

  'a first number, after a wrong number and a wrong code': async (guest, look) => {
    const { page, site } = guest
    const alert = page.getByRole('alert')
    await guest.logIn('dave')
    await guest.expectPath('/phone')
    await look()
    await guest.fill('Phone number, with country code', '555')
    await guest.press('Call it')
    await alert.waitFor()
    await look()
    await guest.fill('Phone number, with country code', '+12025550189')
    await guest.press('Call it')
    await seeState(guest, 'ringing')
    await look()
    const code = await site.answer(await guest.digits())
    await guest.submitCode(wrongCode(code))
    await alert.waitFor()
    await look()
    await guest.submitCode(code)
    await guest.expectPath('/account')
  },

  'a choice of factors': async (guest, look) => {
    const { page } = guest
    await guest.logIn('alice')
    await guest.press('Call me now')
    await enterCode(guest, look)
    await guest.expectPath('/account')
    await guest.open('/security/app-code')
    const key = String(await page.locator('code').first().textContent()).replaceAll(' ', '')
    const totp = new TOTP({ secret: key })
    await guest.fill('Code from your app', totp.generate())
    await guest.press('Continue')
    await guest.press('Log out')

    await guest.logIn('alice')
    await look()
    await guest.follow('Use a code from your app')
    // Each code of the app is accepted once.
    await guest.fill('Code from your app', totp.generate({ timestamp: Date.now() + 30_000 }))
    await guest.press('Continue')
    await guest.expectPath('/account')
    guest.site.clock.offset += 301_000
    await guest.open('/transfer')
    await guest.press('Call me now')
    await enterCode(guest, look)
    await page.getByRole('heading', { name: 'Send money' }).waitFor()
  },
}

describeInBrowser('every flow', () => {
  test.each(Object.keys(flows))(
    'keys alone are enough, nothing is cut off at twice the zoom or at 320 pixels, and forced colours keep borders and focus: %s',
    async name => {
      // 200 % zoom on a screen of 1280 by 1024 pixels.
      const zoomed = { width: 640, height: 512 }
      const { site, page } = await openDemo({
        siteOptions,
        viewport: zoomed,
        deviceScaleFactor: 2,
        forcedColors: 'active',
      })
      await flows[name]!(new KeyGuest(site, page), async () => {
        expect(await page.evaluate(problems)).toEqual([])
        await page.setViewportSize({ width: 320, height: 512 })
        expect(await page.evaluate(problems)).toEqual([])
        await page.setViewportSize(zoomed)
      })
    },
  )

  test.each(Object.keys(flows))('everything works without JavaScript: %s', async name => {
    const guest = await openDemo({ siteOptions, javaScriptEnabled: false })
    await flows[name]!(guest, () => Promise.resolve())
  })
})
