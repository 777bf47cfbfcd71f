import type { Channel } from './options/channel.js'
import type { Purpose } from './options/purpose.js'

/** The events about second factors of other strategies. */
export interface FactorEvents {
  /** A factor of another strategy was accepted. */
  'factor.accepted': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** What the factor was for. */
      readonly purpose: Purpose
      /** The name of the factor. */
      readonly factor: string
    },
  ]
  /** A user who has a phishing-resistant factor was let in by a code over the phone. */
  'factor.fallback': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** What the code was for. */
      readonly purpose: Purpose
      /** The channel of the code. */
      readonly channel: Channel
    },
  ]
  /** The user has set up a factor of another strategy. */
  'factor.added': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** The name of the factor. */
      readonly factor: string
    },
  ]
  /** The user has removed a factor of another strategy. */
  'factor.removed': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** The name of the factor. */
      readonly factor: string
    },
  ]
}
