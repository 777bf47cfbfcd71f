/**
 * A fault in the responses of a part of the REST API. With a status of 300 or more, or with `drop`,
 * the request has no effect. With any other fault the request has its effect, and only
 * the response is wrong.
 */
export interface RestFault {
  /** HTTP status of the response. Default: the status without the fault. */
  readonly status?: number
  /** Body of the response: text is sent as it is, anything else as JSON. */
  readonly body?: unknown
  /**
   * Milliseconds of real time, whatever the clock, before the response or before the connection is
   * dropped.
   */
  readonly delayMs?: number
  /** Closes the connection without a response. */
  readonly drop?: boolean
}

/** What is wrong with the requests for LaML that calls send to the app. */
export interface WebhookFault {
  /** Milliseconds, by the simulator's clock, before each webhook is sent. */
  readonly delayMs?: number
  /** Sends no webhook: the error ends the call. */
  readonly drop?: boolean
  /** How many more times each webhook is sent. The responses to these have no effect. */
  readonly repeat?: number
  /** No signature, a signature with another key, or a right and a wrong one together. */
  readonly signature?: 'none' | 'wrong' | 'two'
}

/** What is wrong with the status callbacks of calls and messages. */
export interface StatusCallbackFault {
  /** Sends no status callback. */
  readonly drop?: boolean
  /**
   * Holds the status callbacks of a call or message until it is over, and then sends the last one
   * first.
   */
  readonly reverse?: boolean
}

/** What the Space does wrong or late. */
export interface Faults {
  /** Creating, reading, listing and updating calls. */
  readonly calls?: RestFault
  /** Hosted codes: requesting and verifying one. */
  readonly mfa?: RestFault
  /** Creating, reading and listing text messages. */
  readonly messages?: RestFault
  /** The requests for LaML. */
  readonly webhooks?: WebhookFault
  /** The status callbacks of calls and messages. */
  readonly statusCallbacks?: StatusCallbackFault
}
