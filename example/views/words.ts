import { pageHelpers, pageTexts, type PageTexts } from 'passport-voice-otp/pages'
import type { User } from '../stores/users.js'

/** The English texts of the ready pages: the pages of this app say the same. */
export const texts = pageTexts.get('en-US') as PageTexts

/** Durations, times, phone numbers and sentences, as the ready pages write them. */
export const { duration, clockTime, spaced, masked, fill } = pageHelpers('en-US')

/**
 * What the page says about a call or a text, by the states of `GET /otp/status`. The script in the
 * browser uses the same words.
 */
export function stateWords(channel: string): Readonly<Record<string, string>> {
  const states = { ...texts.call, ...(channel === 'sms' && texts.sms), ...texts.over }
  return Object.fromEntries(Object.entries(states).map(([name, { text }]) => [name, text]))
}

/** The simulated phone to show, by its mask. Without one, the page shows all phones. */
export function demoPhone(user: User | undefined, mask: string | undefined) {
  const phones = [user?.phone, ...(user?.otherPhones ?? []).map(({ number }) => number)]
  return phones.find(phone => phone && (!mask || masked(phone) === mask))
}
