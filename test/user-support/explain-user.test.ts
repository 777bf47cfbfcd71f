import { expect, test } from 'vitest'
import { type DescribedSend, errors, failures, type UserDescription } from 'passport-voice-otp'
import { explainUser, type ExplainOptions } from 'passport-voice-otp/support'
import { amrOf } from '../../lib/channels.js'
import { defaultLimits } from '../../lib/resolve-limits.js'
import { numberCodes } from '../../lib/signalwire/errors.js'

const now = new Date('2026-11-01T12:20:30Z')
const later = new Date('2026-11-01T12:35:30Z')
const earlier = new Date('2026-11-01T12:10:30Z')

const aSend: DescribedSend = {
  at: new Date('2026-11-01T12:15:00Z'),
  purpose: 'login',
  channel: 'call',
  country: 'US',
  outcome: 'waiting',
  answered: false,
  wrongCodes: 0,
  code: undefined,
  limit: undefined,
  reason: undefined,
  until: undefined,
}

/** A user whom nothing keeps out and who has asked for no code. */
const aDescription: UserDescription = {
  at: now,
  lock: undefined,
  lockedFactors: [],
  reported: undefined,
  nextCall: undefined,
  counts: {
    wrongCodes: { count: 0, limit: 10 },
    consecutiveFailures: { count: 0, limit: 100 },
    callsThisHour: { count: 0, limit: 5 },
  },
  factors: {
    mustEnroll: false,
    phoneEnrolledAt: undefined,
    recoveryCodesLeft: undefined,
    rememberedBrowsers: undefined,
  },
  fraud: { sendsStopped: false, blockedUntil: undefined },
  sends: [],
  unavailable: [],
}

/** The sentences about a user with this last code. */
function explainSend(send: Partial<DescribedSend>) {
  const { reasons, sends } = explainUser({ ...aDescription, sends: [{ ...aSend, ...send }] })
  return { reason: reasons[0]!, line: sends[0]! }
}

const problems = (description: Partial<UserDescription>, options?: ExplainOptions): string[] =>
  explainUser({ ...aDescription, ...description }, options).reasons.map(({ problem }) => problem)

/** Every sentence has its words: no place is empty, and no word is missing. */
function expectSentences({ reason, line }: ReturnType<typeof explainSend>): void {
  for (const sentence of [reason.problem, reason.advice]) expect(sentence).toMatch(/^[A-Z].*[.?]$/)
  for (const part of [line.what, line.outcome]) expect(part).toMatch(/^[A-Za-z].*[^.]$/)
  expect(Object.values({ ...reason, ...line }).join('\n')).not.toMatch(
    /undefined|null|object|[{}]|\(\)| {2}/,
  )
}

const codes = [...Object.keys(failures), ...Object.keys(errors)]

test.each([...codes, 'constructor', 'of-another-version', undefined])(
  'a code that was not sent because of %s has whole sentences',
  code => {
    for (const outcome of ['blocked', 'failed'] as const)
      for (const until of [undefined, earlier, later])
        expectSentences(explainSend({ outcome, code, until }))
  },
)

test('every code of a failure or error that ends a send has words of its own', () => {
  const hasNoWords = (code: string) =>
    explainSend({ outcome: 'blocked', code }).line.outcome === `not sent (${code})`
  expect(codes.filter(hasNoWords).sort()).toEqual([
    'code-expired',
    'code-malformed',
    'code-wrong',
    'factor-expired',
    'factor-missing',
    'factor-wrong',
    'first-factor-required',
    'no-challenge',
    'phishing-resistant-required',
    'recovery-malformed',
    'recovery-wrong',
    'too-many-attempts',
  ])
})

const callLimits = Object.keys(defaultLimits).filter(name => /call/i.test(name))

test('every limit on calls has a sentence of its own', () => {
  const sentences = callLimits.map(limit => {
    const explained = explainSend({ outcome: 'blocked', code: 'too-many-calls', limit })
    expectSentences(explained)
    return explained.reason.problem
  })
  expect(callLimits).toContain('approveCallIntervalSeconds')
  expect(new Set(sentences).size).toBe(callLimits.length)
  expect(sentences).toContain('The user has had all calls of this hour: no call for now.')
  const other = { outcome: 'blocked', code: 'too-many-calls' } as const
  for (const limit of ['constructor', undefined])
    expect(explainSend({ ...other, limit, until: later }).reason.problem).toBe(
      'A limit on calls was reached: no call until 12:35 UTC (in 15 minutes).',
    )
})

test('every code with which SignalWire refuses a number has words of its own', () => {
  const refused = { outcome: 'failed', code: 'phone-refused' } as const
  const start = 'The phone network refused the number: '
  for (const reason of numberCodes) {
    const explained = explainSend({ ...refused, reason })
    expectSentences(explained)
    expect(explained.reason.problem).not.toContain('it cannot be called')
    expect(explained.reason.problem).toContain(`(${reason}).`)
  }
  expect(explainSend({ ...refused, reason: '21614' }).reason.problem).toBe(
    `${start}it is not a mobile phone (21614).`,
  )
  expect(explainSend({ ...refused, reason: '29999' }).reason.problem).toBe(
    `${start}it cannot be called (29999).`,
  )
  expect(explainSend(refused).line.outcome).toBe(
    'failed: the network refused the number (no reason given)',
  )
})

test.each([
  ['accepted', 'the right code was entered', 'The last code was right'],
  ['refused', 'refused by the user with key zero', 'refused the last action on the phone'],
  ['reported', 'reported as “this was not me”', 'any more'],
  ['waiting', 'on its way', 'A code is on its way. Nothing'],
  ['canceled', 'code canceled before it was entered', 'is no longer valid: it was canceled'],
  ['no-attempts', 'no attempts left', 'has no attempts left for the last code'],
  ['expired', 'code not entered in time', 'has expired. The code was not entered in time.'],
] as const)('a code with the outcome %s has words for every channel', (outcome, line, problem) => {
  for (const channel of [...Object.keys(amrOf), undefined] as DescribedSend['channel'][])
    for (const answered of [false, true])
      expectSentences(explainSend({ outcome, channel, answered }))
  const text = explainSend({ outcome, channel: 'sms' })
  expect(text.line.outcome).toBe(line)
  expect(text.reason.problem).toContain(problem)
})

test.each([
  ['waiting', false, 'on its way', 'The user answers the call and enters the code.'],
  ['waiting', true, 'answered, code not entered yet', 'The user enters the code.'],
  ['expired', false, 'not answered, code not entered', 'The user can ask for a new code now.'],
  ['expired', true, 'answered, code not entered in time', 'The user can ask for a new code now.'],
] as const)('the words of a call with the outcome %s say whether it was answered: %s', (...row) => {
  const [outcome, answered, line, advice] = row
  const explained = explainSend({ outcome, answered })
  expect(explained.line.outcome).toBe(line)
  expect(explained.reason.advice).toBe(advice)
})

test('a line says the day, the channel, the purpose, the country and the wrong codes', () => {
  expect(explainSend({ outcome: 'accepted', wrongCodes: 2 }).line).toEqual({
    at: '12:15 UTC',
    what: 'A call to log in (United States)',
    outcome: 'the right code was entered, wrong codes: 2',
  })
  const at = new Date('2026-10-31T23:59:59Z')
  expect(explainSend({ at, channel: 'sms', purpose: 'approve', country: undefined }).line).toEqual({
    at: '2026-10-31 23:59 UTC',
    what: 'A text to approve an action',
    outcome: 'on its way',
  })
  const purposes = ['login', 'step-up', 'enroll', 'approve'] satisfies DescribedSend['purpose'][]
  const names = purposes.map(purpose => explainSend({ purpose }).line.what)
  expect(new Set(names).size).toBe(4)
  const unknown = { channel: 'fax', purpose: 'toString' } as unknown as Partial<DescribedSend>
  for (const send of [unknown, { channel: undefined, purpose: undefined }])
    expect(explainSend({ ...send, country: undefined }).line.what).toBe('A code')
})

test('every reason that keeps a user out is there, the strongest first', () => {
  const everything: Partial<UserDescription> = {
    lock: { limit: 'attemptsPerUser', until: later },
    lockedFactors: [{ factor: 'passkey', until: later }],
    reported: { limit: 'reportedSeconds', until: later },
    fraud: { sendsStopped: true, blockedUntil: undefined },
    sends: [{ ...aSend, outcome: 'blocked', code: 'destination-blocked', country: 'GB' }, aSend],
  }
  expect(problems(everything, { hasPhone: false })).toEqual([
    'Too many wrong codes: the user is locked out until 12:35 UTC (in 15 minutes).',
    'Too many failed attempts with the factor passkey: it is locked out until 12:35 UTC (in 15 minutes).',
    'Somebody answered a call and pressed “this was not me”. We place no calls until 12:35 UTC (in 15 minutes).',
    'The people who run the app have stopped all calls and texts.',
    'The user has no phone number on record, so we have nothing to call.',
    'We do not call this number (United Kingdom): its country is not permitted, or a call to it costs extra.',
  ])
  const lock = { limit: 'maxConsecutiveFailures', until: undefined }
  const counts = { ...aDescription.counts, consecutiveFailures: { count: 100, limit: 100 } }
  expect(problems({ lock, counts })).toEqual([
    'The account is locked until somebody unlocks it: 100 wrong codes without a right one.',
  ])
})

test('a user without a number adds one at the next login, unless the app forbids it', () => {
  const advice = (options?: ExplainOptions, description?: Partial<UserDescription>) =>
    explainUser({ ...aDescription, ...description }, options).reasons.map(each => each.advice)
  expect(advice({ hasPhone: false })).toEqual([
    'At the next login the page asks for a number. The user enters one and proves it by a call.',
  ])
  expect(advice({ hasPhone: false, mayEnroll: false })).toEqual([
    'This user may not add a number. Allow that on the account first.',
  ])
  // After a reset the number on record does not count.
  const factors = { ...aDescription.factors, mustEnroll: true }
  expect(problems({ factors }, { hasPhone: true })).toEqual([
    'The factors were reset, and the user has not proved a phone number since.',
  ])
})

test('without the option hasPhone, the last code tells whether the user has a number', () => {
  const sends = [{ ...aSend, outcome: 'blocked', code: 'phone-missing' } as const]
  expect(problems({ sends })).toEqual([
    'The user has no phone number on record, so we have nothing to call.',
  ])
  expect(problems({ sends }, { hasPhone: true })).toEqual([
    'Nothing here keeps the user out any more.',
  ])
})

test('a wait that is over and a stop that has ended keep nobody out, and the user can ask again', () => {
  const over = explainSend({ outcome: 'blocked', code: 'too-many-calls', until: now })
  expect(over.reason).toEqual({
    problem: 'Nothing here keeps the user out any more.',
    advice: 'The user can ask for a new code now.',
  })
  expect(explainSend({ outcome: 'blocked', code: 'sends-stopped' }).reason).toEqual(over.reason)
  const { reasons } = explainUser({
    ...aDescription,
    nextCall: { limit: 'callIntervalSeconds', until: later },
    sends: [{ ...aSend, outcome: 'expired' }],
  })
  expect(reasons).toEqual([
    {
      problem: 'The last code, asked for at 12:15 UTC, has expired. Nobody answered the call.',
      advice: 'The user can ask for a new code at 12:35 UTC.',
    },
  ])
})

test('without a code, and without a trail, the sentences say so', () => {
  expect(problems({})).toEqual([
    'Nothing here keeps the user out, and no code was asked for recently.',
  ])
  expect(problems({ sends: undefined })).toEqual([
    'Nothing here keeps the user out. The last codes are not known.',
  ])
  expect(explainUser({ ...aDescription, sends: undefined }).sends).toEqual([])
})
