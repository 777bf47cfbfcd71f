import type { Purpose } from '../challenge.js'

/**
 * Everything that a call says in one language; one file each in `prompts/`. Sentences name keys by their words and hold
 * no digit: only a code does.
 */
export interface Prompts {
  /** BCP 47 tag, as SignalWire's `Say` takes it: `de-DE`. */
  readonly language: string
  /** A voice of SignalWire's list; an unknown one falls back silently. */
  readonly voice: string
  /** Between the digits of a code, so that each is read alone: a full stop would make ordinals in some languages. */
  readonly separator: string
  /** How each digit from 0 to 9 is written for the voice. Default: as a numeral, which the voices read as a word. */
  readonly digits?: readonly [string, string, string, string, string, string, string, string, string, string]
  /** The first sentence says who calls and why: call screening shows it to people. */
  readonly opening: Readonly<Record<Purpose, (appName: string) => string>>
  /** Asks for the two digits that the page shows. */
  readonly pressMatchingDigits: string
  /** Asks for the key one. */
  readonly pressAnyKey: string
  /** Key zero: "this was not me". */
  readonly pressIfNotYou: string
  readonly codeIs: string
  readonly onceMore: string
  /** Key one reads the code again, key two slowly. */
  readonly menu: string
  /** Offers this language to people who hear another: key three. Said in this language. */
  readonly inThisLanguage: string
  readonly goodbye: string
  readonly wrongDigits: string
  readonly noDigits: string
  readonly expired: string
  readonly reported: string
  /** The sentence of a text message; short, since all of the text must fit into one segment. */
  readonly text: (appName: string, code: string) => string
}
