import type { Channel } from 'passport-voice-otp'

/** How the page offers a channel. */
export interface ChannelWords {
  /** Its button before the first code. */
  readonly first: string
  /** Its button after a code. */
  readonly again: string
  /** Its button beside a channel of the other kind (a call beside a text). */
  readonly instead: string
  /** Its button beside a channel of the same kind. */
  readonly beside: string
  readonly verb: 'call' | 'text'
  /** What the user has to do. */
  readonly instructions: string
}

const aCall = { verb: 'call', first: 'Call me now', again: 'Call me again' } as const
const aText = {
  verb: 'text',
  first: 'Text me now',
  again: 'Text me again',
  instructions: 'Enter the code from the message.',
} as const

export const channelWords: Readonly<Record<Channel, ChannelWords>> = {
  call: {
    ...aCall,
    instead: 'Call me instead',
    beside: 'A call with keys',
    instructions:
      'Answer the phone and press the two digits that this page then shows. A voice reads you a code.',
  },
  sms: { ...aText, instead: 'Text me instead', beside: 'A text by the usual route' },
  'hosted-call': {
    ...aCall,
    instead: 'A call without keys',
    beside: 'A call without keys',
    instructions: 'Answer the phone. A voice reads you a code.',
  },
  'hosted-sms': { ...aText, instead: 'A text by another route', beside: 'A text by another route' },
}

/**
 * The text on the button of a channel. `first` is the channel that the page offers first; `isAgain`
 * is true after a code.
 */
export function buttonWords(channel: Channel, first: Channel, isAgain: boolean): string {
  const { again, instead, beside, verb, ...words } = channelWords[channel]
  if (channel === first) return isAgain ? again : words.first
  return channelWords[first].verb === verb ? beside : instead
}

const callStates = {
  none: 'We are setting up the call.',
  queued: 'The call starts in a few seconds.',
  ringing: 'Your phone is ringing. Answer it.',
  answered: 'You are on the phone. Press the digits and listen for the code.',
  completed: 'The call has ended. Enter the code below, or ask for another call.',
  busy: 'The line was busy. Ask for another call below.',
  'no-answer': 'Nobody answered. Ask for another call below.',
  failed: 'The call could not be connected. Ask for another call below.',
  canceled: 'The call was canceled. Ask for another call below.',
  sent: 'Your phone is about to ring. Answer it and listen for the code.',
  reported: 'The person who answered reported this call. This code no longer works.',
  expired: 'This code is no longer valid. Ask for a new one below.',
}

/** How long a call still waits for its turn: "about 40 seconds, 12 people are before you". */
export function waitWords(startsIn: number, callsBefore: number): string {
  const people =
    callsBefore === 0
      ? ''
      : callsBefore === 1
        ? ', one person is before you'
        : `, ${callsBefore} people are before you`
  return `Your phone rings in about ${duration(startsIn)}${people}.`
}

export const isText = (channel: Channel): boolean => channelWords[channel].verb === 'text'

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

/** How many recovery codes are left. The fewer there are, the more urgent the sentence. */
export const codesLeft = (count: number): string =>
  count === 0
    ? 'You have no recovery codes. Make new ones now.'
    : count === 1
      ? 'One recovery code is left. Make new ones now.'
      : count <= 3
        ? `Only ${count} recovery codes are left. Make new ones soon.`
        : `${count} recovery codes are left.`

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

/** A day: "24 November 2026". */
export const day = (date: Date): string =>
  date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })

/** A phone number in groups of digits. Only North American numbers are grouped. */
export const spaced = (phone: string): string =>
  phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3')

/** A phone number that shows only its last two digits. */
export const masked = (phone: string): string => `••• ••• ••${phone.slice(-2)}`
