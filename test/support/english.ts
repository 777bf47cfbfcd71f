// What a call says in American English.
import { languages } from '../../lib/call/languages.js'
import { spoken } from './phone.js'

export const english = languages['en-US']

/** The question before the code, in both rounds, and the goodbye if no key is pressed. */
export const unansweredQuestion: readonly string[] = [
  english.opening.login('Acme'),
  english.pressMatchingDigits,
  english.pressIfNotYou,
  english.pressMatchingDigits,
  english.opening.login('Acme'),
  english.pressMatchingDigits,
  english.pressIfNotYou,
  english.noDigits,
]

/** The first reading of a code, without the menu. */
export const readTwice = (code: string): readonly string[] => [
  english.neverAsked,
  english.codeIs,
  spoken(code),
  english.onceMore,
  spoken(code),
]
