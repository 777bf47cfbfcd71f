// The limits of a real project, as the simulator has them, seen by an app: trial, scopes, queue.
import { afterEach, expect, onTestFinished, test } from 'vitest'
import type { Channel } from 'passport-voice-otp'
import { Simulator, type SimulatorOptions } from 'passport-voice-otp/simulator'
import { createWorld, type World } from '../support/world.js'

let world: World
afterEach(() => world.close())

/** Logs in with the password and asks for a code in a Space with these limits. */
async function askForCode(channel: Channel, options: SimulatorOptions) {
  const simulator = await Simulator.start(options)
  onTestFinished(() => simulator.stop())
  world = await createWorld({
    options: { channels: [channel], signalwire: simulator.signalwire },
  })
  const alice = await world.logIn('alice')
  const { status, body } = await alice.post('/otp/call')
  return { status, code: (body as { code?: string }).code, event: world.named('code.failed')[0] }
}

const trial = { verified: ['+12025550199'] }

test.each([
  ['call', { trial }, 403, 'phone-refused', '21219'],
  ['sms', { trial }, 403, 'phone-refused', '21219'],
  ['hosted-call', { trial }, 503, 'signalwire-unavailable', '422'],
  ['call', { geographicPermissions: ['CA'] }, 403, 'phone-refused', 'not_routable'],
  ['call', { scopes: [] }, 503, 'signalwire-unavailable', '20003'],
  ['sms', { scopes: ['Voice'] }, 503, 'signalwire-unavailable', '20003'],
  ['hosted-sms', { scopes: ['Voice'] }, 503, 'signalwire-unavailable', 'scope-missing'],
] as const)(
  'a code by %s in a Space with %j gets %i %s, and the event says %s',
  async (channel, options, status, code, reason) => {
    expect(await askForCode(channel, options)).toMatchObject({
      status,
      code,
      event: { code, reason },
    })
  },
)

test('a code by call in a Space whose trial includes the number is placed', async () => {
  const { status } = await askForCode('call', { trial: { verified: ['+12025550123'] } })
  expect(status).toBe(202)
})
