import type { UserNotice } from './options/notice.js'
import type { Country } from './options/phone.js'
import type { Purpose } from './options/purpose.js'

/** The events of support, and those that only metrics need. */
export interface SupportEvents {
  /**
   * A page asked for the state of a call, and the phone rings. Each process reports it once for a
   * call, and only while a page asks.
   */
  'call.ringing': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** What the code is for. */
      readonly purpose: Purpose
      /** Seconds since the code was created. */
      readonly seconds: number
      /** The country of the number. */
      readonly country?: Country | undefined
    },
  ]
  /**
   * A webhook says that somebody answered the call. Once for each call; not for a machine, if
   * `machineDetection` is set.
   */
  'call.answered': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** What the code is for. */
      readonly purpose: Purpose
      /** Seconds since the code was created. */
      readonly seconds: number
      /** The country of the number. */
      readonly country?: Country | undefined
    },
  ]
  /** A request to the strategy has ended. For metrics: every failure has an event of its own. */
  'request.handled': [
    {
      /** What was asked for. `recover` checks a recovery code. */
      readonly what: 'send' | 'verify' | 'recover' | 'webhook'
      /**
       * `ok`, or the code of the failure or error, or the reason of `webhook.rejected`. `unknown`:
       * something else threw.
       */
      readonly outcome: string
      /** How long it took. */
      readonly milliseconds: number
      /** The id of the user, as text, if the request has a user. */
      readonly userId?: string
      /** What the code is for, if the request has a user. */
      readonly purpose?: Purpose
    },
  ]
  /** `unlock(userId, { by, reason })` was called. Write it to your audit log. */
  'user.unlocked': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** Who did it, as given. */
      readonly by?: string
      /** Why, as given. */
      readonly reason?: string
    },
  ]
  /** `resetFactors(userId, { by, reason })` was called. Write it to your audit log. */
  'factors.reset': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** Who did it, as given. */
      readonly by: string
      /** Why, as given. */
      readonly reason: string
    },
  ]
  /** The app's `notifyUser` threw, rejected or took over 5 seconds. No login is changed by this. */
  'notify.failed': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** What the user was not told: the `type` of the notice. */
      readonly type: UserNotice['type']
    },
  ]
  /** The store of the option `trail` did not keep an entry. No login is changed by this. */
  'trail.failed': [
    {
      /**
       * `store`: it threw or took over 2 seconds. `too-many`: a thousand entries wait for it.
       */
      readonly reason: 'store' | 'too-many'
    },
  ]
}
