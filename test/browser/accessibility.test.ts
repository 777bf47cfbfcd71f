// For people who do not see the page: what a screen reader hears.
import { expect, test } from 'vitest'
import { says, wrongCode } from '../support/site.js'
import { describeInBrowser, openDemo } from '../support/chromium.js'

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
      'The call has ended. The code stays valid: enter it, or ask for another call.',
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
