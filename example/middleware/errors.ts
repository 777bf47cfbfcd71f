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

/**
 * A failure of this app, in the shape of the strategy's own: `formPage()` shows it on the page of
 * its form, `handleErrors` as JSON.
 */
export class Failed extends Error {
  constructor(failure: Failure) {
    super(failure.message)
    Object.assign(this, failure)
  }
}

/** A store did not respond: 503, no matter how its client reports the error. */
export class Unavailable extends Error {
  readonly status = 503
  constructor(readonly code: string) {
    super('A store did not respond.')
  }
}

/** Waits for a result of a store, and turns every error into a 503. */
export async function fromStore<T>(result: T | Promise<T>): Promise<T> {
  try {
    return await result
  } catch {
    throw new Unavailable('store')
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
  const {
    status: given = 500,
    code = '',
    message = '',
    attemptsLeft,
    retryAfter,
  } = Object(error) as Partial<Failure>
  const status = Number.isInteger(given) && given >= 400 ? given : 500
  const failure = isForUsers(error)
    ? { status, code, message, attemptsLeft, retryAfter }
    : { status, ...errorWords(status) }
  // Many people ask for calls at the same time. Nothing is broken.
  if (status < 500 || code === 'queue-full') return failure
  const advice = isForUsers(error) ? ' Nothing was changed. Try again in a moment.' : ''
  return {
    ...failure,
    message: `${failure.message}${advice}`,
    requestId: logError(error, req, status),
  }
}

/**
 * Whether an error is ours or the strategy's, so that everybody may read its message, and a page
 * can show it with its form. Without a session store, no page can be rendered. A mistake in the
 * setup is for the developer.
 */
export function isForUsers(error: unknown): boolean {
  const { code = '' } = Object(error) as Partial<Failure>
  if (error instanceof VoiceOtpError)
    return !['session-unavailable', 'configuration'].includes(code)
  return error instanceof Failed || Object.hasOwn(failures, code)
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
  const { name, code, stack } = Object(error) as NodeJS.ErrnoException
  if (error instanceof VoiceOtpError) return { code, message: error.message, cause: error.cause }
  return {
    name,
    code,
    at: String(stack)
      .match(/(?<=^ +)at .*/gm)
      ?.slice(0, 6),
  }
}
