// The pace of the Space: who waits how long for a call, and which calls are not placed.
import type express from 'express'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { CallStatus, VoiceOtpOptions } from 'passport-voice-otp'
import { followTurn } from '../../lib/actions/follow-turn.js'
import type { Context } from '../../lib/context.js'
import type { Challenge } from '../../lib/session/challenge.js'
import { createWorld, type Person, type WorldOptions } from '../support/world.js'

async function openWorld(callsPerSecond: number, given: WorldOptions = {}) {
  const world = await createWorld({ simulatorOptions: { callsPerSecond }, ...given })
  onTestFinished(() => world.close())
  // A moved clock: the calls of one test all happen within one second.
  const start = Math.ceil(Date.now() / 100_000) * 100_000
  const clock = { offset: 0, now: () => start + clock.offset }
  world.clock.now = clock.now
  return { ...world, clock }
}

test('the simulator tells the strategy its pace, so that the strategy refuses what would ring too late', async () => {
  // 60 seconds: the last call that may wait rings after 15 seconds.
  const world = await openWorld(0.05, { options: { codeSeconds: 60 } })
  expect(world.simulator.signalwire.callsPerSecond).toBe(0.05)
  const [alice, bob] = [await world.logIn('alice'), await world.logIn('bob')]
  await alice.post('/otp/call').expect(202)
  await bob
    .post('/otp/call')
    .expect(503)
    .expect('Retry-After', '5')
    .expect(({ body }) => {
      expect(body).toMatchObject({ code: 'queue-full' })
    })
  expect(world.simulator.calls).toHaveLength(1)
  world.clock.offset += 20_000
  await bob.post('/otp/call').expect(202)
})

test('a simulator without a pace makes nobody wait', async () => {
  const world = await openWorld(Infinity, { options: { codeSeconds: 60 } })
  expect(world.simulator.signalwire.callsPerSecond).toBe(Infinity)
  for (const name of ['alice', 'bob']) {
    const agent = await world.logIn(name)
    await agent.post('/otp/call').expect(202)
  }
})

test('a call that finds no place ends no challenge: the older code stays valid', async () => {
  const world = await openWorld(0.05, {
    options: { codeSeconds: 60, limits: { callIntervalSeconds: false } },
  })
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  await alice.post('/otp/call').expect(503)
  await alice.post('/otp').send({ code }).expect(200)
})

const waitOf = async (agent: { get(path: string): PromiseLike<{ body: unknown }> }) => {
  const { body } = await agent.get('/otp/status')
  const { call, startsIn, callsBefore, otherChannels, pollAfter } = body as CallStatus
  return { call, startsIn, callsBefore, otherChannels, pollAfter }
}

test('a person who waits is told when the phone rings and how many people are before', async () => {
  const world = await openWorld(0.1)
  const [alice, bob] = [await world.logIn('alice'), await world.logIn('bob')]
  expect((await alice.post('/otp/call').expect(202)).body).toMatchObject({
    startsIn: 0,
    callsBefore: 0,
  })
  expect((await bob.post('/otp/call').expect(202)).body).toMatchObject({
    startsIn: 10,
    callsBefore: 1,
  })
  expect(await waitOf(bob)).toEqual({
    call: 'queued',
    startsIn: 10,
    callsBefore: 1,
    otherChannels: [],
    pollAfter: 2,
  })
  world.clock.offset += 7500
  expect(await waitOf(bob)).toMatchObject({ call: 'queued', startsIn: 3, callsBefore: 0 })
  await world.simulator.advance(10_000)
  world.clock.offset += 2500
  expect(await waitOf(bob)).toMatchObject({ call: 'ringing', startsIn: 0, callsBefore: 0 })
})

test('the life of a code does not grow with the wait', async () => {
  const world = await openWorld(0.1)
  const [alice, bob] = [await world.logIn('alice'), await world.logIn('bob')]
  await alice.post('/otp/call').expect(202)
  const { body } = await bob.post('/otp/call').expect(202)
  expect(body).toMatchObject({ startsIn: 10, expiresIn: 300 })
})

describe('a long wait', () => {
  const openBusyWorld = async (options: Partial<VoiceOtpOptions<Person>> = {}) => {
    const world = await openWorld(0.01, {
      options: { channels: ['call', 'sms', 'hosted-call'], longWaitSeconds: 90, ...options },
      routes(app, passport) {
        app.post(
          '/otp/by/:channel',
          passport.authenticate('voice-otp', {
            action: 'call',
            channel: req => (req as express.Request).params['channel'],
            failWithError: true,
          }) as express.RequestHandler,
          (req, res) => {
            res.status(202).json(req.voiceOtp)
          },
        )
      },
    })
    const [alice, bob] = [await world.logIn('alice'), await world.logIn('bob')]
    await alice.post('/otp/call').expect(202)
    await bob.post('/otp/call').expect(202)
    return { ...world, alice, bob }
  }

  test('a waiting call that cannot be canceled does not stop the text that was chosen instead', async () => {
    const { bob, simulator, clock } = await openBusyWorld()
    await waitOf(bob)
    clock.offset += 30_000
    simulator.setFaults({ calls: { status: 500 } })
    const { body } = await bob.post('/otp/by/sms').expect(202)
    expect(body).toMatchObject({ channel: 'sms' })
    expect(simulator.messages).toHaveLength(1)
  })

  test('the other channels are offered, and one of them can be chosen at once, but only once', async () => {
    const { alice, bob, simulator, clock } = await openBusyWorld()
    expect(await waitOf(alice)).toMatchObject({ call: 'ringing', otherChannels: [] })
    expect(await waitOf(bob)).toMatchObject({
      call: 'queued',
      startsIn: 100,
      otherChannels: ['sms', 'hosted-call'],
      pollAfter: 5,
    })
    clock.offset += 30_000 // the offer does not vanish while the user reads it
    expect(await waitOf(bob)).toMatchObject({ startsIn: 70, otherChannels: ['sms', 'hosted-call'] })
    await bob.post('/otp/by/call').expect(429)
    const { body } = await bob.post('/otp/by/sms').expect(202)
    expect(body).toMatchObject({ channel: 'sms', startsIn: 0, callsBefore: 0 })
    await bob.post('/otp/by/hosted-call').expect(429)
    // the call that waited would be answered in vain
    await vi.waitFor(() => {
      expect(simulator.calls.map(({ status }) => status)).toEqual(['canceled', 'ringing'])
    })
    expect(simulator.messages).toHaveLength(1)
    expect(await waitOf(bob)).toMatchObject({ call: 'sent', otherChannels: [] })
    await bob
      .post('/otp')
      .send({ code: /\d{6}/.exec(simulator.messages[0]!.body)![0] })
      .expect(200)
  })

  test('a wait that is not long offers nothing and waives no interval', async () => {
    const { bob, simulator } = await openBusyWorld({ longWaitSeconds: 100 })
    expect(await waitOf(bob)).toMatchObject({ startsIn: 100, otherChannels: [] })
    await bob.post('/otp/by/sms').expect(429)
    expect(simulator.messages).toEqual([])
  })

  test('a phone with an extension is not offered a channel that cannot reach it', async () => {
    const world = await openWorld(0.01, {
      options: { channels: ['call', 'sms'], longWaitSeconds: 0 },
      getPhone: ({ phone }) => ({ phones: [{ number: phone, extension: '7' }] }),
    })
    const [alice, bob] = [await world.logIn('alice'), await world.logIn('bob')]
    await alice.post('/otp/call').expect(202)
    await bob.post('/otp/call').expect(202)
    expect(await waitOf(bob)).toMatchObject({ startsIn: 100, otherChannels: [] })
  })
})

test('a new code cancels the last call of the session while it waits, and lets a call ring on', async () => {
  const world = await openWorld(0.1, { options: { limits: { callIntervalSeconds: false } } })
  const alice = await world.logIn('alice')
  for (let calls = 1; calls <= 3; calls++) await alice.post('/otp/call').expect(202)
  await vi.waitFor(() => {
    const states = world.simulator.calls.map(({ status }) => status)
    expect(states).toEqual(['queued', 'canceled', 'ringing'])
  })
})

test('a call that rings late corrects what the people behind it are told', async () => {
  const world = await openWorld(0.1)
  world.simulator.setQueueDelay({ delayMs: 30_000 })
  const [alice, bob] = [await world.logIn('alice'), await world.logIn('bob')]
  await alice.post('/otp/call').expect(202)
  await bob.post('/otp/call').expect(202)
  world.clock.offset += 25_000
  // Both are late, and nobody knows how late yet.
  expect(await waitOf(alice)).toMatchObject({ call: 'queued', startsIn: 0 })
  expect(await waitOf(bob)).toMatchObject({ call: 'queued', startsIn: 0 })
  await world.simulator.advance(30_000)
  world.clock.offset += 4000
  expect(await waitOf(alice)).toMatchObject({ call: 'ringing', startsIn: 0 })
  // 10 seconds behind the call of alice, which has waited 25 to 29 seconds.
  expect(await waitOf(bob)).toMatchObject({ call: 'queued', startsIn: 6, callsBefore: 0 })
})

test('an approval that waits is not offered a hosted channel, which cannot say what is approved', async () => {
  const status = async (purpose: 'login' | 'approve') => {
    const turn = { takenAt: 0, countedSeconds: 90, seconds: 90 }
    const context = {
      calls: { state: () => Promise.resolve('queued') },
      turns: { update: () => Promise.resolve(turn) },
      settings: {
        channels: ['sms', 'call', 'hosted-sms'],
        longWaitSeconds: 60,
        clock: { now: () => 0 },
        signalwire: { callsPerSecond: 1 },
      },
    } as unknown as Context<Person>
    const challenge = { channel: 'call', deliverySid: 'sid', purpose, turn } as Challenge
    return (await followTurn(context, challenge)).otherChannels
  }
  expect(await status('login')).toEqual(['sms', 'hosted-sms'])
  expect(await status('approve')).toEqual(['sms'])
})
