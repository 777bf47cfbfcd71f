import { context, trace } from '@opentelemetry/api'
import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { VoiceOtpEvents } from 'passport-voice-otp'
import { instrument } from 'passport-voice-otp/telemetry'
import { CounterStore } from '../support/stores.js'
import { createWorld, type World, wrongCode } from '../support/world.js'
import { startSdk } from './support.js'

let sdk: ReturnType<typeof startSdk>
let world: World | undefined

beforeEach(() => {
  sdk = startSdk()
})
afterEach(async () => {
  vi.doUnmock('@opentelemetry/api')
  await world?.close()
  world = undefined
  await sdk.close()
})

const emitter = () => ({ events: new EventEmitter<VoiceOtpEvents>() })
const sent = { userId: 'alice', purpose: 'login', channel: 'call', sid: 'CA1' } as const

test('a login is measured from the call to the right code, by channel and country', async () => {
  world = await createWorld()
  await instrument(world.strategy)
  const alice = await world.logIn('alice')
  const { body } = (await alice.post('/otp/call').expect(202)) as {
    body: { matchingDigits: string }
  }
  await world.simulator.waitFor(call => call.status === 'ringing')
  await alice.get('/otp/status').expect(200)
  world.clock.offset += 1000 // SignalWire is asked once a second
  await alice.get('/otp/status').expect(200)
  const code = await world.answerAndListen(body.matchingDigits)
  world.clock.offset += 30_000
  await alice
    .post('/otp')
    .send({ code: wrongCode(code) })
    .expect(401)
  await alice.post('/otp').send({ code }).expect(200)

  const measures = await sdk.read()
  const where = { channel: 'call', country: 'US' }
  expect(measures.get('voice_otp.sends')).toMatchObject([
    { value: 1, labels: { outcome: 'sent', purpose: 'login', ...where } },
  ])
  for (const name of ['time_to_ring', 'time_to_answer', 'time_to_code', 'answers', 'completions'])
    expect([name, measures.get(`voice_otp.${name}`)]).toEqual([
      name,
      [expect.objectContaining({ value: 1, labels: where })],
    ])
  expect(measures.get('voice_otp.time_to_code')?.[0]?.sum).toBeGreaterThanOrEqual(31)
  expect(measures.get('voice_otp.time_to_answer')?.[0]?.sum).toBeLessThan(30)
  expect(measures.get('voice_otp.attempts')?.map(({ labels }) => labels)).toEqual([
    { result: 'wrong', code: 'code-wrong' },
    { result: 'right' },
  ])
})

test('each send, check of a code and webhook is one span below the span of the app', async () => {
  world = await createWorld({
    beforeSession: app => {
      // What an instrumentation of Express does.
      app.use((req, _res, next) => {
        const span = trace.getTracer('app').startSpan(`${req.method} ${req.path}`)
        context.with(trace.setSpan(context.active(), span), next)
        span.end()
      })
    },
  })
  await instrument(world.strategy)
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  await alice.post('/otp').send({ code }).expect(200)
  const spans = sdk.spans.getFinishedSpans()
  const own = spans.filter(({ name }) => name.startsWith('voice_otp.'))
  expect(own.map(({ name }) => name)).toEqual([
    'voice_otp.send',
    'voice_otp.webhook',
    'voice_otp.webhook',
    'voice_otp.verify',
  ])
  expect(own.map(({ attributes }) => attributes['voice_otp.outcome'])).toEqual(Array(4).fill('ok'))
  for (const { name, parentSpanContext } of own) {
    const parent = spans.find(each => each.spanContext().spanId === parentSpanContext?.spanId)
    expect([name, parent?.name]).toEqual([name, expect.stringMatching(/^POST \//)])
  }
})

test('no measure and no span holds a user, a number, a code or a SignalWire id', async () => {
  world = await createWorld()
  await instrument(world.strategy)
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  await alice.post('/otp').send({ code }).expect(200)
  world.simulator.setFaults({ calls: { status: 400, body: { code: 21211, message: 'x' } } })
  await (await world.logIn('bob')).post('/otp/call').expect(403)
  const spans = sdk.spans.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes }))
  const labels = [...(await sdk.read()).values()].flat().map(series => series.labels)
  const text = JSON.stringify({ spans, labels })
  expect(text).toContain('phone-refused')
  expect(text).not.toMatch(/alice|bob|\+?1?202555|\d{3,}/)
  for (const { sid } of world.simulator.calls) expect(text).not.toContain(sid)
})

test('a request that fails because of the limiter counts as an error of the limiter', async () => {
  const counters = new CounterStore(0, 0)
  world = await createWorld({ options: { limiter: counters.factory } })
  await instrument(world.strategy)
  const alice = await world.logIn('alice')
  counters.faults = { consume: 'throws' }
  await alice.post('/otp/call').expect(503)
  const measures = await sdk.read()
  expect(measures.get('voice_otp.errors')).toMatchObject([
    { value: 1, labels: { dependency: 'limiter' } },
  ])
  const [span] = sdk.spans.getFinishedSpans()
  expect([span?.name, span?.status.code]).toEqual(['voice_otp.send', 2])
})

test('an attacker, an app or a vendor cannot create more than 61 series of a measure by a label', async () => {
  const voiceOtp = emitter()
  await instrument(voiceOtp)
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index))
  for (const first of letters)
    for (const second of letters)
      voiceOtp.events.emit('code.sent', { ...sent, country: `${first}${second}` as never })
  for (const country of ['+12025550123', '__proto__', 'x'.repeat(50), 7, null])
    voiceOtp.events.emit('code.sent', { ...sent, country: country as never })
  const countries = (await sdk.read())
    .get('voice_otp.sends')
    ?.map(({ labels }) => labels['country'])
  expect(countries).toHaveLength(61)
  expect(countries).toContain('other')
  expect(countries).not.toContain('+12025550123')
})

test('somebody who asks for numbers of all countries does not use up the values of the label', async () => {
  const voiceOtp = emitter()
  await instrument(voiceOtp)
  for (let first = 65; first < 91; first++)
    for (let second = 65; second < 91; second++)
      voiceOtp.events.emit('code.blocked', {
        userId: 'mallory',
        purpose: 'enroll',
        code: 'destination-blocked',
        country: String.fromCharCode(first, second) as never,
      })
  voiceOtp.events.emit('code.sent', { ...sent, country: 'US' })
  expect((await sdk.read()).get('voice_otp.sends')).toMatchObject([
    { value: 676, labels: { outcome: 'blocked', code: 'destination-blocked' } },
    { value: 1, labels: { outcome: 'sent', country: 'US' } },
  ])
})

test('codes that nobody entered, reports, lost entries of the trail and lost notices are counted', async () => {
  const voiceOtp = emitter()
  await instrument(voiceOtp)
  voiceOtp.events.emit('code.unused', { ...sent, country: 'US' })
  voiceOtp.events.emit('call.reported', { userId: 'alice', purpose: 'login', callSid: 'CA1' })
  voiceOtp.events.emit('trail.failed', { reason: 'store' })
  voiceOtp.events.emit('notify.failed', { userId: 'alice', type: 'phone-changed' })
  const measures = await sdk.read()
  expect(measures.get('voice_otp.unused')).toMatchObject([
    { value: 1, labels: { channel: 'call', country: 'US' } },
  ])
  expect(measures.get('voice_otp.reports')).toMatchObject([{ value: 1, labels: {} }])
  expect(measures.get('voice_otp.errors')).toMatchObject([
    { value: 1, labels: { dependency: 'trail' } },
    { value: 1, labels: { dependency: 'notice' } },
  ])
})

test('the budget that is left is the lowest of all prefixes since the last collection', async () => {
  const voiceOtp = emitter()
  await instrument(voiceOtp)
  for (const left of [0.9, 0.1, 0.5])
    voiceOtp.events.emit('fraud.counted', { limit: 'unusedPerPrefixDay', country: 'US', left })
  expect((await sdk.read()).get('voice_otp.budget_left')).toMatchObject([
    { value: 0.1, labels: { limit: 'unusedPerPrefixDay', country: 'US' } },
  ])
})

test('what instrument() returns ends the measures', async () => {
  const voiceOtp = emitter()
  const end = await instrument(voiceOtp)
  voiceOtp.events.emit('code.sent', sent)
  end()
  expect(voiceOtp.events.eventNames()).toEqual([])
  voiceOtp.events.emit('code.sent', sent)
  expect((await sdk.read()).get('voice_otp.sends')).toMatchObject([{ value: 1 }])
})

test('without the package @opentelemetry/api, the error says how to install it', async () => {
  vi.doMock('@opentelemetry/api', () => {
    throw new Error('Cannot find package')
  })
  vi.resetModules()
  const { instrument: alone } = await import('passport-voice-otp/telemetry')
  await expect(alone(emitter())).rejects.toThrow('npm install @opentelemetry/api')
})

test('an exception of the clock of the app is counted as an error of an unknown dependency', async () => {
  let isBroken = false
  const clock = {
    now: () => {
      if (isBroken) throw new TypeError('no time')
      return Date.now()
    },
  }
  world = await createWorld({ options: { clock } })
  await instrument(world.strategy)
  const alice = await world.logIn('alice')
  isBroken = true
  await alice.post('/otp/call').expect(500)
  isBroken = false
  expect(world.simulator.calls).toEqual([])
  const measures = await sdk.read()
  expect(measures.get('voice_otp.errors')).toMatchObject([
    { value: 1, labels: { dependency: 'unknown' } },
  ])
})

test('a code that cannot be read counts as a refused attempt, because nothing was compared', async () => {
  world = await createWorld()
  await instrument(world.strategy)
  const alice = await world.logIn('alice')
  await world.hearCode(alice)
  await alice.post('/otp').send({ code: 'none' }).expect(400)
  expect((await sdk.read()).get('voice_otp.attempts')).toMatchObject([
    { value: 1, labels: { result: 'refused', code: 'code-malformed' } },
  ])
})
