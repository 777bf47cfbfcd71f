/** A request to the REST API, hosted MFA included. */
export interface RestRequest {
  /** HTTP method. */
  readonly method: string
  /** Path without the query. */
  readonly path: string
  /** Fields of the form, of the JSON object or of the query, as text. */
  readonly fields: Readonly<Record<string, string>>
  /** Whether project, token and scope were right. */
  readonly authorized: boolean
  /** HTTP status of the response; 0 before the response, and if the connection was dropped. */
  readonly status: number
  /** Body of the response: an object, or text; `undefined` if there is none. */
  readonly response: unknown
  /** Whether a fault changed the response or delayed it. */
  readonly isFaulty: boolean
}

/** A text message. */
export interface SimulatedMessage {
  /** A UUID, as in a real Space. */
  readonly sid: string
  /** The number that sends, E.164. */
  readonly from: string
  /** The number that receives, E.164. */
  readonly to: string
  /** The text. */
  readonly body: string
  /** State of the message. A phone that is `failed` gets no message: `undelivered`. */
  readonly status: 'queued' | 'sent' | 'delivered' | 'undelivered'
}

/** A code that the Space creates and verifies itself (hosted MFA). */
export interface SimulatedMfa {
  /** A UUID, as in a real Space. */
  readonly id: string
  /** The number that gets the code, E.164. */
  readonly to: string
  /** The number that the code comes from, E.164. */
  readonly from: string
  /** How the Space delivers the code. */
  readonly channel: 'call' | 'sms'
  /** The code that the person hears or reads. */
  readonly code: string
  /** The text before the code. */
  readonly message: string
  /** Attempts that the Space still allows. */
  readonly attemptsLeft: number
  /** Milliseconds since 1970, by the simulator's clock. */
  readonly expiresAt: number
  /** Whether the right code was given. From then on the Space no longer knows this code. */
  readonly verified: boolean
}

/** A record that the Space still changes. Users of the simulator see it as read only. @internal */
export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
