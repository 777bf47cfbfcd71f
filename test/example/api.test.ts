// The same as JSON, for single-page apps.
import { describe, expect, test } from 'vitest'
import { CounterStore } from '../support/stores.js'
import {
  demoPassword,
  openSite,
  says,
  type Site,
  upTo,
  type Visitor,
  wrongCode,
} from '../support/site.js'

const alicesPassword = { username: 'alice', password: demoPassword }

async function loggedIn(site: Site, username = 'alice'): Promise<Visitor> {
  const visitor = site.visitor()
  const { status } = await visitor.json('POST', '/api/login', { username, password: demoPassword })
  expect(status).toBe(200)
  return visitor
}

describe('a login', () => {
  test('a user logs in and out by the JSON API', async () => {
    const site = await openSite()
    const alice = site.visitor()
    expect(await alice.json('GET', '/api/account')).toMatchObject({
      status: 401,
      body: { code: 'first-factor-required', message: says('first-factor-required') },
    })
    expect(await alice.json('POST', '/api/login', alicesPassword)).toMatchObject({
      status: 200,
      body: { code: 'second-factor-required' },
    })
    expect(await alice.json('GET', '/api/account')).toMatchObject({
      status: 401,
      body: { code: 'second-factor-required' },
    })
    expect((await alice.json('GET', '/api/otp/status')).body).toEqual({
      call: 'none',
      expiresIn: 0,
      nextCallIn: 0,
      startsIn: 0,
      callsBefore: 0,
      otherChannels: [],
      attemptsLeft: 0,
      pollAfter: 10,
    })

    const { status, body } = await alice.json('POST', '/api/otp/call')
    expect(status).toBe(202)
    expect(body).toEqual({
      phone: '••• ••• ••23',
      from: '+12025550100',
      matchingDigits: expect.stringMatching(/^[1-9]\d$/),
      purpose: 'login',
      channel: 'call',
      expiresIn: upTo(300),
      nextCallIn: upTo(60),
      startsIn: 0,
      callsBefore: 0,
    })
    const code = await site.answer(String(body['matchingDigits']))
    expect((await alice.json('GET', '/api/otp/status')).body).toEqual({
      call: 'answered',
      expiresIn: upTo(300),
      nextCallIn: upTo(60),
      startsIn: 0,
      callsBefore: 0,
      otherChannels: [],
      attemptsLeft: 5,
      pollAfter: 3,
    })

    expect(await alice.json('POST', '/api/otp', { code: wrongCode(code) })).toMatchObject({
      status: 401,
      body: { code: 'code-wrong', attemptsLeft: 4 },
    })
    expect(await alice.json('POST', '/api/otp', { code })).toMatchObject({
      status: 200,
      body: { code: 'logged-in', user: { username: 'alice', name: 'Alice Archer' } },
    })
    expect(await alice.json('GET', '/api/account')).toMatchObject({
      status: 200,
      body: { user: { username: 'alice' } },
    })
    expect(await alice.json('POST', '/api/logout', {})).toMatchObject({
      status: 200,
      body: { code: 'logged-out' },
    })
    expect((await alice.json('GET', '/api/account')).status).toBe(401)
  })

  test('the API lists the phones and channels to choose from', async () => {
    const site = await openSite({ channels: ['call', 'sms'] })
    expect(await site.visitor().json('GET', '/api/otp/phones')).toMatchObject({
      status: 401,
      body: { code: 'first-factor-required' },
    })
    const bob = await loggedIn(site, 'bob')
    const { body } = await bob.json('GET', '/api/otp/phones')
    expect(body).toEqual({
      phones: [
        { id: expect.any(String), label: 'Home', phone: '••• ••• ••45' },
        { id: expect.any(String), label: 'Office', phone: '••• ••• ••99' },
      ],
      channels: ['call', 'sms'],
    })
    const [, office] = body['phones'] as { id: string }[]
    expect(
      await bob.json('POST', '/api/otp/call', { phone: office!.id, channel: 'sms' }),
    ).toMatchObject({ status: 400, body: { code: 'choice-unknown' } })
    expect(
      await bob.json('POST', '/api/otp/call', { phone: office!.id, channel: 'call' }),
    ).toMatchObject({ status: 202, body: { channel: 'call', phone: '••• ••• ••99' } })
    expect(site.simulator.calls).toMatchObject([{ to: '+12025550199' }])
    const alice = await loggedIn(site)
    expect(await alice.json('POST', '/api/otp/call', { channel: 'sms' })).toMatchObject({
      status: 202,
      body: { channel: 'sms', phone: '••• ••• ••23' },
    })
    expect(site.simulator.messages).toMatchObject([{ to: '+12025550123' }])
  })

  test.each([
    [{ channel: 'fax' }],
    [{ channel: 'sms' }],
    [{ channel: ['call'] }],
    [{ phone: 'nope' }],
    [{ phone: 1 }],
    [{ phone: {} }],
  ])('the API refuses the choice %j with 400', async body => {
    const site = await openSite()
    const alice = await loggedIn(site)
    expect(await alice.json('POST', '/api/otp/call', body)).toMatchObject({
      status: 400,
      body: { code: 'choice-unknown', message: says('choice-unknown') },
    })
    expect(site.simulator.calls).toHaveLength(0)
  })
})

describe('failures are { code, message, ... }', () => {
  test.each([
    [{}, 400, 'first-factor-malformed'],
    [{ username: 'alice', password: 1 }, 400, 'first-factor-malformed'],
    [{ username: 'alice', password: 'x' }, 401, 'first-factor-wrong'],
  ])('the API returns code and message after a login with %j', async (body, status, code) => {
    const site = await openSite()
    expect(await site.visitor().json('POST', '/api/login', body)).toMatchObject({
      status,
      body: { code, message: expect.any(String) },
    })
  })

  test('the API responds with 401 before the password', async () => {
    const site = await openSite()
    const nobody = site.visitor()
    for (const path of ['/api/otp', '/api/otp/call'])
      expect(await nobody.json('POST', path, { code: '123456' })).toMatchObject({
        status: 401,
        body: { code: 'first-factor-required' },
      })
    expect(await nobody.json('GET', '/api/otp/status')).toMatchObject({
      status: 401,
      body: { code: 'first-factor-required' },
    })
  })

  test('the API responds with 403 without a number, 429 with Retry-After at a limit, and 503 for a broken Space', async () => {
    const site = await openSite()
    expect(await (await loggedIn(site, 'dave')).json('POST', '/api/otp/call')).toMatchObject({
      status: 403,
      body: { code: 'phone-missing' },
    })
    const alice = await loggedIn(site)
    await alice.json('POST', '/api/otp/call')
    const limited = await alice.json('POST', '/api/otp/call')
    expect(limited).toMatchObject({
      status: 429,
      body: { code: 'too-many-calls', retryAfter: upTo(60) },
    })
    expect(limited.headers.get('retry-after')).toEqual(upTo(60))
    site.faults({ calls: { drop: true } })
    expect(await (await loggedIn(site, 'mallory')).json('POST', '/api/otp/call')).toMatchObject({
      status: 503,
      body: { code: 'signalwire-unavailable' },
    })
  })

  test('the API responds with 503 while the limiter is down, and the log says why', async () => {
    const counters = new CounterStore(0, 0)
    const site = await openSite({ limiter: counters.factory })
    const alice = await loggedIn(site)
    counters.faults = { consume: 'rejects' }
    expect(await alice.json('POST', '/api/otp/call')).toMatchObject({
      status: 503,
      body: { code: 'limiter-unavailable', requestId: expect.stringMatching(/^[0-9a-f]{8}$/) },
    })
    expect(site.logged('request.failed')).toMatchObject([{ code: 'limiter-unavailable' }])
    expect(site.simulator.calls).toHaveLength(0)
  })

  test('the API responds with 400 to malformed JSON and with 413 to a large body', async () => {
    const site = await openSite()
    const visitor = site.visitor()
    const send = async (body: string) => {
      const answer = await visitor.send('POST', '/api/login', {
        body,
        headers: { 'Content-Type': 'application/json', Origin: site.url },
      })
      return [answer.status, JSON.parse(answer.text) as unknown]
    }
    expect(await send('{"code":"123456"')).toMatchObject([400, { code: 'malformed' }])
    expect(await send(JSON.stringify({ username: 'x'.repeat(5000) }))).toMatchObject([
      413,
      { code: 'too-large' },
    ])
    expect(site.logLines.join()).not.toContain('123456')
  })
})

describe('requests of other sites are refused', () => {
  const forms = { 'Content-Type': 'application/x-www-form-urlencoded' }
  test.each<[string, (site: Site) => Record<string, string>]>([
    ['without an Origin', () => ({})],
    ['from another origin', () => ({ Origin: 'https://evil.example' })],
    ['from no origin', () => ({ Origin: 'null' })],
    [
      'from an origin that only its Host makes ours',
      ({ url }) => ({
        Origin: 'http://evil.example',
        Host: 'evil.example',
        'X-Forwarded-Host': new URL(url).host,
      }),
    ],
    ['as a form', ({ url }) => ({ ...forms, Origin: url })],
    ['as plain text', ({ url }) => ({ 'Content-Type': 'text/plain', Origin: url })],
  ])('the API responds with 403 to a request %s', async (_name, headers) => {
    const site = await openSite()
    const alice = await loggedIn(site)
    for (const path of ['/api/login', '/api/otp/call', '/api/otp', '/api/logout']) {
      expect(await alice.json('POST', path, alicesPassword, headers(site))).toMatchObject({
        status: 403,
        body: { code: 'origin-forbidden', message: expect.any(String) },
      })
    }
    expect(site.simulator.calls).toHaveLength(0)
  })

  test('the API accepts the loopback address on which the app listens', async () => {
    const site = await openSite({ otherOrigins: ['http://localhost:1234'] })
    expect(
      (
        await site
          .visitor()
          .json('POST', '/api/login', alicesPassword, { Origin: 'http://localhost:1234' })
      ).status,
    ).toBe(200)
  })
})
