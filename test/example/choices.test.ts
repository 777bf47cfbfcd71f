// Several phones, several channels, the language of the browser.
import express, { type Request } from 'express'
import { describe, expect, test } from 'vitest'
import { announcement } from '../../example/auth/announcement.js'
import { cheapHash } from '../support/people.js'
import { Phone } from '../support/phone.js'
import { openSite, says } from '../support/site.js'

const channels = ['call', 'sms'] as const

describe('several phones', () => {
  test('several phones are offered by label and mask, and the chosen one is called with its extension', async () => {
    const site = await openSite()
    const bob = site.visitor()
    await bob.logIn('bob')
    const choices = [...bob.page.html.matchAll(/<label class="choice">([^]*?)<\/label>/g)].map(
      ([, inner = '']) =>
        inner
          .replace(/<[^>]+>/g, '')
          .trim()
          .replace(/\s+/g, ' '),
    )
    expect(choices).toEqual(['Home ••• ••• ••45', 'Office ••• ••• ••99'])
    const [home, office] = [...bob.page.html.matchAll(/name="phone" value="([^"]+)"( checked)?/g)]
    expect([home?.[2], office?.[2]]).toEqual([' checked', undefined])
    await bob.submit('/otp/call', { phone: office?.[1] ?? '' })
    expect(bob.text).toContain('We are calling ••• ••• ••99')
    expect(bob.page.html).toMatch(new RegExp(`value="${office?.[1] ?? ''}" checked`))
    expect(site.simulator.calls).toMatchObject([{ to: '+12025550199', sendDigits: 'wwww12' }])
    await bob.submit('/otp', { code: await site.answer(bob.matchingDigits) })
    expect(bob.text).toContain('••• ••• ••99, extension 12')
  })

  test('a phone that is not offered gets 400 on the page and no call', async () => {
    const site = await openSite()
    const bob = site.visitor()
    await bob.logIn('bob')
    expect((await bob.submit('/otp/call', { phone: '+12025550123' })).status).toBe(400)
    expect(bob.alert).toBe(
      `${says('choice-unknown')} Only the ordinary call can reach a phone with an extension.`,
    )
    expect(site.simulator.calls).toHaveLength(0)
  })

  test('after a busy call that phone may be called again, and the page says how long others must wait', async () => {
    const site = await openSite()
    site.simulator.setPhone('+12025550145', 'busy')
    const bob = site.visitor()
    await bob.logIn('bob')
    await bob.submit('/otp/call')
    const office = [...bob.page.html.matchAll(/name="phone" value="([^"]+)"/g)][1]?.[1] ?? ''
    expect((await bob.submit('/otp/call', { phone: office })).status).toBe(429)
    expect(bob.alert).toMatch(/^Too many calls\. .* You can try again in \d+ seconds\.$/)
    site.simulator.setPhone('+12025550145', 'manual')
    await bob.submit('/otp/call')
    expect(bob.page).toMatchObject({ status: 200, path: '/otp' })
    expect(site.simulator.calls.map(({ to }) => to)).toEqual(['+12025550145', '+12025550145'])
  })

  test('a user with one phone does not have to choose', async () => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.logIn('alice')
    expect(alice.page.html).not.toContain('type="radio"')
  })

  test('the phone that rings is the one that the demo shows', async () => {
    const site = await openSite({ isDemo: true })
    const bob = site.visitor()
    const shown = () => /<iframe[^>]*src="[^"]*\/(\?phone=[^"]*)?"/.exec(bob.page.html)?.[1]
    await bob.logIn('bob')
    expect(shown()).toBe('?phone=%2B12025550145')
    const office = [...bob.page.html.matchAll(/name="phone" value="([^"]+)"/g)][1]?.[1] ?? ''
    await bob.submit('/otp/call', { phone: office })
    expect(shown()).toBe('?phone=%2B12025550199')
  })

  test('with an invalid number on record the page is shown, and the failed call says what is wrong', async () => {
    const site = await openSite({
      people: [
        {
          id: 'eve',
          username: 'eve',
          name: 'Eve',
          phone: '+1202',
          mayEnroll: true,
          passwordHash: cheapHash,
        },
      ],
    })
    const eve = site.visitor()
    await eve.logIn('eve')
    expect(eve.page.status).toBe(200)
    expect((await eve.submit('/otp/call')).status).toBe(403)
    expect(eve.alert).toBe(`${says('phone-invalid')} Contact support to correct it.`)
    expect(await eve.json('GET', '/api/otp/phones')).toMatchObject({
      status: 200,
      body: { phones: [] },
    })
  })
})

describe('several channels', () => {
  const buttons = (html: string) =>
    [...html.matchAll(/<button name="channel" value="([\w-]+)"[^>]*>([^<]+)</g)].map(
      ([, channel, words]) => `${channel ?? ''}: ${words ?? ''}`,
    )

  test('by default the page offers only a call', async () => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.logIn('alice')
    expect(buttons(alice.page.html)).toEqual(['call: Call me now'])
    expect((await alice.submit('/otp/call', { channel: 'sms' })).status).toBe(400)
    expect(site.simulator.messages).toHaveLength(0)
  })

  test('the page offers a text if the app allows it, without digits to press, and its code logs in', async () => {
    const site = await openSite({ channels })
    const alice = site.visitor()
    await alice.logIn('alice')
    expect(buttons(alice.page.html)).toEqual(['call: Call me now', 'sms: Text me instead'])
    await alice.submit('/otp/call', { channel: 'sms' })
    expect(alice.text).toContain('We have sent a code to ••• ••• ••23')
    expect(alice.text).toContain('The text message is on its way.')
    expect(alice.matchingDigits).toBe('')
    expect(buttons(alice.page.html)).toEqual(['sms: Text me again', 'call: Call me instead'])
    expect(site.logged('code.sent')).toMatchObject([
      { userId: 'alice', channel: 'sms', sid: site.simulator.messages[0]!.sid },
    ])
    const code = /^\d{6}/.exec(site.simulator.messages[0]!.body)?.[0] ?? ''
    await alice.submit('/otp', { code })
    expect(alice.page.path).toBe('/account')
  })

  test('after a call that reached nobody, a text may be asked for immediately', async () => {
    const site = await openSite({ channels })
    site.simulator.setPhone('+12025550123', 'busy')
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call', { channel: 'call' })
    expect(alice.text).toContain('The line was busy. Ask for another code below.')
    expect(buttons(alice.page.html)).toEqual(['sms: Text me instead', 'call: Call me again'])
    await alice.submit('/otp/call', { channel: 'sms' })
    expect(alice.page).toMatchObject({ status: 200, path: '/otp' })
    expect(site.simulator.messages).toHaveLength(1)
  })

  test('the page has its own words for hosted channels', async () => {
    const site = await openSite({
      channels: ['hosted-sms', 'hosted-call'],
      limits: { callIntervalSeconds: false },
    })
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.submit('/otp/call', { channel: 'hosted-sms' })
    expect(alice.text).toContain('Read your messages')
    await alice.submit('/otp/call', { channel: 'hosted-call' })
    expect(alice.text).toContain('Your phone is about to ring. Answer it and listen for the code.')
    await alice.submit('/otp', { code: site.simulator.mfaRequests[0]!.code })
    expect(alice.page.path).toBe('/account')
  })
})

/** A request as Express has it. */
const requestWith = (headers: Record<string, string>): Request =>
  Object.create(express.request, { headers: { value: headers } }) as Request

describe('the language of the browser', () => {
  const heard = async (headers: Record<string, string>) => {
    const site = await openSite()
    const alice = site.visitor()
    await alice.logIn('alice')
    await alice.follow(await alice.post('/otp/call', alice.fill('/otp/call'), headers), '/otp/call')
    const heard = await (await Phone.ringing(site)).answer()
    return { words: heard.join(' '), site }
  }

  test('the call speaks the language of the browser, and the announcement is said only in English', async () => {
    const { words, site } = await heard({
      'Accept-Language': 'de-DE,de;q=0.9',
      'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    })
    expect(words).toContain('Acme')
    expect(words).not.toMatch(/code for your login|password was entered/)
    expect(site.logged('prompt.fallback')).toHaveLength(0)
  })

  test('the English announcement says browser and time without a digit', async () => {
    const { words } = await heard({
      'Accept-Language': 'en-GB',
      'User-Agent':
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0',
    })
    expect(words).toContain('The password was entered in Edge on Windows, just now.')
    expect(words).not.toMatch(/\d/)
  })

  test('a browser in a language that no call speaks gets English, and nothing is logged', async () => {
    const { words, site } = await heard({ 'Accept-Language': 'tlh, *;q=0.5' })
    expect(words).toContain('This is Acme calling with your login code.')
    expect(site.logged('prompt.fallback')).toHaveLength(0)
  })

  test.each([
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
      0,
      'The password was entered in Safari on an iPhone, just now.',
    ],
    [
      'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
      61,
      'The password was entered in Chrome on Android, a minute ago.',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0',
      540,
      'The password was entered in Firefox on a Mac, nine minutes ago.',
    ],
    ['curl/8.5.0', 86_400, 'The password was entered, ten minutes ago or more.'],
    ['<Dial>+19005550100</Dial> press 1', -5, 'The password was entered, just now.'],
  ])('the User-Agent %j is announced in our own words', (userAgent, secondsAgo, words) => {
    const now = 1_800_000_000_000
    const req = Object.assign(requestWith({ 'user-agent': userAgent }), {
      session: { passwordAt: now - secondsAgo * 1000 },
    })
    expect(announcement(req as never, now)).toEqual({ 'en-US': words, 'en-GB': words })
  })
})
