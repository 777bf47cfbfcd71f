// The two factors of one request by themselves: what of a session counts as a mark, whose it is, how old, and what ends with whom.
import { describe, expect, test, vi } from 'vitest'
import type { Challenge } from '../lib/session/challenge.js'
import { Factor, type Mark } from '../lib/session/login-state.js'
import type { Parts } from '../lib/context.js'
import type { Request } from '../lib/options/options.js'

interface Person {
  readonly id?: unknown
}
const alice: Person = { id: 'alice' }
const mark: Mark = { userId: 'alice', method: 'call', amr: ['otp', 'tel'], at: 1_000_000 }
const challenge: Challenge = {
  id: 'c1',
  userId: 'alice',
  purpose: 'login',
  way: 'call',
  codeHash: 'h',
  phoneHash: 'p',
  phoneEnd: '23',
  ticket: 7,
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
  const killTicket = vi.fn(() => Promise.resolve())
  const parts = {
    settings: { userId, required, clock: { now: () => 1_060_500 } },
    counters: { killTicket },
  } as unknown as Parts<Person>
  const session: Record<string, unknown> = {
    cart: 'apples',
    ...(part === undefined ? {} : { voiceOtp: part }),
  }
  const factor = new Factor(
    parts,
    { session, sessionID: 's1', ...more } as unknown as Request,
    'user' in given ? given.user : alice,
  )
  return { factor, session, killTicket }
}

describe('somebody is in', () => {
  test('with a mark of her own, and pending without', () => {
    expect(request({ part: { mark } }).factor).toMatchObject({
      user: alice,
      pendingUser: undefined,
      anyUser: alice,
    })
    expect(request({}).factor).toMatchObject({
      user: undefined,
      pendingUser: alice,
      anyUser: alice,
    })
  })

  test.each([undefined, null])(
    'and %s is nobody, as Passport had it, with a mark in the session too',
    user => {
      const { factor } = request({ user, part: { mark } })
      expect(factor.user).toBe(user)
      expect([factor.pendingUser, factor.anyUser]).toEqual([undefined, undefined])
    },
  )

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['text', 'alice'],
    ['a number', 7],
    ['an array', [mark]],
    ['no user', { ...mark, userId: undefined }],
    ['an empty user', { ...mark, userId: '' }],
    ['a user that is a number', { ...mark, userId: 7 }],
    ['no way', { ...mark, method: undefined }],
    ['an unknown way', { ...mark, method: 'pigeon' }],
    ['no amr', { ...mark, amr: undefined }],
    ['an amr that is text', { ...mark, amr: 'otp' }],
    ['no time', { ...mark, at: undefined }],
    ['a time that is text', { ...mark, at: '1000000' }],
    ['no number for a time', { ...mark, at: NaN }],
    ['an endless time', { ...mark, at: Infinity }],
    ['a telephone that is a number', { ...mark, phoneHash: 7 }],
  ])('not with a mark that is none: %s', (_name, value) => {
    for (const userId of [undefined, () => undefined, () => '']) {
      const { factor } = request({ part: { mark: value }, ...(userId && { userId }) })
      expect(factor).toMatchObject({
        user: undefined,
        pendingUser: alice,
        mark: undefined,
        markAge: Infinity,
      })
    }
  })

  test.each(['call', 'text', 'hostedCall', 'hostedText', 'remembered', 'recovery'] as const)(
    'by %s',
    method => {
      expect(request({ part: { mark: { ...mark, method } } }).factor.user).toBe(alice)
    },
  )

  test.each([undefined, null, 'text', 7, []])(
    'not with %j in place of our part of the session, which is as if there were none',
    part => {
      expect(request({ part }).factor).toMatchObject({
        user: undefined,
        mark: undefined,
        challenge: undefined,
      })
    },
  )

  test('not with the mark of another', () => {
    expect(request({ part: { mark: { ...mark, userId: 'bob' } } }).factor.user).toBeUndefined()
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
    expect(request({ required: () => answer }).factor.user).toBe(isIn ? alice : undefined)
  })

  test('not where `required` answers a promise, whose rejection nobody waits for', async () => {
    const { factor } = request({
      required: () => Promise.reject(new Error('the database is down')),
    })
    expect(factor.user).toBeUndefined()
    await new Promise(setImmediate) // an unhandled rejection would fail this run
  })

  test('not where `required` throws; and it is asked once a user', () => {
    expect(
      request({
        required: () => {
          throw new Error('no')
        },
      }).factor.user,
    ).toBeUndefined()
    const required = vi.fn(() => false)
    const { factor } = request({ required })
    expect([factor.user, factor.user, factor.pendingUser]).toEqual([alice, alice, undefined])
    expect(required).toHaveBeenCalledTimes(1)
    factor.set({ id: 'bob' })
    required.mockReturnValue(true)
    expect(factor.user).toBeUndefined()
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
    expect(request({ user: { id } }).factor.userId).toBe(text)
    expect(
      request({ user: { id }, part: { mark: { ...mark, userId: text } } }).factor.user,
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
    const { factor } = request({ user: { id }, part: { mark: { ...mark, userId: String(id) } } })
    expect(() => factor.userId).toThrow(
      expect.objectContaining({
        code: 'configuration',
        message: expect.stringContaining('userId(user) must answer') as string,
      }) as Error,
    )
    expect(factor.user).toBeUndefined()
  })

  test('a function that throws answers none', () => {
    const { factor } = request({
      userId: () => {
        throw new Error('no')
      },
      part: { mark },
    })
    expect(factor.user).toBeUndefined()
    expect(() => factor.userId).toThrow('userId(user)')
  })

  test('is asked of nobody, whatever the function makes of that', () => {
    const { factor } = request({ user: null, userId: () => 'alice' })
    expect(() => factor.userId).toThrow('userId(user)')
  })
})

describe('the age of a mark', () => {
  test('in seconds, and never below none', () => {
    expect(request({ part: { mark } }).factor.markAge).toBe(60.5)
    expect(request({ part: { mark: { ...mark, at: 2_000_000 } } }).factor.markAge).toBe(0)
    expect(request({ part: { mark: { ...mark, method: 'recovery' } } }).factor.markAge).toBe(60.5)
  })

  test('is endless without a mark, for a remembered browser, for a mark of another, and for nobody', () => {
    expect(request({}).factor.markAge).toBe(Infinity)
    expect(request({ part: { mark: { ...mark, method: 'remembered' } } }).factor.markAge).toBe(
      Infinity,
    )
    expect(request({ part: { mark: { ...mark, userId: 'bob' } } }).factor.markAge).toBe(Infinity)
    const { factor, session } = request({ user: null, userId: () => 'alice' })
    session['voiceOtp'] = { mark }
    expect(factor.markAge).toBe(Infinity)
  })
})

describe('a challenge', () => {
  test('is there for the session that asked for it, and no other', () => {
    expect(request({ part: { challenge } }).factor.challenge).toEqual(challenge)
    expect(
      request({ part: { challenge: { ...challenge, sessionId: 's2' } } }).factor.challenge,
    ).toBeUndefined()
    expect(
      request({ part: { challenge }, request: { sessionID: undefined } }).factor.challenge,
    ).toBeUndefined()
    expect(
      request({ part: { challenge: { ...challenge, ticket: '7' } } }).factor.challenge,
    ).toBeUndefined()
  })

  test('is put beside the mark, and taken away from it', () => {
    const { factor, session } = request({ part: { mark, other: 1 } })
    factor.challenge = challenge
    expect(session).toEqual({ cart: 'apples', voiceOtp: { mark, challenge } })
    factor.challenge = undefined
    expect(session).toEqual({ cart: 'apples', voiceOtp: { mark } })
    const pending = request({})
    pending.factor.challenge = challenge
    expect(pending.session).toEqual({ cart: 'apples', voiceOtp: { challenge } })
  })

  test('that is dropped is dead everywhere; where there is none, no counter is touched', () => {
    const { factor, session, killTicket } = request({ part: { mark, challenge } })
    factor.dropChallenge()
    expect(session['voiceOtp']).toEqual({ mark })
    expect(killTicket).toHaveBeenCalledExactlyOnceWith('alice', 7)
    factor.dropChallenge()
    expect(killTicket).toHaveBeenCalledTimes(1)
  })

  test('that cannot be killed in the counters has left the session all the same, and nothing is thrown', async () => {
    const { factor, session, killTicket } = request({ part: { challenge } })
    killTicket.mockRejectedValue(new Error('gone'))
    factor.forget()
    await Promise.resolve()
    expect(session).toEqual({ cart: 'apples' })
  })
})

describe('who comes next in a session', () => {
  test.each([
    ['mark', { mark }],
    ['challenge', { challenge }],
    ['mark beside a challenge of another', { mark, challenge: { ...challenge, userId: 'bob' } }],
    ['challenge beside a mark of another', { mark: { ...mark, userId: 'bob' }, challenge }],
  ])('another user finds nothing of a %s', (_name, part) => {
    const { factor, session } = request({ part })
    factor.set({ id: 'bob' })
    expect(session).toEqual({ cart: 'apples' })
    expect(factor).toMatchObject({ user: undefined, pendingUser: { id: 'bob' } })
  })

  test.each([[{ mark, challenge }], [{ mark }], [{ challenge }]])(
    'the same user finds all of it: %j',
    part => {
      const { factor, session, killTicket } = request({ part })
      factor.set({ id: 'alice' })
      expect(session['voiceOtp']).toEqual(part)
      expect(factor.user).toEqual('mark' in part ? { id: 'alice' } : undefined)
      expect(killTicket).not.toHaveBeenCalled()
    },
  )

  test('a user without an id inherits nothing', () => {
    const { factor, session } = request({ part: { mark } })
    factor.set({})
    expect(session).toEqual({ cart: 'apples' })
  })

  test.each([undefined, null])('at %s, as after a logout, everything of ours goes', user => {
    const { factor, session, killTicket } = request({ part: { mark, challenge } })
    factor.set(user)
    expect(session).toEqual({ cart: 'apples' })
    expect(killTicket).toHaveBeenCalledExactlyOnceWith('alice', 7)
    expect(factor.user).toBe(user)
  })

  test('and a request that begins with nobody leaves nothing of ours', () => {
    const { session, killTicket } = request({ user: undefined, part: { mark, challenge } })
    expect(session).toEqual({ cart: 'apples' })
    expect(killTicket).toHaveBeenCalledTimes(1)
  })
})

describe('without a session', () => {
  test.each([undefined, null])(
    '%s: nobody is in, nothing is thrown until it is needed',
    session => {
      const { factor } = request({ request: { session } })
      expect(factor).toMatchObject({ user: undefined, pendingUser: alice, challenge: undefined })
      factor.forget()
      expect(() => {
        factor.challenge = challenge
      }).toThrow(
        expect.objectContaining({
          code: 'session-unavailable',
          message: expect.stringContaining('mount express-session before enforce()') as string,
        }) as Error,
      )
    },
  )

  test('text in its place is none either', () => {
    expect(() => request({ request: { session: 'text' } }).factor.session).toThrow(
      expect.objectContaining({ code: 'session-unavailable' }) as Error,
    )
  })

  test('and its name is that of the request', () => {
    expect(request({}).factor.sessionId).toBe('s1')
  })
})
