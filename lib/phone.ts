import type { Country, PhoneEntry } from './options/phone.js'
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** A number in its one canonical form. @internal */
export interface Phone {
  /** E.164: `+` and up to 15 digits. */
  readonly number: string
  /** The country or region; `+1` alone is some twenty of them. */
  readonly country: Country | undefined
  /** Whether its kind is one that costs what an ordinary call costs. */
  readonly ordinary: boolean
}

/** Where a code can be delivered. @internal */
export interface Destination extends Phone {
  readonly label?: string
  readonly extension?: string
  readonly enrolledAt?: Date
  /** The number with its extension, as RFC 3966 writes it: what counts as one phone. */
  readonly phone: string
}

/** A destination of an entry, or `undefined` when the number or the extension is none. @internal */
export function parseDestination({
  number,
  label,
  extension: given,
  enrolledAt: givenDate,
}: PhoneEntry): Destination | undefined {
  const extension: unknown = given ?? undefined // an empty column of a database is null
  const phone = typeof number === 'string' ? parsePhone(number) : undefined
  if (phone === undefined) return undefined
  const enrolledAt = givenDate instanceof Date ? givenDate : undefined
  if (extension === undefined) return { ...phone, label, enrolledAt, phone: phone.number }
  if (typeof extension !== 'string' || !isExtension.test(extension)) return undefined
  return { ...phone, label, enrolledAt, extension, phone: withExtension(phone.number, extension) }
}

const isExtension = /^\d{1,8}$/
const withExtension = (number: string, extension: string): string => `${number};ext=${extension}`

// Premium, shared-cost, personal (070 in Britain), pager, universal-access, voicemail and unknown kinds earn money for whoever is called.
const ordinaryKinds = new Set(['MOBILE', 'FIXED_LINE', 'FIXED_LINE_OR_MOBILE', 'VOIP'])

// Pay per call, and directory assistance: in every area code, and ordinary numbers to libphonenumber.
const chargedInNorthAmerica = /^\+1\d{3}(976\d{4}|5551212)$/

/**
 * Reads a number written with its country code (`+1 (202) 555-0123`). Answers `undefined` for whatever
 * libphonenumber's full metadata finds not valid, and for letters, extensions, lists, SIP addresses and national spellings.
 * @internal
 */
export function parsePhone(text: string): Phone | undefined {
  if (text.length > 40 || !/^\+[0-9 ().\-\u00a0\u2011]+$/.test(text)) return undefined
  const parsed = parsePhoneNumberFromString(text, { extract: false })
  if (parsed === undefined || !parsed.isValid() || parsed.ext !== undefined) return undefined
  /* v8 ignore next -- every number has a kind */
  return {
    number: parsed.number,
    country: parsed.country,
    ordinary:
      ordinaryKinds.has(parsed.getType() ?? 'UNKNOWN') &&
      !chargedInNorthAmerica.test(parsed.number),
  }
}

/** Whether the app allows calls to this number: an ordinary kind, in one of the countries. @internal */
export function isPermitted(phone: Phone, countries: ReadonlySet<string>): boolean {
  return phone.ordinary && phone.country !== undefined && countries.has(phone.country)
}

/** @internal */
export const isCountry = (text: string): text is Country => isSupportedCountry(text)

/** How many digits of a number may be shown, at its end. @internal */
const shownDigits = 2

/** At most the last two digits, whatever the length: `••• ••• ••23`. @internal */
export function maskPhone(number: string): string {
  return `••• ••• ••${number.slice(-shownDigits)}`
}
