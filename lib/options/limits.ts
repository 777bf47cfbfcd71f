import type { FraudLimits } from './fraud.js'

/**
 * A limit of calls to a phone: a whole number, `false` for no limit, or a function that returns one
 * of them for the number (E.164) that is about to be called. If the function throws, the request
 * fails with the error `configuration` (503).
 */
export type PhoneLimit = number | false | ((phone: string) => number | false)

/**
 * All limits. Counts are whole numbers from 1 to 1,000,000. Seconds are whole numbers from 1 to
 * 1,728,000 (20 days). `false` switches a limit off where the type allows it.
 *
 * A window starts with the first hit and has a fixed length. Text messages count as calls.
 */
export interface Limits {
  /** Wrong codes for one challenge, 1 to 10. Default 5. Source: OWASP ASVS 5.0, 6.3.1. */
  readonly attemptsPerChallenge: number
  /**
   * Wrong codes of one user before a lockout, counted over all sessions and challenges. Default 10.
   * Source: NIST SP 800-63B-4, 3.2.2.
   */
  readonly attemptsPerUser: number | false
  /** How long the limit `attemptsPerUser` counts, in seconds from the first. Default 86,400. */
  readonly attemptsPerUserSeconds: number
  /** How long the lockout lasts, in seconds. Default 900. */
  readonly lockoutSeconds: number
  /**
   * Wrong codes of one user without a success in between. Then the user is locked until
   * `unlock(userId)`. Default 100. Source: NIST SP 800-63B-4, 3.2.2.
   */
  readonly maxConsecutiveFailures: number | false
  /** How long consecutive failures are counted, in seconds from the last one. Default 1,728,000. */
  readonly consecutiveFailureSeconds: number
  /** Seconds between two calls of one user, and between two calls to one phone. Default 60. */
  readonly callIntervalSeconds: number | false
  /** Calls of one user in one hour. Default 5. */
  readonly callsPerUserHour: number | false
  /** Calls to one phone (number and extension) in ten minutes. Default 3. */
  readonly callsPerPhoneTenMinutes: PhoneLimit
  /** Calls to one number in one day. Default 10. */
  readonly callsPerPhoneDay: PhoneLimit
  /**
   * Calls in ten minutes to all numbers that differ only in their last four digits. Default 100.
   */
  readonly callsPerPrefixTenMinutes: PhoneLimit
  /** Calls of the whole app in one minute. Default 60. */
  readonly callsPerAppMinute: number | false
  /**
   * Calls of the whole app in one day. Calls for the purpose `enroll` have a count of their own,
   * with a third of this limit, so that they cannot use up the calls that a login needs. Default
   * 10,000.
   */
  readonly callsPerAppDay: number | false
  /**
   * Calls for the purpose `enroll` to one number in ten minutes. They are counted separately, so
   * that they cannot use up the calls of the phone's owner. Default 2.
   */
  readonly enrollCallsPerPhoneTenMinutes: PhoneLimit
  /** Calls for the purpose `enroll` to one number in one day. Default 4. */
  readonly enrollCallsPerPhoneDay: PhoneLimit
  /** Calls of the whole app for the purpose `enroll` in one minute. Default 20. */
  readonly enrollCallsPerAppMinute: number | false
  /**
   * Calls of one user for the purpose `approve` in one hour. Calls for approvals are counted
   * separately, so that they cannot use up the calls that a login needs. Default 20.
   */
  readonly approveCallsPerUserHour: number | false
  /** Calls for the purpose `approve` to one phone in ten minutes. Default 6. */
  readonly approveCallsPerPhoneTenMinutes: PhoneLimit
  /** Calls for the purpose `approve` to one number in one day. Default 40. */
  readonly approveCallsPerPhoneDay: PhoneLimit
  /**
   * Seconds between two calls of one user for the purpose `approve`, and between two such calls to
   * one phone. Default 20.
   */
  readonly approveCallIntervalSeconds: number | false
  /** Seconds without a call after a user reported a call ("this was not me"). Default 600. */
  readonly reportedSeconds: number | false
}

/** A limit that refused a request. An event tells it to the app. The user does not see it. */
export type LimitName = keyof Limits | keyof FraudLimits
