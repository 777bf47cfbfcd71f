import {
  clockTime,
  day,
  duration,
  fill,
  joinSentences,
  masked,
  piecesOf,
  type SentencePiece,
  spaced,
} from '../words.js'

/** Functions that write durations, days, phone numbers and sentences. */
export interface PageHelpers {
  /** A duration: "40 seconds", "2 minutes". */
  readonly duration: (seconds: number) => string
  /** A countdown: "4:09". */
  readonly clockTime: (seconds: number) => string
  /** A day: "November 24, 2026". */
  readonly day: (date: Date) => string
  /** A phone number that shows only its last two digits: `••• ••• ••23`. */
  readonly masked: (phone: string) => string
  /** A phone number in groups of digits. Only North American numbers are grouped. */
  readonly spaced: (phone: string) => string
  /** Puts values into the places of a sentence: `{time}`, `{phone}`. */
  readonly fill: (
    sentence: string,
    values: Readonly<Record<string, string | number | undefined>>,
  ) => string
  /** Sentences one after the other. No space follows the full stop of Chinese and Japanese. */
  readonly joinSentences: (...sentences: readonly string[]) => string
  /** Splits a sentence at its places into texts and names of places. */
  readonly piecesOf: (sentence: string) => readonly SentencePiece[]
}

/**
 * The functions that every template of the pages has, under the same names, for pages of your own.
 * @param language The tag of a language, for durations and days.
 */
export const pageHelpers = (language: string): PageHelpers => ({
  duration: seconds => duration(language, seconds),
  clockTime,
  day: date => day(language, date),
  masked,
  spaced,
  fill,
  joinSentences,
  piecesOf,
})
