// What the fuzz tests share: the number of cases, a client that sends any bytes, and values to try.
import { Agent, type OutgoingHttpHeaders } from 'node:http'
import { MemoryStore, type SessionData } from 'express-session'
import fc from 'fast-check'
import { afterAll, expect } from 'vitest'
import { createKeys, type Keys } from '../../lib/crypto.js'
import { startExample } from '../support/example-site.js'
import { type Answer, CookieJar, send as sendRequest } from '../support/http.js'
import { noLimits } from '../support/limits.js'
import { tokenIn } from '../support/webhooks.js'
import { password, secret } from '../support/world.js'

export type { Answer } from '../support/http.js'
export { noLimits } from '../support/limits.js'
export { watchProcess } from '../support/watch.js'

const isLong = process.env['FUZZ'] === 'long'

/**
 * Cases of each property: 100, or 10,000 with `FUZZ=long`. `FUZZ_SEED` replaces the fixed seed. A
 * failure prints its seed.
 */
export const settings = {
  numRuns: isLong ? 10_000 : 100,
  seed: Number(process.env['FUZZ_SEED'] ?? 20_261_124),
}
/** Milliseconds that one property may take. */
export const timeout = isLong ? 3_600_000 : 120_000

/**
 * The keys of the small app in test/support/world.ts. An attacker lacks them, but the test needs
 * them to judge.
 */
export const keys: Keys = createKeys([secret], secret)

const agent = new Agent({ keepAlive: true, maxSockets: 8 })
afterAll(() => {
  agent.destroy()
})

/** Sends anything. Rejects when there is no response. */
export const send = (
  url: string,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
  body: string | Uint8Array = '',
): Promise<Answer> => sendRequest(url, method, path, { headers, body, agent })

/** The cookies that a response sets, as the browser sends them back. */
export function cookieOf(answer: Pick<Answer, 'headers'>): string {
  const cookies = new CookieJar()
  cookies.keep(answer)
  return cookies.header
}

/** Sends the password to the small app. Returns the cookie of the pending user. */
export async function logIn(url: string, username: string): Promise<string> {
  const answer = await send(
    url,
    'POST',
    '/login',
    { 'Content-Type': 'application/json' },
    JSON.stringify({ username, password }),
  )
  expect(answer.status).toBe(200)
  return cookieOf(answer)
}

/** A text without lone surrogates, which no form can carry. */
export const wellFormed = (text: string): string => Buffer.from(text).toString()

/** Names that mean something to this package, to Passport, to body parsers or to JavaScript. */
export const names = fc.constantFrom(
  'code',
  'phone',
  'number',
  'channel',
  'action',
  'enroll',
  'username',
  'password',
  'user',
  'userId',
  'purpose',
  'session',
  'challenge',
  'voiceOtp',
  'passport',
  'cookie',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'then',
  'length',
  '',
  'code[]',
  'code[code]',
  'code.code',
  'CODE',
  'code ',
  'code\0',
  '0',
)

/**
 * Any character except half of a surrogate pair. fast-check's own (`binary`) builds a table of a
 * million entries in each process.
 */
export const character = fc.integer({ min: 0, max: 0x10_f7ff }).map(
  place => String.fromCodePoint(place < 0xd800 ? place : place + 0x800),
  text => {
    const point =
      typeof text === 'string' && Array.from(text).length === 1 ? (text.codePointAt(0) ?? -1) : -1
    if (point < 0 || (point >= 0xd800 && point < 0xe000)) throw new Error('not one character')
    return point < 0xd800 ? point : point - 0x800
  },
)

/**
 * An address of a web page, with any escape in its path. fast-check's own (`webUrl`) builds such a
 * table too.
 */
export const webAddress = fc
  .tuple(
    fc.constantFrom('http', 'https'),
    fc.webAuthority(),
    fc.stringMatching(/^(?:\/(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-F]{2})*)*$/),
  )
  .map(([scheme, authority, path]) => `${scheme}://${authority}${path}`)

/** Values that resemble a code, a number or a text. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: character }),
  fc.stringMatching(/^[0-9 -]{0,12}$/),
  fc.stringMatching(/^\+?[0-9() .-]{0,20}$/),
  fc.constantFrom(
    'null',
    'undefined',
    'true',
    'NaN',
    '[object Object]',
    '1e5',
    '0x1e240',
    '-12345',
    '+12345',
    '１２３４５６',
    '٠١٢٣٤٥',
    '123456\n',
    '\u2007123456',
    '12‑34‑56',
    '123456\0',
    ' '.repeat(50) + '123456',
  ),
)

/**
 * A MemoryStore that returns sessions as `change` leaves them: what a corrupt or older store may
 * return.
 */
export class ChangingStore extends MemoryStore {
  change: (session: Readonly<Record<string, unknown>>) => unknown = session => session

  override get = (
    sid: string,
    done: (error: unknown, session?: SessionData | null) => void,
  ): void => {
    super.get(sid, (error: unknown, session) => {
      done(
        error,
        session
          ? (this.change(session as unknown as Record<string, unknown>) as SessionData)
          : session,
      )
    })
  }
}

/** The example app without limits, on a port of its own. */
export async function openExample(sessionStore: ChangingStore) {
  const { url, simulator, close } = await startExample({ sessionStore, limits: noLimits })
  /** Sends JSON to the API, as the app's own page does. */
  const api = (path: string, cookie: string, body: unknown = {}): Promise<Answer> =>
    send(
      url,
      'POST',
      `/api${path}`,
      { Cookie: cookie, Origin: url, 'Content-Type': 'application/json' },
      JSON.stringify(body),
    )
  /** Asks for a call. Returns its code, from the sealed URL that SignalWire got. */
  async function codeOfNewCall(cookie: string): Promise<string> {
    expect((await api('/otp/call', cookie)).status).toBe(202)
    return (
      keys.open(tokenIn(simulator.calls[0]!.parameters['Url']!))!.payload as {
        code: string
      }
    ).code
  }
  return { url, simulator, api, codeOfNewCall, close }
}
