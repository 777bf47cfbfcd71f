/** States of a call, as the REST API names them. */
export type CallStatus = 'queued' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled'

/**
 * What a telephone does when it is called. `manual` rings until it is answered, declined or the ringing time is over;
 * `answers` answers at once; `voicemail` answers at once, may play keys, and never presses one; `busy`, `failed` and
 * `no-answer` are what they say.
 */
export type Behaviour = 'manual' | 'answers' | 'voicemail' | 'busy' | 'no-answer' | 'failed'

/** What happened in a call, in order. */
export type Entry =
  | { readonly kind: 'say', readonly text: string, readonly voice: string | null, readonly language: string | null }
  | { readonly kind: 'play', readonly url: string }
  | { readonly kind: 'pause', readonly seconds: number }
  | { readonly kind: 'gather', readonly numDigits: number | null, readonly finishOnKey: string, readonly timeout: number }
  /** `lost`: nobody asked for these keys. */
  | { readonly kind: 'keys', readonly digits: string, readonly lost?: true }
  | { readonly kind: 'hangup', readonly by: 'caller' | 'person' }
  | { readonly kind: 'error', readonly message: string }

/** The keys that a call waits for. `numDigits` is `null` when any number of keys will do; `timeout` is in seconds. */
export interface Waiting {
  readonly numDigits: number | null
  readonly finishOnKey: string
  readonly timeout: number
}

/** One request that the Space sent to the app during a call, and what the app answered. */
export interface SentWebhook {
  readonly url: string
  /** HTTP status of the answer; 0 while there is none. */
  readonly status: number
  /** The answer, at most 64 kB. */
  readonly body: string
  /** The form fields that were sent, each name once. */
  readonly fields: Readonly<Record<string, string>>
  /** The headers that were sent, the signature among them. */
  readonly headers: Readonly<Record<string, string>>
}

/** A call as it was at the moment of asking; ask again to see what became of it. */
export interface SimulatedCall {
  /** A UUID, as the Space's own. */
  readonly sid: string
  readonly from: string
  readonly to: string
  readonly status: CallStatus
  /** Everything that was said, in order. */
  readonly heard: readonly string[]
  /** The keys that the call waits for, or `null`. */
  readonly waitingFor: Waiting | null
  /** What the Space asked the app, in order; status callbacks are not among them. */
  readonly webhooks: readonly SentWebhook[]
  /** Why the call broke: a mistake in the LaML, a webhook that failed; `null` if it did not. */
  readonly error: string | null
  /** The tones that were to be dialled once somebody answers. */
  readonly sendDigits: string | null
  /** What is being said at this moment; always `null` with the manual clock. */
  readonly speaking: string | null
  /** The form fields of the request that placed the call. */
  readonly parameters: Readonly<Record<string, string>>
  readonly transcript: readonly Entry[]
  /** Milliseconds since the answer, by the simulator's clock and with the length of what was said; final once the call is over. */
  readonly durationMs: number
}

/** A request to the REST API, hosted MFA included. */
export interface RestRequest {
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
  readonly sid: string
  readonly from: string
  readonly to: string
  readonly body: string
  readonly status: 'queued' | 'delivered' | 'undelivered'
}

/** A code that the Space made and checks itself (hosted MFA). */
export interface SimulatedMfa {
  readonly id: string
  readonly to: string
  readonly from: string
  readonly channel: 'call' | 'sms'
  readonly code: string
  readonly message: string
  readonly attemptsLeft: number
  /** Milliseconds since 1970, by the simulator's clock. */
  readonly expiresAt: number
  readonly verified: boolean
}

/**
 * What a part of the REST API answers in place of the truth. A status from 300 up, or `drop`, means that nothing was
 * done; with any other fault the request takes effect, as it does when only the answer goes wrong.
 */
export interface RestFault {
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
  readonly calls?: RestFault
  readonly mfa?: RestFault
  readonly messages?: RestFault
  readonly webhooks?: WebhookFault
}

/** How a Space is set up; everything has a default. */
export interface SimulatorOptions {
  /** Port on 127.0.0.1. Default: 0, any free one. */
  readonly port?: number
  /** `manual` (the default): time passes only by `advance`; `real`: as on the wall. */
  readonly clock?: 'manual' | 'real'
  /** Project ID, a UUID. Default: random. */
  readonly project?: string
  /** API token. Default: random. */
  readonly token?: string
  /** Signing key of the webhooks. Default: random. */
  readonly signingKey?: string
  /** The Space's own number, in E.164. Default: `+12025550100`. */
  readonly from?: string
}

/** The `signalwire` block of the strategy's options. */
export interface SimulatedSpace {
  readonly project: string
  readonly token: string
  /** Address of the simulator. */
  readonly space: string
  readonly from: string
  readonly signingKey: string
}
