// Adding a number, changing it, and what the old one is told.
import { describe, expect, test } from 'vitest'
import { cheapHash } from '../support/people.js'
import { openSite, passBoth, says, type Site, type Visitor, wrongCode } from '../support/site.js'

const eventually = async (check: () => boolean) => {
  while (!check())
    await new Promise(resolve => {
      setImmediate(resolve)
    })
}

async function change(site: Site, visitor: Visitor, phone: string): Promise<void> {
  await visitor.open('/phone')
  await visitor.submit('/phone', { phone })
  if (visitor.page.status !== 200) throw new Error(visitor.alert)
  await visitor.submit('/phone/verify', { code: await site.answer(visitor.matchingDigits) })
}

describe('the first number', () => {
  test('a first number is called and stored after the right code, and its owner is logged in', async () => {
    const site = await openSite()
    const dave = site.visitor()
    await dave.logIn('dave')
    expect(dave.page).toMatchObject({ status: 200, path: '/phone' })
    expect(dave.text).toContain('We do not have your number yet.')
    await dave.submit('/phone', { phone: '+1 (202) 555-0189' })
    expect(dave.text).toContain('We are calling ••• ••• ••89')
    expect(site.simulator.calls).toMatchObject([{ to: '+12025550189' }])
    expect((await dave.open('/account')).path).toBe('/phone')
    await dave.submit('/phone/verify', { code: await site.answer(dave.matchingDigits) })
    expect(dave.page).toMatchObject({ status: 200, path: '/account' })
    expect(dave.text).toContain('From now on we call ••• ••• ••89.')
    expect((await dave.open('/account')).html).not.toContain('From now on')
    expect((await site.users.byId('dave'))?.phone).toBe('+12025550189')
    expect(site.simulator.messages).toHaveLength(0)

    await dave.submit('/logout')
    await dave.logIn('dave')
    expect(dave.page.path).toBe('/otp')
  })

  test.each([
    [
      '555 0189',
      400,
      'The country code is missing. Begin the phone number with + and the country code, for example +1 202 555 0123.',
    ],
    ['', 400, says('phone-malformed')],
    [
      '+1 900 555 0100',
      403,
      `${says('destination-blocked')} Use another kind of number or a number in another country, or contact support.`,
    ],
    [
      '+49 30 123456',
      403,
      `${says('destination-blocked')} Use another kind of number or a number in another country, or contact support.`,
    ],
  ])(
    'the number %j is refused on the page, which keeps what was typed',
    async (phone, status, words) => {
      const site = await openSite()
      const dave = site.visitor()
      await dave.logIn('dave')
      expect((await dave.submit('/phone', { phone })).status).toBe(status)
      expect(dave.alert).toBe(words)
      expect(dave.page.html).toContain(`value="${phone}"`)
      expect(site.simulator.calls).toHaveLength(0)
    },
  )

  test('a wrong code stores no number, and the user may ask for a call to a corrected number', async () => {
    const site = await openSite({ limits: { callIntervalSeconds: false } })
    const dave = site.visitor()
    await dave.logIn('dave')
    await dave.submit('/phone', { phone: '+12025550188' })
    const code = await site.answer(dave.matchingDigits)
    expect((await dave.submit('/phone/verify', { code: wrongCode(code) })).status).toBe(401)
    expect((await dave.open('/phone/verify')).path).toBe('/phone')
    expect((await site.users.byId('dave'))?.phone).toBeNull()
    await dave.submit('/phone', { phone: '+12025550189' })
    await dave.submit('/phone/verify', { code: await site.answer(dave.matchingDigits) })
    expect((await site.users.byId('dave'))?.phone).toBe('+12025550189')
  })

  test('a user who may not add a number is told so, and nobody is called', async () => {
    const site = await openSite({
      people: [
        {
          id: 'eve',
          username: 'eve',
          name: 'Eve',
          phone: null,
          mayEnroll: false,
          passwordHash: cheapHash,
        },
      ],
    })
    const eve = site.visitor()
    await eve.logIn('eve')
    expect(eve.page).toMatchObject({ status: 200, path: '/phone' })
    expect(eve.text).toContain('You cannot add a number yourself.')
    expect(
      (
        await eve.follow(
          await eve.post('/phone', { ...eve.fill('/logout'), phone: '+12025550189' }),
          '/phone',
        )
      ).status,
    ).toBe(403)
    expect(eve.alert).toContain(says('call-vetoed'))
    expect(site.simulator.calls).toHaveLength(0)
  })

  test('nobody adds a number without a password, or changes one without a code', async () => {
    const site = await openSite()
    const nobody = site.visitor()
    expect((await nobody.open('/phone')).path).toBe('/login')
    const alice = site.visitor()
    await alice.logIn('alice')
    for (const path of ['/phone', '/phone/verify']) {
      await alice.follow(
        await alice.post(path, {
          ...alice.fill('/otp/call'),
          phone: '+12025550189',
          code: '123456',
        }),
        path,
      )
      expect(alice.page.path).toBe('/otp')
    }
    expect(site.simulator.calls).toHaveLength(0)
  })
})

describe('another number', () => {
  test('a new number replaces the old one, which gets a text message', async () => {
    const site = await openSite({ limits: { callIntervalSeconds: false } })
    const alice = await passBoth(site)
    await change(site, alice, '+12025550189')
    expect(alice.text).toContain('From now on we call ••• ••• ••89.')
    expect((await site.users.byId('alice'))?.phone).toBe('+12025550189')
    await eventually(() => site.logged('old-phone.notified').length > 0)
    expect(site.simulator.messages).toMatchObject([
      {
        to: '+12025550123',
        body: 'Acme: we now call a number that ends in 89 for your account. If you did not change it, contact us at once.',
      },
    ])
    expect(site.logged('phone.changed')).toMatchObject([{ userId: 'alice' }])
    expect(site.logged('user.notified')).toMatchObject([
      {
        userId: 'alice',
        text: 'Acme: The phone number of your account was changed. If it was not you, change your password and contact us at once.',
      },
    ])
  })

  test('nobody gets a text message when the user enters the same number again', async () => {
    const site = await openSite({ limits: { callIntervalSeconds: false } })
    const alice = await passBoth(site)
    await change(site, alice, '+12025550123')
    expect(alice.page.path).toBe('/account')
    expect(site.simulator.messages).toHaveLength(0)
  })

  test.each([
    ['SignalWire refuses', { status: 400, body: { code: '21610' } }, 'phone-refused'],
    ['meets a broken connection', { drop: true }, 'signalwire-unavailable'],
  ])(
    'a text message to the old number that %s is logged, and the new number stays',
    async (_what, messages, reason) => {
      const site = await openSite({ limits: { callIntervalSeconds: false } })
      const alice = await passBoth(site)
      site.faults({ messages })
      await change(site, alice, '+12025550189')
      expect(alice.page).toMatchObject({ status: 200, path: '/account' })
      await eventually(() => site.logged('old-phone.not-notified').length > 0)
      expect(site.logged('old-phone.not-notified')).toMatchObject([{ userId: 'alice', reason }])
      expect((await site.users.byId('alice'))?.phone).toBe('+12025550189')
      const logged = site.logLines.join()
      for (const secret of ['+12025550123', '+12025550189', site.simulator.signalwire.token])
        expect(logged).not.toContain(secret)
    },
  )

  test('a change of number needs a code that is not older than five minutes', async () => {
    const site = await openSite({ limits: { callIntervalSeconds: false } })
    const alice = await passBoth(site)
    site.clock.offset = 301_000
    expect((await alice.open('/phone')).path).toBe('/otp')
    expect(alice.text).toContain('Confirm that it is still you')
    await alice.submit('/otp/call')
    await alice.submit('/otp', { code: await site.answer(alice.matchingDigits) })
    expect(alice.page.path).toBe('/phone')
  })

  test('a new number is not stored if the last code is older than five minutes by then', async () => {
    const site = await openSite({ limits: { callIntervalSeconds: false } })
    const alice = await passBoth(site)
    await alice.open('/phone')
    site.clock.offset = 200_000
    await alice.submit('/phone', { phone: '+12025550189' })
    const fields = alice.fill('/phone/verify', { code: await site.answer(alice.matchingDigits) })
    site.clock.offset = 310_000
    await alice.follow(await alice.post('/phone/verify', fields), '/phone/verify')
    expect(alice.page.path).toBe('/otp')
    expect((await site.users.byId('alice'))?.phone).toBe('+12025550123')
  })
})
