// The limits of a project: calls per second, trial, scopes of the token, Geographic Permissions.
import { describe, expect, test } from 'vitest'
import type { Simulator, SimulatorOptions } from 'passport-voice-otp/simulator'
import { alice, bob, mfa, place, post, startSimulator } from './support.js'

const url = 'https://acme.example/'
const states = (simulator: Simulator) => simulator.calls.map(({ status }) => status).reverse()
const callResult = async (simulator: Simulator, to = alice) => {
  const { status, body } = await post(simulator, 'Calls', {
    To: to,
    From: simulator.signalwire.from,
    Url: url,
  })
  return [status, body.errors?.[0].code] as const
}

describe('calls per second', () => {
  test('by default all calls ring at once', async () => {
    const simulator = await startSimulator()
    expect(simulator.callsPerSecond).toBe(Infinity)
    for (let calls = 0; calls < 5; calls++) await place(simulator, url)
    expect(new Set(states(simulator))).toEqual(new Set(['ringing']))
  })

  test('at one call a second, the others wait: first in, first out', async () => {
    const simulator = await startSimulator({ callsPerSecond: 1 })
    for (let calls = 0; calls < 3; calls++) await place(simulator, url)
    expect(states(simulator)).toEqual(['ringing', 'queued', 'queued'])
    await simulator.advance(999)
    expect(states(simulator)).toEqual(['ringing', 'queued', 'queued'])
    await simulator.advance(1)
    expect(states(simulator)).toEqual(['ringing', 'ringing', 'queued'])
    await simulator.advance(1000)
    expect(states(simulator)).toEqual(['ringing', 'ringing', 'ringing'])
    await place(simulator, url)
    expect(states(simulator).at(-1)).toBe('queued')
    await simulator.advance(5000)
    await place(simulator, url)
    expect(states(simulator).at(-1)).toBe('ringing')
  })

  test('a call that is canceled while it waits gives its turn to the next', async () => {
    const simulator = await startSimulator({ callsPerSecond: 0.5 })
    await place(simulator, url)
    const canceled = await place(simulator, url)
    await place(simulator, url)
    await post(simulator, `Calls/${canceled}`, { Status: 'canceled' })
    await simulator.advance(2000)
    expect(states(simulator)).toEqual(['ringing', 'canceled', 'ringing'])
  })

  test('the pace counts from the ringing, also after a longer delay', async () => {
    const simulator = await startSimulator({ callsPerSecond: 1 })
    simulator.setQueueDelay({ delayMs: 5000 })
    await place(simulator, url)
    simulator.setQueueDelay({ delayMs: 0 })
    await place(simulator, url)
    await simulator.advance(5000)
    expect(states(simulator)).toEqual(['ringing', 'queued'])
    await simulator.advance(1000)
    expect(states(simulator)).toEqual(['ringing', 'ringing'])
  })

  test('calls of hosted MFA wait in the same queue', async () => {
    const simulator = await startSimulator({ callsPerSecond: 1 })
    await place(simulator, url)
    await mfa(simulator, 'call', { to: alice })
    expect(states(simulator)).toEqual(['ringing', 'queued'])
  })

  test('a full queue refuses the next call with 21611', async () => {
    const simulator = await startSimulator({ callsPerSecond: 1, queueLength: 2 })
    for (let calls = 0; calls < 3; calls++) await place(simulator, url)
    expect(await callResult(simulator)).toEqual([400, '21611'])
    await simulator.advance(1000)
    await place(simulator, url)
    expect(states(simulator)).toHaveLength(4)
  })

  test('with an unlimited pace the queue is only the delay, and it is limited, too', async () => {
    const simulator = await startSimulator({ queueLength: 1 })
    simulator.setQueueDelay({ delayMs: 1000 })
    const waiting = await place(simulator, url)
    expect(await callResult(simulator)).toEqual([400, '21611'])
    await post(simulator, `Calls/${waiting}`, { Status: 'canceled' })
    await place(simulator, url)
    await simulator.advance(1000)
    expect(states(simulator)).toEqual(['canceled', 'ringing'])
  })
})

describe('a project in trial', () => {
  test('it reaches verified numbers only, by call, message and hosted MFA', async () => {
    const simulator = await startSimulator({ trial: { verified: [alice] } })
    expect(await callResult(simulator)).toEqual([200, undefined])
    expect(await callResult(simulator, bob)).toEqual([400, '21219'])
    const message = { From: '+12025550100', Body: 'x' }
    expect((await post(simulator, 'Messages', { ...message, To: alice })).status).toBe(201)
    expect(await post(simulator, 'Messages', { ...message, To: bob })).toMatchObject({
      status: 400,
      body: { code: 21219, message: expect.stringContaining('trial') },
    })
    for (const channel of ['call', 'sms']) {
      expect((await mfa(simulator, channel, { to: alice })).status).toBe(200)
      expect((await mfa(simulator, channel, { to: bob })).status).toBe(422)
    }
  })

  test('10 calls wait, and the next is refused', async () => {
    const simulator = await startSimulator({ trial: { verified: [alice] }, callsPerSecond: 1 })
    for (let calls = 0; calls < 11; calls++) await place(simulator, url)
    expect(await callResult(simulator)).toEqual([400, '21611'])
  })

  test('it calls no other country, whatever the Geographic Permissions say', async () => {
    const german = '+491511234567'
    const simulator = await startSimulator({
      trial: { verified: [german] },
      geographicPermissions: ['US', 'DE'],
    })
    expect(await callResult(simulator, german)).toEqual([400, 'not_routable'])
  })
})

describe('Geographic Permissions', () => {
  test.each([
    ['+491511234567', 200],
    ['+12025550123', 400],
    ['+18765550123', 400],
    ['+8821612345678', 400],
  ])('with the permission for DE alone, a call to %s gets %i', async (to, status) => {
    const simulator = await startSimulator({ geographicPermissions: ['DE'] })
    expect((await callResult(simulator, to))[0]).toBe(status)
  })

  test('the message names the country, the request form and Geographic Permissions', async () => {
    const simulator = await startSimulator({ geographicPermissions: ['US'] })
    const { body } = await post(simulator, 'Calls', {
      To: '+491511234567',
      From: simulator.signalwire.from,
      Url: url,
    })
    expect(body.errors[0]).toMatchObject({
      code: 'not_routable',
      message: expect.stringMatching(/DE.*request form.*Geographic Permissions.*trial/),
    })
    expect((await mfa(simulator, 'call', { to: '+491511234567' })).status).toBe(422)
    expect((await mfa(simulator, 'sms', { to: '+491511234567' })).status).toBe(200)
  })
})

test.each([
  [['Voice'], [200, 401, 401]],
  [['Messaging'], [401, 201, 401]],
  [['Management'], [401, 401, 200]],
  [[], [401, 401, 401]],
] as const)(
  'a token with the scopes %j gets %j for a call, a message and hosted MFA',
  async (scopes, statuses) => {
    const simulator = await startSimulator({ scopes })
    const from = simulator.signalwire.from
    expect([
      (await post(simulator, 'Calls', { To: alice, From: from, Url: url })).status,
      (await post(simulator, 'Messages', { To: alice, From: from, Body: 'x' })).status,
      (await mfa(simulator, 'sms', { to: alice })).status,
    ]).toEqual(statuses)
  },
)

test.each([
  [{ callsPerSecond: 0 }, 'callsPerSecond'],
  [{ callsPerSecond: NaN }, 'callsPerSecond'],
  [{ queueLength: 0 }, 'queueLength'],
  [{ queueLength: 1.5 }, 'queueLength'],
  [{ trial: {} }, 'trial'],
  [{ trial: { verified: ['alice'] } }, 'trial'],
  [{ scopes: ['voice'] }, "scopes has 'voice': one of Voice, Messaging, Management"],
  [{ geographicPermissions: ['Germany'] }, 'ISO 3166'],
  [{ undocumented: { keysBeforeGathers: 'kept' } }, "undocumented has no 'keysBeforeGathers'"],
])('Simulator.start refuses %j', async (options, message) => {
  const started = startSimulator(options as SimulatorOptions)
  await expect(started).rejects.toThrow(TypeError)
  await expect(started).rejects.toThrow(message)
})
