/**
 * Sentences for people at support: why a user cannot get in, and what became of the last codes.
 * They are in English only.
 * @module passport-voice-otp/support
 */
import { duration, fill } from '../words.js'
import type { DescribedSend } from '../user-support/describe-sends.js'
import type { UserDescription } from '../user-support/describe-user.js'
import { callLimits, channels, networkReasons, purposes } from './names.js'
import {
  noPhone,
  nothingAnyMore,
  nothingAsked,
  nothingKnown,
  type Reason,
  reasons,
} from './reasons.js'
import { sent, type SendWords, unknownCodes, unsent } from './send-words.js'

export type { Reason } from './reasons.js'

/** What `explainUser` cannot read from the description. */
export interface ExplainOptions {
  /**
   * Whether the user has a phone number on record. Default: true, unless the last code was not sent
   * because there was no number.
   */
  readonly hasPhone?: boolean
  /** Whether a user without a number may add one at the next login. Default: true. */
  readonly mayEnroll?: boolean
}

/** A code that the user asked for, in words. */
export interface SendLine {
  /** When, in UTC: `14:35 UTC`, with the day if it was another one. */
  readonly at: string
  /** What was asked for: `A call to log in (United States)`. */
  readonly what: string
  /** What became of it: `the right code was entered, wrong codes: 1`. */
  readonly outcome: string
}

/** What {@link explainUser} returns: plain text, to be escaped in HTML. */
export interface Explanation {
  /**
   * Everything that keeps the user out, the strongest reason first. If nothing does, one entry that
   * says so, with what the user can do next.
   */
  readonly reasons: readonly Reason[]
  /** The last codes, the newest first; empty without the option `trail`. */
  readonly sends: readonly SendLine[]
}

/**
 * Says in English sentences what `describeUser(userId)` returned. The sentences are for people at
 * support, not for users. They hold no number and no code.
 */
export function explainUser(
  description: UserDescription,
  options: ExplainOptions = {},
): Explanation {
  const { at, sends = [] } = description
  const found = findReasons(description, options)
  return {
    reasons: found.length > 0 ? found : [explainNext(description)],
    sends: sends.map(send => toLine(send, at)),
  }
}

function findReasons(description: UserDescription, options: ExplainOptions): readonly Reason[] {
  const { at, lock, lockedFactors, reported, counts, factors, fraud, sends } = description
  const last = sends?.[0]
  const { hasPhone = last?.code !== 'phone-missing', mayEnroll = true } = options
  const found = [
    lock &&
      fillIn(lock.until ? reasons.lockedOut : reasons.locked, {
        count: String(counts.consecutiveFailures.count),
        until: untilInWords(lock.until, at),
      }),
    ...lockedFactors.map(({ factor, until }) =>
      fillIn(reasons.factorLockedOut, { factor, until: untilInWords(until, at) }),
    ),
    reported && fillIn(reasons.reported, { until: untilInWords(reported.until, at) }),
    fraud.sendsStopped ? reasons.sendsStopped : undefined,
    !hasPhone || factors.mustEnroll ? explainNoPhone(factors.mustEnroll, mayEnroll) : undefined,
    last && explainUnsent(last, at),
  ]
  return found.filter(each => each !== undefined)
}

const explainNoPhone = (isReset: boolean, mayEnroll: boolean): Reason => ({
  problem: noPhone.problem[isReset ? 'reset' : 'missing'],
  advice: noPhone.advice[mayEnroll ? 'mayEnroll' : 'mayNotEnroll'],
})

/** Why the last code was not sent; `undefined` if the wait that it caused is over. */
function explainUnsent(send: DescribedSend, now: Date): Reason | undefined {
  const reason = wordsOf(send).keepsOut
  const isOver = send.until !== undefined && send.until <= now
  return reason && !isOver ? fillIn(reason, valuesOf(send, now)) : undefined
}

/** What a user can do next if nothing keeps the user out. */
function explainNext({ at, sends, nextCall }: UserDescription): Reason {
  if (sends === undefined) return nothingKnown
  const [last] = sends
  if (last === undefined) return nothingAsked
  const next = nextCall?.until ? `at ${timeInWords(nextCall.until, at)}` : 'now'
  return fillIn(wordsOf(last).next ?? nothingAnyMore, { ...valuesOf(last, at), next })
}

function toLine(send: DescribedSend, now: Date): SendLine {
  const values = valuesOf(send, now)
  const channel = find(channels, send.channel) ?? 'A code'
  const purpose = find(purposes, send.purpose)
  const wrong = send.wrongCodes === 0 ? '' : `, wrong codes: ${send.wrongCodes}`
  return {
    at: values.time,
    what: (purpose === undefined ? channel : `${channel} ${purpose}`) + values.country,
    outcome: fill(wordsOf(send).outcome, values) + wrong,
  }
}

function wordsOf({ outcome, code, channel, answered }: DescribedSend): SendWords {
  if (outcome === 'blocked' || outcome === 'failed')
    return find(unsent, code) ?? unknownCodes[outcome]
  const mayBeUnanswered = outcome === 'waiting' || outcome === 'expired'
  if (channel !== 'call' || !mayBeUnanswered) return sent[outcome]
  return sent[`${outcome} ${answered ? 'answered' : 'unanswered'}` as const]
}

/** What is filled into the sentences about a code. */
const valuesOf = (send: DescribedSend, now: Date) => ({
  code: send.code ?? 'unknown',
  reason: send.reason ?? 'no reason given',
  networkReason: find(networkReasons, send.reason) ?? 'it cannot be called',
  limit: find(callLimits, send.limit) ?? 'A limit on calls was reached',
  time: timeInWords(send.at, now),
  until: untilInWords(send.until, now),
  country: send.country === undefined ? '' : ` (${countries.of(send.country)})`,
})

const countries = new Intl.DisplayNames(['en'], { type: 'region' })

/** A word by its key. The trail may hold keys of another version of the package. */
const find = <Word>(words: Readonly<Record<string, Word>>, key = ''): Word | undefined =>
  Object.hasOwn(words, key) ? words[key] : undefined

const fillIn = ({ problem, advice }: Reason, values: Readonly<Record<string, string>>): Reason => ({
  problem: fill(problem, values),
  advice: fill(advice, values),
})

/** A point in time: "14:35 UTC", and the day if it is another one. */
function timeInWords(at: Date, now: Date): string {
  const iso = at.toISOString()
  const [day, time] = [iso.slice(0, 10), `${iso.slice(11, 16)} UTC`]
  return now.toISOString().startsWith(day) ? time : `${day} ${time}`
}

const untilInWords = (end: Date | undefined, now: Date): string =>
  end === undefined
    ? 'for now'
    : `until ${timeInWords(end, now)} (in ${duration('en', (end.getTime() - now.getTime()) / 1000)})`
