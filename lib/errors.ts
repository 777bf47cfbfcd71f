/** Every reason for which the strategy refuses a request, with its HTTP status and an English sentence for the user. */
export const failures = {
  'code-malformed': { status: 400, message: 'Enter the code as digits, as you heard it.' },
  'phone-malformed': {
    status: 400,
    message: 'Enter the phone number with its country code, for example +1 202 555 0123.',
  },
  'recovery-malformed': {
    status: 400,
    message: 'Enter a recovery code as it was shown: ten letters and digits.',
  },
  'choice-unknown': { status: 400, message: 'Choose one of the options on the page.' },
  'first-factor-required': { status: 401, message: 'Log in first.' },
  'second-factor-required': { status: 401, message: 'Confirm with a code first.' },
  'no-challenge': { status: 401, message: 'There is no code to check. Ask for a new code.' },
  'code-expired': { status: 401, message: 'This code is no longer valid. Ask for a new code.' },
  'code-wrong': { status: 401, message: 'This code is wrong. Check it and try again.' },
  'recovery-wrong': { status: 401, message: 'This recovery code is not valid.' },
  'phone-missing': { status: 403, message: 'There is no phone number on record.' },
  'phone-invalid': { status: 403, message: 'The phone number on record is not valid.' },
  'destination-blocked': { status: 403, message: 'We cannot call numbers like this one.' },
  'phone-refused': { status: 403, message: 'The phone network refused to call this number.' },
  'call-vetoed': { status: 403, message: 'We cannot call this number at the moment.' },
  'enroll-forbidden': {
    status: 403,
    message: 'To change your number, first confirm with a code sent to your current number.',
  },
  'too-many-attempts': {
    status: 429,
    message: 'Too many wrong codes. Ask for a new code.',
  },
  'too-many-calls': { status: 429, message: 'Too many calls. Wait before you ask for another.' },
  locked: { status: 429, message: 'Too many wrong codes. Wait before you try again.' },
  reported: {
    status: 429,
    message: 'The last call was reported as unwanted. Wait before you ask for another.',
  },
} as const satisfies Record<string, FailureEntry>

/** Every error of a dependency or of the setup, with its English sentence. Nobody is let in. */
export const errors = {
  configuration: { status: 503, message: 'The second factor is not set up correctly.' },
  'limiter-unavailable': { status: 503, message: 'The store of the limits did not respond.' },
  'session-unavailable': { status: 503, message: 'The session store did not respond.' },
  'signalwire-unavailable': { status: 503, message: 'The code could not be sent or checked.' },
  'phone-lookup-failed': { status: 503, message: 'The phone number could not be looked up.' },
  'callback-failed': { status: 503, message: 'A callback of the app failed.' },
} as const satisfies Record<string, FailureEntry>

interface FailureEntry {
  readonly status: number
  readonly message: string
}

/** Stable codes of refusals, in `info.code` of a failed authentication; {@link failures} has their status and sentence. @useDeclaredType */
export type FailureCode = keyof typeof failures
/** Stable codes of trouble, in `error.code` of a {@link VoiceOtpError}; {@link errors} has their sentence. @useDeclaredType */
export type ErrorCode = keyof typeof errors

/** What Passport hands on as `info` (or `challenge`) when a request is refused. Holds no code, no number, no credential. */
export interface FailureInfo {
  /** Stable; for the app's own sentences. */
  readonly code: FailureCode
  /** A sentence for the person, in English. */
  readonly message: string
  /** Seconds until it makes sense to try again; also sent as the `Retry-After` header. */
  readonly retryAfter?: number
  /** Guesses left for this code, after a wrong one. */
  readonly attemptsLeft?: number
}

/** A refusal on its way to `fail()`. @internal */
export class Failure extends Error {
  readonly code: FailureCode
  readonly extra: Partial<Pick<FailureInfo, 'retryAfter' | 'attemptsLeft'>>

  constructor(
    code: FailureCode,
    extra: Partial<Pick<FailureInfo, 'retryAfter' | 'attemptsLeft'>> = {},
  ) {
    super(failures[code].message)
    this.code = code
    this.extra = extra
  }

  get status(): number {
    return failures[this.code].status
  }

  get info(): FailureInfo {
    return { code: this.code, message: this.message, ...this.extra }
  }
}

/**
 * Trouble below the strategy: a store, SignalWire, a hook or the configuration. Reaches Express as an error with
 * `status` 503. `cause` names what failed in a few safe words and never is the original error, which may hold a
 * credential, a number or a code.
 */
export class VoiceOtpError extends Error {
  /** Stands before the message where an error is printed. */
  override readonly name = 'VoiceOtpError'
  /** HTTP status, as Express's error handler reads it. */
  readonly status = 503
  /** The same, for whoever reads it by this name. */
  readonly statusCode = 503
  /** What failed below, if anything did. */
  override readonly cause:
    | {
        /** The name of its error. */
        readonly name: string
        /** The code of its error. */
        readonly code?: string | number
      }
    | undefined

  /**
   * Made by this package alone.
   * @param code Stable; for the app's own sentences.
   */
  constructor(
    readonly code: ErrorCode,
    detail?: string,
    original?: unknown,
  ) {
    super(detail === undefined ? errors[code].message : `${errors[code].message} ${detail}`)
    this.cause = original === undefined ? undefined : safeCause(original)
  }
}

/** The name and code of an error, if they look like identifiers: never its message, which may quote what we sent. */
function safeCause(original: unknown): { name: string; code?: string | number } {
  const { name, code } = (typeof original === 'object' && original !== null ? original : {}) as {
    name?: unknown
    code?: unknown
  }
  const identifier = (value: unknown): value is string =>
    typeof value === 'string' && /^[A-Za-z][A-Za-z_-]{0,40}$/.test(value)
  return {
    name: identifier(name) ? name : 'Error',
    ...(identifier(code) || (typeof code === 'number' && code < 100_000) ? { code } : {}),
  }
}
