// Every channel from the request to the login: by the pages and by the JSON API.
import { describe, expect, test } from 'vitest'
import type { Channel } from 'passport-voice-otp'
import type { Faults } from 'passport-voice-otp/simulator'
import {
  demoPassword,
  openSite,
  passBoth,
  says,
  type Site,
  type Visitor,
  wrongCode,
} from '../support/site.js'

const channels = ['call', 'sms', 'hosted-call', 'hosted-sms'] as const
const unhurried = { callIntervalSeconds: false } as const

/** The code, as the person with the phone gets it. */
async function receive(site: Site, channel: Channel, digits: string): Promise<string> {
  if (channel === 'call') return site.answer(digits)
  if (channel === 'sms') return /^\d{6}/.exec(site.simulator.messages.at(0)!.body)?.[0] ?? ''
  if (channel === 'hosted-sms') return site.simulator.mfaRequests.at(0)!.code
  return site.answer('')
}

/** The channels that the page offers, the recommended one first. */
const offered = ({ page }: Visitor): string[] =>
  [...page.html.matchAll(/<button name="channel" value="([\w-]+)"/g)].map(
    ([, channel = '']) => channel,
  )

async function pendingAlice(site: Site): Promise<Visitor> {
  const alice = site.visitor()
  await alice.logIn('alice')
  return alice
}

describe.each(channels)('%s', channel => {
  const isCall = channel === 'call' || channel === 'hosted-call'

  test(`on the page, a wrong ${channel} code is refused and the right one logs in`, async () => {
    const site = await openSite({ channels: [channel] })
    const alice = await pendingAlice(site)
    expect(alice.text).toContain(`We ${isCall ? 'call' : 'text'} ••• ••• ••23`)
    expect(alice.text.includes('press the two digits')).toBe(channel === 'call')
    await alice.submit('/otp/call', { channel })
    expect(alice.page).toMatchObject({ status: 200, path: '/otp' })
    expect(alice.text).toContain(isCall ? 'Answer your phone' : 'Read your messages')
    expect(alice.matchingDigits !== '').toBe(channel === 'call')
    if (channel !== 'call') expect(alice.page.html).toContain('data-call="sent"')
    const code = await receive(site, channel, alice.matchingDigits)
    expect((await alice.submit('/otp', { code: wrongCode(code) })).status).toBe(401)
    expect(alice.alert).toBe(`${says('code-wrong')} You have 4 attempts left.`)
    await alice.submit('/otp', { code })
    expect(alice.page).toMatchObject({ status: 200, path: '/account' })
    expect(site.logged('code.accepted')).toMatchObject([{ channel }])
  })

  test(`by JSON, the right ${channel} code logs in`, async () => {
    const site = await openSite({ channels: ['call', 'sms', 'hosted-call', 'hosted-sms'] })
    const alice = site.visitor()
    await alice.json('POST', '/api/login', { username: 'alice', password: demoPassword })
    expect((await alice.json('GET', '/api/otp/phones')).body).toMatchObject({ channels })
    const { status, body } = await alice.json('POST', '/api/otp/call', { channel })
    expect([status, body['channel'], body['matchingDigits'] !== undefined]).toEqual([
      202,
      channel,
      channel === 'call',
    ])
    const code = await receive(site, channel, String(body['matchingDigits']))
    expect((await alice.json('GET', '/api/otp/status')).body).toMatchObject({
      call: channel === 'call' ? 'answered' : 'sent',
      attemptsLeft: 5,
    })
    expect(await alice.json('POST', '/api/otp', { code: wrongCode(code) })).toMatchObject({
      status: 401,
      body: { code: 'code-wrong' },
    })
    expect(await alice.json('POST', '/api/otp', { code })).toMatchObject({
      status: 200,
      body: { code: 'logged-in' },
    })
    expect((await alice.json('GET', '/api/account')).status).toBe(200)
  })

  test(`a ${channel} code confirms a transfer`, async () => {
    const site = await openSite({ channels, limits: unhurried })
    const alice = await passBoth(site)
    site.clock.offset = 301_000
    await alice.open('/transfer')
    await alice.submit('/otp/call', { channel })
    await alice.submit('/otp', { code: await receive(site, channel, alice.matchingDigits) })
    expect(alice.page).toMatchObject({ status: 200, path: '/transfer' })
  })
})

describe('a channel that failed: the page offers the next one first', () => {
  test.each(['busy', 'failed'] as const)(
    'after a call that ended %s, the page offers the next channel first, and immediately',
    async behaviour => {
      const site = await openSite({ channels })
      site.simulator.setPhone('+12025550123', behaviour)
      const alice = await pendingAlice(site)
      expect(offered(alice)).toEqual(['call', 'sms', 'hosted-call', 'hosted-sms'])
      await alice.submit('/otp/call', { channel: 'call' })
      expect(alice.page.html).toContain(`data-call="${behaviour}"`)
      expect(alice.page.html).toMatch(/value="sms" class=""/)
      await alice.submit('/otp/call', { channel: 'sms' })
      expect(alice.page).toMatchObject({ status: 200, path: '/otp' })
      expect(offered(alice)).toEqual(['sms', 'hosted-call', 'hosted-sms', 'call'])
      await alice.submit('/otp', { code: await receive(site, 'sms', '') })
      expect(alice.page.path).toBe('/account')
    },
  )

  test('after a call that nobody answered, the page offers the next channel first, and immediately', async () => {
    const site = await openSite({ channels })
    const alice = await pendingAlice(site)
    await alice.submit('/otp/call', { channel: 'call' })
    await site.simulator.waitFor(call => call.status === 'ringing')
    await site.simulator.advance(31_000)
    site.clock.offset = 2000 // the state of a call is asked for once a second
    await alice.open('/otp')
    expect(alice.page.html).toContain('data-call="no-answer"')
    await alice.submit('/otp/call', { channel: 'hosted-call' })
    await alice.submit('/otp', { code: await receive(site, 'hosted-call', '') })
    expect(alice.page.path).toBe('/account')
  })

  test.each<[string, Channel, Channel, Faults, 403 | 503]>([
    [
      'a message that is refused',
      'sms',
      'hosted-call',
      { messages: { status: 400, body: { code: '21610', message: 'no' } } },
      403,
    ],
    [
      'a number that gets no texts',
      'sms',
      'hosted-call',
      { messages: { status: 400, body: { code: '21211', message: 'no' } } },
      403,
    ],
    [
      'hosted MFA that refuses',
      'hosted-sms',
      'call',
      {
        mfa: {
          status: 422,
          body: { errors: [{ code: 'invalid_to', detail: 'no', status: '422', title: 'no' }] },
        },
      },
      503,
    ],
    [
      'hosted MFA that may not be used',
      'hosted-call',
      'hosted-sms',
      { mfa: { status: 401, body: { error: 'Unauthorized' } } },
      503,
    ],
  ])(
    'after the fault %s, the page says the documented sentence and offers the next channel immediately',
    async (_what, channel, next, faults, status) => {
      const site = await openSite({ channels })
      const alice = await pendingAlice(site)
      site.faults(faults)
      expect((await alice.submit('/otp/call', { channel })).status).toBe(status)
      expect(alice.alert).toContain(
        says(status === 403 ? 'phone-refused' : 'signalwire-unavailable'),
      )
      expect(offered(alice)[0]).toBe(next)
      expect(JSON.stringify([site.logLines, alice.page.html])).not.toContain(
        site.simulator.signalwire.token,
      )
      site.faults({})
      await alice.submit('/otp/call', { channel: next })
      await alice.submit('/otp', { code: await receive(site, next, alice.matchingDigits) })
      expect(alice.page.path).toBe('/account')
    },
  )

  test.each<[string, Faults]>([
    ['HTML', { mfa: { status: 200, body: '<p>hello' } }],
    ['nothing', { mfa: { status: 200, body: '' } }],
    ['no name', { mfa: { status: 200, body: { success: true } } }],
    ['a broken connection', { mfa: { drop: true } }],
  ])(
    'if hosted MFA responds with %s, the page has 503 and offers the next channel after the interval',
    async (_what, faults) => {
      const site = await openSite({ channels })
      const alice = await pendingAlice(site)
      site.faults(faults)
      expect((await alice.submit('/otp/call', { channel: 'hosted-sms' })).status).toBe(503)
      expect(alice.alert).toContain(says('signalwire-unavailable'))
      expect(offered(alice)[0]).toBe('call')
      expect(alice.text).toMatch(/You can ask for a code in \d\d seconds/)
      site.faults({})
      expect((await alice.submit('/otp/call', { channel: 'call' })).status).toBe(429)
    },
  )

  test.each(['<p>hello', '', 'null'])(
    'if hosted MFA responds to a code with 500 and %j, the page has 503, no attempt is lost, and the code still works',
    async body => {
      const site = await openSite({ channels })
      const alice = await pendingAlice(site)
      await alice.submit('/otp/call', { channel: 'hosted-sms' })
      const code = await receive(site, 'hosted-sms', '')
      site.faults({ mfa: { status: 500, body } })
      expect((await alice.submit('/otp', { code })).status).toBe(503)
      expect(alice.alert).toContain(says('signalwire-unavailable'))
      site.faults({})
      await alice.submit('/otp', { code })
      expect(alice.page.path).toBe('/account')
    },
  )

  test('if hosted MFA accepts the code and responds with nonsense, the page has 503, and a new code logs in', async () => {
    const site = await openSite({ channels, limits: unhurried })
    const alice = await pendingAlice(site)
    await alice.submit('/otp/call', { channel: 'hosted-sms' })
    const code = await receive(site, 'hosted-sms', '')
    site.faults({ mfa: { status: 200, body: '<p>hello' } })
    expect((await alice.submit('/otp', { code })).status).toBe(503)
    site.faults({})
    expect((await alice.submit('/otp', { code })).status).toBe(401)
    await alice.submit('/otp/call', { channel: 'call' })
    await alice.submit('/otp', { code: await receive(site, 'call', alice.matchingDigits) })
    expect(alice.page.path).toBe('/account')
  })

  test('by JSON, a channel that failed gets a code and a message', async () => {
    const site = await openSite({ channels })
    const alice = site.visitor()
    await alice.json('POST', '/api/login', { username: 'alice', password: demoPassword })
    site.faults({
      messages: { status: 400, body: { code: '21211', message: 'no' } },
      mfa: { status: 500, body: 'no' },
    })
    expect(await alice.json('POST', '/api/otp/call', { channel: 'sms' })).toMatchObject({
      status: 403,
      body: { code: 'phone-refused', message: says('phone-refused') },
    })
    expect(await alice.json('POST', '/api/otp/call', { channel: 'hosted-sms' })).toMatchObject({
      status: 503,
      body: { code: 'signalwire-unavailable' },
    })
  })
})
