// SignalWire's hosted MFA makes the code and checks it; every limit stays ours.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { VoiceOtpError, type Channel } from 'passport-voice-otp'
import type { RestFault } from 'passport-voice-otp/simulator'
import { choiceRoutes } from '../support/choices.js'
import { expectNoSecrets } from '../support/deliveries.js'
import { CounterStore } from '../support/stores.js'
import { spoken, Telephone, unlimited } from '../support/telephone.js'
import { createWorld, type World, type WorldOptions, wrongCode } from '../support/world.js'

let world: World
let errors: unknown[]
afterEach(() => world.close())

/** Alice, to whom SignalWire has sent a code of its own. */
async function open(channel: Channel = 'hosted-sms', options: WorldOptions['options'] = {}) {
  errors = []
  world = await createWorld({
    options: { channels: [channel], ...options },
    routes: (app, passport, strategy) => {
      choiceRoutes(app, passport, strategy)
      app.use((error: unknown, _req: unknown, _res: unknown, next: (error: unknown) => void) => {
        errors.push(error)
        next(error)
      })
    },
  })
  // Seconds are looked at here: they must not depend on how busy the machine is.
  const start = Date.now()
  world.clock.now = () => start + world.clock.offset
  const alice = await world.logIn('alice')
  const { body } = await alice.post('/otp/call').expect(202)
  return {
    alice,
    placed: body as unknown,
    code: world.simulator.mfaRequests[0]!.code,
    verify: (code: string) => alice.post('/otp').send({ code }),
  }
}

const refusedWith =
  (code: string) =>
  ({ body }: { body: unknown }) => {
    expect(body).toMatchObject({ code })
  }
/** How often SignalWire was asked about a code. */
const asked = (): number =>
  world.simulator.requests.filter(({ path }) => path.endsWith('/verify')).length

describe.each([
  ['hosted-call', 'call', ['otp', 'tel']],
  ['hosted-sms', 'sms', ['otp', 'sms']],
] as const)('%s', (channel, kind, amr) => {
  test('a login: SignalWire is asked for a code like ours, and about what was typed', async () => {
    const { alice, placed, code, verify } = await open(channel)
    expect(placed).toEqual({
      phone: '••• ••• ••23',
      from: '+12025550100',
      purpose: 'login',
      channel,
      expiresIn: 300,
      nextCallIn: 60,
    })
    expect(world.simulator.requests[0]).toMatchObject({
      method: 'POST',
      path: `/api/relay/rest/mfa/${kind}`,
      fields: {
        to: '+12025550123',
        from: '+12025550100',
        message: 'This is Acme calling with your login code.',
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
      attemptsLeft: 5,
    })
    await verify(wrongCode(code)).expect(401, {
      code: 'code-wrong',
      message: 'That is not the code. Check it and try again.',
      attemptsLeft: 4,
    })
    await verify(code).expect(200, { user: 'alice', info: { amr } })
    await alice.get('/account').expect(200)
    expect((await alice.get('/mark')).body).toMatchObject({ userId: 'alice', method: channel, amr })
    expect(world.named('code.sent')).toEqual([
      { userId: 'alice', purpose: 'login', channel, sid: world.simulator.mfaRequests[0]!.id },
    ])
    expect(world.named('code.accepted')).toEqual([{ userId: 'alice', purpose: 'login', channel }])
    expect(world.named('code.rejected')).toEqual([
      { userId: 'alice', code: 'code-wrong', compared: true },
    ])
  })

  test('codes of another length, life, count and language', async () => {
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
      message: 'Hier ist Acme mit dem Code für Ihre Anmeldung.',
    })
    expect(code).toMatch(/^\d{8}$/)
    await verify(code).expect(200)
  })

  test('a new number is proved by it', async () => {
    await open(channel)
    const dave = await world.logIn('dave')
    await dave.post('/enroll/call').send({ phone: '+12025550177' }).expect(202)
    const [newest] = world.simulator.mfaRequests
    expect(newest).toMatchObject({ to: '+12025550177', channel })
    expect(
      (await dave.post('/enroll').send({ code: newest!.code }).expect(200)).body,
    ).toMatchObject({ info: { phone: '+12025550177' } })
  })
})

test('a hosted call rings, and reads the code to whoever answers', async () => {
  const { code, verify } = await open('hosted-call')
  const telephone = new Telephone(world)
  expect(await telephone.answer()).toEqual([
    'This is Acme calling with your login code.',
    spoken(code),
  ])
  await verify(code).expect(200)
})

describe('our counters decide first', () => {
  test('five guesses, even if SignalWire would take more: the sixth is not asked about, right or wrong', async () => {
    const { alice, code, verify } = await open()
    world.simulator.setFaults({ mfa: { status: 200, body: { success: false } } })
    for (let guess = 0; guess < 5; guess++) await verify(wrongCode(code)).expect(401)
    world.simulator.setFaults({ mfa: { status: 200, body: { success: true } } })
    await verify(code).expect(429).expect(refusedWith('too-many-attempts'))
    await verify(wrongCode(code)).expect(429)
    expect(asked()).toBe(5)
    await alice.get('/account').expect(401)
  })

  test('two hundred guesses at once: five are asked about', async () => {
    const { verify } = await open('hosted-sms', { limiter: new CounterStore().factory })
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, guess) => verify(String(guess).padStart(6, '0'))),
    )
    expect(asked()).toBeLessThanOrEqual(5)
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(195)
    expect(
      world.named('code.rejected').filter(details => (details as { compared: boolean }).compared)
        .length,
    ).toBeLessThanOrEqual(5)
  })

  test("what is malformed, expired or another user's is not asked about", async () => {
    const { alice, code, verify } = await open()
    for (const malformed of ['', '12345', '1234567', '12345a']) await verify(malformed).expect(400)
    await (
      await world.logIn('bob')
    )
      .post('/otp')
      .send({ code })
      .expect(401)
      .expect(refusedWith('no-challenge'))
    await (
      await world.logIn('alice')
    )
      .post('/otp')
      .send({ code })
      .expect(401)
      .expect(refusedWith('no-challenge'))
    world.clock.offset += 300_000
    await verify(code).expect(401).expect(refusedWith('code-expired'))
    expect(asked()).toBe(0)
    await alice.get('/account').expect(401)
  })

  test.each([
    [
      'logged out',
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
      'asked elsewhere',
      async () => {
        world.clock.offset += 1
        await world.strategy.unlock('alice')
        await (await world.logIn('alice')).post('/otp/call').expect(202)
      },
    ],
  ])('the user has %s: dead, and not asked about', async (_, act) => {
    const { alice, code, verify } = await open('hosted-sms', {
      limits: { callIntervalSeconds: false },
    })
    await act(alice)
    await verify(code).expect(401)
    expect(asked()).toBe(0)
  })
})

describe('a yes of SignalWire', () => {
  test('lets in once, of twenty at once', async () => {
    const { verify, code } = await open('hosted-sms', { limiter: new CounterStore().factory })
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify(code)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(world.named('code.accepted')).toHaveLength(1)
  })

  test('lets in once, also if SignalWire says it ten times', async () => {
    const { verify, code } = await open('hosted-sms', {
      limiter: new CounterStore().factory,
      limits: { attemptsPerChallenge: 10 },
    })
    world.simulator.setFaults({ mfa: { status: 200, body: { success: true } } })
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify(code)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(world.named('code.accepted')).toHaveLength(1)
    expect(asked()).toBeGreaterThan(1)
  })

  test('is worthless when the code expired while it was asked', async () => {
    const { alice, verify, code } = await open()
    const { now } = world.clock
    // The strategy looks at the clock before it asks and again after.
    world.clock.now = () => now() + (asked() === 0 ? 0 : 300_000)
    await verify(code).expect(401).expect(refusedWith('code-expired'))
    expect(asked()).toBe(1)
    await alice.get('/account').expect(401)
  })
})

describe('SignalWire knows the challenge no more', () => {
  test('because it expired there: code-expired', async () => {
    const { alice, verify, code } = await open()
    await world.simulator.advance(300_000)
    await verify(code).expect(401, {
      code: 'code-expired',
      message: 'This code is no longer valid. Ask for a new call.',
    })
    await alice.get('/account').expect(401)
    await verify(code).expect(401).expect(refusedWith('no-challenge'))
  })

  test('because it was used up there: code-expired', async () => {
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
    await verify(code).expect(401).expect(refusedWith('code-expired'))
  })
})

describe('SignalWire answers a check', () => {
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
    ['503 and a yes', { status: 503, body: { success: true } }],
    ['201 and a yes', { status: 201, body: { success: true } }],
    ['400 and a yes', { status: 400, body: { success: true } }],
    ['a redirect', { status: 302, body: { success: true } }],
    ['200 with HTML', { status: 200, body: '<html>{"success":true}</html>' }],
    ['200 with nothing', { status: 200, body: '' }],
    ['200 with null', { status: 200, body: null }],
    ['200 with a list', { status: 200, body: [{ success: true }] }],
    ['200 with true', { status: 200, body: true }],
    ['200 with {}', { status: 200, body: {} }],
    ['200 with a text for a yes', { status: 200, body: { success: 'true' } }],
    ['200 with 1 for a yes', { status: 200, body: { success: 1 } }],
    [
      '200 with a yes somewhere else',
      { status: 200, body: { data: { success: true }, Success: true } },
    ],
    [
      '200 with 70 KiB around a yes',
      { status: 200, body: { success: true, more: 'x'.repeat(70 * 1024) } },
    ],
    ['nothing, and closes the connection', { drop: true }],
  ]

  test.each(faults)('%s: 503, not in, and nothing secret is told', async (_, fault) => {
    const { alice, verify, code } = await open()
    world.simulator.setFaults({ mfa: fault })
    const { body } = await verify(code).expect(503)
    expect(body).toEqual({ code: 'signalwire-unavailable', message: expect.any(String) })
    expect(errors).toEqual([expect.any(VoiceOtpError)])
    expectNoSecrets(world, [body, ...errors, ...world.events], [code])
    expect(world.named('code.accepted')).toEqual([])
    await alice.get('/account').expect(401)
  })

  test('an outage is no wrong guess of the user, who is not paused for it', async () => {
    const { alice, verify, code } = await open('hosted-sms', { limits: unlimited })
    for (let challenge = 0; challenge < 3; challenge++) {
      world.simulator.clearFaults()
      await alice.post('/otp/call').expect(202)
      world.simulator.setFaults({ mfa: { status: 500, body: '' } })
      for (let guess = 0; guess < 5; guess++) await verify(code).expect(503)
    }
    expect(world.named('user.locked')).toEqual([])
    world.simulator.clearFaults()
    await alice.post('/otp/call').expect(202)
    await verify(world.simulator.mfaRequests[0]!.code).expect(200)
  })

  test('nothing at all: 503 after ten seconds, not in', async () => {
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
    // It never reached SignalWire, so the code is still good.
    await verify(code).expect(200)
  })
})
