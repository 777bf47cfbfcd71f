// How people read durations, days, phone numbers and sentences.

/** A duration for people: "40 seconds", "2 minutes". */
export function duration(language: string, seconds: number): string {
  const [length, unit] =
    seconds < 90 ? [1, 'second'] : seconds < 5400 ? [60, 'minute'] : [3600, 'hour']
  return Math.max(1, Math.ceil(seconds / length)).toLocaleString(language, {
    style: 'unit',
    unit,
    unitDisplay: 'long',
  })
}

/** Sentences one after the other. No space follows the full stop of Chinese and Japanese. */
export const joinSentences = (...sentences: readonly string[]): string =>
  sentences.filter(Boolean).join(' ').replaceAll('。 ', '。')

/** A countdown: "4:09". */
export const clockTime = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

/** A day: "November 24, 2026". */
export const day = (language: string, date: Date): string =>
  date.toLocaleDateString(language, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })

/**
 * A phone number that shows only its last two digits, as R-17 allows: `••• ••• ••23`. The mask does
 * not show the length.
 */
export const masked = (phone: string): string => `••• ••• ••${phone.slice(-2)}`

/** A phone number in groups of digits. Only North American numbers are grouped. */
export const spaced = (phone: string): string =>
  phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3')

/** A piece of a sentence: a text, or a place for a value. */
export interface SentencePiece {
  /** The text. */
  readonly text?: string
  /** The name of the place: `time` for `{time}`. */
  readonly place?: string
}

/** Splits a sentence at its places (`{time}`) into texts and names of places. */
export const piecesOf = (sentence: string): readonly SentencePiece[] =>
  sentence
    .split(/(\{\w+\})/)
    .filter(piece => piece !== '')
    .map(piece => (piece.startsWith('{') ? { place: piece.slice(1, -1) } : { text: piece }))

/** Puts values into the places of a sentence: `{time}`, `{phone}`. */
export const fill = (
  sentence: string,
  values: Readonly<Record<string, string | number | undefined>>,
): string => sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
