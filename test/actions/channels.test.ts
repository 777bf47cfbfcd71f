import { afterEach, describe, expect, test, vi } from 'vitest'
import { VoiceOtpError, type Channel } from 'passport-voice-otp'
import { languages, type Locale } from '../../lib/call/languages.js'
import { countSegments } from '../../lib/signalwire/segments.js'
import { createChoiceWorld } from '../support/choices.js'
import { badAnswers, expectNoSecrets } from '../support/deliveries.js'
import { Phone } from '../support/phone.js'
import {
  withCode,
  createWorld,
  type World,
  type WorldOptions,
  wrongCode,
  unlimited,
} from '../support/world.js'

const all: readonly Channel[] = ['call', 'sms', 'hosted-call', 'hosted-sms']

let world: World
/** Every error that reached Express, as it was. */
let errors: readonly unknown[]
afterEach(() => world.close())

type Agent = Awaited<ReturnType<World['logIn']>>

/** Alice in an app that allows these channels; the first is the default. */
async function open(
  channels: readonly Channel[],
  options: WorldOptions['options'] = {},
): Promise<Agent> {
  ;({ world, errors } = await createChoiceWorld({ channels, ...options }))
  return world.logIn('alice')
}

const acme = { webhookUrl: 'https://acme.example/voice-otp' }
/** The code of the newest message or hosted challenge. */
const smsCode = (): string => /#(\d+)$/.exec(world.simulator.messages[0]!.body)![1]!
const hostedCode = (): string => world.simulator.mfaRequests[0]!.code

/** Asks for a code over a channel, and returns the code that the user receives. */
async function learn(agent: Agent, channel: Channel): Promise<string> {
  const { body } = (await agent.post('/otp/call').send({ channel }).expect(202)) as {
    body: { matchingDigits: string }
  }
  if (channel === 'call') return world.answerAndListen(body.matchingDigits)
  return channel === 'sms' ? smsCode() : hostedCode()
}

describe('sms', () => {
  test('a login by sms sends one message, calls nobody, and stores the channel in the verification', async () => {
    const alice = await open(['sms'], acme)
    const { body } = await alice.post('/otp/call').expect(202)
    expect(body).toEqual({
      phone: '••• ••• ••23',
      from: '+12025550100',
      purpose: 'login',
      channel: 'sms',
      expiresIn: 300,
      nextCallIn: 60,
      startsIn: 0,
      callsBefore: 0,
    })
    const code = smsCode()
    expect(world.simulator.messages).toMatchObject([
      {
        to: '+12025550123',
        from: '+12025550100',
        body: `${code} is your Acme code. Nobody will ever ask you for this code.\n\n@acme.example #${code}`,
      },
    ])
    expect(world.simulator.calls).toHaveLength(0)
    expect((await alice.get('/otp/status')).body).toEqual({
      call: 'sent',
      expiresIn: 300,
      nextCallIn: expect.any(Number),
      startsIn: 0,
      callsBefore: 0,
      otherChannels: [],
      pollAfter: 10,
      attemptsLeft: 5,
    })

    await alice
      .post('/otp')
      .send({ code: wrongCode(code) })
      .expect(401)
      .expect(withCode('code-wrong'))
    const answer = await alice.post('/otp').send({ code }).expect(200)
    expect(answer.body).toEqual({ user: 'alice', info: { amr: ['otp', 'sms'] } })
    await alice.get('/account').expect(200)
    expect((await alice.get('/verification')).body).toMatchObject({
      userId: 'alice',
      method: 'sms',
      amr: ['otp', 'sms'],
    })
    expect(world.named('code.sent')).toEqual([
      {
        userId: 'alice',
        purpose: 'login',
        channel: 'sms',
        country: 'US',
        sid: world.simulator.messages[0]!.sid,
      },
    ])
    expect(world.named('code.accepted')).toEqual([
      {
        userId: 'alice',
        purpose: 'login',
        channel: 'sms',
        country: 'US',
        seconds: expect.any(Number),
      },
    ])
  })

  test.each(Object.keys(languages) as Locale[])(
    'the message in %s has at most three segments, the warning and a last line for the phone',
    async locale => {
      const alice = await open(['sms'], { ...acme, locale: () => locale, codeLength: 10 })
      await alice.post('/otp/call').expect(202)
      const code = smsCode()
      const { body } = world.simulator.messages[0]!
      expect(code).toMatch(/^\d{10}$/)
      const [first, ...others] = body.split('\n')
      expect(first).toContain(languages[locale].text('Acme', code))
      expect(first).toContain(languages[locale].neverAsked)
      expect(others).toEqual(['', `@acme.example #${code}`])
      expect(countSegments(body)).toBeLessThanOrEqual(3)
    },
  )

  test.each([
    [
      'a long name in Unicode characters and a long domain',
      {
        appName: 'Überseeische Handels- und Verkehrsgesellschaft 株式会社',
        webhookUrl: `https://${'a'.repeat(60)}.${'b'.repeat(60)}.example/voice-otp`,
      },
      /^\d{6}\n\nNobody .*\n\n@a{60}\.b{60}\.example #\d{6}$/,
    ],
    [
      'a domain that fills the message',
      {
        appName: '株式会社',
        webhookUrl: `https://${['a', 'b', 'c', 'd'].map(each => each.repeat(60)).join('.')}.example/voice-otp`,
      },
      /^\d{6}/,
    ],
  ])(
    'the message with %s leaves out what does not fit, and keeps the code',
    async (_, options, expected) => {
      const alice = await open(['sms'], { ...acme, ...options })
      await alice.post('/otp/call').expect(202)
      const { body } = world.simulator.messages[0]!
      expect(body).toMatch(expected)
      expect(countSegments(body)).toBeLessThanOrEqual(3)
      await alice
        .post('/otp')
        .send({ code: body.slice(0, 6) })
        .expect(200)
    },
  )

  test('a code by sms proves a new number', async () => {
    await open(['sms'], acme)
    const dave = await world.logIn('dave')
    await dave.post('/enroll/call').send({ phone: '+1 202 555 0177' }).expect(202)
    const { body } = await dave.post('/enroll').send({ code: smsCode() }).expect(200)
    expect(body).toEqual({ user: 'dave', info: { amr: ['otp', 'sms'], phone: '+12025550177' } })
  })
})

describe.each<[Channel, 'calls' | 'messages' | 'mfa']>([
  ['call', 'calls'],
  ['sms', 'messages'],
  ['hosted-call', 'mfa'],
  ['hosted-sms', 'mfa'],
])('SignalWire refuses a code by %s', (channel, part) => {
  test.each(badAnswers.map(answer => [answer.name, answer] as const))(
    `if SignalWire responds to a ${channel} with %s, the app learns it, the challenge ends, and no secret is shown`,
    async (_, { fault, status, code, reason, refused }) => {
      const alice = await open([channel])
      world.simulator.setFaults({ [part]: fault })
      const { body } = await alice.post('/otp/call').expect(status)
      expect(body).toMatchObject({ code })
      expect(errors.every(error => error instanceof VoiceOtpError)).toBe(true)
      expect(world.named('code.failed')).toEqual([
        {
          userId: 'alice',
          purpose: 'login',
          channel,
          country: 'US',
          code,
          reason: expect.stringMatching(reason),
        },
      ])
      expect(world.named('code.sent')).toEqual([])
      expectNoSecrets(world, [body, ...errors, ...world.events])
      // The request is not repeated: the first one may have placed the call.
      expect(world.simulator.requests.filter(({ method }) => method === 'POST')).toHaveLength(1)
      if (channel === 'sms') expect(world.simulator.calls).toHaveLength(0)

      // SignalWire may have sent a code all the same. That code is not accepted.
      expect((await alice.get('/otp/status')).body).toMatchObject({
        call: 'none',
        expiresIn: 0,
        nextCallIn: refused ? 0 : expect.any(Number),
        attemptsLeft: 0,
      })
      for (const known of [
        ...world.simulator.mfaRequests.map(each => each.code),
        ...world.simulator.messages.map(each => each.body.slice(0, 6)),
        '123456',
      ])
        await alice.post('/otp').send({ code: known }).expect(401)
      await alice.get('/account').expect(401)

      // The next code may follow at once only if SignalWire refused: otherwise a phone may be
      // ringing.
      world.simulator.clearFaults()
      await alice.post('/otp/call').expect(refused ? 202 : 429)
      if (refused)
        expect(
          world.simulator.calls.length +
            world.simulator.messages.length +
            world.simulator.mfaRequests.length,
        ).toBe(channel === 'hosted-call' ? 2 : 1)
    },
  )

  test(`a ${channel} without a response from SignalWire is a 503 after 10 seconds, and is not repeated`, async () => {
    const alice = await open([channel])
    const limits: number[] = []
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(milliseconds => {
      limits.push(milliseconds)
      return AbortSignal.abort(new DOMException('late', 'TimeoutError'))
    })
    try {
      await alice.post('/otp/call').expect(503).expect(withCode('signalwire-unavailable'))
    } finally {
      vi.restoreAllMocks()
    }
    expect(limits).toEqual([10_000])
    expect(world.named('code.failed')).toMatchObject([{ channel, reason: 'timeout' }])
    await alice.post('/otp/call').expect(429)
  })
})

describe('the error code of SignalWire', () => {
  const reasonOf = async (code: unknown): Promise<string | undefined> => {
    const alice = await open(['call'])
    world.simulator.setFaults({
      calls: { status: 422, body: { errors: [{ code, message: 'no' }] } },
    })
    await alice.post('/otp/call').expect(503)
    return (world.named('code.failed') as { readonly reason?: string }[])[0]?.reason
  }

  test.each([
    ['three letters', 'x_Y'],
    ['forty letters', 'x'.repeat(40)],
    ['six digits', '123456'],
    ['a number', 21212],
  ])('code.failed names the error code of SignalWire if it is %s', async (_, code) => {
    expect(await reasonOf(code)).toBe(String(code))
  })

  test.each([
    ['the number that was called', '12025550123'],
    ['a sentence', 'To is bad'],
    ['forty-one letters', 'x'.repeat(41)],
    ['seven digits', '1234567'],
    ['a number below zero', -1],
    ['nothing', ''],
  ])(
    'code.failed does not name the error code of SignalWire if it is %s, because it may be a number of a user',
    async (_, code) => {
      expect(await reasonOf(code)).toBe('http-422')
    },
  )
})

describe('the channel that a request chooses', () => {
  test('the first channel is the default, and the app can read all of them', async () => {
    const alice = await open(['sms', 'call'], { limits: unlimited })
    expect(world.strategy.channels).toEqual(['sms', 'call'])
    for (const channel of [undefined, null])
      await alice
        .post('/otp/call')
        .send({ channel })
        .expect(202)
        .expect(({ body }) => {
          expect(body).toMatchObject({ channel: 'sms' })
        })
    await alice
      .post('/otp/call')
      .send({ channel: 'call' })
      .expect(202)
      .expect(({ body }) => {
        expect(body).toMatchObject({ channel: 'call' })
      })
  })

  test.each([
    ['fax'],
    ['hosted-call'],
    ['Text'],
    [''],
    ['__proto__'],
    ['constructor'],
    [0],
    [true],
    [{}],
    [['sms']],
    ['x'.repeat(50)],
  ])('the channel %j is refused, nothing is sent, and nothing is counted', async channel => {
    const alice = await open(['call', 'sms'])
    await alice.post('/otp/call').send({ channel }).expect(400, {
      code: 'choice-unknown',
      message: 'Choose one of the options on the page.',
    })
    expect(world.simulator.requests).toEqual([])
    expect(world.named('code.blocked')).toEqual([
      { userId: 'alice', purpose: 'login', code: 'choice-unknown' },
    ])
    await learn(alice, 'sms')
  })

  test.each(['sms', 'fax'])(
    'a channel in the code of the app that the app did not allow (%s) is a configuration error',
    async channel => {
      errors = []
      world = await createWorld({
        routes: (app, passport) => {
          app.post(
            '/fixed',
            passport.authenticate('voice-otp', { action: 'call', channel } as object) as never,
          )
        },
      })
      const alice = await world.logIn('alice')
      await alice.post('/fixed').expect(503, {
        code: 'configuration',
        message:
          'The second factor is not set up correctly. channel: give one of the option channels.',
      })
      expect(world.simulator.requests).toEqual([])
    },
  )
})

describe('from one channel to another', () => {
  test.each(all.flatMap(from => all.filter(to => to !== from).map(to => [from, to] as const)))(
    'after a code by %s and a code by %s, only the second code is accepted',
    async (from, to) => {
      const alice = await open(all, { limits: unlimited })
      const older = await learn(alice, from)
      const ringing = from === 'call' ? new Phone(world) : undefined
      const newer = await learn(alice, to)
      const asked = world.simulator.requests.length
      if (ringing !== undefined)
        expect(await ringing.press('1')).toEqual([languages['en-US'].expired])
      if (older !== newer)
        await alice.post('/otp').send({ code: older }).expect(401).expect(withCode('code-wrong'))
      // SignalWire is not asked about the older hosted challenge: it would still accept that code.
      expect(
        world.simulator.requests
          .slice(asked)
          .filter(({ path }) => path.includes('/mfa/'))
          .every(({ path }) => path.includes(world.simulator.mfaRequests[0]!.id)),
      ).toBe(true)
      if (from.startsWith('hosted'))
        expect(world.simulator.mfaRequests.find(({ code }) => code === older)).toMatchObject({
          attemptsLeft: 5,
          verified: false,
        })
      await alice.post('/otp').send({ code: newer }).expect(200)
    },
  )

  test('all channels share one interval', async () => {
    for (const from of all) {
      const alice = await open(all)
      await learn(alice, from)
      for (const to of all)
        await alice
          .post('/otp/call')
          .send({ channel: to })
          .expect(429)
          .expect(withCode('too-many-calls'))
      if (from !== 'hosted-sms') await world.close()
    }
  })

  test('all channels share the limit of a phone', async () => {
    const alice = await open(all, { limits: { ...unlimited, callsPerPhoneTenMinutes: 3 } })
    for (const channel of ['sms', 'hosted-sms', 'call'] as const)
      await alice.post('/otp/call').send({ channel }).expect(202)
    for (const channel of all) await alice.post('/otp/call').send({ channel }).expect(429)
    expect(world.named('code.blocked')).toHaveLength(4)
    expect(world.named('code.blocked')[0]).toMatchObject({ limit: 'callsPerPhoneTenMinutes' })
  })

  test('wrong codes over all channels count together, and the lockout holds for all channels', async () => {
    const alice = await open(all, { limits: unlimited })
    const channels = ['sms', 'hosted-call', 'call'] as const
    for (const [index, channel] of channels.entries()) {
      const code = await learn(alice, channel)
      for (let attempt = 0; attempt < [4, 4, 2][index]!; attempt++)
        await alice
          .post('/otp')
          .send({ code: wrongCode(code) })
          .expect(401)
    }
    expect(world.named('code.rejected')).toHaveLength(10)
    expect(world.named('user.locked')).toEqual([{ userId: 'alice', limit: 'attemptsPerUser' }])
    for (const channel of all)
      await alice.post('/otp/call').send({ channel }).expect(429).expect(withCode('locked'))
  })

  test('"this was not me" in a call blocks every channel', async () => {
    const alice = await open(all, { limits: unlimited })
    await alice.post('/otp/call').send({ channel: 'call' }).expect(202)
    const phone = new Phone(world)
    await phone.answer()
    await phone.press('0')
    for (const channel of all)
      await alice.post('/otp/call').send({ channel }).expect(429).expect(withCode('reported'))
  })
})
