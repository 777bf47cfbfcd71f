import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js'
import type { LimiterFactory } from '../options/limiter.js'
import type { Limits } from '../options/limits.js'
import { LimitCounter, unlimited } from './limit-counter.js'

/**
 * Every counter that must hold under parallel requests and on many machines. The keys are keyed
 * hashes, so the limiter's store shows neither users nor numbers.
 * @internal
 */
export interface Counters {
  /** By user: the random number of the active challenge. */
  readonly activeChallenge: LimitCounter
  /** By challenge: attempts. */
  readonly attempts: LimitCounter
  /** By challenge: right codes. The second one is over the limit. */
  readonly uses: LimitCounter
  /** By user and phone: SignalWire's id of the last call, in pieces. */
  readonly lastCall: LimitCounter
  /** By call: exists after a webhook read the code. */
  readonly readings: LimitCounter
  /** By session: right codes and other accepted factors. The second one is over the limit. */
  readonly logins: LimitCounter
  /** By session: exists after a logout. */
  readonly logouts: LimitCounter
  /** By webhook token: requests for it. */
  readonly fetches: LimitCounter
  /** By user: wrong codes in a window. */
  readonly failures: LimitCounter
  /** By user: wrong codes since the last success. */
  readonly consecutiveFailures: LimitCounter
  /** By user: exists during a lockout. */
  readonly lockout: LimitCounter
  /** By user: exists while the user is locked until `unlock`. */
  readonly locked: LimitCounter
  /** By user and phishing-resistant factor: failed attempts in a window. */
  readonly factorFailures: LimitCounter
  /** By user and phishing-resistant factor: exists during the lockout of this factor. */
  readonly factorLockout: LimitCounter
  /** By user, factor and code: exists while a code is tried, and after it was accepted. */
  readonly factorCodes: LimitCounter
  /**
   * By user, factor and session: the first of two steps, and its uses. By user and factor: exists
   * for a day after any first step.
   */
  readonly factorSteps: LimitCounter
  /** By user: exists for a while after "this was not me". */
  readonly reported: LimitCounter
  /** By challenge: reports. The second one is over the limit. */
  readonly reports: LimitCounter
  /** By call: exists after the interval was waived because of it. */
  readonly waivers: LimitCounter
  /** By user: exists during the interval between two calls. */
  readonly userInterval: LimitCounter
  /** By phone: exists during the interval between two calls. */
  readonly phoneInterval: LimitCounter
  /** By user: exists during the interval between two calls for approvals. */
  readonly approveUserInterval: LimitCounter
  /** By phone: exists during the interval between two calls for approvals. */
  readonly approvePhoneInterval: LimitCounter
  /** By user and number: exists while a number is too new to approve with it. */
  readonly newPhone: LimitCounter
  /** By user: exists after support reset the factors, until the user has proved a number. */
  readonly factorReset: LimitCounter
  /** By user and number: exists after an older phone approved the change to this number. */
  readonly approvedChange: LimitCounter
  /** By user and number: exists while a number may approve although it is new. */
  readonly approvedPhone: LimitCounter
  /** By challenge: exists after key zero refused an approval. */
  readonly refused: LimitCounter
  /** By user: calls in an hour. */
  readonly userHour: LimitCounter
  /** By phone: calls in ten minutes. */
  readonly phoneTenMinutes: LimitCounter
  /** By number, whatever the extension: calls in a day. */
  readonly numberDay: LimitCounter
  /** By number without its last four digits: calls in ten minutes. */
  readonly prefixTenMinutes: LimitCounter
  /** For the whole app: calls in a minute. */
  readonly appMinute: LimitCounter
  /** By a short span of time: calls that ring in it. */
  readonly turns: LimitCounter
  /** For the whole app: the turn of the call that SignalWire accepted last. */
  readonly acceptedCalls: LimitCounter
  /** For the whole app: how the queue of the Space differs from the counted one. */
  readonly turnCorrection: LimitCounter
  /** For the whole app: calls in a day. */
  readonly appDay: LimitCounter
}

const [minute, tenMinutes, hour, day] = [60, 600, 3600, 86_400] as const

/**
 * Creates one counter.
 * @param factory Default: the memory of this process.
 * @param name A part of the keys in the store. After a change of the name, apps count from zero.
 * @param points The limit.
 * @internal
 */
export function createCounter(
  factory: LimiterFactory | undefined,
  name: string,
  points: number,
  windowSeconds: number,
): LimitCounter {
  const options = { keyPrefix: `voice-otp:${name}`, points, duration: windowSeconds }
  const limiter = factory === undefined ? new RateLimiterMemory(options) : factory(options)
  return new LimitCounter(limiter, points, windowSeconds)
}

/**
 * Creates the counters. After a change of a name here, every app starts to count from zero.
 * @param turnSeconds How long the counts of the queue of calls are kept.
 * @internal
 */
export function createCounters(
  factory: LimiterFactory | undefined,
  limits: Limits,
  codeSeconds: number,
  approveAfterSeconds: number,
  turnSeconds: number,
): Counters {
  // The limiter needs a number of points, also for a limit that is disabled or that a function
  // decides.
  const create = (name: string, limit: Limits[keyof Limits], windowSeconds: number) =>
    createCounter(factory, name, typeof limit === 'number' ? limit : unlimited, windowSeconds)
  const { attemptsPerUserSeconds, consecutiveFailureSeconds, lockoutSeconds } = limits
  const callIntervalSeconds = limits.callIntervalSeconds || 1
  const approveIntervalSeconds = limits.approveCallIntervalSeconds || 1
  const challengeSeconds = codeSeconds + minute // longer than the code is valid

  return {
    activeChallenge: create('active-challenge', unlimited, challengeSeconds),
    attempts: create('attempts', limits.attemptsPerChallenge, challengeSeconds),
    uses: create('uses', 1, challengeSeconds),
    lastCall: create('last-call', unlimited, callIntervalSeconds),
    readings: create('readings', unlimited, challengeSeconds),
    logins: create('logins', 1, minute),
    logouts: create('logouts', unlimited, challengeSeconds),
    fetches: create('fetches', 3, challengeSeconds),
    failures: create('failures', limits.attemptsPerUser, attemptsPerUserSeconds),
    consecutiveFailures: create(
      'consecutive-failures',
      limits.maxConsecutiveFailures,
      consecutiveFailureSeconds,
    ),
    lockout: create('lockout', unlimited, lockoutSeconds),
    locked: create('locked', unlimited, consecutiveFailureSeconds),
    factorFailures: create('factor-failures', limits.attemptsPerUser, attemptsPerUserSeconds),
    factorLockout: create('factor-lockout', unlimited, lockoutSeconds),
    factorCodes: create('factor-codes', 1, 15 * minute),
    factorSteps: create('factor-steps', unlimited, tenMinutes),
    reported: create('reported', unlimited, limits.reportedSeconds || 1),
    reports: create('reports', 1, challengeSeconds),
    waivers: create('waivers', 1, day),
    userInterval: create('user-interval', 1, callIntervalSeconds),
    phoneInterval: create('phone-interval', 1, callIntervalSeconds),
    approveUserInterval: create('approve-user-interval', 1, approveIntervalSeconds),
    approvePhoneInterval: create('approve-phone-interval', 1, approveIntervalSeconds),
    newPhone: create('new-phone', unlimited, approveAfterSeconds),
    factorReset: create('factor-reset', unlimited, consecutiveFailureSeconds),
    approvedChange: create('approved-change', unlimited, tenMinutes),
    approvedPhone: create('approved-phone', unlimited, approveAfterSeconds),
    refused: create('refused', unlimited, challengeSeconds),
    userHour: create('user-hour', unlimited, hour),
    phoneTenMinutes: create('phone-10min', unlimited, tenMinutes),
    numberDay: create('number-day', unlimited, day),
    prefixTenMinutes: create('prefix-10min', unlimited, tenMinutes),
    appMinute: create('app-minute', unlimited, minute),
    turns: create('turns', unlimited, turnSeconds),
    acceptedCalls: create('accepted-calls', unlimited, 20 * day),
    turnCorrection: create('turn-correction', unlimited, 2 * minute),
    appDay: create('app-day', unlimited, day),
  }
}
