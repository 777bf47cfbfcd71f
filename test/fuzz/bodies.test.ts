import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Express, RequestHandler } from 'express'
import type { Authenticator } from 'passport'
import type { FailureInfo } from 'passport-voice-otp'
import { createWorld, type World } from '../support/world.js'
import { tokenIn } from '../support/webhooks.js'
import {
  type Answer,
  character,
  keys,
  logIn,
  names,
  noLimits,
  odd,
  send,
  settings,
  timeout,
  watchProcess,
  wellFormed,
} from './support.js'

watchProcess()
let world: World
let alice: string
let dave: string
const typed =
  (name: string) =>
  (req: object): unknown =>
    (req as { body?: Record<string, unknown> }).body?.[name]

function enrollRoutes(app: Express, passport: Authenticator): void {
  const answering =
    (options: object): RequestHandler =>
    (req, res, next) => {
      const authenticate = passport.authenticate(
        'voice-otp',
        options,
        (error: unknown, user: unknown, info?: FailureInfo, status?: number) => {
          if (error) next(error)
          else res.status(user ? 200 : (status ?? 401)).json(info)
        },
      ) as RequestHandler
      void authenticate(req, res, next)
    }
  app.post(
    '/chosen/call',
    answering({ action: 'call', channel: typed('channel'), phone: typed('phone') }),
    (_req, res) => {
      res.status(202).end()
    },
  )
  app.post(
    '/enroll/call',
    answering({ action: 'call', purpose: 'enroll', phone: typed('phone') }),
    (_req, res) => {
      res.status(202).end()
    },
  )
  app.post('/enroll', answering({ purpose: 'enroll' }))
  // As the documentation writes it. It throws if nothing has parsed the body.
  app.post(
    '/careless/call',
    answering({
      action: 'call',
      purpose: 'enroll',
      phone: (req: { body: { phone: unknown } }) => req.body.phone,
    }),
  )
  app.post(
    '/careless/chosen',
    answering({
      action: 'call',
      channel: (req: { body: { channel: unknown } }) => req.body.channel,
    }),
  )
}

beforeAll(async () => {
  world = await createWorld({
    options: { limits: noLimits, channels: ['call', 'sms'] },
    routes: enrollRoutes,
  })
  alice = await logIn(world.url, 'alice')
  dave = await logIn(world.url, 'dave')
})
afterAll(() => world.close())

const json = (value: unknown) => ({ type: 'application/json', body: JSON.stringify(value) ?? '' })
const post = (
  path: string,
  cookie: string,
  { type, body }: { readonly type: string; readonly body: string | Uint8Array },
): Promise<Answer> => send(world.url, 'POST', path, { Cookie: cookie, 'Content-Type': type }, body)

/** Asks for a call and opens the sealed URL that SignalWire got. */
async function codeOfNewCall(
  cookie: string,
  path = '/otp/call',
  body: object = {},
): Promise<string> {
  expect((await post(path, cookie, json(body))).status).toBe(202)
  const token = tokenIn(world.simulator.calls[0]!.parameters['Url']!)
  return (keys.open(token)!.payload as { code: string }).code
}

async function expectOut(cookie: string): Promise<void> {
  expect((await send(world.url, 'GET', '/account', { Cookie: cookie })).status).toBe(401)
}

/**
 * A body of any kind: JSON with names that mean something, forms with brackets and broken escapes,
 * bytes.
 */
const bodies = fc.oneof(
  fc.dictionary(names, odd).map(json),
  odd.map(json),
  fc
    .array(
      fc.tuple(names, fc.oneof(fc.string({ unit: character }), fc.stringMatching(/^[0-9]{6}$/))),
      { maxLength: 30 },
    )
    .map(pairs => ({
      type: 'application/x-www-form-urlencoded',
      body: pairs
        .map(
          ([name, value]) =>
            `${encodeURIComponent(wellFormed(name))}=${encodeURIComponent(wellFormed(value))}`,
        )
        .join('&'),
    })),
  fc
    .tuple(
      fc.constantFrom(
        'application/json',
        'application/x-www-form-urlencoded',
        'application/json; charset=utf-7',
        'application/x-www-form-urlencoded; charset=iso-8859-1',
        'text/plain',
        'multipart/form-data; boundary=x',
        '',
        'x',
      ),
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(
          '{"code":"123456"',
          'code=%',
          'code=%zz',
          'code=%ff%fe',
          'code',
          '=&=&',
          '[[[[',
          '{"__proto__":{"code":"123456"}}',
          '{"code":"123456","code":["123456"]}',
          '\ufeff{}',
        ),
        fc.constant('{"code":'.repeat(500)),
        fc.constant('code=1&'.repeat(1200)),
        fc.constant('a'.repeat(110_000)),
      ),
    )
    .map(([type, body]) => ({ type, body })),
)

/** separators are dropped, full-width digits become ASCII, and nothing else is forgiven. */
const digitsIn = (text: string): string =>
  text
    .replace(/[\s\u200b-\u200d\u2060\ufeff\p{Pd}]/gu, '')
    .replace(/[０-９]/g, digit => String('０１２３４５６７８９'.indexOf(digit)))

test(
  'only the code in the field `code` lets a user in: other digits are compared, and everything else is malformed',
  async () => {
    let code = await codeOfNewCall(alice)
    const given = fc.oneof(
      odd,
      fc.stringMatching(/^[0-9]{6}$/),
      fc.stringMatching(/^([ -]{0,3}[0-9]){6}[ -]{0,3}$/),
      fc.array(fc.stringMatching(/^[0-9]{6}$/)),
    )
    await fc.assert(
      fc.asyncProperty(given, async value => {
        const digits = typeof value === 'string' && value.length <= 64 ? digitsIn(value) : ''
        fc.pre(digits !== code)
        const { status, text } = await post('/otp', alice, json({ code: value }))
        expect(status).toBeOneOf(/^[0-9]{6}$/.test(digits) ? [401, 429] : [400])
        if (text.includes('attemptsLeft":0')) code = await codeOfNewCall(alice)
      }),
      settings,
    )
    await expectOut(alice)

    // A property of a polluted prototype is not part of the body.
    code = await codeOfNewCall(alice)
    for (const { type, body } of [
      json({}),
      json([]),
      json({ phone: 'x' }),
      { type: 'application/x-www-form-urlencoded', body: 'a=1' },
      { type: 'text/plain', body: '' },
    ]) {
      Object.defineProperty(Object.prototype, 'code', {
        value: code,
        configurable: true,
        enumerable: false,
        // As after a real pollution. Otherwise Node's own sockets cannot set `code` of an error.
        writable: true,
      })
      const { status } = await post('/otp', alice, { type, body }).finally(() => {
        Reflect.deleteProperty(Object.prototype, 'code')
      })
      expect([type, status]).toEqual([type, 400])
    }
    expect((await post('/otp', alice, json({ code: await codeOfNewCall(alice) }))).status).toBe(200)
    alice = await logIn(world.url, 'alice')
  },
  timeout,
)

test(
  'no body at the route that verifies lets anybody in or causes a server error',
  async () => {
    let code = await codeOfNewCall(alice)
    await fc.assert(
      fc.asyncProperty(bodies, async body => {
        fc.pre(!body.body.toString().includes(code))
        const { status, text, headers } = await post('/otp', alice, body)
        expect(status).toBeOneOf([400, 401, 413, 415, 429])
        expect(headers.getSetCookie()).toEqual([])
        await expectOut(alice)
        if (text.includes('attemptsLeft":0')) code = await codeOfNewCall(alice)
      }),
      settings,
    )
  },
  timeout,
)

test(
  "no body at the route that calls makes it call another phone than the user's own",
  async () => {
    await fc.assert(
      fc.asyncProperty(bodies, fc.constantFrom('/otp/call', '/chosen/call'), async (body, path) => {
        const { status, headers } = await post(path, alice, body)
        expect(status).toBeOneOf([202, 400, 413, 415])
        expect(headers.getSetCookie()).toEqual([])
        await expectOut(alice)
      }),
      settings,
    )
    expect([
      ...new Set([...world.simulator.calls, ...world.simulator.messages].map(({ to }) => to)),
    ]).toEqual(['+12025550123'])
  },
  timeout,
)

test(
  'no body at the routes that enroll changes a number without its code',
  async () => {
    let code = await codeOfNewCall(dave, '/enroll/call', { phone: '+12025550189' })
    await fc.assert(
      fc.asyncProperty(bodies, fc.constantFrom('/enroll/call', '/enroll'), async (body, path) => {
        fc.pre(!body.body.toString().includes(code))
        const { status, text } = await post(path, dave, body)
        expect(status).toBeOneOf([202, 400, 401, 403, 413, 415, 429])
        if (path === '/enroll') expect(status).not.toBe(202)
        if (status === 202 || text.includes('attemptsLeft":0'))
          code = await codeOfNewCall(dave, '/enroll/call', { phone: '+12025550189' })
        expect((await post('/enroll/call', alice, body)).status).toBeOneOf([400, 403, 413, 415])
        await expectOut(dave)
      }),
      settings,
    )
    expect(world.people['dave']!.phone).toBeNull()
    expect(world.people['alice']!.phone).toBe('+12025550123')
  },
  timeout,
)

test('a callback of the app that reads a body which nothing has parsed leads to a failure or to the documented 503', async () => {
  for (const path of ['/careless/call', '/careless/chosen']) {
    for (const type of ['text/plain', 'application/xml', ''])
      expect([path, type, (await post(path, dave, { type, body: 'x' })).status]).toEqual([
        path,
        type,
        expect.toBeOneOf([400, 503]),
      ])
  }
})
