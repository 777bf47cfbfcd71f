import type { CountryCode } from 'libphonenumber-js/max'
import type { Request } from '../request.js'
import type { AppFunction } from './app-function.js'

/** A country by its two letters in capitals (ISO 3166-1 alpha-2), as libphonenumber knows it. */
export type Country = CountryCode

/** A phone of a user, as the app has it on record. */
export interface PhoneEntry {
  /** The number with its country code, for example `+12025550123`. */
  readonly number: string
  /** What the user calls the phone: "home", "office". It is shown to the user and never logged. */
  readonly label?: string
  /** Dialled after the call is answered: 1 to 8 digits. Only the channel `call` can reach it. */
  readonly extension?: string | null
  /**
   * When the phone was enrolled. A phone that is newer than `approveAfterHours` cannot approve an
   * action, unless an older phone approved the change to it (kind `phone-change`). The same holds
   * if this is not a valid `Date`. Default: the time that this package has recorded, if it enrolled
   * the phone.
   */
  readonly enrolledAt?: Date | null
  /**
   * When this user last verified the phone by a code. For 180 days, sends to it do not count in the
   * limits of the option `fraud`. Default: the time that this package has recorded, for 20 days.
   */
  readonly verifiedAt?: Date | null
}

/** What `getPhone` returns. */
export type PhoneResult =
  | string
  | {
      /** At least one phone. The first is the default, and the user may choose another. */
      readonly phones: readonly PhoneEntry[]
    }
  | null
  | undefined

/**
 * `getPhone(user, req)`: returns the phone of a user, or a promise of it.
 *
 * - A number with its country code, for example `+12025550123`.
 * - `{ phones: [{ number, label, extension }] }`, so that the user may choose one of them.
 * - `null` if no phone is on record. Only then may a pending user enroll a phone.
 *
 * `undefined`, `''` and anything else are the error `phone-lookup-failed` (503), so that a column
 * which was not loaded does not look like a user without a phone. The error is the same if
 * `getPhone` throws, rejects, or takes longer than 5 seconds.
 */
export type GetPhone<User> = AppFunction<
  [user: User, req: Request],
  PhoneResult | Promise<PhoneResult>
>
