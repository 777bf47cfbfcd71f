import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Authenticator, Passport } from 'passport'
import supertest from 'supertest'
import { expect, onTestFinished, test } from 'vitest'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { createWorld, password, secret } from '../../support/world.js'
import { createLogin } from './node-http.js'

test('a login with plain node:http needs the code, and the pages stay closed until then', async () => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const passport = new Passport() as Authenticator
  const world = await createWorld({ passport, options: { webhookUrl: `${origin}/voice-otp` } })
  onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
    await world.close()
  })
  const sessionOptions = { secret, resave: false, saveUninitialized: false }
  const voiceOtp = world.strategy as unknown as VoiceOtpStrategy
  server.on('request', createLogin(passport, voiceOtp, sessionOptions))

  const alice = supertest.agent(origin)
  await alice.get('/account').expect(401)
  await alice.post('/login').type('form').send({ username: 'alice', password: 'x' }).expect(401)
  await alice.post('/login').type('form').send({ username: 'alice', password }).expect(200)
  await alice.get('/account').expect(401)

  const placed = await alice.post('/otp/call').expect(202)
  const { matchingDigits } = JSON.parse(placed.text) as { matchingDigits: string }
  const status = await alice.get('/otp/status').expect(200)
  expect(status.body).toMatchObject({ attemptsLeft: 5 })
  const code = await world.answerAndListen(matchingDigits)
  await alice.get('/account').expect(401)
  await alice.post('/otp').type('form').send({ code }).expect(200, 'Logged in.')
  await alice.get('/account').expect(200)
  expect(world.named('webhook.rejected')).toEqual([])
})
