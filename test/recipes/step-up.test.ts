import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, type World } from '../support/world.js'
import { addPayout } from './step-up.js'

let world: World
beforeEach(async () => {
  world = await createWorld({
    routes: addPayout,
    options: { limits: { callIntervalSeconds: false } },
  })
})
afterEach(() => world.close())

test('a fresh code opens the payout page for five minutes and not longer', async () => {
  const alice = await world.logIn('alice')
  await alice
    .post('/otp')
    .send({ code: await world.hearCode(alice) })
    .expect(200)
  await alice.get('/payout').expect(200)
  await alice.post('/payout').expect(200, 'Paid.')
  world.clock.offset += 299_000
  await alice.post('/payout').expect(200)
  world.clock.offset += 2000
  await alice.post('/payout').expect(303).expect('Location', '/payout')
  await alice.get('/payout').expect(303).expect('Location', '/otp')
  await alice.get('/account').expect(200)
})

test('a step-up code leads back to the payout form and keeps the data of the session', async () => {
  const alice = await world.logIn('alice')
  await alice
    .post('/otp')
    .send({ code: await world.hearCode(alice) })
    .expect(200)
  await alice.post('/cart').expect(200)
  world.clock.offset += 301_000
  await alice.get('/payout').expect(303)
  const { body } = (await alice.post('/otp/call').expect(202)) as {
    body: { purpose: string; matchingDigits: string }
  }
  expect(body.purpose).toBe('step-up')
  await alice
    .post('/otp/verify')
    .send({ code: await world.answerAndListen(body.matchingDigits) })
    .expect(302)
    .expect('Location', '/payout')
  await alice.get('/payout').expect(200)
  await alice.get('/account').expect(200, { user: 'alice', cart: 'a book' })
})

test('a user with the password alone reaches neither the payout form nor the payment', async () => {
  const alice = await world.logIn('alice')
  await alice.get('/payout').expect(303)
  await alice.post('/payout').expect(303)
  await world.browser().get('/payout').expect(303)
})
