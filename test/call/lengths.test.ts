// Every call must end soon, because it costs money: every path through it, in every language.
import { afterEach, describe, expect, test } from 'vitest'
import { languages, type Locale } from '../../lib/call/languages.js'
import { createKeys } from '../../lib/crypto.js'
import type { TokenContent } from '../../lib/call/token.js'
import { otherDigits, Phone } from '../support/phone.js'
import { tokenIn } from '../support/webhooks.js'
import {
  createWorld,
  fraudGuardOff,
  secret,
  type World,
  ring,
  unlimited,
} from '../support/world.js'

const locales = Object.keys(languages) as Locale[]
/** Two minutes in the simulator, for a user who hears every question to its end. */
const mostMilliseconds = 120_000
const keys = createKeys([secret], secret)

let world: World
afterEach(() => world.close())

/**
 * The keys to choose from at a question: all that mean something, one that does not, and none at
 * all.
 */
function choicesAt(
  { call: { waitingFor } }: Phone,
  digits: string,
): readonly (string | undefined)[] {
  return waitingFor?.numDigits === 2
    ? [digits, otherDigits(digits), '0', '3', '#', undefined]
    : ['1', '2', '3', '0', '9', '#', undefined]
}

/**
 * What decides all that a call can still say and ask: the step, the languages and the repeats that
 * the sealed address of its next webhook holds, and how often the question was asked again.
 */
function stateOf({ call }: Phone, round: number): string {
  const [, action = ''] = /<Gather [^>]*action="([^"]+)"/.exec(call.webhooks.at(-1)!.body) ?? []
  const { step, payload } = keys.open(tokenIn(action))!
  const { languages: spoken, repeatsLeft } = payload as TokenContent
  return JSON.stringify([step, spoken, repeatsLeft, round])
}

/**
 * What a choice at a question leads to: how long the call then goes on, until the next question or
 * its end.
 */
interface Turn {
  readonly milliseconds: number
  readonly next: string | undefined
}
/** The questions of all calls by their state, with the turn of each choice that was walked. */
type Questions = Map<string, { readonly width: number; readonly turns: Map<number, Turn> }>

/**
 * Walks the path of these choices, and at every later question takes the first; notes each turn in
 * `questions`.
 */
async function walk(
  alice: Awaited<ReturnType<World['logIn']>>,
  path: readonly number[],
  questions: Questions,
): Promise<{ readonly phone: Phone; readonly first: Turn }> {
  const { phone, digits } = await ring(world, alice)
  await phone.answer()
  const isAsking = (): boolean => phone.call.waitingFor !== null
  const first = {
    milliseconds: phone.call.durationMs,
    next: isAsking() ? stateOf(phone, 0) : undefined,
  }
  let round = 0
  for (let asked = 0; isAsking(); asked++) {
    expect(asked, 'questions of one call').toBeLessThan(10)
    const [state, before, choices, choice] = [
      stateOf(phone, round),
      phone.call.durationMs,
      choicesAt(phone, digits),
      path[asked] ?? 0,
    ]
    const key = choices[choice]
    const webhooks = phone.call.webhooks.length
    if (key === undefined) await phone.wait()
    else await phone.press(key)
    round = phone.call.webhooks.length === webhooks ? round + 1 : 0
    const question = questions.get(state) ?? {
      width: choices.length,
      turns: new Map<number, Turn>(),
    }
    questions.set(state, question)
    question.turns.set(choice, {
      milliseconds: phone.call.durationMs - before,
      next: isAsking() ? stateOf(phone, round) : undefined,
    })
  }
  return { phone, first }
}

/** The shortest path to a choice that was not made yet; `undefined` when all were made. */
function nextPath(first: Turn, questions: Questions): readonly number[] | undefined {
  const channels: { readonly state: string | undefined; readonly path: readonly number[] }[] = [
    { state: first.next, path: [] },
  ]
  const seen = new Set<string>()
  for (const { state, path } of channels) {
    const question = questions.get(state ?? '')
    if (state === undefined || question === undefined || seen.has(state)) continue
    seen.add(state)
    for (let choice = 0; choice < question.width; choice++) {
      const turn = question.turns.get(choice)
      if (turn === undefined) return [...path, choice]
      channels.push({ state: turn.next, path: [...path, choice] })
    }
  }
  return undefined
}

/** The longest call of all that follow a turn, and how many there are. */
function reckon(
  { milliseconds, next }: Turn,
  questions: Questions,
): { readonly longest: number; readonly paths: number } {
  if (next === undefined) return { longest: milliseconds, paths: 1 }
  const after = [...questions.get(next)!.turns.values()].map(turn => reckon(turn, questions))
  return {
    longest: milliseconds + Math.max(...after.map(({ longest }) => longest)),
    paths: after.reduce((sum, { paths }) => sum + paths, 0),
  }
}

/**
 * Makes every choice at every question once, which all paths are made of. Returns the longest call,
 * and how many paths there are.
 */
async function walkAll(
  locale: Locale,
  numberMatching: true | 'any-key' | false,
): Promise<{ readonly longest: number; readonly paths: number }> {
  const other = locale.startsWith('en') ? 'de-DE' : 'en-US'
  const announcement = 'A'.repeat(200)
  world = await createWorld({
    options: {
      numberMatching,
      codeLength: 10,
      locale: [locale, other],
      announce: () => announcement,
      limits: { ...unlimited, reportedSeconds: false },
      fraud: fraudGuardOff,
    },
  })
  const alice = await world.logIn('alice')
  const questions: Questions = new Map()
  for (let path: readonly number[] | undefined = []; ;) {
    const {
      phone: { call },
      first,
    } = await walk(alice, path, questions)
    const pressed = call.transcript
      .filter(entry => entry.kind === 'keys')
      .map(({ digits }) => digits)
      .join(', ')
    expect(call, `keys ${pressed}`).toMatchObject({ status: 'completed', error: null })
    expect(call.durationMs, `milliseconds of the call with the keys ${pressed}`).toBeLessThan(
      mostMilliseconds,
    )
    path = nextPath(first, questions)
    if (path === undefined) return reckon(first, questions)
  }
}

describe.each(locales)('every call in %s, with the longest code and announcement', locale => {
  test.each([
    [true, 20],
    ['any-key', 20],
    [false, 1],
  ] as const)(
    'every path through the call is valid LaML and takes less than two minutes (numberMatching: %s)',
    async (numberMatching, least) => {
      const { longest, paths } = await walkAll(locale, numberMatching)
      expect(paths).toBeGreaterThanOrEqual(least)
      expect(longest).toBeGreaterThan(10_000)
      expect(longest).toBeLessThan(mostMilliseconds)
    },
  )
})
