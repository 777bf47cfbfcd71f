// A code is accepted once, within five minutes, and only while no newer code exists.
import { afterEach, expect, test } from 'vitest'
import {
  type Answer,
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

test('A-16 a code that was accepted is refused in the same session, with the old cookie and in a new session', async () => {
  site = await openSite(quick)
  const alice = site.person('alice')
  await alice.logIn()
  const code = await alice.hearCode()
  const [before, revived] = [alice.copy(), alice.copy()]
  const kept = { ...site.sessions.atRest }
  expect(await alice.verify(code)).toBe('logged-in')

  // The person who still holds the phone cannot have the code read again.
  const { sid, heard } = site.simulator.calls[0]!
  await site.simulator.press(sid, '1')
  await site.simulator.idle(sid)
  expect(site.simulator.call(sid)!.heard.slice(heard.length)).toEqual([expired])
  expect(await before.verify(code)).toBe('first-factor-required')
  expect(await before.isIn()).toBe(false)
  expect(await alice.verify(code)).toBe('no-challenge')
  const again = site.person('alice')
  await again.logIn()
  expect(await again.verify(code)).toBe('no-challenge')
  expect(await again.isIn()).toBe(false)
  await alice.logOut()
  expect(await alice.verify(code)).toBe('first-factor-required')

  // The code is refused even if the store restores the old session with its challenge.
  Object.assign(site.sessions.atRest, kept)
  expect(await revived.verify(code)).toBe('code-expired')
  for (const browser of [before, revived]) expect(await browser.isIn()).toBe(false)
  expect(site.named('code.accepted')).toHaveLength(1)
})

test('A-20 an older code is refused after a newer call, across a window of the limiter, and after a flush of the limiter', async () => {
  site = await openSite({ ...quick, limits: callsUnlimited })
  const [alice, other] = [site.person('alice'), site.person('alice')]
  await alice.logIn()
  await other.logIn()

  const first = await alice.hearCode()
  const stale = alice.copy()
  const second = await alice.hearCode()
  if (first !== second) expect(await stale.verify(first)).toBe('code-wrong')
  const third = await other.hearCode()
  // A wrong code gets the same response. Otherwise the response would tell which code is right.
  for (const code of [wrongCode(second), second])
    expect(await alice.verify(code)).toBe('code-expired')
  expect(await other.verify(third)).toBe('logged-in')

  // If calls were counted per window, a new window would reach the same number again.
  await other.api('/otp/call')
  site.clock.pass(340)
  const old = await alice.hearCode()
  site.clock.pass(30)
  for (let call = 0; call < 4; call++) {
    await other.api('/otp/call')
    expect(await alice.verify(wrongCode(old))).toBe('code-expired')
  }
  expect(await alice.verify(old)).toBe('code-expired')

  const flushed = await alice.hearCode()
  site.counters.flush()
  expect(await alice.verify(flushed)).toBe('code-expired')
  await other.api('/otp/call')
  expect(await alice.verify(flushed)).toBe('code-expired')
  expect(await alice.isIn()).toBe(false)
  expect(site.named('code.accepted')).toHaveLength(1)
})

test('A-70 an older call that is answered or gets its keys after a newer call was placed says nothing secret', async () => {
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
  await alice.enterCode(await alice.answerCall())
  expect(await alice.isIn()).toBe(true)
})

test('A-21 the right code is accepted one second before it expires, and refused when it expires and one second later', async () => {
  site = await openSite(quick)
  const people = [site.person('alice'), site.person('bob'), site.person('mallory')] as const
  const codes: string[] = []
  for (const person of people) {
    await person.logIn()
    codes.push(await person.hearCode())
  }
  const outcomes: unknown[] = []
  const attempt = async (person: Person, code = ''): Promise<void> => {
    outcomes.push([await person.verify(code), await person.isIn()])
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

test('A-24 the right code is refused after a logout, in the new session and with the old cookie', async () => {
  site = await openSite(quick)
  const alice = site.person('alice')
  await alice.logIn()
  const code = await alice.hearCode()
  const before = alice.copy()
  await alice.logOut()
  expect(await before.verify(code)).toBe('first-factor-required')
  await alice.logIn()
  expect(await alice.verify(code)).toBe('no-challenge')

  // The code is refused even if the store restores the session of the old cookie.
  site.clock.pass(61)
  const newer = await alice.hearCode()
  const kept = { ...site.sessions.atRest }
  const stolen = alice.copy()
  await alice.logOut()
  Object.assign(site.sessions.atRest, kept)
  expect(await stolen.verify(newer)).toBe('code-expired')
  for (const browser of [alice, before, stolen]) expect(await browser.isIn()).toBe(false)
  expect(site.named('code.accepted')).toEqual([])
})

test('A-25 the right code after a lockout is refused with the same response as a wrong code', async () => {
  site = await openSite({ ...quick, limits: callsUnlimited })
  const [alice, bob] = [site.person('alice'), site.person('bob')]

  // The limit of a challenge: five wrong codes.
  await bob.logIn()
  const bobs = await bob.hearCode()
  for (let attempt = 0; attempt < 5; attempt++)
    expect(await bob.verify(wrongCode(bobs))).toBe('code-wrong')
  const challengeLocked = await sameAnswer(bob, bobs)
  expect(challengeLocked).toMatchObject({ status: 429, code: 'too-many-attempts' })

  // The lockout of a user: ten wrong codes, one of them for this challenge.
  await alice.logIn()
  let code = ''
  for (const attempts of [5, 4, 1]) {
    code = await alice.hearCode()
    for (let attempt = 0; attempt < attempts; attempt++)
      expect(await alice.verify(wrongCode(code))).toBe('code-wrong')
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

/**
 * Sends a wrong code and the right code, and returns their common response. Fails if the responses
 * differ.
 */
async function sameAnswer(person: Person, code: string) {
  const [wrong, right] = [
    await person.api('/otp', { code: wrongCode(code) }),
    await person.api('/otp', { code }),
  ]
  expect([right.status, right.text, headersWithoutDate(right)]).toEqual([
    wrong.status,
    wrong.text,
    headersWithoutDate(wrong),
  ])
  return {
    status: right.status,
    code: failureIn(right),
    retryAfter: right.headers.get('retry-after'),
  }
}

const headersWithoutDate = ({ headers }: Answer): Record<string, string> => {
  expect(headers.has('date')).toBe(true)
  return { ...Object.fromEntries(headers), date: '' }
}
