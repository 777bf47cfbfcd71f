import { randomUUID } from 'node:crypto'
import type { ErrorRequestHandler, Request, RequestHandler } from 'express'
import type { Logger } from 'pino'
import { failures, VoiceOtpError } from 'passport-voice-otp'
import { errorWords } from '../views/error-words.js'

/** Why a request failed, in a shape that a page or a JSON response can show. */
export interface Failure {
  /** HTTP status. */
  readonly status: number
  readonly code: string
  readonly message: string
  readonly attemptsLeft?: number | undefined
  readonly retryAfter?: number | undefined
  /** Names an error in the log. */
  readonly requestId?: string | undefined
}

/** A failure as an error: `formPage()` shows it on the page of its form, `handleErrors` as JSON. */
export class Failed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message)
  }
}

/** A store or service did not respond: 503, no matter how its client reports the error. */
export class Unavailable extends Error {
  readonly status = 503
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/** Waits for a result of a store, and turns every error into a 503. */
export async function fromStore<T>(result: T | Promise<T>): Promise<T> {
  try {
    return await result
  } catch {
    throw new Unavailable('store', 'A store did not respond.')
  }
}

/** The 404 page. */
export const notFound: RequestHandler = (_req, _res, next) => next({ status: 404 })

/** Sends any other error as a page, or as JSON below `/api`. */
export const handleErrors: ErrorRequestHandler = (error: unknown, req, res, _next) => {
  const { status, requestId, ...details } = describeError(error, req)
  if (res.headersSent) {
    // If the response is incomplete, the only way to report the error is to cut the response off.
    if (!res.writableEnded) req.socket.destroy()
    return
  }
  res.status(status)
  if (status === 503 && !res.hasHeader('Retry-After')) res.set('Retry-After', '60')
  if (/^\/api(\/|$)/i.test(req.path)) res.json({ ...details, requestId })
  else res.render('error', { status, requestId, ...errorWords(status) })
}

/** What a user may read about an error. Logs errors of 500 and more. */
export function describeError(error: unknown, req: Request): Failure {
  if (error instanceof Failed) return error.failure
  const { status: given, code = '', message = '', retryAfter } = Object(error) as Partial<Failure>
  const status = Number.isInteger(given) && Number(given) >= 400 ? Number(given) : 500
  // Many people ask for calls at the same time. Nothing is broken.
  const isFault = status >= 500 && code !== 'queue-full'
  const requestId = isFault ? logError(error, req, status) : undefined
  // The strategy's own messages are safe for everybody to read. No other error message is.
  if (!(error instanceof VoiceOtpError) && !Object.hasOwn(failures, code))
    return { status, ...errorWords(status), requestId }
  const advice = isFault && isTemporary(error) ? ' Nothing was changed. Try again in a moment.' : ''
  return { status, code, message: `${message}${advice}`, retryAfter, requestId }
}

/** Without a session store there is no session, and no page can be rendered from it. */
export function isTemporary(error: unknown): boolean {
  const permanent = ['session-unavailable', 'configuration']
  return error instanceof VoiceOtpError && !permanent.includes(error.code)
}

/**
 * Logs an error and returns a reference that the user can quote. Never logs the message of a
 * foreign error, because body-parser's errors contain the whole body.
 */
export function logError(error: unknown, req: Request, status = 503): string {
  const requestId = randomUUID().slice(0, 8)
  const logger = req.app.locals['logger'] as Logger
  logger.error({
    event: 'request.failed',
    requestId,
    method: req.method,
    route: (req.route as { path?: unknown } | undefined)?.path,
    // express-session saves the session at the end of the response. If that fails, the browser
    // already has another status.
    status: req.res?.headersSent ? req.res.statusCode : status,
    ...safeDetails(error),
  })
  return requestId
}

function safeDetails(error: unknown): object {
  if (error instanceof VoiceOtpError)
    return { code: error.code, message: error.message, cause: error.cause }
  if (!(error instanceof Error)) return {}
  const { name, code, stack } = error as NodeJS.ErrnoException
  return { name, code, at: stack?.match(/(?<=^ +)at .*/gm)?.slice(0, 6) }
}
