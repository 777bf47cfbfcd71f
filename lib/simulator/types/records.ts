/** A request to the REST API, hosted MFA included. */
export interface RestRequest {
  /** HTTP method. */
  readonly method: string
  /** Path without the query. */
  readonly path: string
  /** Form or JSON fields, as text. */
  readonly fields: Readonly<Record<string, string>>
  /** Whether project and token were right. */
  readonly authorized: boolean
  /** The status that was answered; 0 while there is no answer, and for ever if the connection was dropped. */
  readonly status: number
}

/** A text message. */
export interface SimulatedMessage {
  /** A UUID, as the Space's own. */
  readonly sid: string
  /** The number that sends, E.164. */
  readonly from: string
  /** The number that it is for, E.164. */
  readonly to: string
  /** The text. */
  readonly body: string
  /** Whether it has arrived; a telephone that is `failed` gets none. */
  readonly status: 'queued' | 'delivered' | 'undelivered'
}

/** A code that the Space made and checks itself (hosted MFA). */
export interface SimulatedMfa {
  /** A UUID, as the Space's own. */
  readonly id: string
  /** The number that the code is for, E.164. */
  readonly to: string
  /** The number that it comes from, E.164. */
  readonly from: string
  /** How it travels. */
  readonly channel: 'call' | 'sms'
  /** The code that the person hears or reads. */
  readonly code: string
  /** What is said or written before the code. */
  readonly message: string
  /** Guesses that the Space still allows. */
  readonly attemptsLeft: number
  /** Milliseconds since 1970, by the simulator's clock. */
  readonly expiresAt: number
  /** Whether the right code was given: from then on the Space knows it no more. */
  readonly verified: boolean
}

/** A record that the Space still changes. Users of the simulator see it as read only. @internal */
export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
