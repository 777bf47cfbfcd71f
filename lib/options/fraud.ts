import type { Country } from './phone.js'

/**
 * A limit on sends to a prefix: a whole number, `false` for no limit, or a function of the prefix.
 */
export type PrefixLimit = number | false | ((prefix: string) => number | false)

/** A limit on sends to a country: a whole number, `false` for no limit, or a function of it. */
export type CountryLimit = number | false | ((country: Country) => number | false)

/**
 * The limits of the fraud guard. They stop a person who enrolls numbers that earn money when they
 * are called, and who never enters a code.
 *
 * A day is a day of UTC by the option `clock`. A prefix is a number (E.164) without its last four
 * digits, for example `+1202555`. Counts are whole numbers from 1 to 1,000,000, and `false`
 * switches a limit off. A function may also return 0. If a function throws, the request fails with
 * the error `configuration` (503).
 *
 * Sends to an exempt number do not count in these limits. A number is exempt if the same user
 * verified it by a code in the last 20 days, or if `getPhone` returns a `verifiedAt` for it that is
 * at most 180 days ago.
 */
export interface FraudLimits {
  /**
   * Codes that nobody enters, in one day for one prefix. A right code gives its own send back.
   * Default 50.
   */
  readonly unusedPerPrefixDay: PrefixLimit
  /**
   * Codes that nobody enters, in one day for one country other than that of `signalwire.from`. A
   * right code gives its own send back. Default 500.
   */
  readonly unusedPerCountryDay: CountryLimit
  /** Sends to one prefix in one day. Nothing is given back. Default 500. */
  readonly sendsPerPrefixDay: PrefixLimit
}

/** The option `fraud`. */
export interface FraudOptions extends Partial<FraudLimits> {
  /**
   * Only count: these limits refuse nothing, and the events `fraud.warning` and `fraud.blocked`
   * say what they would have refused. `stopSends()` still stops every send. Default `false`.
   */
  readonly observe?: boolean
}
