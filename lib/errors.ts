/** Every reason for which this strategy refuses a person: one closed union, one table, compared with the README by a test. */
const refusals = {
  'code-malformed': [400, 'Enter the code as digits, just as you heard it.'],
  'phone-malformed': [
    400,
    'Enter the telephone number with its country code, for example +1 202 555 0123.',
  ],
  'recovery-malformed': [400, 'Enter a recovery code as it was shown, ten letters and digits.'],
  'choice-unknown': [400, 'Choose one of the telephones and ways that are offered.'],
  'first-factor-required': [401, 'Log in first.'],
  'second-factor-required': [401, 'Confirm with a code from a telephone call first.'],
  'no-challenge': [401, 'No code is waiting. Ask for a call.'],
  'code-expired': [401, 'This code is no longer valid. Ask for a new call.'],
  'code-wrong': [401, 'That is not the code. Check it and try again.'],
  'recovery-wrong': [401, 'That is none of your recovery codes, or it was used before.'],
  'phone-missing': [403, 'There is no telephone number on record to call.'],
  'phone-invalid': [403, 'The telephone number on record is not valid.'],
  'destination-blocked': [403, 'Numbers like this one are not called.'],
  'phone-refused': [403, 'The telephone network refused to call this number.'],
  'call-vetoed': [403, 'This number may not be called at the moment.'],
  'enrol-forbidden': [403, 'Confirm with a code sent to your present number before you change it.'],
  'too-many-guesses': [429, 'Too many wrong codes for this call. Ask for a new call.'],
  'too-many-calls': [429, 'Too many calls. Wait before you ask for another.'],
  locked: [429, 'Too many wrong codes. Wait before you try again.'],
  reported: [429, 'The last call was reported as unwanted. Wait before you ask for another.'],
} as const satisfies Record<string, readonly [status: number, message: string]>

/** Trouble below the strategy, always answered 503; nobody gets in. */
const troubles = {
  configuration: 'The second factor is not set up correctly.',
  'counters-unavailable': 'The store of the limits did not answer.',
  'session-unavailable': 'The session store did not answer.',
  'signalwire-unavailable': 'The code could not be sent or checked.',
  'phone-lookup-failed': 'The telephone number could not be looked up.',
  'hook-failed': 'A hook of the application failed.',
} as const

/** Stable codes of refusals, in `info.code` of a failed authentication; {@link failureTable} has their status and sentence. @useDeclaredType */
export type FailureCode = keyof typeof refusals
/** Stable codes of trouble, in `error.code` of a {@link VoiceOtpError}; {@link errorTable} has their sentence. @useDeclaredType */
export type ErrorCode = keyof typeof troubles

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

/** Every refusal with its HTTP status and sentence: for documentation and translation. */
export const failureTable: Readonly<
  Record<FailureCode, readonly [status: number, message: string]>
> = refusals
/** Every trouble with its sentence. The status is always 503. */
export const errorTable: Readonly<Record<ErrorCode, string>> = troubles

/** A refusal on its way to `fail()`. @internal */
export class Refusal extends Error {
  readonly code: FailureCode
  readonly extra: Partial<Pick<FailureInfo, 'retryAfter' | 'attemptsLeft'>>

  constructor(
    code: FailureCode,
    extra: Partial<Pick<FailureInfo, 'retryAfter' | 'attemptsLeft'>> = {},
  ) {
    // Nobody reads the stack of a wrong code, and it costs more than all that is hashed for one.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(refusals[code][1])
    Error.stackTraceLimit = stackTraceLimit
    this.code = code
    this.extra = extra
  }

  get status(): number {
    return refusals[this.code][0]
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
    super(detail === undefined ? troubles[code] : `${troubles[code]} ${detail}`)
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

/** An answer that is no use as a promise; one that is and rejects, which nobody waits for, must not end the process. @internal */
export function unwatched(answer: unknown): unknown {
  if (answer instanceof Promise) answer.catch(() => undefined)
  return answer
}

/** Settles as `work` does, or rejects with `late()` after `milliseconds`: a dependency that hangs must not hang a login. @internal */
export function withDeadline<T>(
  work: PromiseLike<T>,
  milliseconds: number,
  late: () => Error,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), milliseconds)
    work.then(
      value => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
