import type { Channel } from 'passport-voice-otp'

/** How a way is offered: at first, once more, in place of one of the other kind, beside one of its own kind; and what will happen. */
export interface ChannelWords {
  readonly first: string
  readonly again: string
  readonly instead: string
  readonly beside: string
  readonly verb: 'call' | 'text'
  readonly then: string
}

const aCall = { verb: 'call', first: 'Call me now', again: 'Call me again' } as const
const aText = {
  verb: 'text',
  first: 'Text me now',
  again: 'Text me again',
  then: 'Type the code that is in the message.',
} as const

export const channelWords: Readonly<Record<Channel, ChannelWords>> = {
  call: {
    ...aCall,
    instead: 'Call me instead',
    beside: 'A call with keys',
    then: 'Pick up, key in the two digits that this page then shows, and a voice reads you a code.',
  },
  sms: { ...aText, instead: 'Text me instead', beside: 'A text by the usual route' },
  'hosted-call': {
    ...aCall,
    instead: 'A call without keys',
    beside: 'A call without keys',
    then: 'Pick up, and a voice reads you a code.',
  },
  'hosted-sms': { ...aText, instead: 'A text by another route', beside: 'A text by another route' },
}

/** What the button of a way says next to the first one, by which a code came already or not. */
export function buttonWords(channel: Channel, first: Channel, isAgain: boolean): string {
  const { again, instead, beside, verb, ...words } = channelWords[channel]
  if (channel === first) return isAgain ? again : words.first
  return channelWords[first].verb === verb ? beside : instead
}

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

export const isText = (channel: Channel): boolean => channelWords[channel].verb === 'text'

/** What the page says about a call or a text, by the states of `GET /otp/status`. The browser gets the same words. */
export const stateWords = (channel: Channel): Readonly<Record<string, string>> =>
  !isText(channel)
    ? ofACall
    : {
        ...ofACall,
        none: 'The text message is being sent.',
        sent: 'The text message is on its way. Type the code that is in it.',
      }

/** What to do after a refusal, where its own sentence does not say. */
export const nextSteps: Readonly<Record<string, string>> = {
  'choice-unknown': 'Only the ordinary call reaches a telephone with an extension.',
  'phone-invalid': 'Ask whoever runs this site to correct it.',
  'phone-refused': 'Check that it can be reached, or use another number.',
  'destination-blocked': 'Use a number of another kind or country, or ask whoever runs this site.',
  'call-vetoed': 'Try again later, or ask whoever runs this site.',
  locked: 'Ask whoever runs this site to let you in.',
}

/** How many recovery codes there are; the fewer, the more urgent. */
export const codesLeft = (count: number): string =>
  count === 0
    ? 'You have no recovery codes. Make new ones now.'
    : count === 1
      ? 'One recovery code is left. Make new ones now.'
      : count <= 3
        ? `Only ${count} recovery codes are left. Make new ones soon.`
        : `${count} recovery codes are left.`

/** A span of time for people: "40 seconds", "2 minutes". */
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

/** A day: "24 November 2026". */
export const day = (date: Date): string =>
  date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })

/** A number as people group it; only North American ones are known here. */
export const spaced = (phone: string): string =>
  phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3')

/** A number of which the last two digits are shown. */
export const masked = (phone: string): string => `••• ••• ••${phone.slice(-2)}`
