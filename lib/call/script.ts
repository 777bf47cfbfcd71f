import type { Purpose } from '../challenge.js'
import type { Prompts } from './prompts.js'

/** One thing that the call does. */
export type Line = { readonly say: string } | { readonly pauseSeconds: number }

/** What the call does until it needs an answer, or until it hangs up. Plain data: no XML, no HTTP. */
export interface Turn {
  readonly lines: readonly Line[]
  /** Keys that are waited for; what is said meanwhile can be cut short by the first key. */
  readonly ask?: { readonly digits: number, readonly waitSeconds: number, readonly lines: readonly Line[] }
  /** Said when no key was pressed, or when nothing was asked; then the call ends. */
  readonly ending: readonly Line[]
}

const say = (text: string): Line => ({ say: text })
const pause = (pauseSeconds: number): Line => ({ pauseSeconds })

/** Lines before the code: who calls and why, and the gate that voicemail does not pass. */
export function opening(prompts: Prompts, { appName, purpose, gate }: { readonly appName: string, readonly purpose: Purpose, readonly gate: 'match' | 'any' }): Turn {
  const wanted = say(gate === 'match' ? prompts.pressMatchingDigits : prompts.pressAnyKey)
  return {
    // The first words of a call are often lost.
    lines: [pause(1), say(prompts.opening[purpose](appName))],
    ask: { digits: gate === 'match' ? 2 : 1, waitSeconds: 10, lines: [wanted, say(prompts.pressIfNotYou), pause(3), wanted] },
    ending: [say(prompts.noDigits)],
  }
}

/** The whole call when no gate is wanted: who calls, the code twice, goodbye. */
export function plainReading(prompts: Prompts, { appName, purpose, code }: { readonly appName: string, readonly purpose: Purpose, readonly code: string }): Turn {
  return { lines: [pause(1), say(prompts.opening[purpose](appName)), ...twice(prompts, code)], ending: [say(prompts.goodbye)] }
}

/** The code, twice; then it may be asked for again. */
export function firstReading(prompts: Prompts, code: string): Turn {
  return { lines: twice(prompts, code), ask: menu(prompts), ending: [say(prompts.goodbye)] }
}

/** The code once more, as before or slowly; the last time without a question, so that no call goes on for ever. */
export function repeatedReading(prompts: Prompts, code: string, { slowly, isLast }: { readonly slowly: boolean, readonly isLast: boolean }): Turn {
  const digits = slowly ? Array.from(code).flatMap(digit => [say(digit), pause(1)]) : [inOneBreath(prompts, code)]
  return { lines: [say(prompts.codeIs), ...digits], ...(isLast ? {} : { ask: menu(prompts) }), ending: [say(prompts.goodbye)] }
}

/** A last sentence, and the end of the call. */
export function farewell(sentence: string): Turn {
  return { lines: [pause(1)], ending: [say(sentence)] }
}

/** Digits apart, so that `234` is never read as a number. */
const inOneBreath = (prompts: Prompts, code: string): Line => say(Array.from(code).join(prompts.separator))

function twice(prompts: Prompts, code: string): Line[] {
  const digits = inOneBreath(prompts, code)
  return [say(prompts.codeIs), digits, pause(1), say(prompts.onceMore), digits, pause(1)]
}

function menu(prompts: Prompts): NonNullable<Turn['ask']> {
  return { digits: 1, waitSeconds: 8, lines: [say(prompts.menu)] }
}
