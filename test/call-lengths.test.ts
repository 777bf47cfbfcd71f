// A call that goes on and on costs money and helps nobody: every path through it, in every language.
import { afterEach, describe, expect, test } from 'vitest'
import { languages, type Locale } from 'passport-voice-otp'
import { otherDigits, ring, Telephone, unlimited } from './support/telephone.js'
import { createWorld, type World } from './support/world.js'

const locales = Object.keys(languages) as Locale[]
/** Two minutes, as the simulator reckons speech, for somebody who hears every question to its end. */
const mostMilliseconds = 120_000

let world: World
afterEach(() => world.close())

/** The keys to choose from at a question: all that mean something, one that does not, and none at all. */
function choicesAt({ call: { waitingFor } }: Telephone, digits: string): readonly (string | undefined)[] {
  return waitingFor?.numDigits === 2 ? [digits, otherDigits(digits), '0', '3', undefined] : ['1', '2', '3', '0', '9', undefined]
}

/** Walks the path of these choices, and at every later question takes the first; answers how many choices each question had. */
async function walk(alice: Awaited<ReturnType<World['logIn']>>, path: readonly number[]): Promise<{ readonly telephone: Telephone, readonly widths: readonly number[] }> {
  const { telephone, digits } = await ring(world, alice)
  const widths: number[] = []
  await telephone.answer()
  while (telephone.call.waitingFor !== null) {
    const choices = choicesAt(telephone, digits)
    const key = choices[path[widths.length] ?? 0]
    widths.push(choices.length)
    if (key === undefined) await telephone.wait()
    else await telephone.press(key)
    expect(widths.length, 'questions of one call').toBeLessThan(10)
  }
  return { telephone, widths }
}

/** The path after this one, as on the wheels of a counter; `undefined` after the last. */
function nextPath(path: readonly number[], widths: readonly number[]): readonly number[] | undefined {
  const full = widths.map((_, index) => path[index] ?? 0)
  const turning = full.findLastIndex((choice, index) => choice + 1 < widths[index]!)
  return turning < 0 ? undefined : [...full.slice(0, turning), full[turning]! + 1]
}

/** Walks every path; answers the longest call, and how many there were. */
async function walkAll(locale: Locale, gate: 'match' | 'any' | 'none'): Promise<{ readonly longest: number, readonly paths: number }> {
  const other = locale.startsWith('en') ? 'de-DE' : 'en-US'
  const announcement = 'A'.repeat(200)
  world = await createWorld({ options: { gate, codeLength: 10, locale: [locale, other], announce: () => announcement, limits: { ...unlimited, reportedSeconds: false } } })
  const alice = await world.logIn('alice')
  let longest = 0
  let paths = 0
  for (let path: readonly number[] | undefined = []; path !== undefined; paths++) {
    const { telephone, widths } = await walk(alice, path)
    const { call } = telephone
    const keys = call.transcript.filter(entry => entry.kind === 'keys').map(({ digits }) => digits)
    expect(call, `keys ${keys.join(', ')}`).toMatchObject({ status: 'completed', error: null })
    expect(call.durationMs, `milliseconds of the call with the keys ${keys.join(', ')}`).toBeLessThan(mostMilliseconds)
    longest = Math.max(longest, call.durationMs)
    path = nextPath(path, widths)
  }
  return { longest, paths }
}

describe.each(locales)('every call in %s, with the longest code and announcement', locale => {
  test.each([['match', 20], ['any', 20], ['none', 1]] as const)('is valid LaML to its end and takes less than two minutes: gate %s', async (gate, least) => {
    const { longest, paths } = await walkAll(locale, gate)
    expect(paths).toBeGreaterThanOrEqual(least)
    expect(longest).toBeGreaterThan(10_000)
  })
})
