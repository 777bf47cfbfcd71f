/** States of a call, as the REST API names them. */
export type CallStatus =
  'queued' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled'

/**
 * What a telephone does when it is called. `manual` rings until it is answered, declined or the ringing time is over;
 * `answers` answers at once; `voicemail` answers at once, may play keys, and never presses one; `busy`, `failed` and
 * `no-answer` are what they say.
 */
export type Behaviour = 'manual' | 'answers' | 'voicemail' | 'busy' | 'no-answer' | 'failed'

/** What happened in a call, in order. */
export type Entry =
  | {
      /** The call says something. */
      readonly kind: 'say'
      /** What is said. */
      readonly text: string
      /** The voice that the LaML names, or `null`. */
      readonly voice: string | null
      /** The language that the LaML names, or `null`. */
      readonly language: string | null
    }
  | {
      /** The call plays a sound. */
      readonly kind: 'play'
      /** Address of the sound; it is never fetched. */
      readonly url: string
    }
  | {
      /** The call is silent. */
      readonly kind: 'pause'
      /** For how long. */
      readonly seconds: number
    }
  | {
      /** The call begins to take keys. */
      readonly kind: 'gather'
      /** How many, or `null` for any number. */
      readonly numDigits: number | null
      /** The key that ends them, or an empty text. */
      readonly finishOnKey: string
      /** Seconds of silence after which it goes on. */
      readonly timeout: number
    }
  | {
      /** The person, or a greeting, presses keys. */
      readonly kind: 'keys'
      /** Which. */
      readonly digits: string
      /** Nobody asked for these keys. */
      readonly lost?: true
    }
  | {
      /** The call ends. */
      readonly kind: 'hangup'
      /** Who ended it. */
      readonly by: 'caller' | 'person'
    }
  | {
      /** The call breaks. */
      readonly kind: 'error'
      /** Why. */
      readonly message: string
    }

/** The keys that a call waits for. */
export interface Waiting {
  /** How many, or `null` when any number of keys will do. */
  readonly numDigits: number | null
  /** The key that ends them, or an empty text. */
  readonly finishOnKey: string
  /** Seconds of silence after which the call goes on. */
  readonly timeout: number
}

/** One request that the Space sent to the app during a call, and what the app answered. */
export interface SentWebhook {
  /** Address that was asked. */
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
  /** The number that calls, E.164. */
  readonly from: string
  /** The number that is called, E.164. */
  readonly to: string
  /** State of the call, as the REST API names it. */
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
  /** Everything that happened, in order. */
  readonly transcript: readonly Entry[]
  /** Milliseconds since the answer, by the simulator's clock and with the length of what was said; final once the call is over. */
  readonly durationMs: number
}

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
  /** Project ID, a UUID. */
  readonly project: string
  /** API token. */
  readonly token: string
  /** Address of the simulator. */
  readonly space: string
  /** The Space's own number, E.164. */
  readonly from: string
  /** Signing key of the webhooks. */
  readonly signingKey: string
}
