import type { Channel } from 'passport-voice-otp'
import type { User } from '../stores/users.js'

const callStates = {
  none: 'We are setting up the call.',
  queued: 'The call starts in a few seconds.',
  ringing: 'Your phone is ringing. Answer it.',
  answered: 'You are on the phone. Press the digits and listen for the code.',
  completed: 'The call has ended. Enter the code below, or ask for another call.',
  busy: 'The line was busy. Ask for another code below.',
  'no-answer': 'Nobody answered. Ask for another code below.',
  failed: 'The call could not be connected. Ask for another code below.',
  canceled: 'The call was canceled. Ask for another code below.',
  sent: 'Your phone is about to ring. Answer it and listen for the code.',
  reported: 'The person who answered reported this call. This code no longer works.',
  expired: 'This code is no longer valid. Ask for a new one below.',
}

const isText = (channel: Channel): boolean => channel === 'sms' || channel === 'hosted-sms'

/**
 * What the page says about a call or a text, by the states of `GET /otp/status`. The script in the
 * browser uses the same words.
 */
export const stateWords = (channel: Channel): Readonly<Record<string, string>> =>
  !isText(channel)
    ? callStates
    : {
        ...callStates,
        none: 'We are sending the text message.',
        sent: 'The text message is on its way. Enter the code from it.',
      }

/** What the user can do after a failure, if the message of the failure does not say it. */
export const nextSteps: Readonly<Record<string, string>> = {
  'choice-unknown': 'Only the ordinary call can reach a phone with an extension.',
  'phone-invalid': 'Contact support to correct it.',
  'phone-refused': 'Check that it can be reached, or use another number.',
  'destination-blocked':
    'Use another kind of number or a number in another country, or contact support.',
  'call-vetoed': 'Try again later, or contact support.',
  locked: 'Contact support to unlock your account.',
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

/**
 * The simulated phone to show; `undefined` shows all phones, because the masked number matches
 * several.
 */
export function demoPhone(user: User | undefined, mask: string | undefined): string | undefined {
  const phones = [user?.phone, ...(user?.otherPhones ?? []).map(({ number }) => number)].filter(
    phone => typeof phone === 'string',
  )
  const matching =
    mask === undefined ? phones.slice(0, 1) : phones.filter(phone => masked(phone) === mask)
  return matching.length === 1 ? matching[0] : undefined
}

/** What is filled in. */
export type Values = Readonly<Record<string, string | number | undefined>>

/** A sentence with values in its places: `{time}`, `{phone}`. */
export const fill = (sentence: string, values: Values): string =>
  sentence.replace(/\{(\w+)\}/g, (_place, name: string) => String(values[name] ?? ''))
