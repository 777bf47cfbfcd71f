import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import supertest from 'supertest'
import { Simulator } from 'passport-voice-otp/simulator'
// CommonJS: const { Simulator } = require('passport-voice-otp/simulator')
import { createApp } from './app.js'

process.env['SESSION_SECRET'] = 'a session secret that only this test ever uses'
process.env['VOICE_OTP_SECRET'] = 'a strategy secret that only this test ever uses'

const alice = '+12025550123'
const clock = { ahead: 0, now: () => Date.now() + clock.ahead }
let simulator: Simulator
let server: Server
let browser: ReturnType<typeof supertest.agent>

beforeEach(async () => {
  clock.ahead = 0
  simulator = await Simulator.start()
  server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  server.on('request', createApp({ publicUrl, signalwire: simulator.signalwire, clock }))
  browser = supertest.agent(publicUrl)
})

afterEach(async () => {
  await new Promise(resolve => server.close(resolve))
  await simulator.stop()
})

/**
 * Logs in with the password and asks for a call. Returns the SID of the call and the two digits of
 * the page.
 */
async function askForCall(): Promise<{ sid: string; digits: string }> {
  await browser
    .post('/login')
    .type('form')
    .send({ username: 'alice', password: 'correct horse battery staple' })
    .expect(302)
  await browser.post('/otp/call').expect(302)
  const { text } = await browser.get('/otp').expect(200)
  return { sid: simulator.calls[0]?.sid ?? '', digits: /<b>(\d\d)<\/b>/.exec(text)?.[1] ?? '' }
}

async function pickUp(sid: string): Promise<void> {
  await simulator.waitFor(call => call.sid === sid && call.status === 'ringing')
  await simulator.answer(sid)
  await simulator.idle(sid)
}

/** The user answers, presses the two digits and writes down the code. */
async function listen(sid: string, digits: string): Promise<string> {
  await pickUp(sid)
  await simulator.press(sid, digits)
  await simulator.idle(sid)
  return /(\d, ){5}\d/.exec(heard(sid))?.[0].replaceAll(', ', '') ?? ''
}

const heard = (sid: string): string => simulator.call(sid)?.heard.join(' ') ?? ''
const submit = (code: string) => browser.post('/otp').type('form').send({ code })

test('a user logs in with password, call, two digits and code', async () => {
  const { sid, digits } = await askForCall()
  await browser.get('/').expect(302).expect('Location', '/otp')
  const code = await listen(sid, digits)
  await submit(code).expect(302).expect('Location', '/')
  await browser.get('/').expect(200, 'Hello alice.')
})

test('voicemail hears no code', async () => {
  simulator.setPhone(alice, 'voicemail')
  const { sid } = await askForCall()
  await simulator.waitFor(call => call.sid === sid && call.status === 'completed')
  expect(heard(sid)).toContain('This is Acme')
  expect(heard(sid)).not.toMatch(/\d/)
})

test('a user whose line was busy can ask for another call immediately', async () => {
  simulator.setPhone(alice, 'busy')
  const { sid } = await askForCall()
  await simulator.waitFor(call => call.sid === sid && call.status === 'busy')
  await browser
    .get('/otp/status')
    .expect(200)
    .expect(({ body }) => {
      expect(body).toMatchObject({ call: 'busy', nextCallIn: 0 })
    })
  simulator.setPhone(alice, 'answers')
  await browser.post('/otp/call').expect(302)
  expect(simulator.calls).toHaveLength(2)
})

test('a call that rings too late says that the code is not valid', async () => {
  simulator.setQueueDelay({ delayMs: 290_000 })
  const { sid } = await askForCall()
  clock.ahead = 290_000
  await simulator.advance(290_000)
  await pickUp(sid)
  expect(heard(sid)).toContain('This code is no longer valid.')
  expect(heard(sid)).not.toMatch(/\d/)
})

test.each(['none', 'wrong', 'two'] as const)(
  'a webhook with a forged signature (%s) learns nothing',
  async signature => {
    simulator.setFaults({ webhooks: { signature } })
    const { sid } = await askForCall()
    await pickUp(sid)
    expect(simulator.call(sid)?.webhooks.map(({ status, body }) => [status, body])).toEqual([
      [403, ''],
    ])
  },
)

test('nobody gets in while SignalWire is down', async () => {
  simulator.setFaults({ calls: { status: 500, body: 'broken' } })
  await browser
    .post('/login')
    .type('form')
    .send({ username: 'alice', password: 'correct horse battery staple' })
  await browser.post('/otp/call').expect(503)
  await browser.get('/').expect(302).expect('Location', '/otp')
})
