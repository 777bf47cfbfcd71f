import type { DescribedSend, DescribedWait, UserDescription } from 'passport-voice-otp'
import type { User } from '../stores/users.js'
import { duration } from './words.js'

/** Why a user cannot get in, and what support can do. */
export interface Reason {
  readonly problem: string
  readonly advice: string
}

/** A point in time for people: "14:35 UTC", and the day if it is another one. */
export function time(at: Date, now: Date): string {
  const [day = '', clock = ''] = at.toISOString().split('T')
  const hours = `${clock.slice(0, 5)} UTC`
  return day === now.toISOString().slice(0, 10) ? hours : `${day} ${hours}`
}

function until(end: Date, now: Date): string {
  const seconds = (end.getTime() - now.getTime()) / 1000
  return `until ${time(end, now)} (in ${duration(seconds)})`
}

const countryNames = new Intl.DisplayNames(['en'], { type: 'region' })

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

/** The wait after too many calls, by the limit that was reached. */
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
}

/** Why SignalWire refused a number, by its error code. */
const refusedNumbers: Readonly<Record<string, string>> = {
  '21201': 'it is not a phone number',
  '21211': 'it is not a phone number',
  '21217': 'it cannot be reached',
  '21219': 'it is not verified on the trial account',
  '21606': 'it cannot get texts from our number',
  '21610': 'its owner has unsubscribed from our texts',
  '21614': 'it is not a mobile phone',
}

/**
 * Every reason that keeps a user out, the strongest first. Without one, what the user can do next.
 */
export function explain(user: User, description: UserDescription, now: Date): readonly Reason[] {
  const { sends, nextCall } = description
  const reasons = [
    lockReason(description, now),
    ...description.lockedFactors.map(locked => factorReason(locked, now)),
    reportReason(description.reported, now),
    phoneReason(user, description),
    lastSendReason(sends?.[0], now),
  ].filter(reason => reason !== undefined)
  if (reasons.length > 0) return reasons
  // An old code matters only if nothing stronger keeps the user out.
  return [expiredReason(sends?.[0], nextCall, now) ?? nothingWrong(sends)]
}

function lockReason({ lock, counts }: UserDescription, now: Date): Reason | undefined {
  if (lock === undefined) return undefined
  if (lock.until === undefined)
    return {
      problem: `The account is locked until somebody unlocks it: ${counts.consecutiveFailures.count} wrong codes without a right one.`,
      advice: 'Make sure who is calling. Then unlock the account.',
    }
  return {
    problem: `Too many wrong codes: the user is locked out ${until(lock.until, now)}.`,
    advice: 'The user can wait, or you unlock the account after you made sure who is calling.',
  }
}

function factorReason(
  { factor, until: end }: UserDescription['lockedFactors'][number],
  now: Date,
): Reason {
  return {
    problem: `Too many failed attempts with the factor ${factor}: it is locked out ${until(end, now)}.`,
    advice: 'The user can log in with another factor, or you unlock the account.',
  }
}

function reportReason(reported: DescribedWait | undefined, now: Date): Reason | undefined {
  if (reported?.until === undefined) return undefined
  return {
    problem: `Somebody answered a call and pressed “this was not me”. We place no calls ${until(reported.until, now)}.`,
    advice: 'Somebody else may know the password. Have it changed, and then unlock the account.',
  }
}

function phoneReason(user: User, { factors }: UserDescription): Reason | undefined {
  if (user.phone !== null && !factors.mustEnroll) return undefined
  return {
    problem: 'The user has no phone number on record, so we have nothing to call.',
    advice: user.mayEnroll
      ? 'At the next login the page asks for a number. The user enters one and proves it by a call.'
      : 'This user may not add a number. Add it to the account.',
  }
}

function lastSendReason(send: DescribedSend | undefined, now: Date): Reason | undefined {
  if (send?.outcome === 'blocked') return blockedReason(send, now)
  return send?.outcome === 'failed' ? failedReason(send, now) : undefined
}

function expiredReason(
  send: DescribedSend | undefined,
  nextCall: DescribedWait | undefined,
  now: Date,
): Reason | undefined {
  if (send?.outcome !== 'expired') return undefined
  const why = send.answered
    ? 'The call was answered, and the code was not entered in time.'
    : send.channel === 'call'
      ? 'Nobody answered the call.'
      : 'The code was not entered in time.'
  return {
    problem: `The last code, asked for at ${time(send.at, now)}, has expired. ${why}`,
    advice: nextCallAdvice(nextCall, now),
  }
}

function nextCallAdvice(nextCall: DescribedWait | undefined, now: Date): string {
  return nextCall?.until === undefined || nextCall.until <= now
    ? 'The user can ask for a new code now.'
    : `The user can ask for a new code at ${time(nextCall.until, now)}.`
}

const laterAdvice = 'The user can wait. An unlock does not change this limit.'

function blockedReason(send: DescribedSend, now: Date): Reason | undefined {
  const { code, limit, until: end, country } = send
  switch (code) {
    case 'too-many-calls': {
      const what = callLimits[limit ?? ''] ?? 'A limit on calls was reached'
      return end !== undefined && end > now
        ? { problem: `${what}: no call ${until(end, now)}.`, advice: laterAdvice }
        : {
            problem: `${what}. The wait is over.`,
            advice: 'The user can ask for a new code now.',
          }
    }
    case 'destination-blocked': {
      const where = country === undefined ? '' : ` (${countryNames.of(country)})`
      return {
        problem: `We do not call this number${where}: its country is not permitted, or a call to it costs extra.`,
        advice: 'The user needs another number, or the app must permit the country.',
      }
    }
    case 'phone-invalid':
      return {
        problem: 'The phone number on record is not valid.',
        advice: 'Correct the number on the account.',
      }
    case 'call-vetoed':
      return {
        problem: 'The app’s own check refused to call the number, for example after a SIM swap.',
        advice: 'Make sure who is calling before you do anything.',
      }
    case 'destination-limited':
      return {
        problem: `The guard against fraud has blocked numbers like this one: too many codes to them were never entered.${end !== undefined && end > now ? ` No call ${until(end, now)}.` : ''}`,
        advice:
          'Tell the people who run the app. The user can use another number or a recovery code.',
      }
    case 'sends-stopped':
      return {
        problem: 'The people who run the app have stopped all calls and texts.',
        advice: 'The user can log in with a recovery code, or waits until calls are allowed again.',
      }
    case 'queue-full':
      return {
        problem:
          'Too many people asked for a call at the same time. The call would have come too late.',
        advice: 'The user can ask again in a minute.',
      }
    default:
      return undefined // the lock, the report and the missing number have sentences of their own
  }
}

function failedReason({ at, code, reason }: DescribedSend, now: Date): Reason {
  if (code === 'phone-refused')
    return {
      problem: `The phone network refused the number: ${refusedNumbers[reason ?? ''] ?? 'it cannot be called'} (${reason ?? 'no reason given'}).`,
      advice: 'Check the number with the user. A wrong number must be changed on the account.',
    }
  if (code === 'signalwire-unavailable')
    return {
      problem: `SignalWire did not place the call at ${time(at, now)} (${reason ?? 'no reason given'}). This is not the user’s fault.`,
      advice:
        'Tell the people who run the app. The user tries again later, or uses a recovery code.',
    }
  return {
    problem: `A service of ours did not respond at ${time(at, now)} (${code ?? 'unknown'}). This is not the user’s fault.`,
    advice: 'Tell the people who run the app. The user tries again later.',
  }
}

function nothingWrong(sends: readonly DescribedSend[] | undefined): Reason {
  const [last] = sends ?? []
  if (last === undefined)
    return {
      problem: 'Nothing here keeps the user out, and no code was asked for lately.',
      advice: 'Does the user get past the password?',
    }
  if (last.outcome === 'waiting')
    return {
      problem: `A code is on its way${last.answered ? ', and the call was answered' : ''}. Nothing here keeps the user out.`,
      advice: 'The user answers the call and enters the code.',
    }
  return {
    problem: 'Nothing here keeps the user out. The last code was right.',
    advice: 'Does the user get past the password?',
  }
}

/** One line of the list of the last codes. */
export interface SendLine {
  readonly at: string
  readonly what: string
  readonly outcome: string
}

/** A code that was asked for, in words. */
export function sendInWords(send: DescribedSend, now: Date): SendLine {
  const { at, channel, purpose, country, wrongCodes } = send
  const where = country === undefined ? '' : ` (${countryNames.of(country)})`
  const wrong =
    wrongCodes === 0 ? '' : `, ${wrongCodes} wrong ${wrongCodes === 1 ? 'code' : 'codes'}`
  return {
    at: time(at, now),
    what: `${channels[channel ?? ''] ?? 'A code'} ${purposes[purpose ?? ''] ?? ''}${where}`,
    outcome: `${outcomeInWords(send)}${wrong}`,
  }
}

/** Why a code was not sent, in a few words. */
const notSent: Readonly<Record<string, string>> = {
  'too-many-calls': 'too many calls',
  locked: 'the user was locked',
  reported: 'a call was reported',
  'phone-missing': 'no phone number',
  'phone-invalid': 'the number is not valid',
  'destination-blocked': 'country or number not permitted',
  'destination-limited': 'blocked by the guard against fraud',
  'sends-stopped': 'all calls were stopped',
  'queue-full': 'too many people were waiting',
  'call-vetoed': 'the app’s own check refused the number',
  'enroll-forbidden': 'the user may not change the number',
}

function failureInWords({ code, reason }: DescribedSend): string {
  if (code === 'phone-refused') return `the network refused the number (${reason ?? 'no reason'})`
  return code === 'signalwire-unavailable'
    ? `SignalWire did not send it (${reason ?? 'no reason'})`
    : `a service did not respond (${code ?? 'unknown'})`
}

function outcomeInWords(send: DescribedSend): string {
  const { outcome, answered, code = '' } = send
  switch (outcome) {
    case 'accepted':
      return 'the right code was entered'
    case 'waiting':
      return answered ? 'answered, code not entered yet' : 'on its way'
    case 'expired':
      return answered ? 'answered, code not entered in time' : 'never answered or entered'
    case 'reported':
      return 'reported as “this was not me”'
    case 'blocked':
      return `not sent: ${notSent[code] ?? code}`
    case 'failed':
      return `failed: ${failureInWords(send)}`
  }
}
