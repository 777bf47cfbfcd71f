// A code is good once, for five minutes, and only until something newer takes its place.
import { afterEach, expect, test } from 'vitest'
import {
  type Browser,
  callsUnlimited,
  openSite,
  type Person,
  quick,
  failureIn,
  type Site,
  wrongCode,
} from '../support/watched-site.js'

let site: Site
afterEach(() => site.close())

const expired = 'This code is no longer valid. Please ask for a new call. Goodbye.'
const verify = async (browser: Browser, code: string): Promise<string> =>
  failureIn(await browser.api('/otp', { code }))

test('A-16 the right code again, in the same session, with the old cookie, in a new session: refused', async () => {
  site = await openSite(quick)
  const alice = site.person('alice')
  await alice.logIn()
  const code = await alice.hearCode()
  const [before, revived] = [alice.copy(), alice.copy()]
  const kept = { ...site.sessions.atRest }
  expect(await verify(alice, code)).toBe('logged-in')

  // Whoever still has the telephone in hand cannot have the code read again.
  const { sid, heard } = site.simulator.calls[0]!
  await site.simulator.press(sid, '1')
  await site.simulator.idle(sid)
  expect(site.simulator.call(sid)!.heard.slice(heard.length)).toEqual([expired])
  expect(await verify(before, code)).toBe('first-factor-required')
  expect(await before.isIn()).toBe(false)
  expect(await verify(alice, code)).toBe('no-challenge')
  const again = site.person('alice')
  await again.logIn()
  expect(await verify(again, code)).toBe('no-challenge')
  expect(await again.isIn()).toBe(false)
  await alice.logOut()
  expect(await verify(alice, code)).toBe('first-factor-required')

  // Not even when the store brings the session of before back, challenge and all.
  Object.assign(site.sessions.atRest, kept)
  expect(await verify(revived, code)).toBe('code-expired')
  for (const browser of [before, revived]) expect(await browser.isIn()).toBe(false)
  expect(site.named('code.accepted')).toHaveLength(1)
})

test('A-20 an older code after a newer call, across a counter window, and after the store was flushed: refused', async () => {
  site = await openSite({ ...quick, limits: callsUnlimited })
  const [alice, other] = [site.person('alice'), site.person('alice')]
  await alice.logIn()
  await other.logIn()

  const first = await alice.hearCode()
  const stale = alice.copy()
  const second = await alice.hearCode()
  if (first !== second) expect(await verify(stale, first)).toBe('code-wrong')
  const third = await other.hearCode()
  // The same for a wrong code: else the answer would tell which one is right.
  for (const code of [wrongCode(second), second])
    expect(await verify(alice, code)).toBe('code-expired')
  expect(await verify(other, third)).toBe('logged-in')

  // A count of calls that begins anew with its window would come to the same number again.
  await other.api('/otp/call')
  site.clock.pass(340)
  const old = await alice.hearCode()
  site.clock.pass(30)
  for (let call = 0; call < 4; call++) {
    await other.api('/otp/call')
    expect(await verify(alice, wrongCode(old))).toBe('code-expired')
  }
  expect(await verify(alice, old)).toBe('code-expired')

  const flushed = await alice.hearCode()
  site.counters.flush()
  expect(await verify(alice, flushed)).toBe('code-expired')
  await other.api('/otp/call')
  expect(await verify(alice, flushed)).toBe('code-expired')
  expect(await alice.isIn()).toBe(false)
  expect(site.named('code.accepted')).toHaveLength(1)
})

test('A-70 an older call that is answered, or gets its keys, after a newer one was placed: says nothing secret', async () => {
  site = await openSite({ ...quick, limits: callsUnlimited })
  const { simulator } = site
  const alice = site.person('alice')
  await alice.logIn()
  const placed = async () => {
    const { text } = await alice.api('/otp/call')
    return {
      sid: simulator.calls[0]!.sid,
      digits: (JSON.parse(text) as { matchingDigits: string }).matchingDigits,
    }
  }
  const late = await placed()
  const waiting = await placed()
  await simulator.answer(waiting.sid)
  await simulator.idle(waiting.sid)
  expect(simulator.call(waiting.sid)?.waitingFor).toMatchObject({ numDigits: 2 })
  await placed()

  await simulator.answer(late.sid)
  await simulator.press(waiting.sid, waiting.digits)
  await simulator.idle()
  for (const { sid } of [late, waiting]) {
    const { heard, status, error } = simulator.call(sid)!
    expect({ error, status }).toEqual({ error: null, status: 'completed' })
    expect(heard.join(' ')).not.toMatch(/\d/)
    expect(heard.at(-1)).toBe(expired)
  }
  await alice.submit(await alice.answerCall())
  expect(await alice.isIn()).toBe(true)
})

test('A-21 the right code one second before it expires, when it expires, and one second later: in, refused, refused', async () => {
  site = await openSite(quick)
  const people = [site.person('alice'), site.person('bob'), site.person('mallory')] as const
  const codes: string[] = []
  for (const person of people) {
    await person.logIn()
    codes.push(await person.hearCode())
  }
  const outcomes: unknown[] = []
  const attempt = async (person: Person, code = ''): Promise<void> => {
    outcomes.push([await verify(person, code), await person.isIn()])
  }
  site.clock.pass(299)
  await attempt(people[0], codes[0])
  site.clock.pass(1)
  await attempt(people[1], codes[1])
  site.clock.pass(1)
  await attempt(people[2], codes[2])
  expect(outcomes).toEqual([
    ['logged-in', true],
    ['code-expired', false],
    ['code-expired', false],
  ])
  expect(site.comparisons()).toBe(0)
})

test('A-24 the right code after a logout, in the new session and with the old cookie: refused', async () => {
  site = await openSite(quick)
  const alice = site.person('alice')
  await alice.logIn()
  const code = await alice.hearCode()
  const before = alice.copy()
  await alice.logOut()
  expect(await verify(before, code)).toBe('first-factor-required')
  await alice.logIn()
  expect(await verify(alice, code)).toBe('no-challenge')

  // Not even when the cookie of before is brought back to life by a store that kept it.
  site.clock.pass(61)
  const newer = await alice.hearCode()
  const kept = { ...site.sessions.atRest }
  const stolen = alice.copy()
  await alice.logOut()
  Object.assign(site.sessions.atRest, kept)
  expect(await verify(stolen, newer)).toBe('code-expired')
  for (const browser of [alice, before, stolen]) expect(await browser.isIn()).toBe(false)
  expect(site.named('code.accepted')).toEqual([])
})

test('A-25 the right code after a lock-out: refused with the very same answer as a wrong one', async () => {
  site = await openSite({ ...quick, limits: callsUnlimited })
  const [alice, bob] = [site.person('alice'), site.person('bob')]

  // The lock of a challenge: five wrong codes.
  await bob.logIn()
  const bobs = await bob.hearCode()
  for (let guess = 0; guess < 5; guess++)
    expect(await verify(bob, wrongCode(bobs))).toBe('code-wrong')
  const challengeLocked = await sameAnswer(bob, bobs)
  expect(challengeLocked).toMatchObject({ status: 429, code: 'too-many-attempts' })

  // The lock of a user: ten wrong codes, of which this challenge has had one.
  await alice.logIn()
  let code = ''
  for (const guesses of [5, 4, 1]) {
    code = await alice.hearCode()
    for (let guess = 0; guess < guesses; guess++)
      expect(await verify(alice, wrongCode(code))).toBe('code-wrong')
  }
  expect(site.named('user.locked')).toEqual([{ userId: 'alice', limit: 'attemptsPerUser' }])
  const userLocked = await sameAnswer(alice, code)
  expect(userLocked).toMatchObject({ status: 429, code: 'locked', retryAfter: '900' })
  site.clock.pass(299)
  expect(await sameAnswer(alice, code)).toMatchObject({
    status: 429,
    code: 'locked',
    retryAfter: '601',
  })
  for (const person of [alice, bob]) expect(await person.isIn()).toBe(false)
  expect(site.named('code.accepted')).toEqual([])
})

/** Sends a wrong and the right code, and answers what both were answered; throws if that is not the same. */
async function sameAnswer(person: Person, code: string) {
  const [wrong, right] = [
    await person.api('/otp', { code: wrongCode(code) }),
    await person.api('/otp', { code }),
  ]
  expect([right.status, right.text, { ...right.headers, date: '' }]).toEqual([
    wrong.status,
    wrong.text,
    { ...wrong.headers, date: '' },
  ])
  return { status: right.status, code: failureIn(right), retryAfter: right.headers['retry-after'] }
}
