// A payment in a browser that malware controls.
import { expect, test } from 'vitest'
import { axeFindings, describeInBrowser, openDemo } from '../support/chromium.js'

describeInBrowser('a payment', () => {
  test('a payment is executed as the call said it although an attack changes the form, and axe-core finds nothing on its pages', async () => {
    const guest = await openDemo({ siteOptions: { limits: { approveCallIntervalSeconds: false } } })
    const { page } = guest
    const hangUp = () => guest.site.simulator.hangUp(guest.site.simulator.calls[0]!.sid)
    const findings: string[] = []
    const look = async (where: string): Promise<void> => {
      findings.push(...(await axeFindings(guest, where)))
    }
    await guest.logIn('alice')
    await guest.confirm()
    await hangUp()
    await guest.follow('Pay a bill')
    await look('form')
    await page.getByLabel('Amount in the smallest unit').fill('12050')
    await page.getByLabel('Payee').fill('Blue Fish Ltd')
    await guest.press('Continue')
    await look('before the call')
    await guest.press('Call me now')
    await guest.sees('ringing')
    const shown = await page.locator('[data-approval-text]').textContent()
    const code = await guest.answer()
    await guest.sees('answered')
    await guest.phone.getByText(String(shown)).first().waitFor()

    await page.getByRole('button', { name: 'Attack this form' }).click()
    await page.getByText('The form now says 9,999.99 euros').waitFor()
    await look('attacked')
    await page.getByLabel('Code that you hear').fill(code)
    await guest.press('Pay')
    const result = await page.locator('#paid').textContent()
    expect(result).toContain('You are paying 120.50 euros to Blue Fish Ltd.')
    expect(result).toContain('to Mallory.” The server did not use it.')
    await look('paid')

    await hangUp()
    await page.getByLabel('Payee').fill('Blue Fish Ltd')
    await page.getByLabel('Amount in the smallest unit').fill('1')
    await guest.press('Continue')
    await guest.press('Call me now')
    await guest.answer()
    await guest.phone.getByRole('button', { name: 'Key 0' }).click()
    await guest.sees('refused')
    await look('refused')
    expect(findings).toEqual([])
  })

  test('after the end of its call, the page of a payment no longer says that we are calling', async () => {
    const guest = await openDemo()
    const { page, site } = guest
    const hangUp = () => site.simulator.hangUp(site.simulator.calls[0]!.sid)
    await guest.logIn('alice')
    await guest.confirm()
    await hangUp()
    await guest.open('/pay')
    await guest.fill('Amount in the smallest unit', '12050')
    await guest.fill('Payee', 'Blue Fish Ltd')
    await guest.press('Continue')
    await guest.press('Call me now')
    await page.getByText('We are calling ••• ••• ••23').waitFor()
    await guest.answer()
    await guest.sees('answered')
    await hangUp()
    await page.getByText('We called ••• ••• ••23').waitFor()
    await page.getByText('The call has ended. The code stays valid').waitFor()
    await page.reload()
    await page.getByText('We called ••• ••• ••23').waitFor()
  })
})
