// The login state of one request: which data of a session count as a verification, for which user,
// and what a login or a logout removes.
import { describe, expect, test, vi } from 'vitest'
import type { Challenge } from '../../lib/session/challenge.js'
import { loginStateOf } from '../../lib/session/login-state.js'
import { createLoginState } from '../../lib/session/request-login-state.js'
import { type Verification } from '../../lib/session/verification.js'
import type { Context } from '../../lib/context.js'
import { FactorRegistry } from '../../lib/factor-registry.js'
import type { Request } from '../../lib/request.js'

interface Person {
  readonly id?: unknown
}
const now = 1_060_500
const alice: Person = { id: 'alice' }
const verification: Verification = {
  userId: 'alice',
  method: 'call',
  amr: ['otp', 'tel'],
  verifiedAt: 1_000_000,
}
const challenge: Challenge = {
  id: 'c1',
  userId: 'alice',
  purpose: 'login',
  channel: 'call',
  codeHash: 'h',
  phoneHash: 'p',
  maskedPhone: '••• ••• ••23',
  activation: 7,
  expiresAt: 2_000_000,
  nextCallAt: 1_500_000,
  sessionId: 's1',
}

interface Given {
  readonly user?: Person | null | undefined
  /** What the session contains at `voiceOtp`. */
  readonly part?: unknown
  readonly request?: object
  readonly userId?: (user: Person) => unknown
  readonly required?: () => unknown
}

function request({
  part,
  request: more,
  userId = ({ id }) => id,
  required = () => true,
  ...given
}: Given) {
  const end = vi.fn(() => Promise.resolve())
  const context = {
    settings: { userId, required, clock: { now: () => now } },
    activeChallenges: { end },
    factors: new FactorRegistry<Person>(),
  } as unknown as Context<Person>
  const session: Record<string, unknown> = {
    cart: 'apples',
    ...(part === undefined ? {} : { voiceOtp: part }),
  }
  const loginState = createLoginState(
    context,
    { session, sessionID: 's1', ...more } as unknown as Request,
    'user' in given ? given.user : alice,
  )
  return { loginState, session, end }
}

describe('the user of a request', () => {
  test('a user with a verification has passed both factors, and a user without is pending', () => {
    expect(request({ part: { verification } }).loginState).toMatchObject({
      user: alice,
      pendingUser: undefined,
      anyUser: alice,
    })
    expect(request({}).loginState).toMatchObject({
      user: undefined,
      pendingUser: alice,
      anyUser: alice,
    })
  })

  test.each([undefined, null])(
    'without a user, the value %s of req.user stays, even with a verification in the session',
    user => {
      const { loginState } = request({ user, part: { verification } })
      expect(loginState.user).toBe(user)
      expect([loginState.pendingUser, loginState.anyUser]).toEqual([undefined, undefined])
    },
  )

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['text', 'alice'],
    ['a number', 7],
    ['an array', [verification]],
    ['no user id', { ...verification, userId: undefined }],
    ['an empty user id', { ...verification, userId: '' }],
    ['a user id that is a number', { ...verification, userId: 7 }],
    ['no method', { ...verification, method: undefined }],
    ['an unknown method', { ...verification, method: 'pigeon' }],
    ['no amr', { ...verification, amr: undefined }],
    ['an amr that is text', { ...verification, amr: 'otp' }],
    ['no time', { ...verification, verifiedAt: undefined }],
    ['a time that is text', { ...verification, verifiedAt: '1000000' }],
    ['NaN as the time', { ...verification, verifiedAt: NaN }],
    ['an infinite time', { ...verification, verifiedAt: Infinity }],
    ['a phone hash that is a number', { ...verification, phoneHash: 7 }],
  ])('a malformed verification is ignored: %s', (_name, value) => {
    for (const userId of [undefined, () => undefined, () => '']) {
      const { loginState } = request({ part: { verification: value }, ...(userId && { userId }) })
      expect(loginState).toMatchObject({
        user: undefined,
        pendingUser: alice,
        verification: undefined,
        verificationAge: Infinity,
      })
    }
  })

  test.each(['call', 'sms', 'hosted-call', 'hosted-sms', 'remembered', 'recovery'] as const)(
    'a verification by %s counts',
    method => {
      expect(request({ part: { verification: { ...verification, method } } }).loginState.user).toBe(
        alice,
      )
    },
  )

  test.each([undefined, null, 'text', 7, []])(
    'the value %j at voiceOtp in the session is ignored',
    part => {
      expect(request({ part }).loginState).toMatchObject({
        user: undefined,
        verification: undefined,
        challenge: undefined,
      })
    },
  )

  test('the verification of another user is ignored', () => {
    expect(
      request({ part: { verification: { ...verification, userId: 'bob' } } }).loginState.user,
    ).toBeUndefined()
  })

  test.each([
    [false, true],
    [true, false],
    [undefined, false],
    [null, false],
    [0, false],
    ['', false],
    [Promise.resolve(false), false],
  ])('if required() returns %j, the user is logged in without a code: %s', (result, isIn) => {
    expect(request({ required: () => result }).loginState.user).toBe(isIn ? alice : undefined)
  })

  test('if required() returns a promise, the user stays pending, and a rejection does not crash the process', async () => {
    const { loginState } = request({
      required: () => Promise.reject(new Error('the database is down')),
    })
    expect(loginState.user).toBeUndefined()
    await new Promise(setImmediate) // an unhandled rejection would fail this run
  })

  test('if required() throws, the user stays pending; required() is called once for each user', () => {
    expect(
      request({
        required: () => {
          throw new Error('no')
        },
      }).loginState.user,
    ).toBeUndefined()
    const required = vi.fn(() => false)
    const { loginState } = request({ required })
    expect([loginState.user, loginState.user, loginState.pendingUser]).toEqual([
      alice,
      alice,
      undefined,
    ])
    expect(required).toHaveBeenCalledTimes(1)
    loginState.beginLogin({ id: 'bob' })
    loginState.setUser({ id: 'bob' })
    required.mockReturnValue(true)
    expect(loginState.user).toBeUndefined()
  })
})

describe("the user's id", () => {
  test.each([
    ['alice', 'alice'],
    [7, '7'],
    [0, '0'],
    [-1.5, '-1.5'],
    ['a', 'a'],
    ['x'.repeat(200), 'x'.repeat(200)],
  ])('the id %j of a user is %j', (id, text) => {
    expect(request({ user: { id } }).loginState.userId).toBe(text)
    expect(
      request({ user: { id }, part: { verification: { ...verification, userId: text } } })
        .loginState.user,
    ).toEqual({ id })
  })

  test.each([
    [undefined],
    [null],
    [''],
    ['x'.repeat(201)],
    [NaN],
    [Infinity],
    [true],
    [{}],
    [['alice']],
  ])('%s is not a valid id of a user: an error, and nobody is logged in', (id: unknown) => {
    const { loginState } = request({
      user: { id },
      part: { verification: { ...verification, userId: String(id) } },
    })
    expect(() => loginState.userId).toThrow(
      expect.objectContaining({
        code: 'configuration',
        message: expect.stringContaining('userId(user) must return') as string,
      }) as Error,
    )
    expect(loginState.user).toBeUndefined()
  })

  test('a userId() that throws gives no id', () => {
    const { loginState } = request({
      userId: () => {
        throw new Error('no')
      },
      part: { verification },
    })
    expect(loginState.user).toBeUndefined()
    expect(() => loginState.userId).toThrow('userId(user)')
  })

  test('userId() is not called without a user', () => {
    const { loginState } = request({ user: null, userId: () => 'alice' })
    expect(() => loginState.userId).toThrow('userId(user)')
  })
})

describe('the age of a verification', () => {
  test('the age of a verification is in seconds, and never below 0', () => {
    expect(request({ part: { verification } }).loginState.verificationAge).toBe(60.5)
    expect(
      request({ part: { verification: { ...verification, verifiedAt: now + 1 } } }).loginState
        .verificationAge,
    ).toBe(0)
    expect(
      request({ part: { verification: { ...verification, method: 'recovery' } } }).loginState
        .verificationAge,
    ).toBe(60.5)
  })

  test('a verification from more than 60 seconds in the future is infinitely old, and the user stays logged in', () => {
    const ageAt = (verifiedAt: number) => {
      const { loginState } = request({ part: { verification: { ...verification, verifiedAt } } })
      expect(loginState.user).toBe(alice)
      return loginState.verificationAge
    }
    expect(ageAt(now + 60_000)).toBe(0)
    expect(ageAt(now + 60_001)).toBe(Infinity)
    expect(ageAt(Number.MAX_SAFE_INTEGER)).toBe(Infinity)
  })

  test('the age is infinite without a verification, for a remembered browser, for the verification of another user, and without a user', () => {
    expect(request({}).loginState.verificationAge).toBe(Infinity)
    expect(
      request({ part: { verification: { ...verification, method: 'remembered' } } }).loginState
        .verificationAge,
    ).toBe(Infinity)
    expect(
      request({ part: { verification: { ...verification, userId: 'bob' } } }).loginState
        .verificationAge,
    ).toBe(Infinity)
    const { loginState, session } = request({ user: null, userId: () => 'alice' })
    session['voiceOtp'] = { verification }
    expect(loginState.verificationAge).toBe(Infinity)
  })
})

describe('the challenge', () => {
  test('a challenge counts only in the session that asked for it', () => {
    expect(request({ part: { challenge } }).loginState.challenge).toEqual(challenge)
    expect(
      request({ part: { challenge: { ...challenge, sessionId: 's2' } } }).loginState.challenge,
    ).toBeUndefined()
    expect(
      request({ part: { challenge }, request: { sessionID: undefined } }).loginState.challenge,
    ).toBeUndefined()
    expect(
      request({ part: { challenge: { ...challenge, activation: '7' } } }).loginState.challenge,
    ).toBeUndefined()
  })

  test('a challenge is stored and removed, and the verification stays', async () => {
    const { loginState, session } = request({ part: { verification, other: 1 } })
    loginState.storeChallenge(challenge)
    expect(session).toEqual({ cart: 'apples', voiceOtp: { verification, challenge } })
    await loginState.endChallenge()
    expect(session).toEqual({ cart: 'apples', voiceOtp: { verification } })
    const pending = request({})
    pending.loginState.storeChallenge(challenge)
    expect(pending.session).toEqual({ cart: 'apples', voiceOtp: { challenge } })
  })

  test('a dropped challenge ends in the limiter too, and only once', () => {
    const { loginState, session, end } = request({
      part: { verification, challenge },
    })
    loginState.dropChallenge()
    expect(session['voiceOtp']).toEqual({ verification })
    expect(end).toHaveBeenCalledExactlyOnceWith(challenge)
    loginState.dropChallenge()
    expect(end).toHaveBeenCalledTimes(1)
  })

  test('a challenge leaves the session even if the limiter fails, and nothing is thrown', async () => {
    const { loginState, session, end } = request({ part: { challenge } })
    end.mockRejectedValue(new Error('gone'))
    await expect(loginState.endChallenge()).rejects.toThrow('gone')
    loginState.storeChallenge(challenge)
    loginState.endLogin()
    await Promise.resolve()
    expect(session).toEqual({ cart: 'apples' })
  })
})

describe('a login and a logout in the session', () => {
  test.each([
    ['a verification', { verification }],
    ['a challenge', { challenge }],
    [
      'a verification beside a challenge of another user',
      { verification, challenge: { ...challenge, userId: 'bob' } },
    ],
    [
      'a challenge beside a verification of another user',
      { verification: { ...verification, userId: 'bob' }, challenge },
    ],
  ])('a login of another user removes %s', (_name, part) => {
    const { loginState, session } = request({ part })
    loginState.beginLogin({ id: 'bob' })
    loginState.setUser({ id: 'bob' })
    expect(session).toEqual({ cart: 'apples' })
    expect(loginState).toMatchObject({ user: undefined, pendingUser: { id: 'bob' } })
  })

  test.each([[{ verification, challenge }], [{ verification }], [{ challenge }]])(
    'a login of the same user keeps %j',
    part => {
      const { loginState, session, end } = request({ part })
      loginState.beginLogin({ id: 'alice' })
      loginState.setUser({ id: 'alice' })
      expect(session['voiceOtp']).toEqual(part)
      expect(loginState.user).toEqual('verification' in part ? { id: 'alice' } : undefined)
      expect(end).not.toHaveBeenCalled()
    },
  )

  test('a login in the session of another user removes the verification, even one of the new user', () => {
    const { loginState, session } = request({ user: { id: 'bob' }, part: { verification } })
    loginState.beginLogin({ id: 'alice' })
    loginState.setUser({ id: 'alice' })
    expect(session).toEqual({ cart: 'apples' })
    expect(loginState.user).toBeUndefined()
  })

  test('a login of a user without an id removes the verification', () => {
    const { loginState, session } = request({ part: { verification } })
    loginState.beginLogin({})
    expect(session).toEqual({ cart: 'apples' })
  })

  test('a logout removes challenge and verification, and ends the challenge in the limiter', () => {
    const { loginState, session, end } = request({
      part: { verification, challenge },
    })
    loginState.endLogin()
    expect(session).toEqual({ cart: 'apples' })
    expect(end).toHaveBeenCalledExactlyOnceWith(challenge)
    expect(loginState.user).toBeNull()
  })

  test.each([[{ id: 'bob' }], [{}], [null], [undefined]])(
    'assigning %j to req.user does not change the session, and the request has no user',
    user => {
      const { loginState, session } = request({ part: { verification, challenge } })
      loginState.setUser(user)
      expect(session['voiceOtp']).toEqual({ verification, challenge })
      expect(loginState.user ?? undefined).toBeUndefined()
      expect(loginState.pendingUser).toBeUndefined()
    },
  )

  test('a request without a user removes challenge and verification', () => {
    const { session, end } = request({
      user: undefined,
      part: { verification, challenge },
    })
    expect(session).toEqual({ cart: 'apples' })
    expect(end).toHaveBeenCalledTimes(1)
  })
})

describe('without a session', () => {
  test.each([undefined, null])(
    'with %s as the session, the user is pending, and only storing a challenge throws',
    session => {
      const { loginState } = request({ request: { session } })
      expect(loginState).toMatchObject({
        user: undefined,
        pendingUser: alice,
        challenge: undefined,
      })
      loginState.endLogin()
      expect(() => {
        loginState.storeChallenge(challenge)
      }).toThrow(
        expect.objectContaining({
          code: 'session-unavailable',
          message: expect.stringContaining('mount express-session before enforce()') as string,
        }) as Error,
      )
    },
  )

  test('text is not a session', () => {
    expect(() => request({ request: { session: 'text' } }).loginState.session).toThrow(
      expect.objectContaining({ code: 'session-unavailable' }) as Error,
    )
  })

  test('the session id is that of the request', () => {
    expect(request({}).loginState.sessionId).toBe('s1')
  })
})

test('a request that did not go through enforce() has no login state', () => {
  expect(() => loginStateOf({} as Context<Person>, {} as unknown as Request)).toThrow(
    expect.objectContaining({
      code: 'configuration',
      message: expect.stringContaining('app.use(voiceOtp.enforce()) must come after') as string,
    }) as Error,
  )
})
