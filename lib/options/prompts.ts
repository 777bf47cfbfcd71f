import type { Purpose } from './purpose.js'

/**
 * Everything that a call says in one language. The sentences name keys by words ("one") and hold no
 * digit, because the user could confuse it with a digit of the code.
 */
export interface Prompts {
  /** BCP 47 tag, for example `de-DE`: the key of this language in the option `prompts`. */
  readonly language: string
  /**
   * The tag for SignalWire's `Say`, if it differs from {@link language}. Amazon's code for
   * Mandarin, for example, is `cmn-CN`.
   */
  readonly speechLanguage?: string
  /**
   * A voice of SignalWire's list: `Polly.Joanna-Neural`, `amazon.Kendra:neural:en-US`,
   * `rime.luna:coda`. SignalWire replaces an unknown voice without an error.
   */
  readonly voice: string
  /**
   * The text between the digits of a code, so that the voice reads each digit alone. A full stop is
   * not allowed: some languages read `4.` as "fourth".
   */
  readonly separator: string
  /**
   * How to write the digits from 0 to 9 for the voice. Default: as numerals, which the voices read
   * as words.
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
  /** The first sentence: who calls and why. A phone that screens calls shows it to the user. */
  readonly opening: Readonly<Record<Purpose, (appName: string) => string>>
  /** Asks for the two digits on the page. */
  readonly pressMatchingDigits: string
  /** Asks for key one. */
  readonly pressAnyKey: string
  /** Key zero: the user did not ask for this call. */
  readonly pressIfNotYou: string
  /** Warns, before the code, that nobody will ever ask the user for it. Also in text messages. */
  readonly neverAsked: string
  /** Before the code. */
  readonly codeIs: string
  /** Before the code is read a second time. */
  readonly onceMore: string
  /** Key one repeats the code, key two reads it slowly. */
  readonly menu: string
  /** Key three: offers this language, in this language, to a user who hears another one. */
  readonly inThisLanguage: string
  /** The end of a call in which the code was read, or that a machine answered. */
  readonly goodbye: string
  /** The end of a call after two wrong digits. */
  readonly wrongDigits: string
  /** The end of a call in which no key was pressed before the code. */
  readonly noDigits: string
  /** The end of a call whose code is too old or was replaced by a newer one. */
  readonly expired: string
  /** The end of a call after key zero. */
  readonly reported: string
  /** Said only in calls that ask for an approval. */
  readonly approval: {
    /** After the code: key zero refuses. */
    readonly refuse: string
    /** After key zero. Key zero once more means that the user did not ask for this call. */
    readonly refused: string
  }
  /**
   * The sentence of a text message with the code in it, at most 160 characters. The message also
   * has {@link neverAsked} and should fit into three segments.
   */
  readonly text: (appName: string, code: string) => string
  /**
   * The sentence that SignalWire's hosted channels say or write before their code. Short, because
   * sentence and code must fit into one segment: 160 GSM characters or 70 others.
   */
  readonly hosted: (appName: string) => string
}
