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
