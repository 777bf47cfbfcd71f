// Each way that a code may travel, to its end: by the pages and by the JSON API.
import { describe, expect, test } from 'vitest'
import type { Way } from 'passport-voice-otp'
import type { Faults } from 'passport-voice-otp/simulator'
import {
  demoPassword,
  openSite,
  passBoth,
  says,
  type Site,
  type Visitor,
  wrongCode,
} from './support.js'

const ways = ['call', 'text', 'hostedCall', 'hostedText'] as const
const unhurried = { callIntervalSeconds: false } as const

/** The code, as the person with the telephone gets it. */
async function receive(site: Site, way: Way, digits: string): Promise<string> {
  if (way === 'call') return site.answer(digits)
  if (way === 'text') return /^\d{6}/.exec(site.simulator.messages.at(0)!.body)?.[0] ?? ''
  if (way === 'hostedText') return site.simulator.mfaRequests.at(0)!.code
  const { sid } = await site.simulator.waitFor(call => call.status === 'ringing')
  await site.simulator.answer(sid)
  await site.simulator.idle(sid)
  return (
    site.simulator
      .call(sid)!
      .heard.join(' ')
      .match(/(\d, ){5}\d/)?.[0]
      .replaceAll(', ', '') ?? ''
  )
}

/** What the page offers, the way that it recommends first. */
const offered = ({ page }: Visitor): string[] =>
  [...page.html.matchAll(/<button name="way" value="(\w+)"/g)].map(([, way = '']) => way)

async function pendingAlice(site: Site): Promise<Visitor> {
  const alice = site.visitor()
  await alice.logIn('alice')
  return alice
}

describe.each(ways)('%s', way => {
  const isCall = way === 'call' || way === 'hostedCall'

  test('on the page: what it says is true, a wrong code is one, the right one lets in', async () => {
    const site = await openSite({ ways: [way] })
    const alice = await pendingAlice(site)
    expect(alice.text).toContain(`We ${isCall ? 'call' : 'text'} ••• ••• ••23`)
    expect(alice.text.includes('key in the two digits')).toBe(way === 'call')
    await alice.submit('/otp/call', { way })
    expect(alice.page).toMatchObject({ status: 200, path: '/otp' })
    expect(alice.text).toContain(isCall ? 'Answer your phone' : 'Read your messages')
    expect(alice.matchingDigits !== '').toBe(way === 'call')
    if (way !== 'call') expect(alice.page.html).toContain('data-call="sent"')
    const code = await receive(site, way, alice.matchingDigits)
    expect((await alice.submit('/otp', { code: wrongCode(code) })).status).toBe(401)
    expect(alice.alert).toBe(`${says('code-wrong')} 4 tries are left.`)
    await alice.submit('/otp', { code })
    expect(alice.page).toMatchObject({ status: 200, path: '/account' })
    expect(site.logged('code.accepted')).toMatchObject([{ way }])
  })

  test('by JSON', async () => {
    const site = await openSite({ ways: ['call', 'text', 'hostedCall', 'hostedText'] })
    const alice = site.visitor()
    await alice.json('POST', '/api/login', { username: 'alice', password: demoPassword })
    expect((await alice.json('GET', '/api/otp/numbers')).body).toMatchObject({ ways })
    const { status, body } = await alice.json('POST', '/api/otp/call', { way })
    expect([status, body['way'], body['matchingDigits'] !== undefined]).toEqual([
      202,
      way,
      way === 'call',
    ])
    const code = await receive(site, way, String(body['matchingDigits']))
    expect((await alice.json('GET', '/api/otp/status')).body).toMatchObject({
      call: way === 'call' ? 'answered' : 'sent',
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

  test('confirms a transfer, too', async () => {
    const site = await openSite({ ways, limits: unhurried })
    const alice = await passBoth(site)
    site.clock.offset = 301_000
    await alice.open('/transfer')
    await alice.submit('/otp/call', { way })
    await alice.submit('/otp', { code: await receive(site, way, alice.matchingDigits) })
    expect(alice.page).toMatchObject({ status: 200, path: '/transfer' })
  })
})

describe('a way that did not work: the next one comes first', () => {
  test.each(['busy', 'failed'] as const)('after a call that ended %s, at once', async behaviour => {
    const site = await openSite({ ways })
    site.simulator.phone('+12025550123', behaviour)
    const alice = await pendingAlice(site)
    expect(offered(alice)).toEqual(['call', 'text', 'hostedCall', 'hostedText'])
    await alice.submit('/otp/call', { way: 'call' })
    expect(alice.page.html).toContain(`data-call="${behaviour}"`)
    expect(alice.page.html).toMatch(/value="text" class="second next"/)
    await alice.submit('/otp/call', { way: 'text' })
    expect(alice.page).toMatchObject({ status: 200, path: '/otp' })
    expect(offered(alice)).toEqual(['text', 'hostedCall', 'hostedText', 'call'])
    await alice.submit('/otp', { code: await receive(site, 'text', '') })
    expect(alice.page.path).toBe('/account')
  })

  test('after a call that nobody answered, at once', async () => {
    const site = await openSite({ ways })
    const alice = await pendingAlice(site)
    await alice.submit('/otp/call', { way: 'call' })
    await site.simulator.waitFor(call => call.status === 'ringing')
    await site.simulator.advance(31_000)
    site.clock.offset = 2000 // the state of a call is asked for once a second
    await alice.open('/otp')
    expect(alice.page.html).toContain('data-call="no-answer"')
    await alice.submit('/otp/call', { way: 'hostedCall' })
    await alice.submit('/otp', { code: await receive(site, 'hostedCall', '') })
    expect(alice.page.path).toBe('/account')
  })

  test.each<[string, Way, Way, Faults, 403 | 503]>([
    [
      'a message that is refused',
      'text',
      'hostedCall',
      { messages: { status: 400, body: { code: '21610', message: 'no' } } },
      503,
    ],
    [
      'a number that gets no texts',
      'text',
      'hostedCall',
      { messages: { status: 400, body: { code: '21211', message: 'no' } } },
      403,
    ],
    [
      'hosted MFA that refuses',
      'hostedText',
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
      'hostedCall',
      'hostedText',
      { mfa: { status: 401, body: { error: 'Unauthorized' } } },
      503,
    ],
  ])(
    '%s: the declared sentence, and the next way at once',
    async (_what, way, next, faults, status) => {
      const site = await openSite({ ways })
      const alice = await pendingAlice(site)
      site.faults(faults)
      expect((await alice.submit('/otp/call', { way })).status).toBe(status)
      expect(alice.alert).toContain(
        says(status === 403 ? 'phone-refused' : 'signalwire-unavailable'),
      )
      expect(offered(alice)[0]).toBe(next)
      expect(JSON.stringify([site.log, alice.page.html])).not.toContain(
        site.simulator.signalwire.token,
      )
      site.faults({})
      await alice.submit('/otp/call', { way: next })
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
    'hosted MFA that answers %s: 503 and the next way, but not before the interval, since a telephone may be ringing',
    async (_what, faults) => {
      const site = await openSite({ ways })
      const alice = await pendingAlice(site)
      site.faults(faults)
      expect((await alice.submit('/otp/call', { way: 'hostedText' })).status).toBe(503)
      expect(alice.alert).toContain(says('signalwire-unavailable'))
      expect(offered(alice)[0]).toBe('call')
      expect(alice.text).toMatch(/You can ask for another in \d\d seconds/)
      site.faults({})
      expect((await alice.submit('/otp/call', { way: 'call' })).status).toBe(429)
    },
  )

  test.each(['<p>hello', '', 'null'])(
    'hosted MFA that answers 500 and %j about a code: 503, no try is lost, and the code still lets in',
    async body => {
      const site = await openSite({ ways })
      const alice = await pendingAlice(site)
      await alice.submit('/otp/call', { way: 'hostedText' })
      const code = await receive(site, 'hostedText', '')
      site.faults({ mfa: { status: 500, body } })
      expect((await alice.submit('/otp', { code })).status).toBe(503)
      expect(alice.alert).toContain(says('signalwire-unavailable'))
      site.faults({})
      await alice.submit('/otp', { code })
      expect(alice.page.path).toBe('/account')
    },
  )

  test('hosted MFA that takes the code and answers nonsense: 503, then an honest "no longer valid", and a new code lets in', async () => {
    const site = await openSite({ ways, limits: unhurried })
    const alice = await pendingAlice(site)
    await alice.submit('/otp/call', { way: 'hostedText' })
    const code = await receive(site, 'hostedText', '')
    site.faults({ mfa: { status: 200, body: '<p>hello' } })
    expect((await alice.submit('/otp', { code })).status).toBe(503)
    site.faults({})
    expect((await alice.submit('/otp', { code })).status).toBe(401)
    await alice.submit('/otp/call', { way: 'call' })
    await alice.submit('/otp', { code: await receive(site, 'call', alice.matchingDigits) })
    expect(alice.page.path).toBe('/account')
  })

  test('by JSON: { code, message }', async () => {
    const site = await openSite({ ways })
    const alice = site.visitor()
    await alice.json('POST', '/api/login', { username: 'alice', password: demoPassword })
    site.faults({
      messages: { status: 400, body: { code: '21211', message: 'no' } },
      mfa: { status: 500, body: 'no' },
    })
    expect(await alice.json('POST', '/api/otp/call', { way: 'text' })).toMatchObject({
      status: 403,
      body: { code: 'phone-refused', message: says('phone-refused') },
    })
    expect(await alice.json('POST', '/api/otp/call', { way: 'hostedText' })).toMatchObject({
      status: 503,
      body: { code: 'signalwire-unavailable' },
    })
  })
})
