import { Readable } from 'node:stream'
import express, { type NextFunction, type Request, type Response } from 'express'
import supertest from 'supertest'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type LimiterFactory, languages, VoiceOtpStrategy } from 'passport-voice-otp'
import { Simulator } from 'passport-voice-otp/simulator'
import { createKeys } from '../../lib/crypto.js'
import { steps } from '../../lib/call/token.js'
import { CounterStore } from '../support/stores.js'
import {
  expectSecret,
  type HandMade,
  ring,
  sealedIn,
  sendWebhook,
  spoken,
  Telephone,
  unlimited,
} from '../support/telephone.js'
import {
  codeIn,
  createWorld,
  type Person,
  secret,
  type World,
  type WorldOptions,
} from '../support/world.js'

const english = languages['en-US']
const opening = `>${english.opening.login('Acme')}<`

const refused = { status: 403, text: '' }

let world: World
afterEach(() => world.close())

async function open(options: WorldOptions = {}) {
  world = await createWorld(options)
  const alice = await world.logIn('alice')
  const { telephone, digits } = await ring(world, alice)
  return {
    alice,
    telephone,
    digits,
    url: telephone.call.parameters['Url']!,
    send: (change?: HandMade) => sendWebhook(world, telephone.call.parameters['Url']!, change),
  }
}

describe('a webhook is answered', () => {
  test('with LaML, and nobody may keep it', async () => {
    const { send } = await open()
    const { status, text, headers } = await send()
    expect(status).toBe(200)
    expect(text).toContain(opening)
    expect(headers.get('content-type')).toBe('application/xml; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('set-cookie')).toBeNull()
  })

  test.each<[string, NonNullable<HandMade['headers']>]>([
    ['its own header', (signature: string) => [['X-SignalWire-Signature', signature]]],
    ['the alias', (signature: string) => [['X-Twilio-Signature', signature]]],
    [
      'both, alike',
      (signature: string) => [
        ['X-SignalWire-Signature', signature],
        ['X-Twilio-Signature', signature],
      ],
    ],
  ])('signed in %s', async (_, headers) => {
    const { send } = await open()
    expect((await send({ headers })).text).toContain(opening)
  })

  test.each([
    'https://acme.example/voice-otp',
    'https://acme.example:443/voice-otp',
    'https://ACME.example/voice-otp/',
  ])('whichever way SignalWire spells the port: webhookUrl %s', async webhookUrl => {
    const { url, send } = await open({ options: { webhookUrl } })
    expect(url).toMatch(/^https:\/\/acme\.example\/voice-otp\/[\w-]+$/)
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

  test('behind a proxy that takes the front of the path away', async () => {
    const { url } = await open({ options: { webhookUrl: 'https://acme.example/behind/voice-otp' } })
    expect(
      (await sendWebhook(world, url.replace('/behind', ''), { signedUrl: url })).text,
    ).toContain(opening)
    expect(await sendWebhook(world, url.replace('/behind', ''))).toMatchObject({ status: 403 })
  })

  test('with two keys during a change, signed under either, and under no third', async () => {
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
      const { telephone } = await ring({ ...world, simulator }, await world.logIn('alice'))
      expect((await telephone.answer())[0]).toBe(english.opening.login('Acme'))
      const url = telephone.call.parameters['Url']!
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

  test('unsigned, if the app has switched the check off, and then too with a token of ours alone', async () => {
    const simulator = await Simulator.start()
    try {
      world = await createWorld({
        options: { signalwire: { ...simulator.signalwire, signingKey: false } },
      })
      const { telephone } = await ring({ ...world, simulator }, await world.logIn('alice'))
      const url = telephone.call.parameters['Url']!
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
  ])('when a body parser ran before it: %s', async (_, parser) => {
    const { telephone, digits, alice } = await open({
      beforeSession: app => {
        app.use(parser)
      },
    })
    await telephone.answer()
    await telephone.press(digits)
    expect(telephone.call.error).toBeNull()
    await alice
      .post('/otp')
      .send({ code: codeIn(telephone.call.heard) })
      .expect(200)
  })

  test('mounted behind session, parsers and Passport', async () => {
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

describe('a webhook is refused', () => {
  test.each<[string, HandMade, string]>([
    ['no signature', { headers: () => [] }, 'signature'],
    ['an empty one', { headers: () => [['X-SignalWire-Signature', '']] }, 'signature'],
    ['one under another key', { signingKey: 'PSK-another-key' }, 'signature'],
    [
      'one for other fields',
      { body: 'To=%2B12025550123&From=%2B12025550100&CallSid=other&CallStatus=in-progress' },
      'signature',
    ],
    [
      'a field more than was signed',
      {
        body: 'To=%2B12025550123&From=%2B12025550100&CallSid=by-hand&CallStatus=in-progress&Digits=42',
      },
      'signature',
    ],
    [
      'a right one and a wrong one in two headers',
      {
        headers: right => [
          ['X-SignalWire-Signature', right],
          ['X-Twilio-Signature', 'd3Jvbmc='],
        ],
      },
      'signature',
    ],
    [
      'a wrong one and a right one in two headers',
      {
        headers: right => [
          ['X-SignalWire-Signature', 'd3Jvbmc='],
          ['X-Twilio-Signature', right],
        ],
      },
      'signature',
    ],
    [
      'the same header twice',
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
      'JSON',
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
  ])('%s: 403, the same bytes, and the app is told why', async (_, change, reason) => {
    const { send, telephone } = await open()
    expect(await send(change)).toMatchObject(refused)
    expect(world.named('webhook.rejected')).toEqual([{ reason }])
    // Nothing was used up by it.
    expect((await telephone.answer())[0]).toBe(english.opening.login('Acme'))
  })

  test('a token that does not open, and one with a query, though signed', async () => {
    const { url } = await open()
    const token = url.slice(url.lastIndexOf('/') + 1)
    for (const other of [
      'x',
      token.slice(1),
      token.slice(0, -1),
      `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
      `${token}=`,
      `${token}?x=1`,
      `B${token.slice(1)}`,
      token.toUpperCase(),
      '%00',
      'a'.repeat(3000),
    ]) {
      expect(await sendWebhook(world, url.replace(token, other)), other.slice(0, 20)).toMatchObject(
        refused,
      )
    }
    expect(
      new Set(
        world.named('webhook.rejected').map(details => (details as { reason: string }).reason),
      ),
    ).toEqual(new Set(['token']))
  })

  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '%s: 405, whatever its signature',
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

  test('a body of 4 KiB passes, and one byte more does not', async () => {
    const { send } = await open()
    const bare =
      'To=%2B12025550123&From=%2B12025550100&CallSid=by-hand&CallStatus=in-progress&More='.length
    expect((await send({ fields: { More: 'a'.repeat(4096 - bare) } })).text).toContain(opening)
    expect(await send({ fields: { More: 'a'.repeat(4097 - bare) } })).toMatchObject(refused)
    expect(await send({ fields: { More: 'a'.repeat(1_000_000) } })).toMatchObject(refused)
    expect(world.named('webhook.rejected')).toEqual([{ reason: 'body' }, { reason: 'body' }])
  })

  test('two signatures from the Space break the call, and nothing was said', async () => {
    const { telephone } = await open()
    world.simulator.setFaults({ webhooks: { signature: 'two' } })
    await telephone.answer()
    expect(telephone.call.error).toContain('HTTP 403')
    expectSecret(telephone, sealedIn(telephone).code)
  })

  test.each(['/wrong', '/api/otp', '/otp', '/p', '/'])(
    'mounted at %s, not where webhookUrl says: an error that names both',
    async path => {
      await open({ options: { webhookUrl: 'https://acme.example/voice-otp' } })
      const app = express()
      app.use(path, world.strategy.webhooks())
      const seen: unknown[] = []
      app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
        seen.push(error)
        if (res.headersSent) next(error)
        else res.status(503).end()
      })
      const mounted = path === '/' ? '' : path
      await supertest(app)
        .post(`${mounted}/token`)
        .type('form')
        .send({ To: '+12025550123' })
        .expect(503)
      expect(seen).toEqual([
        expect.objectContaining({
          code: 'configuration',
          status: 503,
          message: `The second factor is not set up correctly. webhooks() is mounted at '${mounted}', but webhookUrl says '/voice-otp': app.use('/voice-otp', voiceOtp.webhooks()).`,
        }),
      ])
    },
  )

  test('an address in other letters, which Express takes for the same path, is a stranger and no mistake of the app', async () => {
    const { url } = await open()
    expect(
      await sendWebhook(world, url.replace('/voice-otp/', '/VOICE-OTP/'), { headers: () => [] }),
    ).toMatchObject(refused)
  })

  test('counters that fail: 503, the call breaks, and says nothing', async () => {
    const store = new CounterStore(0, 0)
    const { telephone } = await open({ options: { limiter: store.factory } })
    store.faults['fetches.consume'] = 'throws'
    await telephone.answer()
    expect(telephone.call.error).toContain('HTTP 503')
    expectSecret(telephone, sealedIn(telephone).code)
    expect(world.named('webhook.rejected')).toEqual([{ reason: 'limiter-unavailable' }])
  })
})

test('counters that are slow at every step: it is answered within four seconds, and what it had to do is done all the same', async () => {
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
    originalUrl: `/voice-otp/${token}`,
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

describe('a webhook again', () => {
  test('three times it is answered, and the fourth says nothing', async () => {
    const { telephone, digits } = await open()
    await telephone.answer()
    await telephone.press(digits)
    const { code } = sealedIn(telephone)
    for (const index of [0, 1]) {
      const answers = []
      for (let times = 0; times < 4; times++)
        answers.push(await world.simulator.refetch(telephone.sid, index))
      const what = index === 0 ? english.opening.login('Acme') : spoken(code)
      expect(answers.map(({ body }) => body.includes(what))).toEqual([true, true, false, false])
      expect(answers.at(-1)!.body).toContain(english.expired)
    }
  })

  test('the three are counted by token, at once too', async () => {
    const { send, telephone } = await open({
      options: { numberMatching: false, limiter: new CounterStore().factory },
    })
    const answers = await Promise.all(Array.from({ length: 20 }, () => send()))
    expect(
      answers.filter(({ text }) => text.includes(spoken(sealedIn(telephone).code))),
    ).toHaveLength(3)
  })

  test('SignalWire repeats each webhook: the call goes on as if it had not', async () => {
    const { alice, telephone, digits } = await open()
    world.simulator.setFaults({ webhooks: { repeat: 2 } })
    await telephone.answer()
    await telephone.press(digits)
    await alice
      .post('/otp')
      .send({ code: codeIn(telephone.call.heard) })
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
  ])('%s no replay says the code, or whether it was used', async (_, act) => {
    const { alice, telephone, digits } = await open({ options: { limits: unlimited } })
    await telephone.answer()
    await telephone.press(digits)
    const { code } = sealedIn(telephone)
    await act(alice, code)
    for (const index of [0, 1]) {
      const { status, body } = await world.simulator.refetch(telephone.sid, index)
      expect(status).toBe(200)
      expect(body).toContain(english.expired)
      expect(body).not.toContain(spoken(code))
    }
  })

  test('a report that is played again: three times at most, and never after the code has expired', async () => {
    const { telephone } = await open()
    await telephone.answer()
    await telephone.press('0')
    for (let times = 0; times < 5; times++) await world.simulator.refetch(telephone.sid, 1)
    const reports = world.named('call.reported').length
    expect(reports).toBeGreaterThanOrEqual(1)
    expect(reports).toBeLessThanOrEqual(3)

    const action = /action="([^"]+)"/.exec(telephone.call.webhooks[0]!.body)![1]!
    world.clock.offset += 300_000
    expect((await sendWebhook(world, action, { fields: { Digits: '0' } })).text).toContain(
      english.expired,
    )
    const { body } = await world.simulator.refetch(telephone.sid, 0)
    expect(body).toContain(english.expired)
    expect(world.named('call.reported')).toHaveLength(reports)
  })

  test('a report that comes when its code has long expired changes nothing', async () => {
    const { alice, telephone } = await open({ options: { limits: unlimited } })
    await telephone.answer()
    world.clock.offset += 300_000
    expect(await telephone.press('0')).toEqual([english.expired])
    expect(world.named('call.reported')).toEqual([])
    await alice.post('/otp/call').expect(202)
  })

  test('the keys of one call are worthless in another', async () => {
    const { alice, telephone, digits } = await open({ options: { limits: unlimited } })
    await telephone.answer()
    const { telephone: bobs } = await ring(world, await world.logIn('bob'))
    await bobs.answer()
    const urls = [telephone, bobs].map(
      ({ call }) => /action="([^"]+)"/.exec(call.webhooks[0]!.body)![1]!,
    )
    // Bob's digits at Alice's address: the signature may be right, the number is not.
    expect(
      await sendWebhook(world, urls[0]!, { fields: { To: '+12025550145', Digits: digits } }),
    ).toMatchObject({ status: 403 })
    expect(await sendWebhook(world, urls[1]!, { fields: { Digits: digits } })).toMatchObject({
      status: 403,
    })
    await telephone.press(digits)
    await alice
      .post('/otp')
      .send({ code: codeIn(telephone.call.heard) })
      .expect(200)
  })

  test('another strategy with another secret does not open it', async () => {
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

  test('a call in a language that this process does not know, as during an upgrade, goes on in the usual one', async () => {
    const { telephone, url } = await open()
    const token = createKeys([secret], secret).seal(1, {
      ...sealedIn(telephone),
      languages: ['tlh-AA', 'xx-XX'],
    })
    expect(
      (await sendWebhook(world, `${url.slice(0, url.lastIndexOf('/'))}/${token}`)).text,
    ).toContain(opening)
  })

  test.each([
    ['two', '42', true],
    ['none', '', false],
    ['one', '4', false],
    ['three', '421', false],
  ])(
    'a token with %s matching digits, keyed in as %j: the code is read, %j',
    async (_, matchingDigits, isRead) => {
      const { telephone, url } = await open()
      const content = { ...sealedIn(telephone), matchingDigits }
      const token = createKeys([secret], secret).seal(2, content)
      const { text } = await sendWebhook(world, `${url.slice(0, url.lastIndexOf('/'))}/${token}`, {
        fields: { Digits: matchingDigits },
      })
      expect(text.includes(spoken(content.code))).toBe(isRead)
    },
  )

  test('a repeat of the question is no second chance after wrong digits', async () => {
    const { telephone, digits } = await open()
    await telephone.answer()
    const action = /action="([^"]+)"/.exec(telephone.call.webhooks[0]!.body)![1]!
    await telephone.press(digits === '17' ? '71' : '17')
    for (const times of [1, 2])
      expect(
        (await sendWebhook(world, action, { fields: { Digits: digits } })).text,
        String(times),
      ).toContain(english.expired)
    expect(new Telephone(world).call.heard.join(' ')).not.toMatch(/\d/)
  })
})
