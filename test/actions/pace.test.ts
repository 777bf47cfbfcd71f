// The pace of the Space: who waits how long for a call, and which calls are not placed.
import { expect, onTestFinished, test } from 'vitest'
import { createWorld, type WorldOptions } from '../support/world.js'

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
