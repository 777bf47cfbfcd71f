import type { ServerResponse } from 'node:http'
import { Failure, type FailureInfo, VoiceOtpError } from './errors.js'
import type { Request } from './request.js'

/**
 * The functions that Passport puts on a strategy for each request, before it calls `authenticate`.
 */
export interface PassportFunctions {
  /** Logs the user in. */
  readonly success: (this: void, user: unknown, info?: object) => void
  /** Refuses the request. */
  readonly fail: (this: void, challenge: FailureInfo, status: number) => void
  /** Continues with the handler of the route. */
  readonly pass: (this: void) => void
  /** Passes an error to Express. */
  readonly error: (this: void, error: unknown) => void
}

/** Passport's function that redirects to another site. @internal */
export type RedirectFunction = (this: void, url: string, status?: number) => void

/**
 * What an action did: a {@link Success} logs in, `undefined` continues with the route's handler,
 * and a function does something else with the request.
 * @internal
 */
export type Outcome = Success | (() => void) | undefined

/** A user to log in, and the `info` for the app. @internal */
export interface Success {
  readonly user: unknown
  readonly info: object
}

/** Passport's own options that decide what happens after a failure. */
export interface FailureOptions {
  readonly failWithError?: boolean
  readonly failureRedirect?: string
  readonly failureMessage?: unknown
  readonly failureFlash?: unknown
}

/**
 * Tells Passport how an action ended: an {@link Outcome} as described there, a {@link Failure}
 * refuses the request, and everything else is an error.
 * @internal
 */
export function reportOutcome(
  req: Request,
  passport: PassportFunctions,
  options: FailureOptions,
  outcome: Promise<Outcome>,
): void {
  callPassport(req, passport, options, outcome)
    // Passport's functions call the app, which may throw. Nothing else would catch that exception,
    // and it would end the process.
    .catch((thrown: unknown) => {
      if (responseOf(req)?.headersSent !== true) passport.error(thrown)
    })
    // The app threw again when it got its own exception. The request must still end.
    .catch(() => {
      endRequest(req)
    })
}

async function callPassport(
  req: Request,
  { success, fail, pass, error }: PassportFunctions,
  options: FailureOptions,
  outcome: Promise<Outcome>,
): Promise<void> {
  let result
  try {
    result = await outcome
  } catch (thrown) {
    const isOurs = thrown instanceof Failure || thrown instanceof VoiceOtpError
    if (isOurs && thrown.retryAfter !== undefined)
      responseOf(req)?.setHeader('Retry-After', thrown.retryAfter)
    if (!(thrown instanceof Failure)) error(thrown)
    else if (becomesError(options)) {
      Object.assign(Object(responseOf(req)), { statusCode: thrown.status }) // as Passport does
      error(thrown)
    } else fail(thrown.info, thrown.status)
    return
  }
  if (result === undefined) pass()
  else if (typeof result === 'function') result()
  else success(result.user, result.info)
}

/**
 * Whether the app's error handler gets a failure. Passport would make an error without the code and
 * the message of the failure. Its other options come first.
 */
const becomesError = (options: FailureOptions): boolean =>
  options.failWithError === true &&
  !options.failureRedirect &&
  !options.failureMessage &&
  !options.failureFlash

function endRequest(req: Request): void {
  process.emitWarning(
    "The callback of passport.authenticate('voice-otp') threw an error.",
    'VoiceOtpWarning',
  )
  const res = responseOf(req)
  if (res?.headersSent === false) res.writeHead(500).end()
}

/** Express puts the response on the request. Other frameworks may not. */
const responseOf = (req: Request) => (req as unknown as { res?: ServerResponse }).res
