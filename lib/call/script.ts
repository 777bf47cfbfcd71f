import type { Purpose } from '../options/purpose.js'
import type { Prompts } from '../options/prompts.js'

/** One thing that the call does. @internal */
export type Line =
  | { readonly say: string; readonly voice: string; readonly language: string }
  | { readonly silenceSeconds: number }

/** A question, which the call asks until a key is pressed or its time is over. @internal */
export interface Question {
  /** How many keys the call waits for. */
  readonly digits: number
  /** How long the call waits for a key after the lines. */
  readonly waitSeconds: number
  readonly lines: readonly Line[]
}

/**
 * What the call does until it needs a key, or until it hangs up. Plain data: no XML, no HTTP.
 * @internal
 */
export interface Turn {
  readonly lines: readonly Line[]
  /** Each question is asked only if no key was pressed at the one before. */
  readonly questions: readonly Question[]
  /** Said if no key was pressed, or if nothing was asked. Then the call ends. */
  readonly ending: readonly Line[]
}

/** The language that the call speaks, and the one that key three leads to. @internal */
export interface Words {
  readonly prompts: Prompts
  readonly other?: Prompts | undefined
}

/** Who calls and why. @internal */
export interface Occasion {
  readonly appName: string
  readonly purpose: Purpose
  /** The app's own words about this login, in the user's language. */
  readonly announcement?: string | undefined
}

/** How the code is read. @internal */
export interface ReadingOptions {
  /** Whether the code may not be repeated any more. */
  readonly isLast: boolean
  /** What the user approves with this code, in the language that is spoken. */
  readonly approvalText?: string | undefined
}

const say = ({ voice, language, speechLanguage }: Prompts, text: string): Line => ({
  say: text,
  voice,
  language: speechLanguage ?? language,
})
const pause = (silenceSeconds: number): Line => ({ silenceSeconds })

/** One round of the question before the code. @internal */
export interface Round {
  readonly words: Words
  readonly occasion: Occasion
}

/**
 * Before the code: who calls and why, and the question that voicemail cannot answer. The first
 * sentence says who calls, for people and for assistants that screen calls.
 * @internal
 */
export function askForKeys(rounds: readonly Round[], numberMatching: true | 'any-key'): Turn {
  const [first] = rounds
  /* v8 ignore next -- there is at least one round */
  const ending = first === undefined ? [] : [say(first.words.prompts, first.words.prompts.noDigits)]
  return {
    // The first words of a call are often lost.
    lines: [pause(1)],
    questions: rounds.map(({ words, occasion }, index) => ({
      digits: numberMatching === true ? 2 : 1,
      waitSeconds: 7,
      lines: roundLines(words, occasion, numberMatching, index === 0),
    })),
    ending,
  }
}

function roundLines(
  words: Words,
  occasion: Occasion,
  numberMatching: true | 'any-key',
  isFirst: boolean,
): Line[] {
  const { prompts } = words
  const pressKeys = say(
    prompts,
    numberMatching === true ? prompts.pressMatchingDigits : prompts.pressAnyKey,
  )
  return [
    ...greeting(prompts, occasion),
    pressKeys,
    say(prompts, prompts.pressIfNotYou),
    ...offerOther(words),
    ...(isFirst ? [pause(2), pressKeys] : []),
  ]
}

/** The whole call without number matching: who calls, the code twice, goodbye. @internal */
export function plainReading({ prompts }: Words, occasion: Occasion, code: string): Turn {
  return {
    lines: [pause(1), ...greeting(prompts, occasion), ...firstTime(prompts, code)],
    questions: [],
    ending: [say(prompts, prompts.goodbye)],
  }
}

/**
 * The code, twice, then the menu. No menu if changes of the language have used up all repeats.
 * @internal
 */
export function firstReading(words: Words, code: string, options: ReadingOptions): Turn {
  const { prompts } = words
  return {
    lines: [...approvalLines(prompts, options), ...firstTime(prompts, code)],
    ...afterReading(words, options),
  }
}

/**
 * The code once more, at the usual pace or slowly. The last time without the menu, so that every
 * call ends.
 * @internal
 */
export function repeatedReading(
  words: Words,
  code: string,
  options: ReadingOptions & { readonly slowly: boolean },
): Turn {
  const { prompts } = words
  const { slowly } = options
  const digits = slowly
    ? spokenDigits(prompts, code).flatMap(digit => [say(prompts, digit), pause(1)])
    : [sayDigits(prompts, code)]
  return {
    lines: [...approvalLines(prompts, options), say(prompts, prompts.codeIs), ...digits],
    ...afterReading(words, options),
  }
}

/**
 * The user refused what the call asked to approve. Key zero once more reports the call.
 * @internal
 */
export function refused({ prompts }: Words): Turn {
  return {
    lines: [],
    questions: [
      { digits: 1, waitSeconds: 7, lines: [pause(1), say(prompts, prompts.approval.refused)] },
    ],
    ending: [say(prompts, prompts.goodbye)],
  }
}

/** A last sentence, and the end of the call. @internal */
export function farewell(
  { prompts }: Words,
  sentence: 'goodbye' | 'wrongDigits' | 'expired' | 'reported',
): Turn {
  return { lines: [pause(1)], questions: [], ending: [say(prompts, prompts[sentence])] }
}

const spokenDigits = ({ digits }: Prompts, code: string): string[] =>
  Array.from(code, digit => digits?.[Number(digit)] ?? digit)

/** The digits with a separator between them, so that `234` is never read as a number. */
const sayDigits = (prompts: Prompts, code: string): Line =>
  say(prompts, spokenDigits(prompts, code).join(prompts.separator))

function greeting(prompts: Prompts, { appName, purpose, announcement }: Occasion): Line[] {
  return [
    say(prompts, prompts.opening[purpose](appName)),
    ...(announcement === undefined ? [] : [say(prompts, announcement)]),
  ]
}

/** The warning comes before the code, because many users hang up after they have heard the code. */
function firstTime(prompts: Prompts, code: string): Line[] {
  const digits = sayDigits(prompts, code)
  return [
    say(prompts, prompts.neverAsked),
    say(prompts, prompts.codeIs),
    digits,
    pause(1),
    say(prompts, prompts.onceMore),
    digits,
    pause(1),
  ]
}

const offerOther = ({ other }: Words): Line[] =>
  other === undefined ? [] : [say(other, other.inThisLanguage)]

/** What the user approves is said before the code, each time. */
function approvalLines(prompts: Prompts, { approvalText }: ReadingOptions): Line[] {
  return approvalText === undefined ? [] : [say(prompts, approvalText), pause(1)]
}

/** The menu, and how to refuse an approval. Refusing stays possible when no repeat is left. */
function afterReading(
  words: Words,
  { isLast, approvalText }: ReadingOptions,
): Pick<Turn, 'questions' | 'ending'> {
  const { prompts } = words
  const lines = [
    ...(approvalText === undefined ? [] : [say(prompts, prompts.approval.refuse)]),
    ...(isLast ? [] : [say(prompts, prompts.menu), ...offerOther(words)]),
  ]
  return {
    questions: lines.length === 0 ? [] : [{ digits: 1, waitSeconds: 8, lines }],
    ending: [say(prompts, prompts.goodbye)],
  }
}
