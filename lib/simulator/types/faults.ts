/**
 * What a part of the REST API answers in place of the truth. A status from 300 up, or `drop`, means that nothing was
 * done; with any other fault the request takes effect, as it does when only the answer goes wrong.
 */
export interface RestFault {
  /** HTTP status of the answer. Default: the true one. */
  readonly status?: number
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown
  /** Real milliseconds until the answer, or until the connection is dropped; whatever the clock. */
  readonly delayMs?: number
  /** The connection is closed without an answer. */
  readonly drop?: boolean
}

/** What is wrong with the webhooks of calls. */
export interface WebhookFault {
  /** Milliseconds, by the simulator's clock, before each webhook is sent. */
  readonly delayMs?: number
  /** Webhooks are not sent at all: the call breaks. */
  readonly drop?: boolean
  /** How many times more each webhook is sent; those answers change nothing. */
  readonly repeat?: number
  /** No signature, one under another key, or a right and a wrong one together. */
  readonly signature?: 'none' | 'wrong' | 'two'
}

/** What the Space does wrong or late. */
export interface Faults {
  /** Placing calls and asking for their state. */
  readonly calls?: RestFault
  /** Hosted codes: asking for one and having it checked. */
  readonly mfa?: RestFault
  /** Sending text messages. */
  readonly messages?: RestFault
  /** What calls ask of the app. */
  readonly webhooks?: WebhookFault
}
