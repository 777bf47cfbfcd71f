import {
  isSupportedCountry,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max'
import type { Country, PhoneEntry } from './options/phone.js'

/** A phone number in its one canonical form. @internal */
export interface PhoneNumber {
  /** E.164: `+` and up to 15 digits. */
  readonly number: string
  /** The country or region. About twenty of them share `+1`. */
  readonly country: Country | undefined
  /** Whether a call to this type of number costs what an ordinary call costs. */
  readonly ordinary: boolean
}

/** Where a code can be delivered. @internal */
export interface Destination extends PhoneNumber {
  readonly label?: string
  readonly extension?: string
  readonly enrolledAt?: Date
  readonly verifiedAt?: Date
  /** The number with its extension, as RFC 3966 writes it. The limits count per phone. */
  readonly phone: string
}

/**
 * Reads a phone on record. Returns `undefined` if the number or the extension is not valid.
 * @internal
 */
export function parseDestination(entry: PhoneEntry): Destination | undefined {
  const number: unknown = entry.number
  const extension: unknown = entry.extension ?? undefined // an empty column of a database is null
  const parsed = typeof number === 'string' ? parsePhone(number) : undefined
  if (parsed === undefined) return undefined
  const { label } = entry
  const enrolledAt = readDate(entry.enrolledAt)
  const verifiedAt = entry.verifiedAt instanceof Date ? entry.verifiedAt : undefined
  const known = { ...parsed, label, enrolledAt, verifiedAt }
  if (extension === undefined) return { ...known, phone: parsed.number }
  if (typeof extension !== 'string' || !/^\d{1,8}$/.test(extension)) return undefined
  return { ...known, extension, phone: `${parsed.number};ext=${extension}` }
}

/**
 * The phone of an entry whose number is stored in E.164; `undefined` for other entries. Does not
 * check whether the number is valid, so use it only to compare with a phone that was checked
 * before. To parse the number again would take 5 % of the time of a request that verifies a code.
 * @internal
 */
export function phoneAsStored({ number, extension }: PhoneEntry): string | undefined {
  if (typeof number !== 'string' || !/^\+\d+$/.test(number)) return undefined
  return typeof extension === 'string' ? `${number};ext=${extension}` : number
}

/**
 * Reads a date on record. A value that is not a `Date`, for example a text, becomes an invalid
 * date. It must not become `undefined`: a phone without a date counts as old enough to approve.
 */
function readDate(date: unknown): Date | undefined {
  if (date === undefined || date === null) return undefined
  return date instanceof Date ? date : new Date(NaN)
}

/**
 * Types of numbers, in libphonenumber's words, that may be called. The owner of a number of another
 * type earns money when it is called: premium rate, shared cost, personal (070 in Britain), pager,
 * universal access, voicemail and unknown types.
 */
const ordinaryTypes: ReadonlySet<string> = new Set([
  'MOBILE',
  'FIXED_LINE',
  'FIXED_LINE_OR_MOBILE',
  'VOIP',
])

/**
 * Pay-per-call numbers and directory assistance in North America. libphonenumber reports them
 * as ordinary numbers.
 */
const isChargedInNorthAmerica = /^\+1\d{3}(976\d{4}|5551212)$/

/**
 * Reads a number written with its country code, for example `+1 (202) 555-0123`. Returns
 * `undefined` for a number that libphonenumber's full metadata does not find valid, and for
 * letters, extensions, lists, SIP addresses and numbers without a country code.
 * @internal
 */
export function parsePhone(text: string): PhoneNumber | undefined {
  const folded = fold(text)
  if (folded === undefined) return undefined
  const parsed = parsePhoneNumberFromString(folded, { extract: false })
  if (parsed === undefined || !parsed.isValid() || parsed.ext !== undefined) return undefined
  const { number, country } = parsed
  /* v8 ignore next -- a valid number has a type */
  const type = parsed.getType() ?? 'UNKNOWN'
  return {
    number,
    country,
    ordinary: ordinaryTypes.has(type) && !isChargedInNorthAmerica.test(number),
  }
}

const maxTypedLength = 64

/**
 * Invisible characters that come along when people copy a number: soft hyphen, zero-width,
 * direction marks.
 */
const invisible = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g
/** Spaces, dashes, dots, slashes, parentheses and brackets, also their full-width forms. */
const punctuation = /[\p{Zs}\t\p{Pd}\u2212\u30fc.\uff0e/\uff0f()\uff08\uff09[\]\uff3b\uff3d]/gu
/**
 * What libphonenumber accepts as a digit: ASCII, full-width, Arabic-Indic and Extended
 * Arabic-Indic.
 */
const otherDigits = [0xff10, 0x0660, 0x06f0]

/**
 * Folds a number as libphonenumber does, to `+` and ASCII digits. Source: libphonenumber,
 * `VALID_PUNCTUATION` and `PLUS_CHARS`; without `x` and `~`, which begin an extension. Returns
 * `undefined` if something else is in the text.
 */
function fold(text: string): string | undefined {
  if (text.length > maxTypedLength) return undefined
  const folded = text
    .replace(invisible, '')
    .replace(punctuation, '')
    .replace('\uff0b', '+')
    .replace(/[^+\d]/g, toAsciiDigit)
  return /^\+\d+$/.test(folded) ? folded : undefined
}

/** The ASCII digit for a digit of another script; other characters stay. */
function toAsciiDigit(character: string): string {
  const code = character.charCodeAt(0)
  const zero = otherDigits.find(first => code >= first && code <= first + 9)
  return zero === undefined ? character : String(code - zero)
}

/**
 * An English sentence for a user whose number cannot be read: it names the kind of mistake and has
 * an example.
 * @internal
 */
export function explainPhoneMistake(text: unknown): string {
  const example = 'for example +1 202 555 0123'
  const complete = `Enter the phone number with its country code, ${example}.`
  if (typeof text !== 'string' || !/\p{Nd}/u.test(text)) return complete
  const folded = fold(text)
  if (folded === undefined) {
    const withPlus = fold(`+${text}`)
    return withPlus === undefined
      ? `Enter only the phone number, without letters and other text, ${example}.`
      : `The country code is missing. Begin the phone number with + and the country code, ${example}.`
  }
  switch (validatePhoneNumberLength(folded)) {
    case 'TOO_SHORT':
      return `This phone number is too short. Enter all of its digits, ${example}.`
    case 'TOO_LONG':
      return `This phone number is too long. Enter one number without an extension, ${example}.`
    default:
      return `This phone number does not exist. Check its country code and its digits, ${example}.`
  }
}

/**
 * Whether the app allows calls to this number: an ordinary type, in one of the countries.
 * @internal
 */
export function isPermitted(phone: PhoneNumber, countries: ReadonlySet<string>): boolean {
  return phone.ordinary && phone.country !== undefined && countries.has(phone.country)
}

/** Whether libphonenumber knows this country code (ISO 3166-1 alpha-2). @internal */
export const isCountry = (text: unknown): text is Country =>
  typeof text === 'string' && isSupportedCountry(text)
