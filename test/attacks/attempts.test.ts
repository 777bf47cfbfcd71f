// Attempts to find a code: at most five comparisons per challenge and ten per user, whatever is
// sent and however many requests at once.
import { afterEach, expect, test } from 'vitest'
import {
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

const burst = (person: Person, count: number, code: string): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => person.verify(code)))

/**
 * At most five codes were compared, and at least one. On a busy machine, some requests of a burst
 * run into the deadline of the limiter: they get 503, and their code is not compared.
 */
function expectAtMostFive(username: string, answers: readonly string[]): void {
  for (const answer of answers)
    expect(answer).toBeOneOf(['code-wrong', 'too-many-attempts', 'limiter-unavailable'])
  const wrong = answers.filter(answer => answer === 'code-wrong').length
  expect(wrong).toBeLessThanOrEqual(site.comparisons(username))
  expect(site.comparisons(username)).toBeOneOf([1, 2, 3, 4, 5])
}

/**
 * JSON bodies that hold `right` somewhere, but not as the string `code`. A careless parser would
 * accept them.
 */
function jsonBodies(right: string): readonly unknown[] {
  const thousand = Array.from({ length: 1000 }, (_, index) => String(index).padStart(6, '0'))
  return [
    {},
    [],
    null,
    '',
    'null',
    0,
    true,
    right,
    Number(right),
    [right],
    { Code: right },
    { CODE: right },
    { otp: right },
    { token: right },
    { codes: [right] },
    ...[
      null,
      '',
      'null',
      'undefined',
      '[]',
      '{}',
      [],
      {},
      true,
      false,
      0,
      -1,
      Number(right),
      1e308,
      [right],
      [[right]],
      { 0: right },
      { code: right },
      { $ne: null },
      { $gt: '' },
      { length: 6 },
      { toString: right },
    ].map(code => ({ code })),
    ...[
      `+${right}`,
      `-${right}x`,
      `0${right}`,
      `${right}0`,
      right.slice(1),
      `${right}.0`,
      `${right}e0`,
      `0x${right}`,
      `${right}\0`,
      `${right},${right}`,
      `${right}|000000`,
      '%',
      '*',
      '.*',
      '______',
      ' '.repeat(40),
    ].map(code => ({ code })),
    // Full-width digits (U+FF10) are allowed, other digits are not.
    ...[0x660, 0x966, 0x1d7ce].map(zero => ({
      code: Array.from(right, digit => String.fromCodePoint(zero + Number(digit))).join(''),
    })),
    { code: [right, ...thousand.slice(0, 400)] },
    { code: [...thousand, right] },
    { code: thousand.join(',') },
    { code: thousand.slice(0, 500).join('') },
    JSON.parse(`{"__proto__":{"code":"${right}"}}`),
    JSON.parse(`{"constructor":{"prototype":{"code":"${right}"}}}`),
    { 'body.code': right },
    { body: { code: right } },
  ]
}

/** The same as forms. Some parsers make arrays and objects of such fields. */
const formBodies = (right: string): readonly string[] => [
  '',
  'code',
  'code=',
  'code=null',
  `code=${right}&code=${right}`,
  `code=000000&code=${right}`,
  `code[]=${right}`,
  `code[0]=${right}`,
  `code[code]=${right}`,
  `Code=${right}`,
  `__proto__[code]=${right}`,
  `code=%00${right}`,
  Array.from({ length: 200 }, (_, index) => `code=${String(index).padStart(6, '0')}`).join('&'),
  Array.from({ length: 1000 }, (_, index) => `code=${String(index).padStart(6, '0')}`).join('&'),
]

/**
 * Sends every body that is not a code. Returns what the app did not refuse with 400, 401, 403, 413
 * or 415.
 */
async function sendNonsense(person: Person, right: string): Promise<readonly string[]> {
  const odd: string[] = []
  const note = (what: string, { status, location }: { status: number; location: string }): void => {
    if (![400, 401, 403, 413, 415].includes(status) || location !== '')
      odd.push(`${what.slice(0, 80)}: ${status}`)
  }
  for (const json of jsonBodies(right)) note(JSON.stringify(json), await person.api('/otp', json))
  const token = encodeURIComponent(await person.csrf('/otp'))
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  for (const body of formBodies(right))
    note(body, await person.send('POST', '/otp', { body: `_csrf=${token}&${body}`, headers: form }))
  const elsewhere = {
    headers: {
      code: right,
      'X-Code': right,
      Cookie: `${[...person.cookies].map(each => each.join('=')).join('; ')}; code=${right}`,
    },
    holdsCode: true,
  }
  note('query', await person.api(`/otp?code=${right}&code[]=${right}`, {}, elsewhere))
  note(
    'query of a form',
    await person.send('POST', `/otp?code=${right}`, {
      ...elsewhere,
      body: `_csrf=${token}`,
      headers: { ...elsewhere.headers, ...form },
    }),
  )
  note(
    'no type',
    await person.send('POST', '/api/otp', {
      body: JSON.stringify({ code: right }),
      headers: { Origin: person.url },
    }),
  )
  note(
    'text',
    await person.send('POST', '/otp', {
      body: `_csrf=${token}&code=${right}`,
      headers: { 'Content-Type': 'text/plain' },
    }),
  )
  return odd
}

test('A-26 anything but one code as a string is refused while a challenge waits, is never compared and never causes a 5xx', async () => {
  site = await openSite(quick)
  const alice = site.person('alice')
  await alice.logIn()
  const code = await alice.hearCode()
  expect(await sendNonsense(alice, code)).toEqual([])
  expect(await alice.isIn()).toBe(false)
  expect(site.comparisons()).toBe(0)
  expect(JSON.parse((await alice.get('/otp/status')).text)).toMatchObject({ attemptsLeft: 5 })
  expect(await alice.verify(code)).toBe('logged-in')
})

test('A-27 anything but one code as a string is refused without a challenge and without a password, and never causes a 5xx', async () => {
  site = await openSite(quick)
  const alice = site.person('alice')
  await alice.logIn()
  const before = site.counters.operations.length
  expect(await sendNonsense(alice, '123456')).toEqual([])
  expect(await alice.verify('123456')).toBe('no-challenge')
  const counted = site.counters.operations
    .slice(before)
    .filter(operation => !operation.endsWith('.get'))
  expect(counted).toEqual([])

  const nobody = site.browser()
  for (const json of jsonBodies('123456'))
    expect([400, 401, 413]).toContain((await nobody.api('/otp', json)).status)
  for (const each of [alice, nobody]) expect(await each.isIn()).toBe(false)
  expect(site.comparisons()).toBe(0)
})

test('A-36 at most 5 of 200 wrong codes in a row are compared, and the right code after them is refused', async () => {
  site = await openSite(quick)
  const alice = site.person('alice')
  await alice.logIn()
  const code = await alice.hearCode()
  const answers: string[] = []
  for (let index = 0; index < 200; index++) answers.push(await alice.verify(wrongCode(code)))
  expect(site.comparisons()).toBe(5)
  expect(answers.slice(0, 5)).toEqual(Array(5).fill('code-wrong'))
  expect(new Set(answers.slice(5))).toEqual(new Set(['too-many-attempts']))
  expect(await alice.verify(code)).toBe('too-many-attempts')
  expect(await alice.isIn()).toBe(false)
})

test(
  'A-37 at most 5 codes are compared when 200, 500 or 1,000 requests send wrong codes at the same time, and the right code in later bursts is refused',
  { timeout: 300_000 },
  async () => {
    site = await openSite()
    for (const [username, count] of [
      ['alice', 200],
      ['bob', 500],
      ['mallory', 1000],
    ] as const) {
      const person = site.person(username)
      await person.logIn()
      const code = await person.hearCode()
      const answers = await burst(person, count, wrongCode(code))
      expectAtMostFive(username, answers)
      for (let round = 0; round < 3; round++) {
        const more = await Promise.all([burst(person, 30, wrongCode(code)), burst(person, 5, code)])
        for (const answer of more.flat())
          expect(answer).toBeOneOf(['too-many-attempts', 'limiter-unavailable'])
      }
      expectAtMostFive(username, answers)
      expect(await person.verify(code)).toBe('too-many-attempts')
      expect(await person.isIn()).toBe(false)
    }
    expect(site.named('code.accepted')).toEqual([])
  },
)

test('A-38 four wrong codes and a new call, again and again, end after 10 comparisons: then the user gets neither code nor call', async () => {
  site = await openSite({ ...quick, limits: callsUnlimited })
  const alice = site.person('alice')
  await alice.logIn()
  for (let round = 0; round < 6; round++) {
    const { status } = await alice.askForCall()
    const code = status === 303 ? await alice.answerCall() : '000000'
    for (let index = 0; index < 4; index++) await alice.verify(wrongCode(code))
  }
  expect(site.comparisons()).toBe(10)
  expect(site.named('code.sent')).toHaveLength(3)
  expect(failureIn(await alice.api('/otp/call'))).toBe('locked')
  site.clock.pass(899)
  expect(failureIn(await alice.api('/otp/call'))).toBe('locked')
  site.clock.pass(2)
  await alice.enterCode(await alice.hearCode())
  expect(await alice.isIn()).toBe(true)
})

test('A-39 four wrong codes and a new login, again and again, end after 10 comparisons, also when three browsers do it at the same time', async () => {
  site = await openSite({ limits: callsUnlimited })
  for (let round = 0; round < 3; round++) {
    const alice = site.person('alice')
    await alice.logIn()
    const { status } = await alice.askForCall()
    if (status !== 303) continue
    const code = await alice.answerCall()
    await burst(alice, round === 2 ? 50 : 4, wrongCode(code))
  }
  expect(site.comparisons()).toBe(10)

  const browsers = [site.person('alice'), site.person('alice'), site.person('alice')]
  await Promise.all(
    browsers.map(async browser => {
      await browser.logIn()
      await browser.api('/otp/call')
      await burst(browser, 10, '000000')
    }),
  )
  expect(site.comparisons()).toBe(10)
  expect(site.named('code.sent')).toHaveLength(3)
})
