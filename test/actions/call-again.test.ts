import type { RequestHandler } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../support/world.js'

let world: World
afterEach(() => world.close())

/** A call to somebody who is busy. */
async function busyCall(
  agent: ReturnType<World['browser']>,
  number = '+12025550123',
): Promise<void> {
  world.simulator.setPhone(number, 'busy')
  await agent.post('/otp/call').expect(202)
  await world.simulator.idle()
  world.simulator.setPhone(number, 'manual')
}

describe('the minute between two calls is waived once, when the last call reached nobody', () => {
  test('at once after a busy call, and not again', async () => {
    world = await createWorld()
    const alice = await world.logIn('alice')
    await busyCall(alice)
    expect((await alice.get('/otp/status')).body).toMatchObject({ call: 'busy', nextCallIn: 0 })
    await alice.post('/otp/call').expect(202)
    await alice.post('/otp/call').expect(429)
    expect((await alice.get('/otp/status')).body).toMatchObject({ nextCallIn: 60 })
  })

  test('exactly once, however many ask at the same time', async () => {
    world = await createWorld()
    const alice = await world.logIn('alice')
    await busyCall(alice)
    const answers = await Promise.all(Array.from({ length: 50 }, () => alice.post('/otp/call')))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(world.simulator.calls).toHaveLength(2)
  })

  test('not for an older call than the one that rings now', async () => {
    world = await createWorld({
      options: { limits: { callsPerUserHour: false, callsPerPhoneTenMinutes: false } },
    })
    const [older, newer] = [await world.logIn('alice'), await world.logIn('alice')]
    await busyCall(older)
    await world.strategy.unlock('alice')
    await older.get('/otp/status')
    const placed = await newer.post('/otp/call')
    expect(placed.status).toBe(429) // the newer session knows of no call that failed
    await older.post('/otp/call').expect(202)
    await older.post('/otp/call').expect(429)
    expect(world.simulator.calls).toHaveLength(2)
  })

  test("not for another's number: an own busy telephone opens no second call to a victim", async () => {
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

  test('and a flood of refused requests does not become one of ours to SignalWire', async () => {
    world = await createWorld()
    const alice = await world.logIn('alice')
    await alice.post('/otp/call').expect(202)
    await Promise.all(Array.from({ length: 100 }, () => alice.post('/otp/call').expect(429)))
    expect(
      world.simulator.requests.filter(({ method }) => method === 'GET').length,
    ).toBeLessThanOrEqual(3)
  })

  test('also when SignalWire refused to place it', async () => {
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
