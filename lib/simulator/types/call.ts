/** States of a call, as the REST API names them. */
export type CallStatus =
  'queued' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled'

/**
 * What a phone does when it is called. `manual` rings until a person answers or declines, or until
 * the ringing time is over. `answers` answers at once. `voicemail` answers at once, may play keys
 * in its greeting, and never presses a key. `busy`, `failed` and `no-answer` end the call with that
 * status.
 */
export type Behaviour = 'manual' | 'answers' | 'voicemail' | 'busy' | 'no-answer' | 'failed'

/** One thing that happened in a call. */
export type Entry =
  | {
      /** The call says something. */
      readonly kind: 'say'
      /** The text. */
      readonly text: string
      /** The voice that the LaML names, or `null`. */
      readonly voice: string | null
      /** The language that the LaML names, or `null`. */
      readonly language: string | null
    }
  | {
      /** The call plays a sound. */
      readonly kind: 'play'
      /** URL of the sound. The simulator never fetches it. */
      readonly url: string
    }
  | {
      /** The call is silent. */
      readonly kind: 'pause'
      /** Length of the silence. */
      readonly seconds: number
    }
  | {
      /** The call begins to take keys. */
      readonly kind: 'gather'
      /** Number of keys, or `null` for any number. */
      readonly numDigits: number | null
      /** The keys that end the input, each of them by itself; an empty text if none does. */
      readonly finishOnKey: string
      /** Seconds of silence after which the call goes on. */
      readonly timeout: number
    }
  | {
      /** The person, or a greeting, presses keys. */
      readonly kind: 'keys'
      /** The keys. */
      readonly digits: string
      /** Set if the call did not ask for these keys. They are lost. */
      readonly lost?: true
    }
  | {
      /** The call ends. */
      readonly kind: 'hangup'
      /** Who ended it. */
      readonly by: 'caller' | 'person'
    }
  | {
      /** An error ends the call. */
      readonly kind: 'error'
      /** The reason. */
      readonly message: string
    }

/** The keys that a call waits for. */
export interface Waiting {
  /** Number of keys, or `null` for any number. */
  readonly numDigits: number | null
  /** The keys that end the input, each of them by itself; an empty text if none does. */
  readonly finishOnKey: string
  /** Seconds of silence after which the call goes on. */
  readonly timeout: number
}

/** One request that the Space sent to the app, and the response of the app. */
export interface SentWebhook {
  /** URL of the request. */
  readonly url: string
  /** HTTP status of the response; 0 if there is none. */
  readonly status: number
  /** Body of the response, at most 64 kB. */
  readonly body: string
  /** The form fields that were sent, each name once. */
  readonly fields: Readonly<Record<string, string>>
  /** The headers that were sent, with the signature. */
  readonly headers: Readonly<Record<string, string>>
}

/** A snapshot of a call. Ask again to see what happened since. */
export interface SimulatedCall {
  /** A UUID, as in a real Space. */
  readonly sid: string
  /** The number that calls, E.164. */
  readonly from: string
  /** The number that is called, E.164. */
  readonly to: string
  /** State of the call, as the REST API names it. */
  readonly status: CallStatus
  /** All texts that the call said, in order. */
  readonly heard: readonly string[]
  /** The keys that the call waits for, or `null`. */
  readonly waitingFor: Waiting | null
  /** The requests for LaML that the Space sent to the app, in order. */
  readonly webhooks: readonly SentWebhook[]
  /** The status callbacks that the Space sent to the app, in order, each attempt by itself. */
  readonly statusCallbacks: readonly SentWebhook[]
  /**
   * The error that ended the call, such as a mistake in the LaML or a failed webhook; otherwise
   * `null`.
   */
  readonly error: string | null
  /**
   * What a real Space would hide: an unknown voice or a language that the voice does not speak
   * (SignalWire silently uses another voice), and a webhook that failed before its `FallbackUrl`
   * was requested.
   */
  readonly warnings: readonly string[]
  /** The tones to dial when the call is answered, or `null`. */
  readonly sendDigits: string | null
  /** The text that the call says at this moment; always `null` with the manual clock. */
  readonly speaking: string | null
  /** The form fields of the request that created the call. */
  readonly parameters: Readonly<Record<string, string>>
  /** Everything that happened, in order. */
  readonly transcript: readonly Entry[]
  /**
   * Milliseconds since the answer, by the simulator's clock and with the length of what was said;
   * final when the call is over.
   */
  readonly durationMs: number
}
