// The code itself: every digit is equally likely, and an attacker cannot predict it.
import { afterEach, expect, test, vi } from 'vitest'
import {
  callsUnlimited,
  fraudGuardOff,
  openSite,
  quick,
  type Site,
} from '../support/watched-site.js'

let site: Site
afterEach(async () => {
  vi.restoreAllMocks()
  await site.close()
})

test(
  'A-33 2,000 codes have even digits in every place (chi-square below 40) and keep leading zeros, and codes differ while Math.random and Date.now are fixed',
  { timeout: 600_000 },
  async () => {
    // A quarter is heard, digit by digit. The others are sent as text messages, which cost less
    // time.
    const codes = await openAndDraw('call', 500)
    await site.close()
    codes.push(...(await openAndDraw('sms', 1500)))
    expect(codes).toHaveLength(2000)
    for (const code of codes) expect(code).toMatch(/^\d{6}$/)
    for (let place = 0; place < 6; place++)
      expect(chiSquare(codes.map(code => Number(code[place]))), `place ${place}`).toBeLessThan(40)
    // Among 2,000 of a million codes, about two pairs are equal by chance.
    expect(new Set(codes).size).toBeGreaterThan(codes.length - 20)
    expect(codes.some(code => code.startsWith('0'))).toBe(true)

    vi.spyOn(Math, 'random').mockReturnValue(0.42)
    vi.spyOn(Date, 'now').mockReturnValue(Date.now())
    const fixed = (await draw(60)).slice(-60)
    expect(new Set(fixed).size).toBeGreaterThan(57)
  },
)

async function openAndDraw(channel: 'call' | 'sms', count: number): Promise<string[]> {
  site = await openSite({
    ...quick,
    limits: callsUnlimited,
    fraud: fraudGuardOff,
    numberMatching: false,
    channels: [channel],
  })
  return draw(count)
}

/** Sends `count` codes to two people at the same time. Returns all codes so far, in order. */
async function draw(count: number): Promise<string[]> {
  await Promise.all(
    ['alice', 'bob'].map(async username => {
      const person = site.person(username)
      site.simulator.setPhone(person.phone, 'answers')
      await person.logIn()
      for (let index = 0; index < count / 2; index++)
        if ((await person.api('/otp/call')).status !== 202) throw new Error('no call was placed')
    }),
  )
  await site.simulator.idle()
  const heard = site.simulator.calls.map(
    call =>
      call.heard.find(sentence => /^(?:\d, ){5}\d$/.test(sentence))?.replaceAll(', ', '') ?? 'none',
  )
  const read = site.simulator.messages.map(({ body }) => /#(\d+)$/.exec(body)?.[1] ?? 'none')
  return [...heard, ...read].reverse()
}

/** How uneven the ten digits are. Above 40 once in 100,000 runs by chance. */
function chiSquare(digits: readonly number[]): number {
  const expected = digits.length / 10
  return Array.from(
    { length: 10 },
    (_, digit) => digits.filter(each => each === digit).length,
  ).reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}
