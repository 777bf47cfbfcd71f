// What the fuzzing has in common: how many cases, a client that sends any bytes, and an eye on the process.
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  request,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { MemoryStore, type SessionData } from 'express-session'
import fc from 'fast-check'
import { afterAll, expect } from 'vitest'
import type { Limits } from 'passport-voice-otp'
import { Simulator } from 'passport-voice-otp/simulator'
import { createApp } from '../../example/app.js'
import { createUsers } from '../../example/stores/users.js'
import { createKeys, type Keys } from '../../lib/crypto.js'
import { cheapPeople } from '../support/people.js'
import { password, secret } from '../support/world.js'
import { tokenIn } from '../support/telephone.js'

export { watchProcess } from '../support/watch.js'

const isLong = process.env['FUZZ'] === 'long'

/** Cases of each property: 150, or 10,000 with `FUZZ=long`; `FUZZ_SEED` takes the place of the fixed seed, and a failure prints what it was. */
export const settings = {
  numRuns: isLong ? 10_000 : 150,
  seed: Number(process.env['FUZZ_SEED'] ?? 20_261_124),
}
/** Milliseconds that one property may take. */
export const timeout = isLong ? 3_600_000 : 120_000

/** The keys of the small app of test/support/world.ts: what the attacker lacks and a judge needs. */
export const keys: Keys = createKeys([secret], secret)

type MayBeOff = Exclude<
  keyof Limits,
  'attemptsPerChallenge' | 'attemptsPerUserSeconds' | 'lockoutSeconds' | 'consecutiveFailureSeconds'
>

/** No limit but the one on guesses: a refused request tests little. */
export const noLimits = {
  attemptsPerUser: false,
  maxConsecutiveFailures: false,
  callIntervalSeconds: false,
  callsPerUserHour: false,
  callsPerPhoneTenMinutes: false,
  callsPerPhoneDay: false,
  callsPerPrefixTenMinutes: false,
  callsPerAppMinute: false,
  enrollCallsPerPhoneTenMinutes: false,
  enrollCallsPerPhoneDay: false,
  enrollCallsPerAppMinute: false,
  reportedSeconds: false,
} as const satisfies Readonly<Record<MayBeOff, false>>

/** One answer, read to its end. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 })
afterAll(() => {
  agent.destroy()
})

/** Sends anything: fetch and supertest would tidy it up first. Rejects when there is no answer. */
export function send(
  url: string,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
  body: string | Uint8Array = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(url)
    request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: { 'Content-Length': Buffer.byteLength(body), ...headers },
        agent,
      },
      response => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          })
        })
      },
    )
      .on('error', reject)
      .end(body)
  })
}

/** The cookies that an answer sets, as the browser sends them back. */
export const cookieOf = ({ headers }: Pick<Answer, 'headers'>): string =>
  (headers['set-cookie'] ?? []).map(each => each.split(';')[0]).join('; ')

/** The password in the small app; answers the cookie of the pending user. */
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

/** Any character but half of a surrogate pair. Fast-check's own (`binary`) builds a table of a million entries in each process. */
export const character = fc.integer({ min: 0, max: 0x10_f7ff }).map(
  place => String.fromCodePoint(place < 0xd800 ? place : place + 0x800),
  text => {
    const point =
      typeof text === 'string' && Array.from(text).length === 1 ? (text.codePointAt(0) ?? -1) : -1
    if (point < 0 || (point >= 0xd800 && point < 0xe000)) throw new Error('not one character')
    return point < 0xd800 ? point : point - 0x800
  },
)

/** Values that are nearly a code, a number or a text. */
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

/** A MemoryStore whose sessions come back as `change` leaves them: what a corrupt or an older store may answer. */
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

/** The example app, without limits and without delays, on a port of its own. */
export async function openExample(sessionStore: ChangingStore) {
  const simulator = await Simulator.start()
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const users = createUsers(cheapPeople)
  const { app } = createApp({
    users,
    publicUrl: url,
    sessionSecret: secret,
    secret,
    signalwire: simulator.signalwire,
    sessionStore,
    limits: noLimits,
    logger: false,
  })
  server.on('request', app)

  async function close(): Promise<void> {
    await new Promise(resolve => {
      server.close(resolve)
      server.closeAllConnections()
    })
    await simulator.stop()
  }
  /** Sends JSON to the API, as the app's own page does. */
  const api = (path: string, cookie: string, body: unknown = {}): Promise<Answer> =>
    send(
      url,
      'POST',
      `/api${path}`,
      { Cookie: cookie, Origin: url, 'Content-Type': 'application/json' },
      JSON.stringify(body),
    )
  /** Asks for a call; answers its code, from the sealed address that SignalWire was given. */
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
