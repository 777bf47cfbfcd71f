// SignalWire's hosted MFA makes and checks the code. Every limit stays with this package.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { VoiceOtpError, type Channel } from 'passport-voice-otp'
import type { RestFault } from 'passport-voice-otp/simulator'
import { createChoiceWorld } from '../support/choices.js'
import { expectNoSecrets } from '../support/deliveries.js'
import { CounterStore } from '../support/stores.js'
import { spoken, Phone } from '../support/phone.js'
import { withCode, type World, type WorldOptions, wrongCode, unlimited } from '../support/world.js'

let world: World
let errors: readonly unknown[]
afterEach(() => world.close())

/** Alice, to whom SignalWire has sent a code that SignalWire made. */
async function open(channel: Channel = 'hosted-sms', options: WorldOptions['options'] = {}) {
  ;({ world, errors } = await createChoiceWorld({ channels: [channel], ...options }))
  const alice = await world.logIn('alice')
  const { body } = await alice.post('/otp/call').expect(202)
  return {
    alice,
    placed: body as unknown,
    code: world.simulator.mfaRequests[0]!.code,
    verify: (code: string) => alice.post('/otp').send({ code }),
  }
}

/** How often SignalWire was asked to check a code. */
const countChecks = (): number =>
  world.simulator.requests.filter(({ path }) => path.endsWith('/verify')).length

describe.each([
  ['hosted-call', 'call', ['otp', 'tel']],
  ['hosted-sms', 'sms', ['otp', 'sms']],
] as const)('%s', (channel, kind, amr) => {
  test(`a login by ${channel} asks SignalWire to send the code and to check it`, async () => {
    const { alice, placed, code, verify } = await open(channel)
    expect(placed).toEqual({
      phone: '••• ••• ••23',
      from: '+12025550100',
      purpose: 'login',
      channel,
      expiresIn: 300,
      nextCallIn: 60,
      startsIn: 0,
      callsBefore: 0,
    })
    expect(world.simulator.requests[0]).toMatchObject({
      method: 'POST',
      path: `/api/relay/rest/mfa/${kind}`,
      fields: {
        to: '+12025550123',
        from: '+12025550100',
        message: 'Nobody will ever ask you for this code. Your Acme code is:',
        token_length: '6',
        valid_for: '300',
        max_attempts: '5',
        allow_alphas: 'false',
      },
    })
    expect((await alice.get('/otp/status')).body).toEqual({
      call: 'sent',
      expiresIn: 300,
      nextCallIn: expect.any(Number),
      startsIn: 0,
      callsBefore: 0,
      otherChannels: [],
      attemptsLeft: 5,
      pollAfter: 10,
    })
    await verify(wrongCode(code)).expect(401, {
      code: 'code-wrong',
      message: 'This code is wrong. Check it and try again.',
      attemptsLeft: 4,
    })
    await verify(code).expect(200, { user: 'alice', info: { amr } })
    await alice.get('/account').expect(200)
    expect((await alice.get('/verification')).body).toMatchObject({
      userId: 'alice',
      method: channel,
      amr,
    })
    expect(world.named('code.sent')).toEqual([
      {
        userId: 'alice',
        purpose: 'login',
        channel,
        country: 'US',
        sid: world.simulator.mfaRequests[0]!.id,
      },
    ])
    expect(world.named('code.accepted')).toEqual([
      { userId: 'alice', purpose: 'login', channel, country: 'US', seconds: expect.any(Number) },
    ])
    expect(world.named('code.rejected')).toEqual([
      { userId: 'alice', country: 'US', code: 'code-wrong', compared: true },
    ])
  })

  test(`a code by ${channel} has the length, lifetime, attempts and language of the options`, async () => {
    const { code, verify } = await open(channel, {
      codeLength: 8,
      codeSeconds: 120,
      limits: { attemptsPerChallenge: 3 },
      locale: 'de-DE',
    })
    expect(world.simulator.requests[0]!.fields).toMatchObject({
      token_length: '8',
      valid_for: '120',
      max_attempts: '3',
      message: 'Niemand wird Sie jemals nach diesem Code fragen. Ihr Code für Acme lautet:',
    })
    expect(code).toMatch(/^\d{8}$/)
    await verify(code).expect(200)
  })

  test(`a code by ${channel} proves a new number`, async () => {
    await open(channel)
    const dave = await world.logIn('dave')
    await dave.post('/enroll/call').send({ phone: '+12025550177' }).expect(202)
    const [newest] = world.simulator.mfaRequests
    expect(newest).toMatchObject({ to: '+12025550177', channel: kind })
    expect(
      (await dave.post('/enroll').send({ code: newest!.code }).expect(200)).body,
    ).toMatchObject({ info: { phone: '+12025550177' } })
  })
})

test('a hosted call reads the code to the person who answers', async () => {
  const { code, verify } = await open('hosted-call')
  const phone = new Phone(world)
  expect(await phone.answer()).toEqual([
    'Nobody will ever ask you for this code. Your Acme code is:',
    spoken(code),
  ])
  await verify(code).expect(200)
})

describe('the limits of this package decide before SignalWire is asked', () => {
  test('SignalWire is asked about five attempts, and not about the sixth, whether right or wrong', async () => {
    const { alice, code, verify } = await open()
    world.simulator.setFaults({ mfa: { status: 200, body: { success: false } } })
    for (let index = 0; index < 5; index++) await verify(wrongCode(code)).expect(401)
    world.simulator.setFaults({ mfa: { status: 200, body: { success: true } } })
    await verify(code).expect(429).expect(withCode('too-many-attempts'))
    await verify(wrongCode(code)).expect(429)
    expect(countChecks()).toBe(5)
    await alice.get('/account').expect(401)
  })

  test('SignalWire is asked about at most 5 of 200 attempts that arrive at the same time', async () => {
    const { verify } = await open('hosted-sms', { limiter: new CounterStore().factory })
    const responses = await Promise.all(
      Array.from({ length: 200 }, (_, index) => verify(String(index).padStart(6, '0'))),
    )
    expect(countChecks()).toBeLessThanOrEqual(5)
    expect(responses.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(195)
    expect(
      world.named('code.rejected').filter(details => (details as { compared: boolean }).compared)
        .length,
    ).toBeLessThanOrEqual(5)
  })

  test('SignalWire is not asked about a malformed code, an expired code, or the code of another user', async () => {
    const { alice, code, verify } = await open()
    for (const malformed of ['', '12345', '1234567', '12345a']) await verify(malformed).expect(400)
    await (
      await world.logIn('bob')
    )
      .post('/otp')
      .send({ code })
      .expect(401)
      .expect(withCode('no-challenge'))
    await (
      await world.logIn('alice')
    )
      .post('/otp')
      .send({ code })
      .expect(401)
      .expect(withCode('no-challenge'))
    world.clock.offset += 300_000
    await verify(code).expect(401).expect(withCode('code-expired'))
    expect(countChecks()).toBe(0)
    await alice.get('/account').expect(401)
  })

  test.each([
    [
      'logged out and in',
      async (alice: Awaited<ReturnType<World['logIn']>>) => {
        await alice.post('/logout').expect(200)
        await alice
          .post('/login')
          .send({ username: 'alice', password: 'correct horse battery staple' })
          .expect(200)
      },
    ],
    [
      'changed the number',
      async () => {
        world.people['alice']!.phone = '+12025550188'
      },
    ],
    [
      'asked for a code in another session',
      async () => {
        world.clock.offset += 1
        await world.strategy.unlock('alice')
        await (await world.logIn('alice')).post('/otp/call').expect(202)
      },
    ],
  ])('after the user has %s, the code is refused and SignalWire is not asked', async (_, act) => {
    const { alice, code, verify } = await open('hosted-sms', {
      limits: { callIntervalSeconds: false },
    })
    await act(alice)
    await verify(code).expect(401)
    expect(countChecks()).toBe(0)
  })
})

describe('a success at SignalWire', () => {
  test('a hosted code is accepted once when 20 requests send it at the same time', async () => {
    const { verify, code } = await open('hosted-sms', { limiter: new CounterStore().factory })
    const responses = await Promise.all(Array.from({ length: 20 }, () => verify(code)))
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(world.named('code.accepted')).toHaveLength(1)
  })

  test('a hosted code is accepted once even if SignalWire accepts it several times', async () => {
    const { verify, code } = await open('hosted-sms', {
      limiter: new CounterStore().factory,
      limits: { attemptsPerChallenge: 10 },
    })
    world.simulator.setFaults({ mfa: { status: 200, body: { success: true } } })
    const responses = await Promise.all(Array.from({ length: 20 }, () => verify(code)))
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(world.named('code.accepted')).toHaveLength(1)
    expect(countChecks()).toBeGreaterThan(1)
  })

  test('a hosted code that expires while SignalWire checks it is refused', async () => {
    const { alice, verify, code } = await open()
    const { now } = world.clock
    // The strategy reads the clock before and after it asks SignalWire.
    world.clock.now = () => now() + (countChecks() === 0 ? 0 : 300_000)
    await verify(code).expect(401).expect(withCode('code-expired'))
    expect(countChecks()).toBe(1)
    await alice.get('/account').expect(401)
  })
})

describe('SignalWire does not know the challenge any more', () => {
  test('a hosted code that expired at SignalWire is refused as expired', async () => {
    const { alice, verify, code } = await open()
    await world.simulator.advance(300_000)
    await verify(code).expect(401, {
      code: 'code-expired',
      message: 'This code is no longer valid. Ask for a new code.',
    })
    await alice.get('/account').expect(401)
    await verify(code).expect(401).expect(withCode('no-challenge'))
  })

  test('a hosted code that was used up at SignalWire is refused as expired', async () => {
    const { verify, code } = await open()
    const { id } = world.simulator.mfaRequests[0]!
    const { project, token } = world.simulator.signalwire
    await fetch(`${world.simulator.url}/api/relay/rest/mfa/${id}/verify`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Basic ${Buffer.from(`${project}:${token}`).toString('base64')}`,
      },
      body: JSON.stringify({ token: code }),
    })
    expect(world.simulator.mfaRequests[0]).toMatchObject({ verified: true })
    await verify(code).expect(401).expect(withCode('code-expired'))
  })
})

describe('SignalWire responds to a check with an error', () => {
  const faults: [string, RestFault][] = [
    ['401', { status: 401, body: { error: 'Unauthorized' } }],
    ['403', { status: 403, body: {} }],
    [
      '422',
      {
        status: 422,
        body: {
          errors: [
            { detail: 'no', status: '422', title: 'Unprocessable Entity', code: 'invalid_token' },
          ],
        },
      },
    ],
    ['429', { status: 429, body: {} }],
    ['500', { status: 500, body: '' }],
    ['503 and a success', { status: 503, body: { success: true } }],
    ['201 and a success', { status: 201, body: { success: true } }],
    ['400 and a success', { status: 400, body: { success: true } }],
    ['a redirect', { status: 302, body: { success: true } }],
    ['200 with HTML', { status: 200, body: '<html>{"success":true}</html>' }],
    ['200 with nothing', { status: 200, body: '' }],
    ['200 with null', { status: 200, body: null }],
    ['200 with a list', { status: 200, body: [{ success: true }] }],
    ['200 with true', { status: 200, body: true }],
    ['200 with {}', { status: 200, body: {} }],
    ['200 with a success as text', { status: 200, body: { success: 'true' } }],
    ['200 with a success as 1', { status: 200, body: { success: 1 } }],
    [
      '200 with a success at another place',
      { status: 200, body: { data: { success: true }, Success: true } },
    ],
    [
      '200 with a success in 70 KiB',
      { status: 200, body: { success: true, more: 'x'.repeat(70 * 1024) } },
    ],
    ['a closed connection', { drop: true }],
  ]

  test.each(faults)(
    'if SignalWire responds to a check with %s, nobody is logged in and no secret is shown',
    async (_, fault) => {
      const { alice, verify, code } = await open()
      world.simulator.setFaults({ mfa: fault })
      const { body } = await verify(code).expect(503)
      expect(body).toEqual({ code: 'signalwire-unavailable', message: expect.any(String) })
      expect(errors).toEqual([expect.any(VoiceOtpError)])
      expectNoSecrets(world, [body, ...errors, ...world.events], [code])
      expect(world.named('code.accepted')).toEqual([])
      await alice.get('/account').expect(401)
    },
  )

  test('an outage of SignalWire does not count as wrong codes of the user', async () => {
    const { alice, verify, code } = await open('hosted-sms', { limits: unlimited })
    for (let challenge = 0; challenge < 3; challenge++) {
      world.simulator.clearFaults()
      await alice.post('/otp/call').expect(202)
      world.simulator.setFaults({ mfa: { status: 500, body: '' } })
      for (let index = 0; index < 5; index++) await verify(code).expect(503)
    }
    expect(world.named('user.locked')).toEqual([])
    world.simulator.clearFaults()
    await alice.post('/otp/call').expect(202)
    await verify(world.simulator.mfaRequests[0]!.code).expect(200)
  })

  test('a check without a response from SignalWire is a 503 after 10 seconds', async () => {
    const { alice, verify, code } = await open()
    const timeout = vi
      .spyOn(AbortSignal, 'timeout')
      .mockImplementation(() => AbortSignal.abort(new DOMException('late', 'TimeoutError')))
    try {
      await verify(code).expect(503)
      expect(timeout.mock.calls).toEqual([[10_000]])
    } finally {
      vi.restoreAllMocks()
    }
    expect(errors).toMatchObject([
      { code: 'signalwire-unavailable', cause: { name: 'HttpError', code: 'timeout' } },
    ])
    await alice.get('/account').expect(401)
    // The request never reached SignalWire, so the code is still valid.
    await verify(code).expect(200)
  })
})
