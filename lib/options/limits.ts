/** A number, `false` for no limit, or a function of the number to be called. */
export type PhoneLimit = number | false | ((phone: string) => number | false)

/** Every limit; seconds are whole, from 1 to 1,728,000 (20 days); `false` switches a limit off. */
export interface Limits {
  /** Wrong codes for one challenge, 10 at most. Default 5. */
  readonly attemptsPerChallenge: number
  /** Wrong codes of one user, over all sessions and challenges, before a pause. Default 10. */
  readonly attemptsPerUser: number | false
  /** How long those wrong codes are remembered, from the first. Default 86,400 s. */
  readonly attemptsPerUserSeconds: number
  /** The pause that follows. Default 900 s. */
  readonly lockoutSeconds: number
  /** Wrong codes of one user in a row, without a success, before nothing works until `unlock(userId)`. Default 100. */
  readonly maxConsecutiveFailures: number | false
  /** How long the row is remembered, from its last wrong code. Default 1,728,000 s. */
  readonly consecutiveFailureSeconds: number
  /** Time between two calls of one user, and to one number. Default 60 s. */
  readonly callIntervalSeconds: number | false
  /** Calls of one user an hour. Default 5. */
  readonly callsPerUserHour: number | false
  /** Calls to one number in ten minutes. Default 3. */
  readonly callsPerPhoneTenMinutes: PhoneLimit
  /** Calls to one number a day. Default 10. */
  readonly callsPerPhoneDay: PhoneLimit
  /** Calls in ten minutes to all numbers that differ in the last four digits only. Default 100. */
  readonly callsPerPrefixTenMinutes: PhoneLimit
  /** Calls of the whole app a minute. Default 60. */
  readonly callsPerAppMinute: number | false
  /** Calls in ten minutes to one number that is not the caller's yet (`enroll`), counted apart. Default 2. */
  readonly enrollCallsPerPhoneTenMinutes: PhoneLimit
  /** The same for a day. Default 4. */
  readonly enrollCallsPerPhoneDay: PhoneLimit
  /** Calls of the whole app a minute to numbers that are not the caller's yet, counted apart. Default 20. */
  readonly enrollCallsPerAppMinute: number | false
  /** No call to a user for this long after "this was not me". Default 600 s. */
  readonly reportedSeconds: number | false
}

/** Which limit refused a request; told to the app in an event, never to the person. */
export type LimitName = keyof Limits | 'locked'
