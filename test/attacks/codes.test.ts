// The code itself: every digit is equally likely, and an attacker cannot predict it.
import { afterEach, expect, test, vi } from 'vitest'
import { sendPipelined } from '../support/raw.js'
import {
  callsUnlimited,
  fraudGuardOff,
  openSite,
  quick,
  type Site,
} from '../support/watched-site.js'

/** Calls take longer than text messages. `ATTACKS=long` hears a quarter of the codes. */
const heardCodes = process.env['ATTACKS'] === 'long' ? 500 : 100

/** Requests for text messages that one person sends together, which is cheap. */
const atOnce = 5

let site: Site
afterEach(async () => {
  vi.restoreAllMocks()
  await site.close()
})

test(
  'A-33 2,000 codes have even digits in every place (chi-square below 40) and keep leading zeros, and codes differ while Math.random and Date.now are fixed',
  { timeout: 600_000 },
  async () => {
    // Some are heard, digit by digit. The others are sent as text messages, which cost less time.
    const codes = await openAndDraw('call', heardCodes)
    await site.close()
    codes.push(...(await openAndDraw('sms', 2000 - heardCodes)))
    expect(codes).toHaveLength(2000)
    for (const code of codes) expect(code).toMatch(/^\d{6}$/)
    for (let place = 0; place < 6; place++)
      expect(chiSquare(codes.map(code => Number(code[place]))), `place ${place}`).toBeLessThan(40)
    // Among 2,000 of a million codes, about two pairs are equal by chance.
    expect(new Set(codes).size).toBeGreaterThan(codes.length - 20)
    expect(codes.some(code => code.startsWith('0'))).toBe(true)

    vi.spyOn(Math, 'random').mockReturnValue(0.42)
    vi.spyOn(Date, 'now').mockReturnValue(Date.now())
    const fixed = (await draw('sms', 60)).slice(-60)
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
  return draw(channel, count)
}

/** Sends `count` codes to two people at the same time. Returns all codes so far, in order. */
async function draw(channel: 'call' | 'sms', count: number): Promise<string[]> {
  await Promise.all(
    ['alice', 'bob'].map(async username => {
      const person = site.person(username)
      site.simulator.setPhone(person.phone, 'answers')
      await person.logIn()
      const request = [
        'POST /api/otp/call HTTP/1.1',
        'Host: x',
        `Origin: ${site.url}`,
        'Content-Type: application/json',
        `Cookie: ${person.cookies.header}`,
        'Content-Length: 2\r\n\r\n{}',
      ].join('\r\n')
      // A call reads its code only until the next one is placed.
      const together = channel === 'call' ? 1 : atOnce
      for (let left = count / 2; left > 0; left -= together) {
        const requests = Array<string>(Math.min(left, together)).fill(request)
        expect(await sendPipelined(site.url, requests)).toEqual(requests.map(() => 202))
      }
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
