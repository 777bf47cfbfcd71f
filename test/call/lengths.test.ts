// Every call must end soon, because it costs money: every path through it, in every language. In
// English, the app's own calls take every path. In the other languages, the dialogue decides the
// same paths, and the simulator performs each of its replies once. That both find the same paths
// and times is tested in English.
import { describe, expect, onTestFinished, test } from 'vitest'
import { type DialogueSettings, nextReply, type Reply } from '../../lib/call/dialogue.js'
import { languages, type Locale } from '../../lib/call/languages.js'
import { createKeys } from '../../lib/crypto.js'
import { type Step, steps, type TokenContent } from '../../lib/call/token.js'
import { writeLaml } from '../../lib/signalwire/laml.js'
import { place, sendXml, startApp, startSimulator } from '../simulator/support.js'
import { otherDigits, Phone, silenceMilliseconds } from '../support/phone.js'
import { tokenContent, tokenIn } from '../support/webhooks.js'
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
const announcement = 'A'.repeat(200)
const keys = createKeys([secret], secret)

type Matching = DialogueSettings['numberMatching']

/** The language that key three leads to. */
const otherThan = (locale: Locale): Locale => (locale.startsWith('en') ? 'de-DE' : 'en-US')

/**
 * The keys to choose from at a question: all that mean something, one that does not, and none at
 * all.
 */
const choicesAt = (numDigits: number | null, digits: string): readonly (string | undefined)[] =>
  numDigits === 2
    ? [digits, otherDigits(digits), '0', '3', '#', undefined]
    : ['1', '2', '3', '0', '9', '#', undefined]

/** All paths that are possible from one point of a call. */
interface Paths {
  /** The longest of them, in milliseconds. */
  readonly longest: number
  readonly paths: number
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
  world: World,
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
      choicesAt(phone.call.waitingFor!.numDigits, digits),
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

/** All paths that follow a turn. */
function reckon({ milliseconds, next }: Turn, questions: Questions): Paths {
  if (next === undefined) return { longest: milliseconds, paths: 1 }
  const after = [...questions.get(next)!.turns.values()].map(turn => reckon(turn, questions))
  return {
    longest: milliseconds + Math.max(...after.map(({ longest }) => longest)),
    paths: after.reduce((sum, { paths }) => sum + paths, 0),
  }
}

/**
 * Makes every choice at every question once, in calls of the app: all paths are made of these
 * choices.
 */
async function walkAll(locale: Locale, numberMatching: Matching): Promise<Paths> {
  const world = await createWorld({
    options: {
      numberMatching,
      codeLength: 10,
      locale: [locale, otherThan(locale)],
      announce: () => announcement,
      limits: { ...unlimited, reportedSeconds: false },
      fraud: fraudGuardOff,
    },
  })
  onTestFinished(() => world.close())
  const alice = await world.logIn('alice')
  const questions: Questions = new Map()
  for (let path: readonly number[] | undefined = []; ;) {
    const {
      phone: { call },
      first,
    } = await walk(world, alice, path, questions)
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

/** Follows the dialogue through every choice at every question, and times each of its replies. */
async function reckonReplies(locale: Locale, numberMatching: Matching): Promise<Paths> {
  const now = Date.now()
  const settings: DialogueSettings = {
    appName: 'Acme',
    numberMatching,
    machineDetection: false,
    prompts: new Map(Object.entries(languages)),
    defaultPrompts: languages[locale],
  }
  const opening: TokenContent = {
    ...tokenContent(now),
    code: '0123456789',
    languages: [locale, otherThan(locale)],
    announcement,
  }
  const time = await startTimer()
  const known = new Map<string, Paths>()

  async function follow(
    step: Step,
    content: TokenContent,
    digits: string | undefined,
  ): Promise<Paths> {
    const { turn, next } = nextReply(settings, {
      ...{ step, content, digits, now },
      ...{ answeredBy: undefined, isAdmitted: true, isActiveChallenge: true },
    })
    const name = JSON.stringify([turn, next])
    const earlier = known.get(name)
    if (earlier !== undefined) return earlier
    const { asked, ended } = await time(turn)
    expect(asked).toHaveLength(turn.questions.length)
    // Without a key, the next question follows, and after the last one the end.
    let paths: Paths = { longest: ended, paths: 1 }
    for (const [index, { digits: numDigits }] of [...turn.questions.entries()].reverse()) {
      const choices = choicesAt(numDigits, content.matchingDigits ?? '')
      const pressed = choices.filter((key): key is string => key !== undefined && key !== '#')
      const { longest, paths: count } = paths
      paths = { longest, paths: count * (choices.length - pressed.length) }
      for (const key of pressed) {
        const after = await follow(next[index]!.step, next[index]!.content, key)
        const waited = key.length < numDigits ? silenceMilliseconds : 0
        paths = {
          longest: Math.max(paths.longest, asked[index]! + waited + after.longest),
          paths: paths.paths + after.paths,
        }
      }
    }
    known.set(name, paths)
    return paths
  }
  return follow(steps.answered, opening, undefined)
}

/** Milliseconds until each question of a reply has been asked, and until the call ends. */
interface Times {
  readonly asked: readonly number[]
  readonly ended: number
}
/** The replies that were performed. Languages share those after key three. */
const timed = new Map<string, Times>()

/**
 * Returns a function that performs a reply in a call without keys.
 */
async function startTimer() {
  const [simulator, app] = [await startSimulator(), await startApp()]
  return async (turn: Reply['turn']): Promise<Times> => {
    const name = JSON.stringify(turn)
    const earlier = timed.get(name)
    if (earlier !== undefined) return earlier
    const laml = await writeLaml(
      turn,
      turn.questions.map(() => `${app.url}/next`),
    )
    app.responses['/reply'] = (_webhook, res) => {
      sendXml(res, laml)
    }
    const phone = new Phone({ simulator }, await place(simulator, `${app.url}/reply`))
    const asked: number[] = []
    await phone.answer()
    for (; phone.call.waitingFor !== null; await phone.wait()) asked.push(phone.call.durationMs)
    expect(phone.call).toMatchObject({ status: 'completed', error: null })
    const times = { asked, ended: phone.call.durationMs }
    timed.set(name, times)
    return times
  }
}

describe.each([
  [true, 20],
  ['any-key', 20],
  [false, 1],
] as const)('numberMatching: %s', (numberMatching, least) => {
  test(`every path through the app's calls in English is valid LaML and takes less than two minutes, and the dialogue alone gives the same paths (numberMatching: ${numberMatching})`, async () => {
    const walked = await walkAll('en-US', numberMatching)
    expect(walked.longest).toBeGreaterThan(10_000)
    expect(walked.longest).toBeLessThan(mostMilliseconds)
    expect(walked.paths).toBeGreaterThanOrEqual(least)
    const reckoned = await reckonReplies('en-US', numberMatching)
    expect(reckoned.paths).toBe(walked.paths)
    // A person listens a second longer than a question waits. A call that ends sooner is shorter.
    expect(reckoned.longest - walked.longest).toBeOneOf([0, 1000])
  })

  test.each(locales)(
    `every path through a call in %s, with the longest code and announcement, is valid LaML and takes less than two minutes (numberMatching: ${numberMatching})`,
    async locale => {
      const { longest, paths } = await reckonReplies(locale, numberMatching)
      expect(paths).toBeGreaterThanOrEqual(least)
      expect(longest).toBeGreaterThan(10_000)
      expect(longest).toBeLessThan(mostMilliseconds)
    },
  )
})
