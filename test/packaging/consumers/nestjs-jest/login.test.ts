import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Simulator } from 'passport-voice-otp/simulator'
import { createApp } from './app'

const form = 'application/x-www-form-urlencoded'

test('a user logs in with the password and the code from the call', async () => {
  const simulator = await Simulator.start()
  const server = createServer()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const app = await createApp({
    secret: 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn',
    signalwire: simulator.signalwire,
    webhookUrl: `${origin}/voice-otp`,
  })
  server.on('request', app)

  let cookie = ''
  const post = async (path: string, fields: Record<string, string> = {}) => {
    const response = await fetch(origin + path, {
      method: 'POST',
      headers: { 'Content-Type': form, Cookie: cookie },
      body: new URLSearchParams(fields).toString(),
    })
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
    return (await response.json()) as { matchingDigits: string }
  }

  await post('/login', { username: 'alice', password: 'correct horse battery staple' })
  const { matchingDigits } = await post('/otp/call')
  const { sid } = await simulator.waitFor(call => call.status === 'ringing')
  await simulator.answer(sid)
  await simulator.idle(sid)
  await simulator.press(sid, matchingDigits)
  await simulator.idle(sid)
  const code = simulator.call(sid)!.heard.find(text => /^(\d, ){5}\d$/.test(text))
  expect(await post('/otp', { code: code!.replaceAll(', ', '') })).toEqual({ user: 'alice' })

  await simulator.stop()
  await new Promise(done => server.close(done))
})
