import { afterEach, expect, test } from 'vitest'
import type { Channel, VoiceOtpError } from 'passport-voice-otp'
import { toDeliveryError } from '../../lib/signalwire/errors.js'
import { choiceRoutes } from '../support/choices.js'
import { createWorld, type World, wrongCode } from '../support/world.js'

let world: World
const errors: VoiceOtpError[] = []
afterEach(() => world.close())

async function open(channel: Channel) {
  errors.length = 0
  world = await createWorld({
    options: { channels: [channel] },
    routes: (app, passport, strategy) => {
      choiceRoutes(app, passport, strategy)
      app.use((error: VoiceOtpError, _req: unknown, _res: unknown, next: (e: unknown) => void) => {
        errors.push(error)
        next(error)
      })
    },
  })
  return world.logIn('alice')
}

const flat = (code: string) => ({ code, message: 'no', more_info: '', status: 400 })
const listed = (code: string) => ({ errors: [{ code, message: 'no', more_info: '' }] })

test.each(
  ['21606', '21610', '21614'].flatMap(code => [
    [code, flat(code)] as const,
    [code, listed(code)] as const,
  ]),
)("SignalWire's error %s for a text is the number's fault: 403 (body %j)", async (code, body) => {
  const alice = await open('sms')
  world.simulator.setFaults({ messages: { status: 400, body } })
  const response = await alice.post('/otp/call').expect(403)
  expect(response.body).toMatchObject({ code: 'phone-refused' })
  expect(world.named('code.failed')).toMatchObject([{ code: 'phone-refused', reason: code }])
})

test.each(['hosted-call', 'hosted-sms'] as const)(
  'a token without the scope for %s gets a reason of its own, at the request and at the check',
  async channel => {
    const alice = await open(channel)
    world.simulator.setFaults({ mfa: { status: 401, body: { error: 'Unauthorized' } } })
    await alice.post('/otp/call').expect(503)
    expect(world.named('code.failed')).toMatchObject([
      { code: 'signalwire-unavailable', reason: 'scope-missing' },
    ])

    world.simulator.clearFaults()
    await alice.post('/otp/call').expect(202)
    world.simulator.setFaults({ mfa: { status: 401, body: { error: 'Unauthorized' } } })
    await alice.post('/otp').send({ code: wrongCode() }).expect(503)
    expect(errors.at(-1)?.cause).toEqual({ name: 'HttpError', code: 'scope-missing' })
  },
)

test.each(['call', 'sms'] as const)(
  'a 401 for the channel %s is not taken for a missing scope of the hosted channels',
  async channel => {
    const alice = await open(channel)
    const fault = { status: 401, body: { error: 'Unauthorized' } }
    world.simulator.setFaults({ calls: fault, messages: fault })
    await alice.post('/otp/call').expect(503)
    expect(world.named('code.failed')).toMatchObject([{ reason: 'http-401' }])
  },
)

test.each([
  ['a string', 'no'],
  ['null', null],
  ['an unknown error', new Error('+12025550123')],
])(
  '%s that the vendor throws becomes an error without its words, and a phone may be ringing',
  (_, thrown) => {
    expect(toDeliveryError(thrown)).toEqual({
      error: expect.objectContaining({ code: 'signalwire-unavailable' }) as Error,
      reason: 'unknown',
      refused: false,
    })
  },
)
