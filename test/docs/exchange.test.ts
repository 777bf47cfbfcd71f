import { createServer } from 'node:http'
import supertest from 'supertest'
import { expect, onTestFinished, test } from 'vitest'
import { Simulator } from 'passport-voice-otp/simulator'
import { listen } from '../support/listen.js'
import { Phone } from '../support/phone.js'
import { createApp } from './app.js'
import { blocks } from './pages.js'

test('the diagram in docs/reference.md shows every HTTP request of a login in order', async () => {
  process.env['SESSION_SECRET'] = process.env['VOICE_OTP_SECRET'] =
    'a secret that only this test ever uses'
  const simulator = await Simulator.start()
  const server = createServer()
  const { url: publicUrl, close } = await listen(server)
  onTestFinished(async () => {
    await close()
    await simulator.stop()
  })
  const app = createApp({ publicUrl, signalwire: simulator.signalwire })
  const exchange: string[] = []
  let known = 0
  server.on('request', (req, res) => {
    const { method = '', url = '' } = req
    const isWebhook = url.startsWith('/voice-otp/')
    const [from, to, back] = isWebhook ? ['S->>A', 'A-->>S', '{token}'] : ['B->>A', 'A-->>B', '']
    exchange.push(`${from}: ${method} ${isWebhook ? `/voice-otp/${back}` : url}`)
    res.on('finish', () => {
      for (const each of simulator.requests.slice(known)) {
        const path = each.path
          .replace(simulator.signalwire.project, '{project}')
          .replace(/[^/]{36}\.json$/, '{sid}.json')
        exchange.push(`A->>S: ${each.method} ${path}`, `S-->>A: ${each.status}`)
      }
      known = simulator.requests.length
      const location = res.getHeader('location')
      exchange.push(`${to}: ${res.statusCode}${typeof location === 'string' ? ` ${location}` : ''}`)
    })
    app(req, res)
  })

  const browser = supertest.agent(publicUrl)
  await browser
    .post('/login')
    .type('form')
    .send({ username: 'alice', password: 'correct horse battery staple' })
  await browser.get('/otp')
  await browser.post('/otp/call')
  const digits = /<b>(\d\d)<\/b>/.exec((await browser.get('/otp')).text)?.[1] ?? ''
  const phone = await Phone.ringing({ simulator })
  await browser.get('/otp/status')
  const code = await phone.hearCode(digits)
  await simulator.hangUp(phone.sid)
  await browser.post('/otp').type('form').send({ code })
  expect((await browser.get('/')).text).toBe('Hello alice.')

  const [diagram] = blocks('docs/reference.md').filter(({ language }) => language === 'mermaid')
  // A semicolon ends a statement in Mermaid, also in the middle of a sentence.
  expect(diagram?.text).not.toContain(';')
  const drawn = [
    ...(diagram?.text ?? '').matchAll(
      /^ {2}([BAS]-{1,2}>>[BAS]: (?:[A-Z]+ \S+|\d{3}(?: \/\S*)?))/gm,
    ),
  ].map(([, line]) => line)
  expect(drawn).toEqual(exchange)
})
