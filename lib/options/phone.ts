import type { CountryCode } from 'libphonenumber-js/max'
import type { Request } from '../request.js'
import type { Hook } from './hook.js'

/** A country by its two letters (ISO 3166-1 alpha-2), as libphonenumber knows it. */
export type Country = CountryCode

/** A telephone of a user, as the app has it on record. */
export interface PhoneEntry {
  /** With country code: `+12025550123`. */
  readonly number: string
  /** What the user calls it: "home", "office". Shown to the user, never logged. */
  readonly label?: string
  /** Dialled once the call is answered: 1 to 8 digits. */
  readonly extension?: string | null
}

/**
 * What the app answers when asked whose telephone to call: a number with its country code, several of them of which the user
 * may choose, or `null` when there is none on record. `undefined` and `''` are trouble: a field that was not loaded must not look like a user
 * without a number.
 */
export type PhoneAnswer =
  | string
  | {
      /** The telephones, the usual one first; at least one. */
      readonly phones: readonly PhoneEntry[]
    }
  | null
  | undefined

/** `getPhone(user, req)`: returns the phone of a user, or a promise of it. */
export type GetPhone<User> = Hook<[user: User, req: Request], PhoneAnswer | Promise<PhoneAnswer>>
