// The code itself: drawn evenly, by nothing that an attacker could foresee.
import { afterEach, expect, test, vi } from 'vitest'
import { callsUnlimited, openSite, quick, type Site } from './support/harness.js'

let site: Site
afterEach(async () => {
  vi.restoreAllMocks()
  await site.close()
})

const oneDigit = /^(?:\d, ){5}\d$/

test('A-33 2,000 codes as the telephone hears them: every place even (chi-square below 40), leading zeros kept; with Math.random and Date.now fixed they still differ', async () => {
  site = await openSite({ ...quick, limits: callsUnlimited, gate: 'none' })
  const people = ['alice', 'bob', 'mallory'].map(username => site.person(username))
  for (const person of people) {
    site.simulator.phone(person.phone, 'answers')
    await person.logIn()
  }
  const heard = async (count: number): Promise<readonly string[]> => {
    const before = site.simulator.calls.length
    await Promise.all(people.map(async person => {
      for (let index = 0; index < count / people.length; index++) if ((await person.api('/otp/call')).status !== 202) throw new Error('no call')
    }))
    await site.simulator.idle()
    return site.simulator.calls.slice(0, -before || undefined).map(call => call.heard.find(sentence => oneDigit.test(sentence))?.replaceAll(', ', '') ?? '')
  }

  const codes = await heard(2001)
  expect(codes.length).toBeGreaterThanOrEqual(2000)
  for (const code of codes) expect(code).toMatch(/^\d{6}$/)
  for (let place = 0; place < 6; place++) expect(chiSquare(codes.map(code => Number(code[place]))), `place ${place}`).toBeLessThan(40)
  // Of two thousand among a million, about two are alike by chance.
  expect(new Set(codes).size).toBeGreaterThan(codes.length - 20)
  expect(codes.some(code => code.startsWith('0'))).toBe(true)

  vi.spyOn(Math, 'random').mockReturnValue(0.42)
  const now = Date.now()
  vi.spyOn(Date, 'now').mockReturnValue(now)
  const fixed = await heard(60)
  expect(new Set(fixed).size).toBeGreaterThan(57)
})

/** How far ten digits are from even: above 40 once in a hundred thousand tries by chance. */
function chiSquare(digits: readonly number[]): number {
  const expected = digits.length / 10
  return Array.from({ length: 10 }, (_, digit) => digits.filter(each => each === digit).length).reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}
