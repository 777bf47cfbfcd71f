import type { DescribedSend, UserDescription } from 'passport-voice-otp'
import type { User } from '../stores/users.js'
import { duration, fill, type Values } from './words.js'

/** Why a user cannot get in, and what support can do. */
export interface Reason {
  readonly problem: string
  readonly advice: string
}

// What stands in braces is filled in.

/** What keeps a user out now. */
const reasons = {
  locked: {
    problem:
      'The account is locked until somebody unlocks it: {count} wrong codes without a right one.',
    advice: 'Make sure who is calling. Then unlock the account.',
  },
  'locked-out': {
    problem: 'Too many wrong codes: the user is locked out {until}.',
    advice: 'The user can wait, or you unlock the account after you made sure who is calling.',
  },
  'factor-locked-out': {
    problem: 'Too many failed attempts with the factor {factor}: it is locked out {until}.',
    advice: 'The user can log in with another factor, or you unlock the account.',
  },
  'call-reported': {
    problem: 'Somebody answered a call and pressed “this was not me”. We place no calls {until}.',
    advice:
      'Somebody else may know the password. The user changes it first, and then you unlock the account.',
  },
  'no-phone': {
    problem: 'The user has no phone number on record, so we have nothing to call.',
    advice:
      'At the next login the page asks for a number. The user enters one and proves it by a call.',
  },
  'no-phone-allowed': {
    problem: 'The user has no phone number on record, so we have nothing to call.',
    advice: 'This user may not add a number. Add it to the account.',
  },
} satisfies Record<string, Reason>

/** The last code was not sent: by the code of the failure or error. */
const unsent: Readonly<Record<string, Reason>> = {
  'too-many-calls': {
    problem: '{limit}: no call {until}.',
    advice: 'The user can wait. An unlock does not change this limit.',
  },
  'destination-blocked': {
    problem:
      'We do not call this number{country}: its country is not permitted, or a call to it costs extra.',
    advice: 'The user needs another number, or the app must permit the country.',
  },
  'phone-invalid': {
    problem: 'The phone number on record is not valid.',
    advice: 'Correct the number on the account.',
  },
  'call-vetoed': {
    problem: 'The app’s own check refused to call the number, for example after a SIM swap.',
    advice: 'Make sure who is calling before you do anything.',
  },
  'destination-limited': {
    problem:
      'The guard against fraud has blocked numbers like this one: too many codes to them were never entered. No call {until}.',
    advice:
      'Tell the people who run the app. The user can use a recovery code, if any are left, or waits.',
  },
  'sends-stopped': {
    problem: 'The people who run the app have stopped all calls and texts.',
    advice:
      'The user can use a recovery code, if any are left, or waits until calls are allowed again.',
  },
  'queue-full': {
    problem:
      'Too many people asked for a call at the same time. The call would have come too late.',
    advice: 'The user can ask again in a minute.',
  },
  'phone-refused': {
    problem: 'The phone network refused the number: {networkReason} ({reason}).',
    advice:
      'Check the number with the user. If it is wrong, reset the factors: the user then proves the right one.',
  },
  'signalwire-unavailable': {
    problem:
      'SignalWire did not place the call at {time} ({reason}). This is not the user’s fault.',
    advice:
      'Tell the people who run the app. The user tries again later, or uses a recovery code, if any are left.',
  },
  failed: {
    problem: 'A service of ours did not respond at {time} ({code}). This is not the user’s fault.',
    advice: 'Tell the people who run the app. The user tries again later.',
  },
}

/** Nothing keeps the user out: by the outcome of the last code. */
const lastCodes: Readonly<Record<string, Reason>> = {
  'expired call': {
    problem: 'The last code, asked for at {time}, has expired. Nobody answered the call.',
    advice: 'The user can ask for a new code {next}.',
  },
  'expired answered': {
    problem:
      'The last code, asked for at {time}, has expired. The call was answered, and the code was not entered in time.',
    advice: 'The user can ask for a new code {next}.',
  },
  expired: {
    problem: 'The last code, asked for at {time}, has expired. The code was not entered in time.',
    advice: 'The user can ask for a new code {next}.',
  },
  waiting: {
    problem: 'A code is on its way. Nothing here keeps the user out.',
    advice: 'The user answers the call and enters the code.',
  },
  'waiting answered': {
    problem: 'A code is on its way, and the call was answered. Nothing here keeps the user out.',
    advice: 'The user enters the code.',
  },
  accepted: {
    problem: 'Nothing here keeps the user out. The last code was right.',
    advice: 'Does the user get past the password?',
  },
  none: {
    problem: 'Nothing here keeps the user out, and no code was asked for lately.',
    advice: 'Does the user get past the password?',
  },
}
const otherLastCode: Reason = {
  problem: 'Nothing here keeps the user out any more.',
  advice: 'The user can ask for a new code {next}.',
}

/** The limit that was reached after too many calls. */
const callLimits: Readonly<Record<string, string>> = {
  callIntervalSeconds: 'The user asked for another call too soon',
  callsPerUserHour: 'The user has had all calls of this hour',
  callsPerPhoneTenMinutes: 'The phone has had all calls of ten minutes',
  callsPerPhoneDay: 'The phone has had all calls of a day',
  callsPerPrefixTenMinutes: 'Too many calls go to numbers like this one',
  callsPerAppMinute: 'Too many calls of the whole app',
  callsPerAppDay: 'The whole app has had all calls of a day',
  enrollCallsPerPhoneTenMinutes: 'The new phone has had all calls of ten minutes',
  enrollCallsPerPhoneDay: 'The new phone has had all calls of a day',
  enrollCallsPerAppMinute: 'Too many calls to new phones',
  undefined: 'A limit on calls was reached',
}

/** Why SignalWire refused a number, by its error code. */
const networkReasons: Readonly<Record<string, string>> = {
  '21201': 'it is not a phone number',
  '21211': 'it is not a phone number',
  '21217': 'it cannot be reached',
  '21219': 'it is not verified on the trial account',
  '21606': 'it cannot get texts from our number',
  '21610': 'its owner has unsubscribed from our texts',
  '21614': 'it is not a mobile phone',
}

/** The list of the last codes: what was asked for, and what came of it. */
const channels: Readonly<Record<string, string>> = {
  call: 'A call',
  sms: 'A text',
  'hosted-call': 'A call by SignalWire',
  'hosted-sms': 'A text by SignalWire',
}
const purposes: Readonly<Record<string, string>> = {
  login: 'to log in',
  'step-up': 'to confirm',
  enroll: 'to add a phone',
  approve: 'to approve a payment',
}
const outcomes: Readonly<Record<string, string>> = {
  accepted: 'the right code was entered',
  waiting: 'on its way',
  'waiting answered': 'answered, code not entered yet',
  expired: 'not answered, code not entered',
  'expired answered': 'answered, code not entered in time',
  reported: 'reported as “this was not me”',
  blocked: 'not sent: {code}',
  failed: 'failed: a service did not respond ({code})',
}
/** By the code of the failure or error. */
const unsentOutcomes: Readonly<Record<string, string>> = {
  'too-many-calls': 'not sent: too many calls',
  locked: 'not sent: the user was locked',
  reported: 'not sent: a call was reported',
  'phone-missing': 'not sent: no phone number',
  'phone-invalid': 'not sent: the number is not valid',
  'destination-blocked': 'not sent: country or number not permitted',
  'destination-limited': 'not sent: blocked by the guard against fraud',
  'sends-stopped': 'not sent: all calls were stopped',
  'queue-full': 'not sent: too many people were waiting',
  'call-vetoed': 'not sent: the app’s own check refused the number',
  'enroll-forbidden': 'not sent: the user may not change the number',
  'phone-refused': 'failed: the network refused the number ({reason})',
  'signalwire-unavailable': 'failed: SignalWire did not send it ({reason})',
}

/** A point in time for people: "14:35 UTC", and the day if it is another one. */
function time(at: Date, now: Date): string {
  const [day = '', clock = ''] = at.toISOString().split('T')
  const hours = `${clock.slice(0, 5)} UTC`
  return now.toISOString().startsWith(day) ? hours : `${day} ${hours}`
}

const until = (end: Date | undefined, now: Date): string =>
  end === undefined
    ? 'for now'
    : `until ${time(end, now)} (in ${duration((end.getTime() - now.getTime()) / 1000)})`

const countries = new Intl.DisplayNames(['en'], { type: 'region' })

const valuesOf = (send: DescribedSend, now: Date) => ({
  code: send.code ?? 'unknown',
  reason: send.reason ?? 'no reason given',
  networkReason: networkReasons[send.reason ?? ''] ?? 'it cannot be called',
  limit: callLimits[String(send.limit)] ?? callLimits['undefined'],
  time: time(send.at, now),
  until: until(send.until, now),
  country: send.country === undefined ? '' : ` (${countries.of(send.country)})`,
})

const fillIn = ({ problem, advice }: Reason, values: Values = {}): Reason => ({
  problem: fill(problem, values),
  advice: fill(advice, values),
})

/**
 * Every reason that keeps a user out, the strongest first. Without one, what the user can do next.
 */
export function explain(user: User, description: UserDescription, now: Date): readonly Reason[] {
  const { lock, lockedFactors, reported, counts, factors, sends, nextCall } = description
  const { count } = counts.consecutiveFailures
  const last = sends?.[0]
  const noPhone = user.mayEnroll ? reasons['no-phone'] : reasons['no-phone-allowed']
  const found = [
    lock &&
      fillIn(lock.until ? reasons['locked-out'] : reasons.locked, {
        count,
        until: until(lock.until, now),
      }),
    ...lockedFactors.map(each =>
      fillIn(reasons['factor-locked-out'], { ...each, until: until(each.until, now) }),
    ),
    reported && fillIn(reasons['call-reported'], { until: until(reported.until, now) }),
    user.phone === null || factors.mustEnroll ? fillIn(noPhone) : undefined,
    last && explainUnsent(last, now),
  ].filter(each => each !== undefined)
  if (found.length > 0) return found
  const next = nextCall?.until && nextCall.until > now ? `at ${time(nextCall.until, now)}` : 'now'
  const { outcome, answered, channel } = last ?? { outcome: 'none' }
  const lastCode =
    lastCodes[`${outcome} ${answered ? 'answered' : channel}`] ??
    lastCodes[outcome] ??
    otherLastCode
  return [fillIn(lastCode, { ...(last && valuesOf(last, now)), next })]
}

/** Why the last code was not sent. Locks and reports have reasons of their own. */
function explainUnsent(send: DescribedSend, now: Date): Reason | undefined {
  const { outcome, code = '' } = send
  const isOver = outcome === 'blocked' && send.until !== undefined && send.until <= now
  const reason = unsent[code] ?? (outcome === 'failed' ? unsent['failed'] : undefined)
  return reason && !isOver ? fillIn(reason, valuesOf(send, now)) : undefined
}

/** One line of the list of the last codes. */
export interface SendLine {
  readonly at: string
  readonly what: string
  readonly outcome: string
}

/** A code that was asked for, in words. */
export function sendInWords(send: DescribedSend, now: Date): SendLine {
  const { channel, purpose, outcome, answered, code = '', wrongCodes } = send
  const values = valuesOf(send, now)
  const answeredSentence = answered ? outcomes[`${outcome} answered`] : undefined
  const sentence = unsentOutcomes[code] ?? answeredSentence ?? outcomes[outcome] ?? outcome
  const wrong = wrongCodes === 0 ? '' : `, wrong codes: ${wrongCodes}`
  return {
    at: time(send.at, now),
    what: `${channels[channel ?? ''] ?? 'A code'} ${purposes[purpose ?? ''] ?? ''}${values.country}`,
    outcome: `${fill(sentence, values)}${wrong}`,
  }
}
