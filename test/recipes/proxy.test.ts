import { createServer, request, type Server } from 'node:http'
import { Passport, type Authenticator } from 'passport'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { VoiceOtpStrategy } from 'passport-voice-otp'
import { Simulator } from 'passport-voice-otp/simulator'
import { listen } from '../support/listen.js'
import { Phone } from '../support/phone.js'
import { secret } from '../support/secrets.js'
import { createAppBehindProxy, publicUrl, webhookUrl } from './proxy.js'

const alice = { id: 'alice', phone: '+12025550123' }
let simulator: Simulator
let endings: (() => Promise<void>)[]
let url: string
/** What the proxy tells the app of the browser's connection. */
let forwardedProtocol: string

async function portOf(server: Server): Promise<number> {
  const listening = await listen(server)
  endings.push(listening.close)
  return listening.port
}

/**
 * Hands on what is under /app, and tells of the connection in headers, as a proxy that ends TLS
 * does.
 */
function createProxy(port: number): Server {
  return createServer((req, res) => {
    const onward = request(
      {
        port,
        host: '127.0.0.1',
        method: req.method,
        path: req.url?.replace(/^\/app/, ''),
        headers: { ...req.headers, 'x-forwarded-proto': forwardedProtocol },
      },
      answer => {
        res.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(res)
      },
    )
    req.pipe(onward)
  })
}

beforeEach(async () => {
  endings = []
  forwardedProtocol = 'https'
  simulator = await Simulator.start()
  const server = createServer()
  url = `http://127.0.0.1:${await portOf(createProxy(await portOf(server)))}/app`
  const voiceOtp = new VoiceOtpStrategy<typeof alice>(
    { appName: 'Acme', webhookUrl: `${url}/voice-otp`, secret, signalwire: simulator.signalwire },
    user => user.phone,
  )
  const passport = new Passport() as Authenticator
  passport.use(voiceOtp)
  passport.serializeUser((user, done) => {
    done(null, (user as typeof alice).id)
  })
  passport.deserializeUser((_id, done) => {
    done(null, alice)
  })

  const app = createAppBehindProxy(voiceOtp, secret)
  app.use(passport.session(), voiceOtp.enforce())
  app.post('/login', (req, res, next) => {
    req.logIn(alice, problem => {
      if (problem) next(problem)
      else res.json({})
    })
  })
  app.post('/otp/call', passport.authenticate('voice-otp', { action: 'call' }), (req, res) => {
    res.json(req.voiceOtp)
  })
  app.post('/otp', passport.authenticate('voice-otp'), (_req, res) => {
    res.json({})
  })
  app.get('/account', (req, res) => {
    res.sendStatus(req.isAuthenticated() ? 200 : 401)
  })
  server.on('request', app)
})
afterEach(async () => {
  await simulator.stop()
  await Promise.all(endings.map(end => end()))
})

/** A browser on the other side of the TLS that the proxy claims: it sends secure cookies. */
function createBrowser() {
  let cookie = ''
  return async (method: string, path: string, fields?: Record<string, string>) => {
    const response = await fetch(url + path, {
      method,
      headers: { Cookie: cookie },
      ...(fields && { body: new URLSearchParams(fields) }),
    })
    const [set = ''] = response.headers.getSetCookie()
    cookie = set.split(';')[0] || cookie
    return { status: response.status, set, text: await response.text() }
  }
}

test('a user logs in through a proxy that ends TLS and removes a part of the path', async () => {
  const browser = createBrowser()
  const { set } = await browser('POST', '/login')
  expect(set).toMatch(/; HttpOnly; Secure/)
  const { matchingDigits } = JSON.parse((await browser('POST', '/otp/call')).text) as {
    matchingDigits: string
  }
  const phone = await Phone.ringing({ simulator })
  const code = await phone.hearCode(matchingDigits)
  // SignalWire asked the proxy, under the address that it signed.
  expect(
    phone.call.webhooks.map(webhook => [
      webhook.url.startsWith(`${url}/voice-otp/`),
      webhook.status,
    ]),
  ).toEqual([
    [true, 200],
    [true, 200],
  ])
  expect((await browser('POST', '/otp', { code: code })).status).toBe(200)
  expect((await browser('GET', '/account')).status).toBe(200)
})

test('a browser without TLS to the proxy gets no session cookie', async () => {
  forwardedProtocol = 'http'
  expect((await createBrowser()('POST', '/login')).set).toBe('')
})

test('the webhookUrl of the proxy recipe is a valid option', () => {
  expect(webhookUrl.startsWith(`${publicUrl}/`)).toBe(true)
  expect(
    () =>
      new VoiceOtpStrategy<typeof alice>(
        { appName: 'Acme', webhookUrl, secret, signalwire: simulator.signalwire },
        () => null,
      ),
  ).not.toThrow()
})
