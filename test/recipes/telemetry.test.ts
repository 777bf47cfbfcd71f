import { type Attributes, createNoopMeter, type Meter, metrics } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, type World, wrongCode } from '../support/world.js'
import { observe } from './telemetry.js'

let world: World
let counted: (Attributes | undefined)[]

beforeEach(async () => {
  counted = []
  // What an SDK does, as far as it matters here.
  const meter = Object.assign(Object.create(createNoopMeter()) as Meter, {
    createCounter: () => ({
      add: (_value: number, attributes?: Attributes) => {
        counted.push(attributes)
      },
    }),
  })
  metrics.setGlobalMeterProvider({ getMeter: () => meter })
  world = await createWorld({
    routes: (_app, _passport, strategy) => {
      observe(strategy)
    },
  })
})
afterEach(async () => {
  metrics.disable()
  await world.close()
})

test('OpenTelemetry counts every event without a user id, a call or a number', async () => {
  const alice = await world.logIn('alice')
  const code = await world.hearCode(alice)
  await alice
    .post('/otp')
    .send({ code: wrongCode(code) })
    .expect(401)
  await alice.post('/otp').send({ code }).expect(200)
  await alice.post('/otp/call').expect(429)
  const isMeasure = /^(call\.answered|request\.handled)$/
  expect(counted.filter(each => !isMeasure.test(String(each?.['event'])))).toEqual([
    { event: 'code.sent', purpose: 'login', channel: 'call' },
    { event: 'code.rejected', code: 'code-wrong', compared: true },
    { event: 'code.accepted', purpose: 'login', channel: 'call' },
    {
      event: 'code.blocked',
      purpose: 'step-up',
      code: 'too-many-calls',
      limit: 'callIntervalSeconds',
    },
  ])
})

test('a login works with the telemetry recipe and without an OpenTelemetry SDK', async () => {
  metrics.disable()
  await world.close()
  world = await createWorld({
    routes: (_app, _passport, strategy) => {
      observe(strategy)
    },
  })
  const alice = await world.logIn('alice')
  await alice
    .post('/otp')
    .send({ code: await world.hearCode(alice) })
    .expect(200)
  expect(counted).toEqual([])
})
