import type { RequestHandler } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../support/world.js'

let world: World
afterEach(() => world.close())

/** A call to a user whose phone is busy. */
async function busyCall(
  agent: ReturnType<World['browser']>,
  number = '+12025550123',
): Promise<void> {
  world.simulator.setPhone(number, 'busy')
  await agent.post('/otp/call').expect(202)
  await world.simulator.idle()
  world.simulator.setPhone(number, 'manual')
}

describe('the interval between two calls', () => {
  test('after a busy call, one more call is allowed at once, and not a second', async () => {
    world = await createWorld()
    const alice = await world.logIn('alice')
    await busyCall(alice)
    expect((await alice.get('/otp/status')).body).toMatchObject({ call: 'busy', nextCallIn: 0 })
    await alice.post('/otp/call').expect(202)
    await alice.post('/otp/call').expect(429)
    expect((await alice.get('/otp/status')).body).toMatchObject({ nextCallIn: 60 })
  })

  test('after a busy call, one of 50 calls that are asked for at the same time is allowed', async () => {
    world = await createWorld()
    const alice = await world.logIn('alice')
    await busyCall(alice)
    const responses = await Promise.all(Array.from({ length: 50 }, () => alice.post('/otp/call')))
    expect(responses.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(world.simulator.calls).toHaveLength(2)
  })

  test('a busy call waives the interval only in the session that asked for it', async () => {
    world = await createWorld({
      options: { limits: { callsPerUserHour: false, callsPerPhoneTenMinutes: false } },
    })
    const [older, newer] = [await world.logIn('alice'), await world.logIn('alice')]
    await busyCall(older)
    await world.strategy.unlock('alice')
    await older.get('/otp/status')
    const placed = await newer.post('/otp/call')
    expect(placed.status).toBe(429) // the newer session does not know the busy call
    await older.post('/otp/call').expect(202)
    await older.post('/otp/call').expect(429)
    expect(world.simulator.calls).toHaveLength(2)
  })

  test('a busy call to an own phone does not waive the interval for another number', async () => {
    world = await createWorld({
      routes: (app, passport) => {
        app.post(
          '/enroll',
          passport.authenticate('voice-otp', {
            action: 'call',
            purpose: 'enroll',
            phone: (req: { body: { phone: string } }) => req.body.phone,
          } as object) as RequestHandler,
          (_req, res) => {
            res.status(202).json({})
          },
        )
      },
    })
    const dave = await world.logIn('dave')
    world.simulator.setPhone('+12025550177', 'busy')
    await dave.post('/enroll').send({ phone: '+12025550177' }).expect(202)
    await world.simulator.idle()
    await dave.post('/enroll').send({ phone: '+12025550123' }).expect(429)
    expect(world.simulator.calls.map(({ to }) => to)).toEqual(['+12025550177'])
  })

  test('100 refused requests for a call within one second cause one request to SignalWire', async () => {
    world = await createWorld()
    const now = Date.now()
    world.clock.now = () => now
    const alice = await world.logIn('alice')
    await alice.post('/otp/call').expect(202)
    await Promise.all(Array.from({ length: 100 }, () => alice.post('/otp/call').expect(429)))
    expect(world.simulator.requests.filter(({ method }) => method === 'GET')).toHaveLength(1)
  })

  test('after a call that SignalWire refused to place, the next call is allowed at once', async () => {
    world = await createWorld()
    const alice = await world.logIn('alice')
    world.simulator.setFaults({
      calls: { status: 402, body: { errors: [{ code: 30002, message: 'balance' }] } },
    })
    await alice.post('/otp/call').expect(503)
    world.simulator.clearFaults()
    await alice.post('/otp/call').expect(202)
  })
})
