interface ErrorEntry {
  /** HTTP status of the response. */
  readonly status: number
  /** An English sentence for the user. */
  readonly message: string
}

const failureEntries = {
  // The user typed something that cannot be read.
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
  'approval-malformed': {
    status: 400,
    message: 'This cannot be approved by phone: it has characters that cannot be spoken.',
  },
  'approval-too-long': {
    status: 400,
    message: 'This cannot be approved by phone: it is too long to be spoken.',
  },
  // Something must happen first.
  'first-factor-required': { status: 401, message: 'Log in first.' },
  'second-factor-required': { status: 401, message: 'Confirm with a code first.' },
  'no-challenge': { status: 401, message: 'There is no code to check. Ask for a new code.' },
  'code-expired': { status: 401, message: 'This code is no longer valid. Ask for a new code.' },
  'code-wrong': { status: 401, message: 'This code is wrong. Check it and try again.' },
  'recovery-wrong': { status: 401, message: 'This recovery code is not valid.' },
  'factor-wrong': { status: 401, message: 'This was not accepted. Try again.' },
  'factor-expired': { status: 401, message: 'This is no longer valid. Start again.' },
  'phishing-resistant-required': {
    status: 401,
    message: 'Confirm with your passkey or security key first.',
  },
  // The user cannot use this factor.
  'factor-missing': { status: 403, message: 'You have not set this up yet.' },
  'phone-not-allowed': {
    status: 403,
    message: 'A phone is not enough for your account. Use your passkey or security key.',
  },
  // It cannot work with this phone.
  'phone-missing': { status: 403, message: 'There is no phone number on record.' },
  'phone-invalid': { status: 403, message: 'The phone number on record is not valid.' },
  'destination-blocked': { status: 403, message: 'We cannot call numbers like this one.' },
  'phone-refused': { status: 403, message: 'The phone network refused to call this number.' },
  'call-vetoed': { status: 403, message: 'We cannot call this number at the moment.' },
  'phone-too-new': {
    status: 403,
    message: 'Your phone number is new. You cannot approve anything with it yet.',
  },
  'enroll-forbidden': {
    status: 403,
    message: 'To change your number, first confirm with a code sent to your current number.',
  },
  // A limit was reached.
  'too-many-attempts': { status: 429, message: 'Too many wrong codes. Ask for a new code.' },
  'too-many-calls': { status: 429, message: 'Too many calls. Wait before you ask for another.' },
  'destination-limited': {
    status: 429,
    message: 'We cannot send more codes to numbers like yours today. Ask support for help.',
  },
  locked: { status: 429, message: 'Too many wrong codes. Wait before you try again.' },
  reported: {
    status: 429,
    message: 'The last call was reported as unwanted. Wait before you ask for another.',
  },
} as const satisfies Record<string, ErrorEntry>

const errorEntries = {
  configuration: { status: 503, message: 'The second factor is not set up correctly.' },
  'limiter-unavailable': { status: 503, message: 'The store of the limits did not respond.' },
  'session-unavailable': { status: 503, message: 'The session store did not respond.' },
  'signalwire-unavailable': { status: 503, message: 'The code could not be sent or checked.' },
  'sends-stopped': { status: 503, message: 'No codes are sent at the moment. Try again later.' },
  'phone-lookup-failed': { status: 503, message: 'The phone number could not be looked up.' },
  'factor-failed': { status: 503, message: 'The other factor could not be checked.' },
  'callback-failed': { status: 503, message: 'A callback of the app failed.' },
  'queue-full': {
    status: 503,
    message: 'Too many calls are waiting. Try again later, or choose another channel.',
  },
} as const satisfies Record<string, ErrorEntry>

/**
 * Why a request was refused. The codes are stable. They are in `info.code` of a failed
 * authentication, and {@link failures} has the HTTP status and a sentence for each.
 */
export type FailureCode = keyof typeof failureEntries

/**
 * What prevented a login: the app's setup, or something that the strategy depends on. The codes are
 * stable. They are in `error.code` of a {@link VoiceOtpError}, and {@link errors} has a sentence
 * for each.
 */
export type ErrorCode = keyof typeof errorEntries

/** Every reason for which the strategy refuses a request: `{ status, message }` by code. */
export const failures: Readonly<Record<FailureCode, ErrorEntry>> = failureEntries

/**
 * Every error of the setup or of a dependency: `{ status, message }` by code. Nobody is logged in.
 */
export const errors: Readonly<Record<ErrorCode, ErrorEntry>> = errorEntries

/**
 * What Passport passes on as `info` (or `challenge`) when a request is refused. It holds no code,
 * no number and no credential.
 */
export interface FailureInfo {
  /** Stable. An app can choose its own sentence by it. */
  readonly code: FailureCode
  /** A sentence for the user, in English. */
  readonly message: string
  /** Seconds until the user may try again. The response has them in the header `Retry-After`. */
  readonly retryAfter?: number
  /** After a wrong code: how many attempts are left for this code; 0 if the user is locked now. */
  readonly attemptsLeft?: number
}

/** Details of a {@link Failure}. @internal */
export interface FailureDetails extends Pick<FailureInfo, 'retryAfter' | 'attemptsLeft'> {
  /** A sentence that says more than the one in {@link failures}. */
  readonly message?: string
}

/**
 * Refuses a request: an action throws it, and Passport's `fail()` gets its `info`. With Passport's
 * option `failWithError`, the app's error handler gets the failure itself.
 * @internal
 */
export class Failure extends Error {
  /** As Passport names its own error of `failWithError`. */
  override readonly name = 'AuthenticationError'
  readonly info: FailureInfo

  constructor(
    readonly code: FailureCode,
    { message = failures[code].message, ...numbers }: FailureDetails = {},
  ) {
    super(message)
    this.info = { code, message, ...numbers }
  }

  /** HTTP status. */
  get status(): number {
    return failures[this.code].status
  }

  get retryAfter(): number | undefined {
    return this.info.retryAfter
  }

  get attemptsLeft(): number | undefined {
    return this.info.attemptsLeft
  }
}

/**
 * An error of the app's setup, of one of its callbacks, of a store or of SignalWire. Express gets
 * it with the status 503, and nobody is logged in. The original error is not included, because its
 * message may hold a credential, a number or a code.
 */
export class VoiceOtpError extends Error {
  /** Node prints it before the message. */
  override readonly name = 'VoiceOtpError'
  /** HTTP status, where Express's error handler reads it. */
  readonly status = 503
  /** The same as `status`, for error handlers that read this name. */
  readonly statusCode = 503
  /** The original error, reduced to its name and its code. */
  override readonly cause:
    | {
        /** Name of the original error, for example `TimeoutError`. */
        readonly name: string
        /** Code of the original error, for example `ECONNREFUSED`. */
        readonly code?: string | number
      }
    | undefined

  /**
   * Only this package creates errors of this class.
   * @param code Stable. An app can choose its own sentence by it.
   * @param detail More about it. It must not hold a secret.
   * @param original The error that caused this one.
   * @param retryAfter Seconds until the user may try again; only for `queue-full`. The response has
   * them in the header `Retry-After`.
   */
  constructor(
    readonly code: ErrorCode,
    detail?: string,
    original?: unknown,
    readonly retryAfter?: number,
  ) {
    super(detail === undefined ? errors[code].message : `${errors[code].message} ${detail}`)
    this.cause = original === undefined ? undefined : safeCause(original)
  }
}

/**
 * Returns a {@link VoiceOtpError} as it is, and wraps every other error into one with this code.
 * @internal
 */
export const toVoiceOtpError = (error: unknown, code: ErrorCode, detail?: string): VoiceOtpError =>
  error instanceof VoiceOtpError ? error : new VoiceOtpError(code, detail, error)

/** Name and code of an error, if they look like identifiers. A message may quote what we sent. */
function safeCause(original: unknown): { name: string; code?: string | number } {
  try {
    const { name, code } = Object(original) as { name?: unknown; code?: unknown }
    return {
      name: isWord(name) ? name : 'Error',
      ...(isErrorCode(code) ? { code } : {}),
    }
  } catch {
    return { name: 'Error' } // a property of the error throws when it is read
  }
}

const isWord = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z][A-Za-z_-]{0,40}$/.test(value)

/**
 * A code such as `ECONNRESET`, `ERR_HTTP2_ERROR`, `42P01` (SQLSTATE), `21211` (SignalWire) or
 * `http-401`. Six digits together may be a one-time code or a part of a phone number.
 */
function isErrorCode(code: unknown): code is string | number {
  if (typeof code === 'number') return code < 100_000
  if (isWord(code)) return true
  return (
    typeof code === 'string' &&
    !/\d{6}/.test(code) &&
    /^(?:\d{5}|http-\d{3}|(?=.*[A-Z])[A-Z\d_]{1,40})$/.test(code)
  )
}
