import type { Purpose } from './purpose.js'

/**
 * Everything that a call says in one language; one file each in `prompts/`. Sentences name keys by
 * their words and hold no digit: only a code does.
 */
export interface Prompts {
  /**
   * BCP 47 tag, as SignalWire's `Say` takes it: `de-DE`. Must be the tag under which it stands in
   * the option `prompts`.
   */
  readonly language: string
  /** A voice of SignalWire's list; an unknown one falls back silently. */
  readonly voice: string
  /**
   * Between the digits of a code, so that each is read alone: a full stop would make ordinals in
   * some languages.
   */
  readonly separator: string
  /**
   * How each digit from 0 to 9 is written for the voice. Default: as a numeral, which the voices
   * read as a word.
   */
  readonly digits?: readonly [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  /** The first sentence says who calls and why: call screening shows it to people. */
  readonly opening: Readonly<Record<Purpose, (appName: string) => string>>
  /** Asks for the two digits that the page shows. */
  readonly pressMatchingDigits: string
  /** Asks for the key one. */
  readonly pressAnyKey: string
  /** Key zero: "this was not me". */
  readonly pressIfNotYou: string
  /** Before the code. */
  readonly codeIs: string
  /** Before the code is read a second time. */
  readonly onceMore: string
  /** Key one reads the code again, key two slowly. */
  readonly menu: string
  /** Offers this language to people who hear another: key three. Said in this language. */
  readonly inThisLanguage: string
  /** Ends a call that was heard to its end, or that no person took. */
  readonly goodbye: string
  /** Ends a call in which the wrong two digits were keyed in. */
  readonly wrongDigits: string
  /** Ends a call in which no key was pressed before the code. */
  readonly noDigits: string
  /** Ends a call whose code is too old, or was overtaken by a newer one. */
  readonly expired: string
  /** Ends a call after key zero. */
  readonly reported: string
  /**
   * The sentence of a text message with the code in it, 160 characters at most; short, since all of
   * the text must fit into one segment.
   */
  readonly text: (appName: string, code: string) => string
}
