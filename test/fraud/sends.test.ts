// The fraud guard in an app: a send, its code, and what goes wrong between them.
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { VoiceOtpOptions } from 'passport-voice-otp'
import { callsUnlimited } from '../support/limits.js'
import { CounterStore, SessionStore } from '../support/stores.js'
import {
  createWorld,
  type Person,
  type World,
  type WorldOptions,
  wrongCode,
} from '../support/world.js'

type Options = Partial<VoiceOtpOptions<Person>>
type Agent = ReturnType<World['browser']>

/** An app with codes by text, one send without a code for each prefix, and no limit on calls. */
async function open(options: Options = {}, more: Omit<WorldOptions, 'options'> = {}) {
  const world = await createWorld({
    ...more,
    options: {
      channels: ['sms'],
      limits: callsUnlimited,
      fraud: { unusedPerPrefixDay: 1 },
      ...options,
    },
  })
  onTestFinished(() => world.close())
  // Alice and Bob have numbers with the same prefix.
  const alice = await world.logIn('alice')
  const bob = await world.logIn('bob')
  const codeOf = (): string => /\d{6}/.exec(world.simulator.messages[0]!.body)![0]
  const refused = (agent: Agent, status = 429) => agent.post('/otp/call').expect(status)
  return { ...world, alice, bob, codeOf, refused }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('a send without a code', () => {
  test('a send over the budget gets destination-limited with Retry-After, and the events have country and prefix', async () => {
    const app = await open()
    await app.alice.post('/otp/call').expect(202)
    const { body, headers } = await app.refused(app.bob)
    expect(body).toMatchObject({ code: 'destination-limited' })
    expect(Number(headers['retry-after'])).toBe((body as { retryAfter: number }).retryAfter)
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(86_400)
    expect(app.named('code.blocked')).toEqual([
      expect.objectContaining({
        userId: 'bob',
        country: 'US',
        code: 'destination-limited',
        limit: 'unusedPerPrefixDay',
      }),
    ])
    expect(app.named('fraud.blocked')).toEqual([
      expect.objectContaining({ country: 'US', prefix: '+1202555', allowed: 1, observed: false }),
    ])
    expect(app.simulator.messages).toHaveLength(1)
  })

  test('a right code gives its send back once, also when ten requests send it at the same time', async () => {
    const app = await open({ limiter: new CounterStore(2, 25).factory })
    await app.alice.post('/otp/call').expect(202)
    await app.refused(app.bob)
    const code = app.codeOf()
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async () => (await app.alice.post('/otp').send({ code })).status),
    )
    expect(statuses.filter(status => status === 200)).toHaveLength(1)
    await app.bob.post('/otp/call').expect(202)
    app.people['carol'] = { id: 'carol', phone: '+12025550177' }
    await app.refused(await app.logIn('carol'))
  })

  test('a wrong code, a code that is too late and a logout give nothing back', async () => {
    const app = await open({ fraud: { unusedPerPrefixDay: 3 } })
    await app.alice.post('/otp/call').expect(202)
    await app.alice
      .post('/otp')
      .send({ code: wrongCode(app.codeOf()) })
      .expect(401)
    await app.alice.post('/otp/call').expect(202)
    app.clock.offset += 300_000
    await app.alice.post('/otp').send({ code: app.codeOf() }).expect(401)
    await app.alice.post('/otp/call').expect(202)
    await app.alice.post('/logout').expect(200)
    expect((await app.refused(app.bob)).body).toMatchObject({ code: 'destination-limited' })
  })

  test('a refused send kills no challenge: the code that was sent before is accepted', async () => {
    const app = await open({ fraud: { sendsPerPrefixDay: 1 } })
    await app.alice.post('/otp/call').expect(202)
    const code = app.codeOf()
    await app.refused(app.alice)
    await app.alice.post('/otp').send({ code }).expect(200)
    // Now Alice's number is exempt, and Bob's is not.
    await app.alice.post('/otp/call').expect(202)
    await app.refused(app.bob)
  })

  test('a number is exempt while getPhone returns a date of the last 180 days, and an enrollment of the same number is not', async () => {
    const verifiedAt = new Date()
    const app = await open(
      { fraud: { unusedPerPrefixDay: () => 0 } },
      { getPhone: ({ phone }) => ({ phones: [{ number: phone, verifiedAt }] }) },
    )
    await app.alice.post('/otp/call').expect(202)
    app.clock.offset = 181 * 86_400_000
    await app.refused(app.alice)
  })

  test.each([null, '2026-11-01', 1, {}])(
    'a number is not exempt if getPhone returns verifiedAt: %j',
    async verifiedAt => {
      const app = await open(
        { fraud: { unusedPerPrefixDay: () => 0 } },
        { getPhone: ({ phone }) => ({ phones: [{ number: phone, verifiedAt }] }) },
      )
      await app.refused(app.alice)
    },
  )

  test('a pending user who enrolls the number of another user is counted, and cannot use the exemption of that user', async () => {
    const app = await open(
      {},
      {
        routes: (server, passport) => {
          server.post(
            '/enroll',
            passport.authenticate('voice-otp', {
              action: 'call',
              purpose: 'enroll',
              phone: () => '+12025550123',
              failWithError: true,
            }),
            (_req, res) => {
              res.status(202).end()
            },
          )
        },
      },
    )
    await app.alice.post('/otp/call').expect(202)
    await app.alice.post('/otp').send({ code: app.codeOf() }).expect(200)
    const dave = await app.logIn('dave') // no phone on record
    await dave.post('/enroll').expect(202)
    await dave.post('/enroll').expect(429)
    await app.alice.post('/otp/call').expect(202) // her own login is not touched
  })
})

describe('a send that did not happen', () => {
  test('a send that SignalWire refuses is given back', async () => {
    const app = await open()
    app.simulator.setFaults({ messages: { status: 400, body: { code: 21211, message: 'no' } } })
    for (let count = 0; count < 3; count++) await app.refused(app.alice, 403)
    app.simulator.setFaults({})
    await app.bob.post('/otp/call').expect(202)
    await app.refused(app.alice)
  })

  test('a send that SignalWire may have done is not given back', async () => {
    const app = await open()
    app.simulator.setFaults({ messages: { status: 500, body: {} } })
    await app.refused(app.alice, 503)
    app.simulator.setFaults({})
    await app.refused(app.bob)
  })

  test('a send is given back if the session store fails before SignalWire is asked', async () => {
    const store = new SessionStore()
    const app = await open({}, { store })
    store.faults = { set: 'rejects' }
    await app.refused(app.alice, 503)
    store.faults = {}
    await app.bob.post('/otp/call').expect(202)
    expect(app.simulator.messages).toHaveLength(1)
  })

  test('a failing limiter does not hide why the send did not happen', async () => {
    const counters = new CounterStore(0, 0)
    const app = await open({ limiter: counters.factory })
    app.simulator.setFaults({ messages: { status: 400, body: { code: 21211, message: 'no' } } })
    counters.faults = { 'uses.consume': 'throws' }
    expect((await app.refused(app.alice, 403)).body).toMatchObject({ code: 'phone-refused' })
  })
})

describe('stopSends', () => {
  test('stopSends() refuses each send with 503, and a code that was sent is still accepted', async () => {
    const app = await open()
    await app.alice.post('/otp/call').expect(202)
    await app.strategy.stopSends('a test')
    const { body } = await app.refused(app.bob, 503)
    expect(body).toMatchObject({ code: 'sends-stopped' })
    await app.refused(app.alice, 503)
    expect(app.named('code.blocked')).toEqual([
      expect.objectContaining({ userId: 'bob', country: 'US', code: 'sends-stopped' }),
      expect.objectContaining({ userId: 'alice', country: 'US', code: 'sends-stopped' }),
    ])
    await app.alice.post('/otp').send({ code: app.codeOf() }).expect(200)
    await app.strategy.resumeSends()
    await app.bob.post('/otp/call').expect(202)
    expect(app.simulator.messages).toHaveLength(2)
  })

  test('a switch that is thrown while beforeCall runs stops this send too, and uses up no budget', async () => {
    let inCallback: () => void = () => undefined
    const entered = new Promise<void>(resolve => (inCallback = resolve))
    let leave: () => void = () => undefined
    const left = new Promise<boolean>(resolve => {
      leave = () => {
        resolve(true)
      }
    })
    const app = await open({
      beforeCall: () => {
        inCallback()
        return left
      },
    })
    const asking = app.refused(app.alice, 503)
    const done = asking.then(({ body }) => body as unknown)
    await entered
    await app.strategy.stopSends('a test')
    leave()
    expect(await done).toMatchObject({ code: 'sends-stopped' })
    expect(app.simulator.messages).toEqual([])
    await app.strategy.resumeSends()
    await app.bob.post('/otp/call').expect(202)
  })

  test('stopSends() refuses a reason that is not text', async () => {
    const app = await open()
    await expect(app.strategy.stopSends('')).rejects.toThrow(TypeError)
  })
})

describe('code.unused', () => {
  /** An app whose timers the test moves. */
  async function openTimed(options: Options = {}) {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], shouldAdvanceTime: true })
    return open({ fraud: { unusedPerPrefixDay: false }, clock: Date, ...options })
  }
  const unused = (app: Awaited<ReturnType<typeof open>>) => app.named('code.unused')

  test('code.unused comes once for each code that nobody entered, also for one that a newer code replaced', async () => {
    const app = await openTimed()
    await app.alice.post('/otp/call').expect(202)
    const first = app.simulator.messages[0]!.sid
    await app.alice.post('/otp/call').expect(202)
    await app.bob.post('/otp/call').expect(202)
    await app.bob.post('/otp').send({ code: app.codeOf() }).expect(200)
    await vi.advanceTimersByTimeAsync(290_000)
    expect(unused(app)).toEqual([])
    await vi.advanceTimersByTimeAsync(20_000)
    expect(unused(app)).toEqual([
      { userId: 'alice', purpose: 'login', channel: 'sms', country: 'US', sid: first },
      expect.objectContaining({ userId: 'alice', sid: app.simulator.messages[1]!.sid }),
    ])
    await vi.advanceTimersByTimeAsync(600_000)
    expect(unused(app)).toHaveLength(2)
  })

  test('no code.unused comes if the limiter fails when the code has expired', async () => {
    const counters = new CounterStore(0, 0)
    const app = await openTimed({ limiter: counters.factory })
    await app.alice.post('/otp/call').expect(202)
    counters.faults = { 'uses.consume': 'throws' }
    await vi.advanceTimersByTimeAsync(310_000)
    expect(unused(app)).toEqual([])
  })
})
