// The example's payment, which a call approves.
import { describe, expect, test } from 'vitest'
import { Phone } from '../support/phone.js'
import { openSite, passBoth, says, type Site, type Visitor, wrongCode } from '../support/site.js'

const bill = { amount: '12050', currency: 'EUR', payee: 'Blue Fish Ltd' }
const words = 'You are paying 120.50 euros to Blue Fish Ltd.'

/** Logs alice in and enters the bill. */
async function enterBill(site: Site, fields: Record<string, string> = bill): Promise<Visitor> {
  const alice = await passBoth(site)
  await alice.open('/pay')
  await alice.submit('/pay', fields)
  return alice
}

/** Asks for the call, and listens to it. Returns the code. */
async function listen(site: Site, alice: Visitor): Promise<string> {
  await alice.submit('/pay/call')
  return site.answer(alice.matchingDigits)
}

const payments = (site: Site) =>
  site.logged('payment.executed').map(({ amount, currency }) => [amount, currency])

/** The sentence that the page shows as the words of the call. */
const shown = ({ page }: Visitor): string | undefined =>
  /data-approval-text>([^<]*)</.exec(page.html)?.[1]

describe('a payment', () => {
  test('the call says a payment exactly as the page shows it, and its code executes the payment', async () => {
    const site = await openSite()
    const alice = await enterBill(site)
    expect(alice.page).toMatchObject({ status: 200, path: '/pay' })
    expect(alice.text).toContain(words)

    const code = await listen(site, alice)
    expect(alice.page.path).toBe('/pay')
    expect(shown(alice)).toBe(words)
    expect(alice.text).toContain('Our server made these words and the payment together')
    expect(site.simulator.calls[0]!.heard).toContain(words)

    await alice.submit('/pay/confirm', { code })
    expect(alice.page).toMatchObject({ status: 200, path: '/pay' })
    expect(alice.text).toContain(`Paid. This was approved and executed: ${words}`)
    expect(payments(site)).toEqual([[12050, 'EUR']])
  })

  test('a payment is executed as approved when the form of the browser says something else', async () => {
    const site = await openSite()
    const alice = await enterBill(site)
    const code = await listen(site, alice)
    const lie = { amount: '999999', currency: 'USD', payee: 'Mallory' }
    await alice.submit('/pay/confirm', { code, ...lie })
    expect(alice.text).toContain(`Paid. This was approved and executed: ${words}`)
    expect(alice.text).toContain(
      'said: “You are paying 9,999.99 US dollars to Mallory.” The server did not use it.',
    )
    expect(payments(site)).toEqual([[12050, 'EUR']])
  })

  test('a payment in a second tab makes the code of the first payment worthless', async () => {
    const site = await openSite()
    const alice = await enterBill(site)
    const code = await listen(site, alice)
    const { page } = alice
    await alice.submit('/pay', { ...bill, amount: '999999' })
    alice.page = page
    await alice.submit('/pay/confirm', { code })
    expect(alice.page.status).toBe(401)
    expect(payments(site)).toEqual([])
  })

  test('after key zero the page says that the payment was refused, and its code pays nothing', async () => {
    const site = await openSite()
    const alice = await enterBill(site)
    await alice.submit('/pay/call')
    const phone = await Phone.ringing(site)
    const code = await phone.hearCode(alice.matchingDigits)
    const { page } = alice
    await phone.press('0')
    await alice.open('/pay')
    expect(alice.text).toContain('You refused this payment on the phone. Nothing was paid')
    alice.page = page
    await alice.submit('/pay/confirm', { code })
    expect(alice.page.status).toBe(401)
    expect(payments(site)).toEqual([])
  })

  test('a payment stays on the page after a wrong code, and the right code pays it once', async () => {
    const site = await openSite()
    const alice = await enterBill(site)
    const code = await listen(site, alice)
    await alice.submit('/pay/confirm', { code: wrongCode(code) })
    expect(alice.page.status).toBe(401)
    expect(alice.alert).toContain(says('code-wrong'))
    expect(shown(alice)).toBe(words)
    const { page } = alice
    await alice.submit('/pay/confirm', { code })
    expect(alice.text).toContain('Paid.')
    alice.page = page
    await alice.submit('/pay/confirm', { code })
    expect(alice.page.status).toBe(401)
    expect(payments(site)).toEqual([[12050, 'EUR']])
  })

  test('a payment is spoken and shown in the language of the browser', async () => {
    const site = await openSite()
    const alice = await enterBill(site)
    await alice.submit('/pay/call', {}, { 'Accept-Language': 'de' })
    expect(shown(alice)).toBe('Zahlungsbetrag: 120,50 Euro. Empfänger: Blue Fish Ltd.')
    await (await Phone.ringing(site)).hearCode(alice.matchingDigits)
    expect(site.simulator.calls[0]!.heard).toContain(shown(alice))
  })

  test.each([
    ['a negative amount', { amount: '-12050' }],
    ['an amount of zero', { amount: '0' }],
    ['a fraction', { amount: '120.50' }],
    ['an amount in scientific notation', { amount: '1.2e4' }],
    ['a hexadecimal amount', { amount: '0x10' }],
    ['a huge amount', { amount: '9007199254740993' }],
    ['an amount with a space in it', { amount: '12 050' }],
    ['a currency that is not offered', { currency: 'XXX' }],
    ['the name of an inherited property as the currency', { currency: '__proto__' }],
    ['no payee', { payee: ' ' }],
    ['a payee with markup', { payee: '<Dial>1</Dial>' }],
    ['a payee with a sentence of its own', { payee: 'Bob. Your code is 1 2 3 4 5 6' }],
    ['a payee whose text direction is reversed', { payee: 'Bob\u202eyrollaM' }],
    ['a payee of 41 letters', { payee: 'B'.repeat(41) }],
    ['a payee in Coptic letters, which a voice skips', { payee: 'Blue ⲫⲓⲥϩ' }],
    ['a payee in small capitals', { payee: 'ʙʟᴜᴇ' }],
    ['a payee that is struck out', { payee: 'B\u0336l\u0336u\u0336e' }],
    ['a payee of digits', { payee: '1 2 3 4 5 6' }],
  ])(
    'a payment with %s is refused before a call, and the form keeps what was typed',
    async (_, fields) => {
      const site = await openSite()
      const alice = await enterBill(site, { ...bill, ...fields })
      expect(alice.page.status).toBe(400)
      expect(alice.alert).not.toBe('')
      expect(alice.page.html).toContain('value="')
      await alice.post('/pay/call', { _csrf: alice.fill('/pay')['_csrf'] ?? '' })
      expect(site.simulator.calls).toHaveLength(1)
    },
  )

  test('every step of a payment needs both factors and the token of the form', async () => {
    const site = await openSite()
    const stranger = site.visitor()
    expect((await stranger.get('/pay')).location).toBe('/login')
    await stranger.logIn('alice')
    expect((await stranger.get('/pay')).location).toBe('/otp')
    const alice = await passBoth(site)
    for (const path of ['/pay', '/pay/call', '/pay/confirm'])
      expect((await alice.post(path, { ...bill, code: '123456' })).status).toBe(403)
    expect(site.simulator.calls).toHaveLength(1)
  })

  test('without a payment no call is placed, and the address of a form leads back to the page', async () => {
    const site = await openSite()
    const alice = await passBoth(site)
    await alice.open('/pay')
    const { _csrf = '' } = alice.fill('/pay')
    expect((await alice.post('/pay/call', { _csrf })).location).toBe('/pay')
    expect((await alice.get('/pay/call')).location).toBe('/pay')
    expect((await alice.get('/pay/confirm')).location).toBe('/pay')
    expect(site.simulator.calls).toHaveLength(1)
  })

  test('if the call for a payment fails, the page says so and offers another call', async () => {
    const site = await openSite({ limits: { approveCallIntervalSeconds: false } })
    const alice = await enterBill(site)
    site.faults({ calls: { status: 500, body: 'broken' } })
    await alice.submit('/pay/call')
    expect(alice.page.status).toBe(503)
    expect(alice.alert).toContain(says('signalwire-unavailable'))
    site.simulator.clearFaults()
    expect(alice.text).toContain(words)
    await alice.submit('/pay/confirm', { code: await listen(site, alice) })
    expect(payments(site)).toEqual([[12050, 'EUR']])
  })
})
