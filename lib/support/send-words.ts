// What became of a code, in sentences. Values replace names in braces.
import type { ErrorCode, FailureCode } from '../errors.js'
import type { DescribedSend } from '../user-support/describe-sends.js'
import { newCode, type Reason } from './reasons.js'

/** What became of a code. @internal */
export interface SendWords {
  /** For the list of the last codes: a part of a sentence. */
  readonly outcome: string
  /** Why the user is kept out, if this was the last code. */
  readonly keepsOut?: Reason
  /** What the user can do next, if this was the last code and nothing keeps the user out. */
  readonly next?: Reason
}

/** Failures of other requests: no code that a user asked for ends with one of them. */
type OtherFailure =
  | 'code-expired'
  | 'code-malformed'
  | 'code-wrong'
  | 'factor-expired'
  | 'factor-missing'
  | 'factor-wrong'
  | 'first-factor-required'
  | 'no-challenge'
  | 'phishing-resistant-required'
  | 'recovery-malformed'
  | 'recovery-wrong'
  | 'too-many-attempts'

/** An error that is not the user's fault. `what` happened: a part of a sentence. */
const failed = (what: string): SendWords => ({
  outcome: `failed: ${what} ({code})`,
  keepsOut: {
    problem: `At {time} ${what} ({code}). This is not the user’s fault.`,
    advice: 'Tell the people who run the app. The user tries again later.',
  },
})

/**
 * Why a code was not sent, by the code of the failure or error. A lock, a report and a missing
 * number keep the user out by themselves: {@link reasons}.
 * @internal
 */
export const unsent: Readonly<Record<Exclude<FailureCode, OtherFailure> | ErrorCode, SendWords>> = {
  'too-many-calls': {
    outcome: 'not sent: too many calls',
    keepsOut: {
      problem: '{limit}: no call {until}.',
      advice: 'The user can wait. An unlock does not change this limit.',
    },
  },
  'destination-blocked': {
    outcome: 'not sent: country or number not permitted',
    keepsOut: {
      problem:
        'We do not call this number{country}: its country is not permitted, or a call to it costs extra.',
      advice: 'The user needs another number, or the app must permit the country.',
    },
  },
  'destination-limited': {
    outcome: 'not sent: blocked by the guard against fraud',
    keepsOut: {
      problem:
        'The guard against fraud has blocked numbers like this one: too many codes to them were never entered. No call {until}.',
      advice:
        'Tell the people who run the app. The user can use a recovery code, if any are left, or waits.',
    },
  },
  'phone-invalid': {
    outcome: 'not sent: the number is not valid',
    keepsOut: {
      problem: 'The phone number on record is not valid.',
      advice: 'Correct the number on the account.',
    },
  },
  'phone-not-allowed': {
    outcome: 'not sent: a phone is not enough for this account',
    keepsOut: {
      problem: 'A phone is not enough for this account.',
      advice: 'The user logs in with a passkey or security key.',
    },
  },
  'phone-refused': {
    outcome: 'failed: the network refused the number ({reason})',
    keepsOut: {
      problem: 'The phone network refused the number: {networkReason} ({reason}).',
      advice:
        'Check the number with the user. If it is wrong, reset the factors: the user then proves the right one.',
    },
  },
  'call-vetoed': {
    outcome: 'not sent: the app’s own check refused the number',
    keepsOut: {
      problem: 'The app’s own check refused to call the number, for example after a SIM swap.',
      advice: 'Make sure who is calling before you do anything.',
    },
  },
  'queue-full': {
    outcome: 'not sent: too many people were waiting',
    keepsOut: {
      problem:
        'Too many people asked for a call at the same time. The call would have come too late.',
      advice: 'The user can ask again in a minute.',
    },
  },
  'signalwire-unavailable': {
    outcome: 'failed: SignalWire did not send it ({reason})',
    keepsOut: {
      problem:
        'SignalWire did not send the code at {time} ({reason}). This is not the user’s fault.',
      advice:
        'Tell the people who run the app. The user tries again later, or uses a recovery code, if any are left.',
    },
  },
  locked: { outcome: 'not sent: the user was locked' },
  reported: { outcome: 'not sent: a call was reported' },
  'sends-stopped': { outcome: 'not sent: all calls were stopped' },
  'phone-missing': { outcome: 'not sent: no phone number' },
  'phone-malformed': { outcome: 'not sent: what the user entered is not a phone number' },
  'phone-too-new': { outcome: 'not sent: the number is too new to approve anything' },
  'enroll-forbidden': { outcome: 'not sent: the user may not change the number' },
  'second-factor-required': { outcome: 'not sent: the user had to confirm with a code first' },
  'choice-unknown': { outcome: 'not sent: the chosen phone or channel is not offered' },
  'approval-malformed': { outcome: 'not sent: a call cannot say what was to be approved' },
  'approval-too-long': { outcome: 'not sent: what was to be approved is too long for a call' },
  configuration: failed('a mistake in the setup of the app stopped the request'),
  'limiter-unavailable': failed('the store of the limits did not respond'),
  'session-unavailable': failed('the session store did not respond'),
  'phone-lookup-failed': failed('the phone number could not be looked up'),
  'factor-failed': failed('the other factor could not be checked'),
  'callback-failed': failed('a function of the app failed'),
}

/** For a code of another version of the package, which the trail may hold. @internal */
export const unknownCodes: Readonly<Record<'blocked' | 'failed', SendWords>> = {
  blocked: { outcome: 'not sent ({code})' },
  failed: failed('a service of ours did not respond'),
}

type SentOutcome = Exclude<DescribedSend['outcome'], 'blocked' | 'failed'>
type CallOutcome = `${'waiting' | 'expired'} ${'answered' | 'unanswered'}`

/**
 * What became of a code that was sent. Only of a call of our own is it known whether somebody
 * answered.
 * @internal
 */
export const sent: Readonly<Record<SentOutcome | CallOutcome, SendWords>> = {
  accepted: {
    outcome: 'the right code was entered',
    next: {
      problem: 'Nothing here keeps the user out. The last code was right.',
      advice: 'Does the user get past the password?',
    },
  },
  refused: {
    outcome: 'refused by the user with key zero',
    next: {
      problem: 'The user refused the last action on the phone. Nothing here keeps the user out.',
      advice: newCode,
    },
  },
  reported: { outcome: 'reported as “this was not me”' },
  waiting: {
    outcome: 'on its way',
    next: {
      problem: 'A code is on its way. Nothing here keeps the user out.',
      advice: 'The user enters the code.',
    },
  },
  'waiting unanswered': {
    outcome: 'on its way',
    next: {
      problem: 'A code is on its way. Nothing here keeps the user out.',
      advice: 'The user answers the call and enters the code.',
    },
  },
  'waiting answered': {
    outcome: 'answered, code not entered yet',
    next: {
      problem:
        'The last call was answered, and its code is still valid. Nothing here keeps the user out.',
      advice: 'The user enters the code.',
    },
  },
  canceled: {
    outcome: 'code canceled before it was entered',
    next: {
      problem:
        'The last code, asked for at {time}, is no longer valid: it was canceled, for example by a logout or by wrong digits in the call.',
      advice: newCode,
    },
  },
  'no-attempts': {
    outcome: 'no attempts left',
    next: {
      problem: 'The user has no attempts left for the last code, asked for at {time}.',
      advice: newCode,
    },
  },
  expired: {
    outcome: 'code not entered in time',
    next: {
      problem: 'The last code, asked for at {time}, has expired. The code was not entered in time.',
      advice: newCode,
    },
  },
  'expired unanswered': {
    outcome: 'not answered, code not entered',
    next: {
      problem: 'The last code, asked for at {time}, has expired. Nobody answered the call.',
      advice: newCode,
    },
  },
  'expired answered': {
    outcome: 'answered, code not entered in time',
    next: {
      problem:
        'The last code, asked for at {time}, has expired. The call was answered, and the code was not entered in time.',
      advice: newCode,
    },
  },
}
