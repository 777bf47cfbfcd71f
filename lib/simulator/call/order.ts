import type { Verb } from '../laml/parse.js'

/** Where the app is asked. @internal */
export interface Address {
  readonly url: string
  readonly method: 'GET' | 'POST'
}

/** What a status callback may tell of. @internal */
export type CallEvent = 'initiated' | 'ringing' | 'answered' | 'completed'

/** A call as it was ordered. @internal */
export interface Order {
  readonly from: string
  readonly to: string
  /** The form fields of the request. */
  readonly parameters: Readonly<Record<string, string>>
  /** What to do on answer: ask this URL, or say this. */
  readonly opening: Address | readonly Verb[]
  readonly ringSeconds: number
  readonly sendDigits: string | null
  readonly detectsMachines: boolean
  readonly statusCallback?: Address & { readonly events: readonly string[] }
}
