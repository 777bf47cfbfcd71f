// Where webhooks() may be mounted, and what the paths of webhooks look like.
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type NextFunction, type Request, type Response } from 'express'
import supertest from 'supertest'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { languages, VoiceOtpStrategy } from 'passport-voice-otp'
import { findTokenPath, toTokenPath } from '../../lib/call/token.js'
import { sealedIn, sendWebhook } from '../support/webhooks.js'
import {
  codeIn,
  createWorld,
  type Person,
  secret,
  type World,
  type WorldOptions,
  ring,
} from '../support/world.js'

const opening = `>${languages['en-US'].opening.login('Acme')}<`

let world: World
afterEach(() => world.close())

async function open(webhookUrl: string, options: WorldOptions['options'] = {}) {
  world = await createWorld({ options: { webhookUrl, ...options } })
  const { phone, digits } = await ring(world, await world.logIn('alice'))
  return { phone, digits, url: phone.call.parameters['Url']! }
}

/** Starts a server and returns its address. */
async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Sends the webhook that SignalWire would send to `url` to another path of another server. */
const sendTo = (origin: string, mount: string, url: string) =>
  sendWebhook({ ...world, url: origin }, `${origin}${mount}/${findTokenPath(url)}`, {
    signedUrl: url,
  })

const mounts: [string, string, string][] = [
  ['adds to', '/voice-otp', '/internal/app/voice-otp'],
  ['removes', '/behind/proxy/voice-otp', '/voice-otp'],
  ['exchanges', '/public/voice-otp', '/internal/hooks'],
  ['does not change', '/voice-otp', '/voice-otp'],
]

test.each(mounts)(
  'webhooks work behind a proxy that %s the front of the path: webhookUrl %s, mounted at %s',
  async (_, path, mount) => {
    const { url } = await open(`https://acme.example${path}`)
    const app = express()
    app.use(mount, world.strategy.webhooks())
    const origin = await listen(app)
    expect((await sendTo(origin, mount, url)).text).toContain(opening)
    expect(world.named('webhook.rejected')).toEqual([])
  },
)

test.each(mounts)(
  'webhooks() works as a handler of plain node:http behind a proxy that %s the front of the path: %s, %s',
  async (_, path, mount) => {
    const { url } = await open(`https://acme.example${path}`)
    const webhooks = world.strategy.webhooks()
    const origin = await listen((req, res) => {
      webhooks(req as never, res, error => res.writeHead(500).end(String(error)))
    })
    expect((await sendTo(origin, mount, url)).text).toContain(opening)
  },
)

test.each(mounts)(
  'webhooks() works where a framework removes the mount from url and keeps originalUrl (proxy %s: %s, %s)',
  async (_, path, mount) => {
    const { url } = await open(`https://acme.example${path}`)
    const webhooks = world.strategy.webhooks()
    const origin = await listen((req, res) => {
      const originalUrl = req.url!
      Object.assign(req, { originalUrl, url: originalUrl.slice(mount.length) })
      webhooks(req as never, res, error => res.writeHead(500).end(String(error)))
    })
    expect((await sendTo(origin, mount, url)).text).toContain(opening)
  },
)

test('a webhook that SignalWire did not sign for webhookUrl is refused as `path` if it came to another path', async () => {
  const { url } = await open('https://acme.example/voice-otp')
  const app = express()
  app.use('/hooks', world.strategy.webhooks())
  const origin = await listen(app)
  const moved = url.replace('/voice-otp/', '/hooks/')
  expect(await sendTo(origin, '/hooks', moved)).toMatchObject({ status: 403, text: '' })
  expect(world.named('webhook.rejected')).toEqual([{ reason: 'path' }])
})

test('webhooks() for every path of an Express app gives a configuration error that names webhookUrl', async () => {
  await open('https://acme.example/voice-otp')
  const app = express()
  app.use(world.strategy.webhooks())
  const errors: unknown[] = []
  app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    errors.push(error)
    if (res.headersSent) next(error)
    else res.status(503).end()
  })
  await supertest(app).get('/account').expect(503)
  expect(errors).toEqual([
    expect.objectContaining({
      code: 'configuration',
      status: 503,
      message:
        "The second factor is not set up correctly. webhooks() is mounted at '/', but webhookUrl " +
        "says '/voice-otp': app.use('/voice-otp', voiceOtp.webhooks()).",
    }),
  ])
})

test('webhooks() may be the handler of one route of an Express app', async () => {
  const { url } = await open('https://acme.example/voice-otp')
  const app = express()
  app.post('/voice-otp/*token', world.strategy.webhooks())
  const origin = await listen(app)
  expect((await sendTo(origin, '/voice-otp', url)).text).toContain(opening)
})

test('a webhookUrl with 200 characters between two slashes is refused at construction', async () => {
  const create = (length: number) =>
    new VoiceOtpStrategy<Person>(
      {
        appName: 'Acme',
        webhookUrl: `https://acme.example/${'a'.repeat(length)}/voice-otp`,
        secret,
        signalwire: world.simulator.signalwire,
      },
      user => user.phone,
    )
  world = await createWorld()
  expect(() => create(200)).toThrow(/^webhookUrl: .*199 characters at most between two slashes/)
  expect(() => create(199)).not.toThrow()
})

test.each(['', 'a', 'é'.repeat(200), '語'.repeat(200)])(
  'no segment of a webhook path has over 200 characters, with the announcement %j',
  async text => {
    world = await createWorld({
      options: text === '' ? {} : { announce: () => text, locale: ['de-DE', 'en-US'] },
    })
    const alice = await world.logIn('alice')
    const { phone, digits } = await ring(world, alice)
    await phone.answer()
    await phone.press(digits)
    await phone.press('1')
    const urls = phone.call.webhooks.flatMap(({ url, body }) => [
      url,
      ...Array.from(body.matchAll(/action="([^"]+)"/g), match => match[1]!),
    ])
    expect(urls.length).toBeGreaterThan(4)
    for (const url of urls) {
      const segments = new URL(url).pathname.split('/')
      expect(Math.max(...segments.map(each => each.length))).toBeLessThanOrEqual(200)
    }
    expect(phone.call.error).toBeNull()
    await alice
      .post('/otp')
      .send({ code: codeIn(phone.call.heard) })
      .expect(200)
    expect(sealedIn(phone)).toMatchObject(text === '' ? {} : { announcement: text })
  },
)

test('a token is found at the end of a path, whatever its length is', () => {
  for (let length = 1; length <= 1000; length++) {
    const path = toTokenPath('x'.repeat(length))
    expect(path.replaceAll('/', '')).toHaveLength(length)
    const lengths = path.split('/').map(each => each.length)
    expect([Math.min(...lengths) >= 1, Math.max(...lengths) <= 200]).toEqual([true, true])
    for (const mount of ['', '/voice-otp', `/${'a'.repeat(199)}`, '/a/b'])
      expect(findTokenPath(`${mount}/${path}`)).toBe(path)
  }
})
