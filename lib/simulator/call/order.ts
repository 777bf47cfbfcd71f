import type { Address } from '../http/webhook.js'
import type { Verb } from '../laml/verbs.js'

/** The events that a status callback can report. @internal */
export type CallEvent = 'initiated' | 'ringing' | 'answered' | 'completed'

/** What the app wants to know about a call while it lasts. @internal */
export interface StatusCallbackOrder extends Address {
  readonly events: readonly string[]
}

/** A call as it was ordered. @internal */
export interface Order {
  readonly from: string
  readonly to: string
  /** The form fields of the request. */
  readonly parameters: Readonly<Record<string, string>>
  /** What to do on answer: request this URL, or say this. */
  readonly opening: Address | readonly Verb[]
  readonly fallback?: Address | undefined
  readonly ringSeconds: number
  readonly sendDigits: string | null
  readonly detectsMachines: boolean
  readonly statusCallback?: StatusCallbackOrder | undefined
}

/** A change of a live call. @internal */
export interface Update {
  readonly next?: Address | readonly Verb[] | undefined
  readonly fallback?: Address | undefined
  readonly statusCallback?: Address | undefined
}
