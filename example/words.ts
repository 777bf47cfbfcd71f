import type { Way } from 'passport-voice-otp'

/** How a way is offered: at first, once more, and in place of another. */
export interface WayWords { readonly first: string, readonly again: string, readonly instead: string }

const aCall: WayWords = { first: 'Call me now', again: 'Call me again', instead: 'Call me instead' }
const aText: WayWords = { first: 'Text me now', again: 'Text me again', instead: 'Text me instead' }

export const wayWords: Readonly<Record<Way, WayWords>> = { call: aCall, text: aText, hostedCall: aCall, hostedText: aText }
export const isText = (way: Way): boolean => way === 'text' || way === 'hostedText'

const ofACall = {
  none: 'The call is being set up.',
  queued: 'The call waits for its turn. That takes a few seconds.',
  ringing: 'Your phone is ringing. Pick up.',
  answered: 'You are on the phone: key in the digits, and listen for the code.',
  completed: 'The call has ended. Type the code below, or ask for another call.',
  busy: 'The line was busy. Ask for another call below.',
  'no-answer': 'Nobody picked up. Ask for another call below.',
  failed: 'The call could not be connected. Ask for another one below.',
  canceled: 'The call was cancelled. Ask for another one below.',
  sent: 'Your phone is about to ring. Pick up and listen for the code.',
  reported: 'Whoever answered said: that was not me. This code is worthless now.',
  expired: 'This code is no longer valid. Ask for a new one below.',
}

/** What the page says about a call or a text, by the states of `GET /otp/status`. The browser gets the same words. */
export const stateWords = (way: Way): Readonly<Record<string, string>> => isText(way)
  ? { ...ofACall, none: 'The text message is being sent.', sent: 'The text message is on its way. Type the code that is in it.' }
  : ofACall

/** What to do after a refusal, where its own sentence does not say. */
export const nextSteps: Readonly<Record<string, string>> = {
  'choice-unknown': 'A telephone with an extension can only be called.',
  'phone-invalid': 'Ask whoever runs this site to correct it.',
  'phone-refused': 'Check that it can be reached, or use another number.',
  'destination-blocked': 'Use a number of another kind or country, or ask whoever runs this site.',
  'call-vetoed': 'Try again later, or ask whoever runs this site.',
  locked: 'Ask whoever runs this site to let you in.',
}

/** A span of time for people: "40 seconds", "2 minutes". */
export function duration(seconds: number): string {
  const [count, unit] = seconds < 90 ? [Math.max(1, Math.ceil(seconds)), 'second']
    : seconds < 5400 ? [Math.ceil(seconds / 60), 'minute']
    : [Math.ceil(seconds / 3600), 'hour']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** A countdown: "4:09". */
export const clockTime = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

/** A number as people group it; only North American ones are known here. */
export const spaced = (phone: string): string => phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3')

/** A number of which the last two digits are shown. */
export const masked = (phone: string): string => `••• ••• ••${phone.slice(-2)}`
