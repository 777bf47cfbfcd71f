import type { Channel } from './options/channel.js'
import type { FraudLimits } from './options/fraud.js'
import type { Country } from './options/phone.js'
import type { Purpose } from './options/purpose.js'

/** What `fraud.warning` and `fraud.blocked` say about a limit of the fraud guard. */
export interface FraudAlarm {
  /** The limit. */
  readonly limit: keyof FraudLimits
  /** The country of the numbers. */
  readonly country: Country
  /**
   * For a limit by prefix: the numbers without their last four digits. Ten thousand numbers share
   * it.
   */
  readonly prefix?: string
  /** What the limit allows in one day. */
  readonly allowed: number
  /** Seconds until the day ends. */
  readonly retryAfter: number
  /** Whether the option `fraud.observe` is set: then the limit refuses nothing. */
  readonly observed: boolean
}

/** The events of the fraud guard and of codes that nobody entered. */
export interface FraudEvents {
  /**
   * A code expired, and nobody had entered it. The process that sent the code emits this a few
   * seconds later, once. It is lost if that process ends before, if the limiter fails then, or if
   * more than 10,000 codes of the process wait.
   */
  'code.unused': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** What the code was for. */
      readonly purpose: Purpose
      /** The channel of the code. */
      readonly channel: Channel
      /** The country of the number. */
      readonly country?: Country | undefined
      /** SignalWire's id for the call, the message or the hosted code. */
      readonly sid: string
    },
  ]
  /** A send used a part of a budget of the fraud guard. For metrics. */
  'fraud.counted': [
    {
      /** The limit. */
      readonly limit: keyof FraudLimits
      /** The country of the number. */
      readonly country: Country
      /** The part of the budget of this prefix or country that is left, 0 to 1. */
      readonly left: number
    },
  ]
  /**
   * A limit of the fraud guard has reached 80 %. Once in a day for each limit, prefix and country.
   */
  'fraud.warning': [FraudAlarm]
  /** A limit of the fraud guard refused a send. With `observed`, it would have refused it. */
  'fraud.blocked': [FraudAlarm]
  /**
   * `stopSends(reason)` has stopped the sends of all processes, or `resumeSends()` allows them
   * again. Only the process in which the app called it emits this.
   */
  'sends.switched': [
    {
      /** Whether sends are stopped now. */
      readonly stopped: boolean
      /** What the app gave to `stopSends(reason)`. */
      readonly reason?: string
    },
  ]
}
