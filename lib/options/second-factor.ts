import type { Request } from '../request.js'
import type { AppFunction } from './app-function.js'
import type { Channel } from './channel.js'

/**
 * A Passport strategy that checks a second factor. Each request runs on an object of its own, which
 * inherits from the strategy.
 */
export interface HostedStrategy {
  /** Passport's method: it calls `this.success(user)`, `this.fail()` or another of them. */
  authenticate(...given: never[]): unknown
}

/**
 * A function that checks a second factor, in place of a Passport strategy. It returns `true` for a
 * right answer and `false` for a wrong one, or a promise of it. A rejection, or any other value, is
 * the error `factor-failed` (503). Every attempt counts, except a right one.
 *
 * A factor with two steps: for the `action` `begin`, the function stores a challenge and returns
 * nothing. It sends the response, or leaves that to the next handler of the route.
 */
export type FactorCheck<User = Express.User> = AppFunction<
  [req: Request, user: User, action: 'begin' | 'verify'],
  boolean | undefined | Promise<boolean | undefined>
>

/** What the option `has` returns. */
export type FactorOwnership =
  | boolean
  | {
      /** The time since which the user has had the factor without interruption. */
      readonly since: Date
    }

/** The options of `voiceOtp.secondFactor(strategy, options)`. */
export interface SecondFactorOptions<User = Express.User> {
  /**
   * The name for `passport.authenticate`, and the `method` of a verification: 1 to 40 lower-case
   * letters, digits and hyphens, a letter first. Never change the name: counts and logged-in
   * sessions hold it.
   */
  readonly name: string
  /**
   * Authentication method references of this factor, for example `['otp']` or `['pop', 'user']`.
   * Source: RFC 8176.
   */
  readonly amr: readonly string[]
  /**
   * Returns whether this user has set up the factor, or a promise of it. It is asked before every
   * attempt; without the factor, the attempt is the failure `factor-missing` (403). For a
   * phishing-resistant factor, return `{ since }`, the time since which the user has one without
   * interruption. `true` means "for long enough". If it throws, takes over 5 seconds or returns
   * anything else, the request fails with the error `callback-failed` (503).
   */
  has(user: User, req: Request): FactorOwnership | Promise<FactorOwnership>
  /**
   * Whether a fake site cannot pass this factor on, as with passkeys (NIST SP 800-63B-4, 3.2.5). It
   * then has counts of its own, always needs the action `begin`, and the strategy's option
   * `phoneFallback` is required. Default `false`: the factor shares its counts with the codes.
   */
  readonly phishingResistant?: boolean
  /**
   * For a phishing-resistant factor: the user's first one satisfies
   * `requireSecondFactor({ phishingResistant: true })` only when it is used after this many hours,
   * 0 to 480. A thief of the phone number could set up another factor. Default 24.
   */
  readonly trustAfterHours?: number
  /**
   * For a factor that is a code: the field of the body in which the hosted strategy finds the code.
   * This package reads the field, allows letters and digits, and accepts each code once in 15
   * minutes, in whatever spelling: a strategy may ignore the case of letters, or compare numbers.
   * The hosted strategy gets only this field, and no query.
   */
  readonly codeField?: string
  /** Allows GET for the second step of a factor that redirects to another site. */
  readonly callback?: 'GET'
}

/**
 * What a user may use as a second factor: the `name` of a `secondFactor()`, `phone` for a code over
 * one of the channels, or `recovery` for a recovery code.
 */
export interface AvailableFactor {
  /** The name of the factor. */
  readonly name: string
  /** Whether a fake site cannot pass it on. */
  readonly phishingResistant: boolean
}

/** Names that stand for something else in a verification or in a list of factors. @internal */
export type ReservedFactorName = Channel | 'phone' | 'recovery' | 'remembered' | 'voice-otp'
