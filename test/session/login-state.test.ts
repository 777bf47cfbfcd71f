// The two factors of one request by themselves: what of a session counts as a mark, whose it is, how old, and what ends with whom.
import { describe, expect, test, vi } from 'vitest'
import type { Challenge } from '../../lib/session/challenge.js'
import { LoginState, type Verification } from '../../lib/session/login-state.js'
import type { Context } from '../../lib/context.js'
import type { Request } from '../../lib/request.js'

interface Person {
  readonly id?: unknown
}
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
  phoneEnd: '23',
  activation: 7,
  expiresAt: 2_000_000,
  nextCallAt: 1_500_000,
  sessionId: 's1',
}

interface Given {
  readonly user?: Person | null | undefined
  /** Our part of the session. */
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
    settings: { userId, required, clock: { now: () => 1_060_500 } },
    activeChallenges: { end },
  } as unknown as Context<Person>
  const session: Record<string, unknown> = {
    cart: 'apples',
    ...(part === undefined ? {} : { voiceOtp: part }),
  }
  const loginState = new LoginState(
    context,
    { session, sessionID: 's1', ...more } as unknown as Request,
    'user' in given ? given.user : alice,
  )
  return { loginState, session, end }
}

describe('somebody is in', () => {
  test('with a mark of her own, and pending without', () => {
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
    'and %s is nobody, as Passport had it, with a mark in the session too',
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
    ['no user', { ...verification, userId: undefined }],
    ['an empty user', { ...verification, userId: '' }],
    ['a user that is a number', { ...verification, userId: 7 }],
    ['no way', { ...verification, method: undefined }],
    ['an unknown way', { ...verification, method: 'pigeon' }],
    ['no amr', { ...verification, amr: undefined }],
    ['an amr that is text', { ...verification, amr: 'otp' }],
    ['no time', { ...verification, verifiedAt: undefined }],
    ['a time that is text', { ...verification, verifiedAt: '1000000' }],
    ['no number for a time', { ...verification, verifiedAt: NaN }],
    ['an endless time', { ...verification, verifiedAt: Infinity }],
    ['a telephone that is a number', { ...verification, phoneHash: 7 }],
  ])('not with a mark that is none: %s', (_name, value) => {
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
    'by %s',
    method => {
      expect(request({ part: { verification: { ...verification, method } } }).loginState.user).toBe(
        alice,
      )
    },
  )

  test.each([undefined, null, 'text', 7, []])(
    'not with %j in place of our part of the session, which is as if there were none',
    part => {
      expect(request({ part }).loginState).toMatchObject({
        user: undefined,
        verification: undefined,
        challenge: undefined,
      })
    },
  )

  test('not with the mark of another', () => {
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
  ])('without any code, where `required` answers %j: %s', (answer, isIn) => {
    expect(request({ required: () => answer }).loginState.user).toBe(isIn ? alice : undefined)
  })

  test('not where `required` answers a promise, whose rejection nobody waits for', async () => {
    const { loginState } = request({
      required: () => Promise.reject(new Error('the database is down')),
    })
    expect(loginState.user).toBeUndefined()
    await new Promise(setImmediate) // an unhandled rejection would fail this run
  })

  test('not where `required` throws; and it is asked once a user', () => {
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
    loginState.set({ id: 'bob' })
    required.mockReturnValue(true)
    expect(loginState.user).toBeUndefined()
  })
})

describe("a user's id", () => {
  test.each([
    ['alice', 'alice'],
    [7, '7'],
    [0, '0'],
    [-1.5, '-1.5'],
    ['a', 'a'],
    ['x'.repeat(200), 'x'.repeat(200)],
  ])('%j is %j', (id, text) => {
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
    [7n],
  ])('%s is none: trouble, and nobody is in', (id: unknown) => {
    const { loginState } = request({
      user: { id },
      part: { verification: { ...verification, userId: String(id) } },
    })
    expect(() => loginState.userId).toThrow(
      expect.objectContaining({
        code: 'configuration',
        message: expect.stringContaining('userId(user) must answer') as string,
      }) as Error,
    )
    expect(loginState.user).toBeUndefined()
  })

  test('a function that throws answers none', () => {
    const { loginState } = request({
      userId: () => {
        throw new Error('no')
      },
      part: { verification },
    })
    expect(loginState.user).toBeUndefined()
    expect(() => loginState.userId).toThrow('userId(user)')
  })

  test('is asked of nobody, whatever the function makes of that', () => {
    const { loginState } = request({ user: null, userId: () => 'alice' })
    expect(() => loginState.userId).toThrow('userId(user)')
  })
})

describe('the age of a mark', () => {
  test('in seconds, and never below none', () => {
    expect(request({ part: { verification } }).loginState.verificationAge).toBe(60.5)
    expect(
      request({ part: { verification: { ...verification, verifiedAt: 2_000_000 } } }).loginState
        .verificationAge,
    ).toBe(0)
    expect(
      request({ part: { verification: { ...verification, method: 'recovery' } } }).loginState
        .verificationAge,
    ).toBe(60.5)
  })

  test('is endless without a mark, for a remembered browser, for a mark of another, and for nobody', () => {
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

describe('a challenge', () => {
  test('is there for the session that asked for it, and no other', () => {
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

  test('is put beside the mark, and taken away from it', () => {
    const { loginState, session } = request({ part: { verification, other: 1 } })
    loginState.challenge = challenge
    expect(session).toEqual({ cart: 'apples', voiceOtp: { verification, challenge } })
    loginState.challenge = undefined
    expect(session).toEqual({ cart: 'apples', voiceOtp: { verification } })
    const pending = request({})
    pending.loginState.challenge = challenge
    expect(pending.session).toEqual({ cart: 'apples', voiceOtp: { challenge } })
  })

  test('that is dropped is dead everywhere; where there is none, no counter is touched', () => {
    const { loginState, session, end } = request({
      part: { verification, challenge },
    })
    loginState.dropChallenge()
    expect(session['voiceOtp']).toEqual({ verification })
    expect(end).toHaveBeenCalledExactlyOnceWith(challenge)
    loginState.dropChallenge()
    expect(end).toHaveBeenCalledTimes(1)
  })

  test('that cannot be killed in the counters has left the session all the same, and nothing is thrown', async () => {
    const { loginState, session, end } = request({ part: { challenge } })
    end.mockRejectedValue(new Error('gone'))
    loginState.forget()
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
    loginState.set({ id: 'bob' })
    expect(session).toEqual({ cart: 'apples' })
    expect(loginState).toMatchObject({ user: undefined, pendingUser: { id: 'bob' } })
  })

  test.each([[{ verification, challenge }], [{ verification }], [{ challenge }]])(
    'a login of the same user keeps %j',
    part => {
      const { loginState, session, end } = request({ part })
      loginState.beginLogin({ id: 'alice' })
      loginState.set({ id: 'alice' })
      expect(session['voiceOtp']).toEqual(part)
      expect(loginState.user).toEqual('verification' in part ? { id: 'alice' } : undefined)
      expect(end).not.toHaveBeenCalled()
    },
  )

  test('a login in a session that belongs to another user removes the verification, whoever it is of', () => {
    const { loginState, session } = request({ user: { id: 'bob' }, part: { verification } })
    loginState.beginLogin({ id: 'alice' })
    loginState.set({ id: 'alice' })
    expect(session).toEqual({ cart: 'apples' })
    expect(loginState.user).toBeUndefined()
  })

  test('a login of a user without an id removes the verification', () => {
    const { loginState, session } = request({ part: { verification } })
    loginState.beginLogin({})
    expect(session).toEqual({ cart: 'apples' })
  })

  test('a logout removes everything of ours and kills the challenge', () => {
    const { loginState, session, end } = request({
      part: { verification, challenge },
    })
    loginState.endLogin()
    expect(session).toEqual({ cart: 'apples' })
    expect(end).toHaveBeenCalledExactlyOnceWith(challenge)
    expect(loginState.user).toBeNull()
  })

  test.each([[{ id: 'bob' }], [{}], [null], [undefined]])(
    'the assignment of %j leaves the session alone, and nobody is in',
    user => {
      const { loginState, session } = request({ part: { verification, challenge } })
      loginState.set(user)
      expect(session['voiceOtp']).toEqual({ verification, challenge })
      expect(loginState.user ?? undefined).toBeUndefined()
      expect(loginState.pendingUser).toBeUndefined()
    },
  )

  test('a request that begins without a user removes everything of ours', () => {
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
    '%s: nobody is in, nothing is thrown until it is needed',
    session => {
      const { loginState } = request({ request: { session } })
      expect(loginState).toMatchObject({
        user: undefined,
        pendingUser: alice,
        challenge: undefined,
      })
      loginState.forget()
      expect(() => {
        loginState.challenge = challenge
      }).toThrow(
        expect.objectContaining({
          code: 'session-unavailable',
          message: expect.stringContaining('mount express-session before enforce()') as string,
        }) as Error,
      )
    },
  )

  test('text in its place is none either', () => {
    expect(() => request({ request: { session: 'text' } }).loginState.session).toThrow(
      expect.objectContaining({ code: 'session-unavailable' }) as Error,
    )
  })

  test('and its name is that of the request', () => {
    expect(request({}).loginState.sessionId).toBe('s1')
  })
})
