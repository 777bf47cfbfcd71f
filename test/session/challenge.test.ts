import { describe, expect, test } from 'vitest'
import {
  type Challenge,
  codeAge,
  codeMatches,
  withDeliverySid,
  describeChallenge,
  openEnrolledPhone,
  readHostedId,
  makeChallenge,
  type NewChallenge,
  phoneMatches,
} from '../../lib/session/challenge.js'
import { parseChallenge } from '../../lib/session/parse-challenge.js'
import { createKeys } from '../../lib/crypto.js'

const secret = 'QO3vUzXkC5dWb8hJ2rT6yE9pL0aS7fGn'
const keys = createKeys([secret], secret)
const given: NewChallenge = {
  userId: 'alice',
  purpose: 'login',
  channel: 'call',
  destination: {
    number: '+12025550123',
    phone: '+12025550123;ext=12',
    extension: '12',
    country: 'US',
    ordinary: true,
  },
  activation: 7,
  sessionId: 's1',
  codeLength: 6,
  matching: true,
  receipt: 'verified.unused',
  expiresAt: 1_000_000,
  nextCallAt: 400_000,
}
const make = (change: Partial<NewChallenge> = {}) => makeChallenge(keys, { ...given, ...change })

describe('a challenge in the session', () => {
  test('a challenge contains neither the code nor the number: only the last two digits, and for enroll the sealed number', () => {
    const { challenge, code } = make()
    expect(challenge.maskedPhone).toBe('••• ••• ••23')
    expect(challenge.sealedPhone).toBeUndefined()
    expect(JSON.stringify(challenge)).not.toMatch(new RegExp(`2025550123|${code}`))
    const enroll = make({ purpose: 'enroll' }).challenge
    expect(JSON.stringify(enroll)).not.toContain('2025550123')
    expect(
      openEnrolledPhone(keys, { ...enroll, phoneHash: keys.hash('phone', '+12025550123') }),
    ).toBe('+12025550123')
  })

  test('a challenge has two matching digits from 10 to 99 only if it is asked for', () => {
    for (let round = 0; round < 500; round++)
      expect(make().challenge.matchingDigits).toMatch(/^[1-9]\d$/)
    expect(make({ matching: false }).challenge.matchingDigits).toBeUndefined()
  })

  test('a code has the configured length, and is right only if no bound field of the challenge changed', () => {
    const { challenge, code } = make({ codeLength: 8 })
    expect(code).toMatch(/^\d{8}$/)
    expect(codeMatches(keys, challenge, code)).toBe(true)
    expect(codeMatches(keys, challenge, '00000000' === code ? '00000001' : '00000000')).toBe(false)
    const changes: Partial<Challenge> = {
      id: 'x',
      userId: 'bob',
      purpose: 'step-up',
      channel: 'sms',
      phoneHash: 'x',
      activation: 8,
      expiresAt: 1_000_001,
      sessionId: 's2',
      receipt: 'verified.other',
    }
    for (const [name, value] of Object.entries(changes))
      expect(codeMatches(keys, { ...challenge, [name]: value }, code), name).toBe(false)
    const { receipt: _, ...withoutReceipt } = challenge
    expect(codeMatches(keys, withoutReceipt, code)).toBe(false)
    const after = { maskedPhone: '99', nextCallAt: 0, matchingDigits: '11', deliverySid: 'CA1' }
    expect(codeMatches(keys, { ...challenge, ...after }, code)).toBe(true)
  })

  test('a challenge is for one phone, extension included', () => {
    const { challenge } = make()
    expect(phoneMatches(keys, challenge, '+12025550123;ext=12')).toBe(true)
    expect(phoneMatches(keys, challenge, '+12025550123')).toBe(false)
  })
})

test('the age of a code is the time since it was created, and never below 0', () => {
  const ageAt = (now: number) =>
    codeAge({ clock: { now: () => now }, codeSeconds: 300 }, { expiresAt: 1_000_000 })
  expect([700_000, 760_500, 1_000_000].map(ageAt)).toEqual([0, 60.5, 300])
  expect(ageAt(600_000)).toBe(0)
})

test('a challenge holds the end of the filled limits only if it is later than the next call, and a turn only if the call waits', () => {
  const turn = { takenAt: 0, countedSeconds: 1, seconds: 9 }
  expect(make({ limitedUntil: 400_001, turn }).challenge).toMatchObject({
    limitedUntil: 400_001,
    turn,
  })
  for (const limitedUntil of [undefined, 399_999, 400_000]) {
    const { challenge } = make(limitedUntil === undefined ? {} : { limitedUntil })
    expect(Object.keys(challenge)).not.toContain('limitedUntil')
    expect(Object.keys(challenge)).not.toContain('turn')
  }
})

describe('a challenge that was delivered', () => {
  test('a placed call has its SID, and its code stays the same', () => {
    const { challenge, code } = make()
    const placed = withDeliverySid(keys, challenge, 'CA1')
    expect(placed).toEqual({ ...challenge, deliverySid: 'CA1' })
    expect(codeMatches(keys, placed, code)).toBe(true)
    expect(readHostedId(keys, placed)).toBeUndefined()
  })

  test('a hosted challenge is bound to its id at SignalWire, and accepts no other code', () => {
    const { challenge, code } = make({ channel: 'hosted-sms' })
    const sent = withDeliverySid(keys, challenge, 'mfa-1')
    expect(readHostedId(keys, sent)).toBe('mfa-1')
    expect(readHostedId(keys, { ...sent, hostedId: 'mfa-2' })).toBeUndefined()
    expect(readHostedId(keys, { ...sent, userId: 'bob' })).toBeUndefined()
    expect(codeMatches(keys, sent, code)).toBe(false)
    expect(codeMatches(keys, sent, 'mfa-1')).toBe(false)
  })
})

describe('the number of an enrollment', () => {
  const enroll = make({
    purpose: 'enroll',
    destination: { ...given.destination, phone: '+12025550123' },
  }).challenge

  test('the number of an enrollment is the number that was called', () => {
    expect(openEnrolledPhone(keys, enroll)).toBe('+12025550123')
  })

  test('another number, or a webhook token, in place of the sealed number is refused', () => {
    expect(
      openEnrolledPhone(keys, {
        ...enroll,
        sealedPhone: make({
          purpose: 'enroll',
          destination: { ...given.destination, number: '+12025550199', phone: '+12025550199' },
        }).challenge.sealedPhone,
      }),
    ).toBeUndefined()
    expect(
      openEnrolledPhone(keys, { ...enroll, sealedPhone: keys.seal(1, '+12025550123') }),
    ).toBeUndefined()
    expect(openEnrolledPhone(keys, { ...enroll, sealedPhone: 'x' })).toBeUndefined()
    expect(openEnrolledPhone(keys, { ...enroll, sealedPhone: undefined })).toBeUndefined()
  })
})

describe('a challenge read from a session', () => {
  const whole = make({ purpose: 'enroll' }).challenge

  test('a challenge is read as it was written, with or without its optional fields', () => {
    expect(parseChallenge(whole)).toEqual(whole)
    for (const name of ['sealedPhone', 'matchingDigits', 'deliverySid', 'hostedId'])
      expect(parseChallenge({ ...whole, [name]: undefined }), name).toBeDefined()
    for (const purpose of ['login', 'step-up', 'enroll'])
      expect(parseChallenge({ ...whole, purpose }), purpose).toBeDefined()
  })

  test.each([undefined, null, 'text', 7, true, [], {}, () => whole])(
    '%s in the session is not a challenge',
    value => {
      expect(parseChallenge(value)).toBeUndefined()
    },
  )

  test('a field that only Object.prototype has is missing', () => {
    const { codeHash, ...rest } = whole
    Object.defineProperty(Object.prototype, 'codeHash', { value: codeHash, configurable: true })
    try {
      expect(parseChallenge(rest)).toBeUndefined()
    } finally {
      Reflect.deleteProperty(Object.prototype, 'codeHash')
    }
  })

  test('a challenge with a missing field or a field of another type is ignored', () => {
    for (const name of ['id', 'userId', 'codeHash', 'phoneHash', 'maskedPhone', 'sessionId']) {
      for (const value of [undefined, null, '', 7, {}, []])
        expect(
          parseChallenge({ ...whole, [name]: value }),
          `${name}: ${JSON.stringify(value)}`,
        ).toBeUndefined()
    }
    for (const name of ['activation', 'expiresAt', 'nextCallAt']) {
      for (const value of [undefined, null, '7', 1.5, NaN, Infinity, 2 ** 53])
        expect(
          parseChallenge({ ...whole, [name]: value }),
          `${name}: ${String(value)}`,
        ).toBeUndefined()
    }
    for (const name of ['sealedPhone', 'matchingDigits', 'deliverySid', 'hostedId']) {
      for (const value of [null, 7, {}, []])
        expect(
          parseChallenge({ ...whole, [name]: value }),
          `${name}: ${JSON.stringify(value)}`,
        ).toBeUndefined()
    }
    for (const value of [undefined, 'pigeon', 'toString', 7])
      expect(
        parseChallenge({ ...whole, channel: value }),
        `channel: ${String(value)}`,
      ).toBeUndefined()
    for (const value of [undefined, 'logout', '', 7])
      expect(
        parseChallenge({ ...whole, purpose: value }),
        `purpose: ${String(value)}`,
      ).toBeUndefined()
  })
})

test('a page sees the masked number, the matching digits, and whole seconds that never fall below 0', () => {
  const { challenge } = make()
  const { matchingDigits } = challenge
  const space = { from: '+12025550100', callsPerSecond: 1 }
  expect(describeChallenge(keys, challenge, space, 300_500)).toEqual({
    phone: '••• ••• ••23',
    from: '+12025550100',
    matchingDigits,
    purpose: 'login',
    channel: 'call',
    expiresIn: 700,
    nextCallIn: 100,
    startsIn: 0,
    callsBefore: 0,
  })
  expect(describeChallenge(keys, challenge, space, 2_000_000)).toMatchObject({
    expiresIn: 0,
    nextCallIn: 0,
  })
})

test('a page sees how long a call waits for its turn, and how many calls are before it', () => {
  const turn = { takenAt: 300_000, countedSeconds: 40, seconds: 60 }
  const challenge = parseChallenge({ ...make().challenge, turn })!
  const waitAt = (now: number) => {
    const space = { from: '+12025550100', callsPerSecond: 2 }
    const { startsIn, callsBefore } = describeChallenge(keys, challenge, space, now)
    return [startsIn, callsBefore]
  }
  expect(waitAt(299_000)).toEqual([61, 80])
  expect(waitAt(300_000)).toEqual([60, 80])
  expect(waitAt(329_500)).toEqual([31, 41])
  expect(waitAt(360_000)).toEqual([0, 0])
  expect(waitAt(400_000)).toEqual([0, 0])
})

test.each([
  [null],
  ['soon'],
  [{}],
  [{ takenAt: 1, countedSeconds: 1 }],
  [{ takenAt: 1, countedSeconds: -1, seconds: 1 }],
  [{ takenAt: 1, countedSeconds: 1, seconds: '1' }],
])('a challenge with the turn %j is malformed', turn => {
  expect(parseChallenge({ ...make().challenge, turn })).toBeUndefined()
})
