// Malformed data in the session store, from the limiter and from SignalWire: nobody is logged in,
// and nothing breaks.
import type { Express } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { MemoryRememberStore } from 'passport-voice-otp'
import { Simulator } from 'passport-voice-otp/simulator'
import { createKeys } from '../../lib/crypto.js'
import { choiceRoutes } from '../support/choices.js'
import { letPassAt } from '../support/deadline.js'
import { CounterStore, SessionStore } from '../support/stores.js'
import {
  withCode,
  createWorld,
  secret,
  type World,
  type WorldOptions,
  ring,
  unlimited,
} from '../support/world.js'

let world: World
afterEach(() => world.close())

type Options = NonNullable<WorldOptions['options']>
type Agent = Awaited<ReturnType<World['logIn']>>

async function open(
  options: Options = {},
  more: Omit<WorldOptions, 'options'> = {},
): Promise<Agent> {
  world = await createWorld({ options, routes: choiceRoutes, ...more })
  return world.logIn('alice')
}

describe('enroll', () => {
  /** Dave has no number and enrolls one. Returns the code that he hears. */
  async function enroll(options: Options, more: Omit<WorldOptions, 'options'> = {}) {
    await open(options, more)
    const dave = await world.logIn('dave')
    const { body } = (await dave
      .post('/enroll/call')
      .send({ phone: '+1 202 555 0177' })
      .expect(202)) as { body: { matchingDigits: string } }
    return { dave, code: await world.answerAndListen(body.matchingDigits) }
  }

  test('without the option onEnroll, an enrollment is a 503 and logs nobody in', async () => {
    const { dave, code } = await enroll({ onEnroll: undefined })
    await dave.post('/enroll').send({ code }).expect(503).expect(withCode('configuration'))
    await dave.get('/account').expect(401)
  })

  test('an enrollment succeeds even if the store of remembered browsers fails', async () => {
    const store = new MemoryRememberStore()
    store.removeAll = () => Promise.reject(new Error('the store failed'))
    const { dave, code } = await enroll({ remember: { days: 30, store } })
    await dave.post('/enroll').send({ code }).expect(200)
    expect(world.named('phone.changed')).toEqual([{ userId: 'dave' }])
  })

  test('the user hears about a number that onEnroll stores after its deadline', async () => {
    let store: () => void = () => undefined
    let noteStart: () => void = () => undefined
    const started = new Promise<void>(resolve => (noteStart = resolve))
    const { dave, code } = await enroll({
      onEnroll: () => {
        noteStart()
        return new Promise(resolve => (store = resolve))
      },
    })
    const { status } = await letPassAt(() => started, 5000, dave.post('/enroll').send({ code }))
    expect([status, world.named('phone.changed')]).toEqual([503, []])
    store()
    await new Promise(setImmediate)
    expect(world.named('phone.changed')).toEqual([{ userId: 'dave' }])
  })

  test('an enrollment with an old second factor is refused, and the new number is not called', async () => {
    const alice = await open({ limits: unlimited })
    await alice
      .post('/otp')
      .send({ code: await world.hearCode(alice) })
      .expect(200)
    world.clock.offset += 301_000
    await alice
      .post('/enroll/call')
      .send({ phone: '+1 202 555 0177' })
      .expect(401)
      .expect(withCode('second-factor-required'))
    expect(world.simulator.calls).toHaveLength(1)
  })

  /** Changes the sealed number of every challenge in the session store. */
  function changeSealedPhones(store: SessionStore, sealedPhone: string | undefined): void {
    for (const [id, text] of Object.entries(store.atRest)) {
      const session = JSON.parse(text) as { voiceOtp?: { challenge?: { sealedPhone?: string } } }
      if (session.voiceOtp?.challenge !== undefined)
        session.voiceOtp.challenge.sealedPhone = sealedPhone
      store.atRest[id] = JSON.stringify(session)
    }
  }

  test('status() says nothing about the limits of a number that was changed in the session store', async () => {
    const store = new SessionStore()
    const limits = { callIntervalSeconds: false, enrollCallsPerPhoneTenMinutes: 1 } as const
    const { dave } = await enroll({ limits }, { store })
    // A newer challenge of another session ends this one.
    await (await world.logIn('dave')).post('/enroll/call').send({ phone: '+12025550178' })
    const { body } = (await dave.get('/otp/status')) as { body: { nextCallIn: number } }
    expect(body.nextCallIn).toBeGreaterThan(500)
    changeSealedPhones(store, 'AQIDBA')
    expect((await dave.get('/otp/status').expect(200)).body).toMatchObject({ nextCallIn: 0 })
  })

  const keys = createKeys([secret], secret)
  test.each<[string, string | undefined]>([
    ['is missing', undefined],
    ['is not sealed', 'AQIDBA'],
    ['is another number', keys.seal(255, '+12025550145')],
    ['is sealed for a webhook', keys.seal(1, '+12025550177')],
    ['is not text', keys.seal(255, 12_025_550_177)],
  ])('a sealed number that %s in the session store is not enrolled', async (_, sealedPhone) => {
    const store = new SessionStore()
    const { dave, code } = await enroll({}, { store })
    changeSealedPhones(store, sealedPhone)
    await dave.post('/enroll').send({ code }).expect(401).expect(withCode('no-challenge'))
    expect(world.people['dave']!.phone).toBeNull()
  })

  test('a hosted challenge whose id was changed in the session store is refused with the code of another user', async () => {
    const store = new SessionStore()
    const alice = await open({ channels: ['hosted-sms'] }, { store })
    await alice.post('/otp/call').expect(202)
    const bob = await world.logIn('bob')
    await bob.post('/otp/call').expect(202)
    const [bobs, alices] = world.simulator.mfaRequests
    for (const [id, text] of Object.entries(store.atRest))
      store.atRest[id] = text.replace(alices!.id, bobs!.id)
    await alice.post('/otp').send({ code: bobs!.code }).expect(401).expect(withCode('no-challenge'))
    await alice.get('/account').expect(401)
  })
})

test('a failure does not change the stack traces of the app', async () => {
  const limit = Error.stackTraceLimit
  const alice = await open()
  await alice.post('/otp').send({ code: '123456' }).expect(401)
  expect(Error.stackTraceLimit).toBe(limit)
  expect(new Error('of the app').stack).toContain('odd-data.test')
})

test('a logout succeeds while the limiter fails', async () => {
  const store = new CounterStore(0, 0)
  const alice = await open({ limiter: store.factory })
  await alice.post('/otp/call').expect(202)
  store.faults = { get: 'throws', delete: 'throws' }
  await alice.post('/logout').expect(200)
  store.faults = {}
  expect((await alice.get('/account')).body).toEqual({})
})

test('"this was not me" ends the challenge even if reportedSeconds is false', async () => {
  const alice = await open({ limits: { ...unlimited, reportedSeconds: false } })
  const { phone } = await ring(world, alice)
  await phone.answer()
  await phone.press('0')
  expect((await alice.get('/otp/status')).body).toMatchObject({ expiresIn: 0, attemptsLeft: 0 })
  await alice.post('/otp/call').expect(202)
})

test('after "this was not me", a new login shows that the call was reported', async () => {
  const alice = await open()
  const { phone } = await ring(world, alice)
  await phone.answer()
  await phone.press('0')
  expect((await (await world.logIn('alice')).get('/otp/status')).body).toMatchObject({
    call: 'reported',
    expiresIn: 0,
    nextCallIn: 600,
    attemptsLeft: 0,
  })
})

describe('the body of a webhook', () => {
  test.each<[string, (app: Express) => void, Record<string, string>]>([
    ['without a content type', () => undefined, {}],
    [
      'whose body a middleware has read',
      app => {
        app.use('/voice-otp', (req, _res, next) => {
          req.resume().on('end', () => {
            setImmediate(next)
          })
        })
      },
      { 'Content-Type': 'application/x-www-form-urlencoded' },
    ],
  ])('a webhook %s is refused', async (_, beforeSession, headers) => {
    const alice = await open({}, { beforeSession })
    const { phone } = await ring(world, alice)
    const url = phone.call.parameters['Url']!
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: Buffer.from('To=%2B12025550123'),
    })
    expect([response.status, await response.text()]).toEqual([403, ''])
  })
})

test('a limiter that is over its limit without a valid wait is a 429 with a wait of one second', async () => {
  const store = new CounterStore(0, 0)

  const over = () => Promise.reject({ consumedPoints: 2, msBeforeNext: 'soon' })
  const alice = await open({
    limiter: options => ({
      ...store.factory(options),
      ...(options.keyPrefix.endsWith('user-interval') ? { consume: over } : {}),
    }),
  })
  await alice
    .post('/otp/call')
    .expect(429)
    .expect('Retry-After', '1')
    .expect(withCode('too-many-calls'))
})

describe('status()', () => {
  test('status() returns none while the call has no SID', async () => {
    const store = new SessionStore()
    const alice = await open({}, { store })
    await alice.post('/otp/call').expect(202)
    for (const [id, text] of Object.entries(store.atRest))
      store.atRest[id] = text.replace(/,"deliverySid":"[^"]+"/, '')
    expect((await alice.get('/otp/status')).body).toMatchObject({ call: 'none', attemptsLeft: 5 })
  })

  test('status() ignores a state that SignalWire does not document', async () => {
    const alice = await open()
    const {
      phone: { sid },
    } = await ring(world, alice)
    world.simulator.setFaults({ calls: { status: 200, body: { sid, status: 'dancing' } } })
    expect((await alice.get('/otp/status')).body).toMatchObject({ call: 'queued' })
  })

  test('the interval is not waived if SignalWire cannot tell how the last call ended', async () => {
    const alice = await open()
    world.simulator.setPhone('+12025550123', 'busy')
    await alice.post('/otp/call').expect(202)
    world.simulator.setFaults({ calls: { status: 500, body: 'broken' } })
    await alice.post('/otp/call').expect(429).expect(withCode('too-many-calls'))
    world.simulator.clearFaults()
    expect(world.simulator.calls).toHaveLength(1)
  })
})

test('the option maxPricePerMinute is sent to SignalWire with the call', async () => {
  const simulator = await Simulator.start()
  try {
    const alice = await open({ signalwire: { ...simulator.signalwire, maxPricePerMinute: 0.05 } })
    await alice.post('/otp/call').expect(202)
    expect(simulator.calls[0]!.parameters).toMatchObject({ MaxPricePerMinute: '0.05' })
  } finally {
    await simulator.stop()
  }
})
