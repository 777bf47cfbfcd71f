import { pageTexts, type PageTexts } from 'passport-voice-otp/pages'
import type { User } from '../stores/users.js'

/** The English texts of the ready pages: the pages of this app say the same. */
export const texts = pageTexts.get('en-US') as PageTexts

/**
 * What the page says about a call or a text, by the states of `GET /otp/status`. The script in the
 * browser uses the same words.
 */
export function stateWords(channel: string): Readonly<Record<string, string>> {
  const states = { ...texts.call, ...(channel === 'sms' && texts.sms), ...texts.over }
  return Object.fromEntries(Object.entries(states).map(([name, { text }]) => [name, text]))
}

/** A duration for people: "40 seconds", "2 minutes". */
export function duration(seconds: number): string {
  const [length, unit] =
    seconds < 90 ? [1, 'second'] : seconds < 5400 ? [60, 'minute'] : [3600, 'hour']
  return Math.max(1, Math.ceil(seconds / length)).toLocaleString('en', {
    style: 'unit',
    unit,
    unitDisplay: 'long',
  })
}

/** A countdown: "4:09". */
export const clockTime = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

/** A phone number in groups of digits. Only North American numbers are grouped. */
export const spaced = (phone: string): string =>
  phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3')

/** A phone number that shows only its last two digits. */
export const masked = (phone: string): string => `••• ••• ••${phone.slice(-2)}`

/** The simulated phone to show, by its mask. `undefined` shows all phones. */
export function demoPhone(user: User | undefined, mask: string | undefined): string | undefined {
  const phones = [user?.phone, ...(user?.otherPhones ?? []).map(({ number }) => number)]
  return (
    phones.find(phone => typeof phone === 'string' && (!mask || masked(phone) === mask)) ??
    undefined
  )
}

/** What is filled in. */
export type Values = Readonly<Record<string, string | number | undefined>>

/** A sentence with values in its places: `{time}`, `{phone}`. */
export const fill = (sentence: string, values: Values): string =>
  sentence.replace(/\{(\w+)\}/g, (_place, name: string) => String(values[name] ?? ''))
