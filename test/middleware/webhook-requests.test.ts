// One webhook request by itself: what is read from it, what is sent back, and what is done
// meanwhile.
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { Readable } from 'node:stream'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  type Limiter,
  type LimiterFactory,
  type VoiceOtpOptions,
  VoiceOtpStrategy,
} from 'passport-voice-otp'
import { createKeys } from '../../lib/crypto.js'
import { type Step, steps, type TokenContent, toTokenPath } from '../../lib/call/token.js'
import { english } from '../support/english.js'
import { tokenContent } from '../support/webhooks.js'
import { secret } from '../support/world.js'

const now = 1_000_000
const keys = createKeys([secret], secret)
const content = tokenContent(now)
const formType = 'application/x-www-form-urlencoded'

/** A limiter that allows everything and knows the active challenge of Alice. */
function createLimiter() {
  const active = new Map([[keys.storeName('user', 'alice'), content.activation]])
  const count = { consumedPoints: 1, msBeforeNext: 60_000 }
  const limiter: LimiterFactory = ({ keyPrefix }) =>
    ({
      consume: () => Promise.resolve(count),
      reward: () => Promise.resolve(count),
      set: () => Promise.resolve(),
      get: key =>
        Promise.resolve(
          keyPrefix === 'voice-otp:active-challenge' && active.has(key)
            ? { ...count, consumedPoints: active.get(key)! }
            : null,
        ),
      delete: key => Promise.resolve(active.delete(key)),
    }) satisfies Limiter
  return { limiter, active }
}

function createStrategy(options: Partial<VoiceOtpOptions<{ id: string }>>) {
  const strategy = new VoiceOtpStrategy<{ id: string }>(
    {
      appName: 'Acme',
      webhookUrl: 'https://acme.example/voice-otp',
      secret,
      clock: { now: () => now },
      signalwire: {
        project: '11111111-2222-4333-8444-555555555555',
        token: 'PTtoken',
        space: 'acme.signalwire.com',
        from: '+12025550100',
        signingKey: false,
      },
      ...options,
    },
    () => null,
  )
  const events: unknown[] = []
  for (const name of ['webhook.rejected', 'call.reported'] as const)
    strategy.events.on(name, (details: object) => {
      events.push({ name, ...details })
    })
  return { strategy, events }
}

interface Given {
  readonly content?: Partial<TokenContent>
  readonly fields?: Readonly<Record<string, string>>
  readonly options?: Partial<VoiceOtpOptions<{ id: string }>>
  /** Members of the request that differ from those of a plain form. */
  readonly request?: object
}

interface Response {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** Sends one webhook; resolves to the response, the events and what happened to the challenge. */
async function send(step: Step, { content: change, fields, options, request = {} }: Given = {}) {
  const { limiter, active } = createLimiter()
  const { strategy, events } = createStrategy({ limiter, ...options })
  const form = new URLSearchParams({ To: '+12025550123', ...fields }).toString()
  const stream =
    'readableEnded' in request ? new EventEmitter() : Readable.from([Buffer.from(form)])
  const token = keys.seal(step, { ...content, ...change })
  const req = Object.assign(
    stream,
    {
      method: 'POST',
      headers: { 'content-type': formType },
      baseUrl: '/voice-otp',
      originalUrl: `/voice-otp/${toTokenPath(token)}`,
    },
    request,
  )
  const response = await new Promise<Response>((resolve, reject) => {
    const writeHead = (status: number, headers: Response['headers']) => ({
      end: (body: string) => {
        resolve({ status, headers, body })
      },
    })
    strategy.webhooks()(req as never, { writeHead } as never, reject)
  })
  return { ...response, events, isActiveChallenge: active.size === 1, req }
}
const said = (sentence: string) => expect.stringContaining(`>${sentence}<`) as string

describe('the response', () => {
  test('a right webhook gets XML that nobody may cache, on a connection that stays open', async () => {
    const { status, headers, body } = await send(steps.answered)
    expect({ status, headers }).toEqual({
      status: 200,
      headers: {
        'Content-Type': 'application/xml; charset=utf-8',
        'Cache-Control': 'no-store',
        'Content-Length': Buffer.byteLength(body),
      },
    })
  })

  test('a refused webhook gets an empty body, and the connection is closed', async () => {
    const { status, headers, body } = await send(steps.answered, {
      fields: { To: '+12025550145' },
    })
    expect({ status, body, headers }).toEqual({
      status: 403,
      body: '',
      headers: {
        'Content-Type': 'application/xml; charset=utf-8',
        'Cache-Control': 'no-store',
        'Content-Length': 0,
        Connection: 'close',
      },
    })
  })

  test('another method than POST gets 405 with the header Allow: POST', async () => {
    const { status, headers } = await send(steps.answered, { request: { method: 'PUT' } })
    expect([status, headers['Allow'], headers['Connection']]).toEqual([405, 'POST', 'close'])
  })

  test('a webhook gets an empty 503 if the limiter fails', async () => {
    const fail = () => Promise.reject(new Error('gone'))
    const limiter: LimiterFactory = () => ({
      consume: fail,
      reward: fail,
      get: fail,
      set: fail,
      delete: fail,
    })
    const { status, body, events } = await send(steps.answered, { options: { limiter } })
    expect([status, body, events]).toEqual([
      503,
      '',
      [{ name: 'webhook.rejected', reason: 'limiter-unavailable' }],
    ])
  })

  test('webhooks() sends nothing if a timeout of the app has responded first', async () => {
    const res = {
      headersSent: true,
      get writeHead() {
        throw new Error('twice')
      },
    }
    const { strategy } = createStrategy({})
    const rejected = once(strategy.events, 'webhook.rejected')
    strategy.webhooks()(
      { method: 'GET', headers: {}, baseUrl: '/voice-otp', originalUrl: '/voice-otp/x' } as never,
      res as never,
      () => undefined,
    )
    await rejected
    await new Promise(setImmediate) // an unhandled rejection would fail this run
  })
})

describe('the challenge', () => {
  test('wrong digits deactivate the challenge before the response is sent', async () => {
    const { body, isActiveChallenge } = await send(steps.question, { fields: { Digits: '24' } })
    expect(body).toEqual(said(english.wrongDigits))
    expect(isActiveChallenge).toBe(false)
  })

  test('a report deactivates the challenge, and the app is told', async () => {
    const { body, events, isActiveChallenge } = await send(steps.menu, {
      fields: { Digits: '0', CallSid: 'CA1' },
    })
    expect(body).toEqual(said(english.reported))
    expect(events).toEqual([
      { name: 'call.reported', userId: 'alice', purpose: 'login', callSid: 'CA1' },
    ])
    expect(isActiveChallenge).toBe(false)
  })

  test.each([
    ['the right digits', steps.question, { Digits: '42' }, english.codeIs],
    ['a key of the menu', steps.menu, { Digits: '1' }, english.codeIs],
    ['another key at the menu', steps.menu, { Digits: '9' }, english.goodbye],
    ['the pick-up', steps.answered, {}, english.pressMatchingDigits],
  ] satisfies [string, Step, Record<string, string>, string][])(
    'the challenge stays active after %s',
    async (_, step, fields, sentence) => {
      const { body, isActiveChallenge, events } = await send(step, { fields })
      expect(body).toEqual(said(sentence))
      expect(isActiveChallenge).toBe(true)
      expect(events).toEqual([])
    },
  )

  test.each([steps.question, steps.menu])(
    'a webhook that reports no keys (step %i) gets 403, and the challenge stays active',
    async step => {
      expect(await send(step)).toMatchObject({
        status: 403,
        body: '',
        events: [{ name: 'webhook.rejected', reason: 'body' }],
        isActiveChallenge: true,
      })
    },
  )
})

describe('the body', () => {
  test.each([formType, `${formType}; charset=utf-8`])(
    'a body of the type %s is read, and only a listener for errors is left',
    async type => {
      const { status, req } = await send(steps.answered, {
        request: { headers: { 'content-type': type } },
      })
      expect(status).toBe(200)
      expect(['aborted', 'data'].map(name => req.listenerCount(name))).toEqual([0, 0])
    },
  )

  test.each(['text/plain', `x${formType}`, undefined])(
    'a body of the type %s is refused',
    async type => {
      const { status, events } = await send(steps.answered, {
        request: { headers: { 'content-type': type } },
      })
      expect([status, events]).toEqual([403, [{ name: 'webhook.rejected', reason: 'body' }]])
    },
  )

  test.each([
    ['a form that a body parser has read is used', { To: '+12025550123', Digits: '42' }, 200],
    [
      'a form in which a body parser found a list is refused',
      { To: '+12025550123', Digits: ['42'] },
      403,
    ],
    [
      'a form in which a body parser found a number is refused',
      { To: '+12025550123', Digits: 42 },
      403,
    ],
    ['a form that a parser has read as text is used', 'To=%2B12025550123&Digits=42', 200],
    ['a raw form is used', Buffer.from('To=%2B12025550123&Digits=42'), 200],
    ['a text that is not such a form is refused', 'To=%2B12025550123', 403],
    ['a form of which a parser made a number is refused', 42, 403],
    ['a form of which a parser made true is refused', true, 403],
    ['a form of which a body parser left undefined is refused', undefined, 403],
    ['a form of which a body parser left null is refused', null, 403],
  ])('%s', async (_, body, status) => {
    const request = { readableEnded: true, body }
    expect((await send(steps.question, { request })).status).toBe(status)
  })
})

describe('a request over a real connection', () => {
  /** A server with the webhooks, and a connection that has sent the head of a request. */
  async function openConnection(headers: string) {
    const { limiter } = createLimiter()
    const { strategy, events } = createStrategy({ limiter })
    const webhooks = strategy.webhooks()
    const server = createServer((req, res) => {
      webhooks(
        Object.assign(req, { baseUrl: '/voice-otp', originalUrl: req.url }) as never,
        res,
        () => undefined,
      )
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    const rejected = once(strategy.events, 'webhook.rejected')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(
      `POST /voice-otp/${toTokenPath(keys.seal(steps.answered, content))} HTTP/1.1\r\nHost: acme.example\r\n` +
        `Content-Type: ${formType}\r\n${headers}\r\n\r\nTo=%2B`,
    )
    await once(server, 'request')
    return { socket, rejected, events }
  }

  test('a body that is cut off is refused at once, without waiting for the deadline', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const { socket, rejected } = await openConnection('Content-Length: 100')
    socket.resetAndDestroy()
    expect(await rejected).toEqual([{ reason: 'body' }])
  })

  test('a body of over 4 KiB, as Content-Length says, is refused before it is read', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const { socket } = await openConnection('Content-Length: 4097')
    const [response] = (await once(socket, 'data')) as [Buffer]
    expect(response.toString()).toMatch(/^HTTP\/1\.1 403 /)
  })

  test('a body that does not arrive within 1.5 seconds is refused', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const { rejected, events } = await openConnection('Content-Length: 100')
    await vi.advanceTimersByTimeAsync(1499)
    expect(events).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(await rejected).toEqual([{ reason: 'body' }])
  })

  test('a body that ends with an error is refused, and a second error does not crash the process', async () => {
    const stream = new EventEmitter()
    const answer = send(steps.answered, {
      request: {
        on: stream.on.bind(stream),
        removeListener: stream.removeListener.bind(stream),
      },
    })
    await new Promise(setImmediate)
    stream.emit('error', new Error('reset'))
    expect((await answer).events).toEqual([{ name: 'webhook.rejected', reason: 'body' }])
    stream.emit('error', new Error('reset again'))
  })
})
