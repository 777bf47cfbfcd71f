import { Readable } from 'node:stream'
import express from 'express'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type LimiterFactory, VoiceOtpStrategy } from 'passport-voice-otp'
import { Simulator } from 'passport-voice-otp/simulator'
import { createKeys } from '../../lib/crypto.js'
import { steps, toTokenPath } from '../../lib/call/token.js'
import { english } from '../support/english.js'
import { CounterStore } from '../support/stores.js'
import { spoken, Phone } from '../support/phone.js'
import {
  expectSecret,
  type HandMade,
  sealedIn,
  sendWebhook,
  withToken,
} from '../support/webhooks.js'
import {
  codeIn,
  createWorld,
  type Person,
  secret,
  type World,
  type WorldOptions,
  ring,
  unlimited,
} from '../support/world.js'

const opening = `>${english.opening.login('Acme')}<`

const refused = { status: 403, text: '' }

let world: World
afterEach(() => world.close())

async function open(options: WorldOptions = {}) {
  world = await createWorld(options)
  const alice = await world.logIn('alice')
  const { phone, digits } = await ring(world, alice)
  return {
    alice,
    phone,
    digits,
    url: phone.call.parameters['Url']!,
    send: (change?: HandMade) => sendWebhook(world, phone.call.parameters['Url']!, change),
  }
}

describe('a right webhook', () => {
  test('a right webhook gets LaML that nobody may cache', async () => {
    const { send } = await open()
    const { status, text, headers } = await send()
    expect(status).toBe(200)
    expect(text).toContain(opening)
    expect(headers.get('content-type')).toBe('application/xml; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('set-cookie')).toBeNull()
  })

  test.each<[string, NonNullable<HandMade['headers']>]>([
    ['X-SignalWire-Signature', (signature: string) => [['X-SignalWire-Signature', signature]]],
    ['X-Twilio-Signature', (signature: string) => [['X-Twilio-Signature', signature]]],
    [
      'both headers with the same value',
      (signature: string) => [
        ['X-SignalWire-Signature', signature],
        ['X-Twilio-Signature', signature],
      ],
    ],
  ])('a right webhook may be signed in %s', async (_, headers) => {
    const { send } = await open()
    expect((await send({ headers })).text).toContain(opening)
  })

  test.each([
    'https://acme.example/voice-otp',
    'https://acme.example:443/voice-otp',
    'https://ACME.example/voice-otp/',
  ])('the signed URL may have the standard port or none, for webhookUrl %s', async webhookUrl => {
    const { url, send } = await open({ options: { webhookUrl } })
    expect(url).toMatch(/^https:\/\/acme\.example\/voice-otp\/(?:[\w-]{200}\/)*[\w-]{1,200}$/)
    expect((await send()).text).toContain(opening)
    expect(
      (await send({ signedUrl: url.replace('acme.example', 'acme.example:443') })).text,
    ).toContain(opening)
    expect(await send({ signedUrl: url.replace('acme.example', 'acme.example:80') })).toMatchObject(
      { status: 403 },
    )
    expect(await send({ signedUrl: url.replace('https', 'http') })).toMatchObject({ status: 403 })
    expect(await send({ signedUrl: url.replace('acme.example', 'evil.example') })).toMatchObject({
      status: 403,
    })
  })

  test('with two signing keys, a webhook may be signed with either of them and with no third', async () => {
    const simulator = await Simulator.start({ signingKey: 'PSK-the-newer-key' })
    try {
      world = await createWorld({
        options: {
          signalwire: {
            ...simulator.signalwire,
            signingKey: ['PSK-the-older-key', 'PSK-the-newer-key'],
          },
        },
      })
      const { phone } = await ring({ ...world, simulator }, await world.logIn('alice'))
      expect((await phone.answer())[0]).toBe(english.opening.login('Acme'))
      const url = phone.call.parameters['Url']!
      expect((await sendWebhook(world, url, { signingKey: 'PSK-the-older-key' })).text).toContain(
        opening,
      )
      expect(await sendWebhook(world, url, { signingKey: 'PSK-no-key-at-all' })).toMatchObject({
        status: 403,
      })
    } finally {
      await simulator.stop()
    }
  })

  test('with signingKey: false, an unsigned webhook works, but only with one of our tokens', async () => {
    const simulator = await Simulator.start()
    try {
      world = await createWorld({
        options: { signalwire: { ...simulator.signalwire, signingKey: false } },
      })
      const { phone } = await ring({ ...world, simulator }, await world.logIn('alice'))
      const url = phone.call.parameters['Url']!
      expect((await sendWebhook(world, url, { headers: () => [] })).text).toContain(opening)
      expect(await sendWebhook(world, `${url}x`, { headers: () => [] })).toMatchObject({
        status: 403,
      })
    } finally {
      await simulator.stop()
    }
  })

  test.each([
    ['urlencoded, simple', express.urlencoded({ extended: false })],
    ['urlencoded, extended', express.urlencoded({ extended: true })],
    ['JSON and text', [express.json(), express.text()]],
    ['text of any type', express.text({ type: '*/*' })],
    ['raw of any type', express.raw({ type: () => true })],
  ])('webhooks work after a body parser: %s', async (_, parser) => {
    const { phone, digits, alice } = await open({
      beforeSession: app => {
        app.use('/voice-otp', parser)
      },
    })
    await phone.answer()
    await phone.press(digits)
    expect(phone.call.error).toBeNull()
    await alice
      .post('/otp')
      .send({ code: codeIn(phone.call.heard) })
      .expect(200)
  })

  test('webhooks work behind the session, body parsers and Passport', async () => {
    const { send } = await open({
      routes: (app, _passport, strategy) => {
        app.use('/x/voice-otp', strategy.webhooks())
      },
      options: { webhookUrl: 'https://acme.example/x/voice-otp' },
    })
    const { text, headers } = await send()
    expect(text).toContain(opening)
    expect(headers.get('set-cookie')).toBeNull()
  })
})

describe('a wrong webhook', () => {
  test.each<[string, HandMade, string]>([
    ['no signature', { headers: () => [] }, 'signature'],
    ['an empty signature', { headers: () => [['X-SignalWire-Signature', '']] }, 'signature'],
    ['a signature under another key', { signingKey: 'PSK-another-key' }, 'signature'],
    [
      'a signature for other fields',
      { body: 'To=%2B12025550123&From=%2B12025550100&CallSid=other&CallStatus=in-progress' },
      'signature',
    ],
    [
      'one field more than was signed',
      {
        body: 'To=%2B12025550123&From=%2B12025550100&CallSid=by-hand&CallStatus=in-progress&Digits=42',
      },
      'signature',
    ],
    [
      'a right and a wrong signature in two headers',
      {
        headers: right => [
          ['X-SignalWire-Signature', right],
          ['X-Twilio-Signature', 'd3Jvbmc='],
        ],
      },
      'signature',
    ],
    [
      'a wrong and a right signature in two headers',
      {
        headers: right => [
          ['X-SignalWire-Signature', 'd3Jvbmc='],
          ['X-Twilio-Signature', right],
        ],
      },
      'signature',
    ],
    [
      'the same signature header twice',
      {
        headers: right => [
          ['X-SignalWire-Signature', right],
          ['X-SignalWire-Signature', 'd3Jvbmc='],
        ],
      },
      'signature',
    ],
    [
      'a repeated field',
      {
        body: 'To=%2B12025550123&To=%2B12025550123&From=%2B12025550100&CallSid=by-hand&CallStatus=in-progress',
      },
      'body',
    ],
    [
      'a JSON body',
      {
        headers: right => [
          ['X-SignalWire-Signature', right],
          ['Content-Type', 'application/json'],
        ],
      },
      'body',
    ],
    ['the number of somebody else', { fields: { To: '+12025550145' } }, 'number'],
    ['no number', { fields: { To: '' } }, 'number'],
  ])('a webhook with %s gets the same 403, and the app is told why', async (_, change, reason) => {
    const { send, phone } = await open()
    expect(await send(change)).toMatchObject(refused)
    expect(world.named('webhook.rejected')).toEqual([{ reason }])
    // Nothing was used up by it.
    expect((await phone.answer())[0]).toBe(english.opening.login('Acme'))
  })

  test('a signed webhook is refused as `token` if its token does not open or has a query', async () => {
    const { url } = await open()
    const token = new URL(url).pathname.slice('/voice-otp/'.length)
    for (const other of [
      'x',
      token.slice(0, -1),
      `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
      `${token}=`,
      `${token}?x=1`,
      `B${token.slice(1)}`,
      token.toUpperCase(),
      '%00',
      'a'.repeat(3000),
      token.replaceAll('/', ''),
    ])
      expect(await sendWebhook(world, url.replace(token, other)), other.slice(0, 20)).toMatchObject(
        refused,
      )
    const reasons = world.named('webhook.rejected') as { reason: string }[]
    expect(new Set(reasons.map(({ reason }) => reason))).toEqual(new Set(['token']))
  })

  test('a signed webhook is refused if its token is split at other places', async () => {
    const { url, phone } = await open()
    const token = new URL(url).pathname.slice('/voice-otp/'.length)
    for (const other of [
      token.slice(1),
      `${token}/`,
      `/${token}`,
      token.replace('/', '//'),
      `${token.slice(0, 100)}/${token.slice(100)}`,
      `${'a'.repeat(200)}/${token}`,
    ])
      expect(await sendWebhook(world, url.replace(token, other)), other.slice(0, 20)).toMatchObject(
        refused,
      )
    expect((await phone.answer())[0]).toBe(english.opening.login('Acme'))
  })

  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'a %s request gets 405, even with a right signature',
    async method => {
      const { send } = await open()
      const { status, text, headers } = await send({ method })
      expect({ status, text, allow: headers.get('allow') }).toEqual({
        status: 405,
        text: '',
        allow: 'POST',
      })
      expect(world.named('webhook.rejected')).toEqual([{ reason: 'method' }])
    },
  )

  test('a webhook body may have 4 KiB and not one byte more', async () => {
    const { send } = await open()
    const bare =
      'To=%2B12025550123&From=%2B12025550100&CallSid=by-hand&CallStatus=in-progress&More='.length
    expect((await send({ fields: { More: 'a'.repeat(4096 - bare) } })).text).toContain(opening)
    expect(await send({ fields: { More: 'a'.repeat(4097 - bare) } })).toMatchObject(refused)
    expect(await send({ fields: { More: 'a'.repeat(1_000_000) } })).toMatchObject(refused)
    expect(world.named('webhook.rejected')).toEqual([{ reason: 'body' }, { reason: 'body' }])
  })

  test('a call whose webhooks have two signatures ends without a word', async () => {
    const { phone } = await open()
    world.simulator.setFaults({ webhooks: { signature: 'two' } })
    await phone.answer()
    expect(phone.call.error).toContain('HTTP 403')
    expectSecret(phone, sealedIn(phone).code)
  })

  test('an unsigned request to the path in capital letters is refused and is not a configuration error', async () => {
    const { url } = await open()
    expect(
      await sendWebhook(world, url.replace('/voice-otp/', '/VOICE-OTP/'), { headers: () => [] }),
    ).toMatchObject(refused)
  })

  test('if the limiter fails, a webhook gets 503 and the call says nothing', async () => {
    const store = new CounterStore(0, 0)
    const { phone } = await open({ options: { limiter: store.factory } })
    store.faults['fetches.consume'] = 'throws'
    await phone.answer()
    expect(phone.call.error).toContain('HTTP 503')
    expectSecret(phone, sealedIn(phone).code)
    expect(world.named('webhook.rejected')).toEqual([{ reason: 'limiter-unavailable' }])
  })
})

test('if the limiter is slow, a webhook gets 503 within four seconds, and its work is completed later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const done: string[] = []
  const slow = async <T>(name: string, answer: T): Promise<T> => {
    await new Promise(resolve => setTimeout(resolve, 1900))
    done.push(name)
    return answer
  }
  const counters: LimiterFactory = ({ keyPrefix }) => {
    const count = { consumedPoints: 1, msBeforeNext: 60_000 }
    const ask = (operation: string) => slow(`${keyPrefix}.${operation}`, count)
    return {
      consume: () => ask('consume'),
      reward: () => ask('reward'),
      get: () => ask('get'),
      set: () => ask('set'),
      delete: () => ask('delete').then(() => true),
    }
  }
  const strategy = new VoiceOtpStrategy(
    {
      appName: 'Acme',
      webhookUrl: 'https://acme.example/voice-otp',
      secret,
      userId: () => 'alice',
      limiter: counters,
      signalwire: {
        project: '11111111-2222-4333-8444-555555555555',
        token: 'PTtoken',
        space: 'acme.signalwire.com',
        from: '+12025550100',
        signingKey: false,
      },
    },
    () => null,
  )
  const token = createKeys([secret], secret).seal(steps.question, {
    challengeId: 'c1',
    userId: 'alice',
    purpose: 'login',
    activation: 1,
    code: '123456',
    phone: '+12025550123',
    matchingDigits: '42',
    expiresAt: Date.now() + 300_000,
    languages: ['en-US'],
    repeatsLeft: 2,
  })
  const form = Readable.from([Buffer.from('To=%2B12025550123&Digits=41')])
  const req = Object.assign(form, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    baseUrl: '/voice-otp',
    originalUrl: `/voice-otp/${toTokenPath(token)}`,
  })
  const statuses: number[] = []
  strategy.webhooks()(
    req as never,
    {
      writeHead: (status: number) => ({
        end: () => {
          statuses.push(status)
        },
      }),
    } as never,
    () => undefined,
  )
  await vi.advanceTimersByTimeAsync(4000)
  expect(statuses).toEqual([503])
  expect(done).not.toContain('voice-otp:active-challenge.delete')
  await vi.advanceTimersByTimeAsync(2000)
  expect(done).toContain('voice-otp:active-challenge.delete')
  expect(statuses).toEqual([503])
})

describe('a repeated webhook', () => {
  test('a webhook may be repeated three times, and the fourth time it says nothing secret', async () => {
    const { phone, digits } = await open()
    await phone.answer()
    await phone.press(digits)
    const { code } = sealedIn(phone)
    for (const index of [0, 1]) {
      const responses = []
      for (let times = 0; times < 4; times++)
        responses.push(await world.simulator.refetch(phone.sid, index))
      const what = index === 0 ? english.opening.login('Acme') : spoken(code)
      expect(responses.map(({ body }) => body.includes(what))).toEqual([true, true, false, false])
      expect(responses.at(-1)!.body).toContain(english.expired)
    }
  })

  test('of 20 equal webhooks at the same time, three get the code', async () => {
    const { send, phone } = await open({
      options: { numberMatching: false, limiter: new CounterStore().factory },
    })
    const responses = await Promise.all(Array.from({ length: 20 }, () => send()))
    expect(
      responses.filter(({ text }) => text.includes(spoken(sealedIn(phone).code))),
    ).toHaveLength(3)
  })

  test('a call works if SignalWire sends each webhook three times', async () => {
    const { alice, phone, digits } = await open()
    world.simulator.setFaults({ webhooks: { repeat: 2 } })
    await phone.answer()
    await phone.press(digits)
    await alice
      .post('/otp')
      .send({ code: codeIn(phone.call.heard) })
      .expect(200)
  })

  test.each([
    [
      'after success',
      async (alice: Awaited<ReturnType<World['logIn']>>, code: string) => {
        await alice.post('/otp').send({ code }).expect(200)
      },
    ],
    [
      'after a new call',
      async (alice: Awaited<ReturnType<World['logIn']>>) => {
        await alice.post('/otp/call').expect(202)
      },
    ],
    [
      'after expiry',
      async () => {
        world.clock.offset += 300_000
      },
    ],
    [
      'after a logout',
      async (alice: Awaited<ReturnType<World['logIn']>>) => {
        await alice.post('/logout').expect(200)
      },
    ],
  ])('%s, a repeated webhook says neither the code nor whether it was used', async (_, act) => {
    const { alice, phone, digits } = await open({ options: { limits: unlimited } })
    await phone.answer()
    await phone.press(digits)
    const { code } = sealedIn(phone)
    await act(alice, code)
    for (const index of [0, 1]) {
      const { status, body } = await world.simulator.refetch(phone.sid, index)
      expect(status).toBe(200)
      expect(body).toContain(english.expired)
      expect(body).not.toContain(spoken(code))
    }
  })

  test('a repeated report counts three times at most, and not after the code has expired', async () => {
    const { phone } = await open()
    await phone.answer()
    await phone.press('0')
    for (let times = 0; times < 5; times++) await world.simulator.refetch(phone.sid, 1)
    const reports = world.named('call.reported').length
    expect(reports).toBeGreaterThanOrEqual(1)
    expect(reports).toBeLessThanOrEqual(3)

    const action = /action="([^"]+)"/.exec(phone.call.webhooks[0]!.body)![1]!
    world.clock.offset += 300_000
    expect((await sendWebhook(world, action, { fields: { Digits: '0' } })).text).toContain(
      english.expired,
    )
    const { body } = await world.simulator.refetch(phone.sid, 0)
    expect(body).toContain(english.expired)
    expect(world.named('call.reported')).toHaveLength(reports)
  })

  test('a report after its code has expired changes nothing', async () => {
    const { alice, phone } = await open({ options: { limits: unlimited } })
    await phone.answer()
    world.clock.offset += 300_000
    expect(await phone.press('0')).toEqual([english.expired])
    expect(world.named('call.reported')).toEqual([])
    await alice.post('/otp/call').expect(202)
  })

  test('the matching digits of one call do not work in another call', async () => {
    const { alice, phone, digits } = await open({ options: { limits: unlimited } })
    await phone.answer()
    const { phone: bobs } = await ring(world, await world.logIn('bob'))
    await bobs.answer()
    const urls = [phone, bobs].map(
      ({ call }) => /action="([^"]+)"/.exec(call.webhooks[0]!.body)![1]!,
    )
    // Bob's digits at Alice's address: the signature may be right, the number is not.
    expect(
      await sendWebhook(world, urls[0]!, { fields: { To: '+12025550145', Digits: digits } }),
    ).toMatchObject({ status: 403 })
    expect(await sendWebhook(world, urls[1]!, { fields: { Digits: digits } })).toMatchObject({
      status: 403,
    })
    await phone.press(digits)
    await alice
      .post('/otp')
      .send({ code: codeIn(phone.call.heard) })
      .expect(200)
  })

  test('a strategy with another secret refuses the token', async () => {
    const { url } = await open()
    const other = new VoiceOtpStrategy<Person>(
      {
        appName: 'Other',
        webhookUrl: `${world.url}/other`,
        secret: Array.from(secret).toReversed().join(''),
        signalwire: world.simulator.signalwire,
      },
      user => user.phone,
    )
    world.app.use('/other', other.webhooks())
    const moved = url.replace('/voice-otp/', '/other/')
    expect(await sendWebhook(world, moved)).toMatchObject(refused)
  })

  test('a call in a language that this process does not know goes on in the default language', async () => {
    const { phone, url } = await open()
    const token = createKeys([secret], secret).seal(1, {
      ...sealedIn(phone),
      languages: ['tlh-AA', 'xx-XX'],
    })
    expect((await sendWebhook(world, withToken(url, token))).text).toContain(opening)
  })

  test.each([
    ['two', '42', true],
    ['no', '', false],
    ['one', '4', false],
    ['three', '421', false],
  ])(
    'a token with %s matching digits, pressed as %j: the code is read, %j',
    async (_, matchingDigits, isRead) => {
      const { phone, url } = await open()
      const content = { ...sealedIn(phone), matchingDigits }
      const token = createKeys([secret], secret).seal(2, content)
      const { text } = await sendWebhook(world, withToken(url, token), {
        fields: { Digits: matchingDigits },
      })
      expect(text.includes(spoken(content.code))).toBe(isRead)
    },
  )

  test('after wrong digits, the webhook of the question gives no second chance', async () => {
    const { phone, digits } = await open()
    await phone.answer()
    const action = /action="([^"]+)"/.exec(phone.call.webhooks[0]!.body)![1]!
    await phone.press(digits === '17' ? '71' : '17')
    for (const times of [1, 2])
      expect(
        (await sendWebhook(world, action, { fields: { Digits: digits } })).text,
        String(times),
      ).toContain(english.expired)
    expect(new Phone(world).call.heard.join(' ')).not.toMatch(/\d/)
  })
})
