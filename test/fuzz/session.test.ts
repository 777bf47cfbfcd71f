import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, password, type World } from '../support/world.js'
import { tokenIn } from '../support/webhooks.js'
import { demoPassword } from '../../example/stores/users.js'
import {
  ChangingStore,
  cookieOf,
  keys,
  logIn,
  noLimits,
  odd,
  openExample,
  send,
  settings,
  timeout,
  watchProcess,
} from './support.js'

watchProcess()
const store = new ChangingStore()
let world: World
let alice: string
beforeAll(async () => {
  world = await createWorld({
    options: { limits: noLimits, channels: ['call', 'hosted-call'] },
    store,
  })
  alice = await logIn(world.url, 'alice')
})
afterAll(() => world.close())
afterEach(() => {
  store.change = session => session
})

const post = (path: string, cookie: string, body: unknown = {}) =>
  send(
    world.url,
    'POST',
    path,
    { Cookie: cookie, 'Content-Type': 'application/json' },
    JSON.stringify(body),
  )
const get = (path: string, cookie: string) => send(world.url, 'GET', path, { Cookie: cookie })
const withOurs = (voiceOtp: unknown) => {
  store.change = session => ({ ...session, voiceOtp })
}

/**
 * Values as JSON returns them: own keys named like a prototype, texts of any length, deep nesting.
 */
const stored = fc.oneof(
  odd,
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    '',
    [],
    {},
    [null],
    'x'.repeat(50_000),
    Array.from({ length: 5000 }, () => 0),
  ),
  fc
    .constantFrom(
      '{"__proto__":{"userId":"alice"}}',
      '{"constructor":{"prototype":{}}}',
      '{"toString":null,"valueOf":1}',
      '{"toJSON":"x"}',
      '{"length":1e9}',
      '['.repeat(500) + ']'.repeat(500),
    )
    .map(text => JSON.parse(text) as unknown),
)
const verification = {
  userId: 'alice',
  method: 'call',
  amr: ['otp', 'tel'],
  verifiedAt: 1_700_000_000_000,
}
const badVerification = fc.oneof(
  stored,
  fc
    .tuple(
      fc.constantFrom<keyof typeof verification>('userId', 'method', 'amr', 'verifiedAt'),
      stored,
    )
    .filter(
      ([name, value]) =>
        !(name === 'userId' && value === 'alice') &&
        !(
          name === 'method' &&
          ['call', 'sms', 'hosted-call', 'hosted-sms'].includes(value as string)
        ) &&
        !(name === 'amr' && Array.isArray(value)) &&
        !(name === 'verifiedAt' && typeof value === 'number'),
    )
    .map(([name, value]) => ({ ...verification, [name]: value })),
  fc
    .constantFrom<keyof typeof verification>('userId', 'method', 'amr', 'verifiedAt')
    .map(name =>
      Object.fromEntries(Object.entries(verification).filter(([each]) => each !== name)),
    ),
  fc
    .constantFrom('bob', 'Alice', 'alice ', 'alice\0', 'ALICE')
    .map(userId => ({ ...verification, userId })),
  fc.constant([verification]),
  fc.constant({ verification }),
  fc.constant(JSON.stringify(verification)),
)

test(
  'nothing in our part of the session lets anybody in or causes a server error, apart from a valid verification',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          stored,
          fc.record({ verification: badVerification, challenge: stored }, { requiredKeys: [] }),
        ),
        fc.constantFrom('/otp', '/otp/call', '/logout', '/cart'),
        async (voiceOtp, path) => {
          withOurs(voiceOtp)
          expect((await get('/account', alice)).status).toBe(401)
          expect((await get('/otp/status', alice)).status).toBe(200)
          const { status, headers } = await post(path, alice, { code: '123456' })
          expect(status).toBeOneOf(path === '/otp' ? [401] : path === '/otp/call' ? [202] : [200])
          store.change = session => session
          expect(
            (
              await get(
                '/transfer',
                headers.getSetCookie().length === 0 ? alice : cookieOf({ headers }),
              )
            ).status,
          ).toBe(401)
          if (path === '/logout') alice = await logIn(world.url, 'alice')
        },
      ),
      settings,
    )
  },
  timeout,
)

test(
  'the right code is wrong for a challenge of which any part was changed',
  async () => {
    const placed = await post('/otp/call', alice)
    expect(placed.status).toBe(202)
    const { code } = keys.open(tokenIn(world.simulator.calls[0]!.parameters['Url']!))!.payload as {
      code: string
    }
    const challenge = await new Promise<Record<string, unknown>>(resolve => {
      store.change = session => {
        resolve((session['voiceOtp'] as { challenge: Record<string, unknown> }).challenge)
        return session
      }
      void get('/account', alice)
    })
    const decides = fc.constantFrom(
      'id',
      'userId',
      'purpose',
      'channel',
      'codeHash',
      'phoneHash',
      'activation',
      'expiresAt',
      'sessionId',
    )
    const nearly = (value: unknown): unknown =>
      typeof value === 'number'
        ? value + 1000
        : typeof value === 'string'
          ? `${value.slice(0, -2)}AA`
          : value
    const changes = fc.oneof(
      fc.tuple(decides, stored),
      decides.map(name => [name, nearly(challenge[name])] as const),
      fc.constantFrom(
        ['purpose', 'step-up'],
        ['purpose', 'enroll'],
        ['channel', 'sms'],
        ['channel', 'hosted-call'],
        ['userId', 'bob'],
        ['expiresAt', 9e15],
        ['activation', 1],
        ['codeHash', ''],
      ),
    )
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), async ([name, value], hosted) => {
        fc.pre(value !== challenge[name])
        withOurs({
          challenge: {
            ...challenge,
            [name]: value,
            ...(hosted ? { hostedId: '00000000-0000-4000-8000-000000000000' } : {}),
          },
        })
        expect((await post('/otp', alice, { code })).status).toBeOneOf([401, 429])
        expect((await get('/account', alice)).status).toBe(401)
      }),
      settings,
    )
    expect(world.simulator.requests.filter(({ path }) => path.includes('/mfa/'))).toEqual([])
  },
  timeout,
)

test(
  "the verification of Alice lets no other user in, whatever Passport's part of the session holds",
  async () => {
    withOurs({ verification })
    expect((await get('/account', alice)).status).toBe(200)
    const users = fc.oneof(
      stored,
      fc.constantFrom('bob', 'dave', '__proto__', 'constructor', 'toString', 'alice '),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          users.map(user => ({ user })),
          users,
        ),
        async passport => {
          const { user } = (passport ?? {}) as { user?: unknown }
          // The app's deserializeUser decides what a list or an object means.
          fc.pre(user !== 'alice' && (typeof user !== 'object' || user === null))
          store.change = session => ({ ...session, passport, voiceOtp: { verification } })
          expect((await get('/account', alice)).status).toBe(401)
          expect((await post('/otp', alice, { code: '123456' })).status).toBeOneOf([401, 503])
        },
      ),
      settings,
    )
  },
  timeout,
)

describe('in the example', () => {
  test(
    'in the example, a stored value that is not a session gets 503 or a new session and is never logged in',
    async () => {
      const sessions = new ChangingStore()
      const example = await openExample(sessions)
      try {
        const cookie = cookieOf(
          await example.api('/login', '', { username: 'alice', password: demoPassword }),
        )
        const whole = fc.oneof(
          stored,
          fc
            .record({
              cookie: stored,
              // A user as an older version of the example stored it is no user.
              passport: fc.constantFrom(
                { user: 'alice' },
                { user: { id: 'alice', sessionStamp: '' } },
              ),
              voiceOtp: fc.constant({ verification }),
            })
            .filter(({ cookie: given }) => given !== null),
        )
        let served = 0
        await fc.assert(
          fc.asyncProperty(whole, async session => {
            sessions.change = () => session
            const { status } = await send(example.url, 'GET', '/api/account', { Cookie: cookie })
            const isUser = JSON.stringify([session]).includes('"sessionStamp"')
            if (isUser) expect(status).toBeOneOf([200, 503])
            else expect(status).toBeOneOf([401, 503])
            if (status === 401) served++
          }),
          settings,
        )
        expect(served).toBeGreaterThan(0)
      } finally {
        await example.close()
      }
    },
    timeout,
  )
})

test('the small app and the example have the same password', () => {
  expect(password).toBe(demoPassword)
})
