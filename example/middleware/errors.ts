import { randomUUID } from 'node:crypto'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { failures, VoiceOtpError } from 'passport-voice-otp'

interface ErrorWords {
  readonly code: string
  readonly title: string
  readonly message: string
}

const errorWords: Readonly<Record<number, ErrorWords>> = {
  400: {
    code: 'malformed',
    title: 'We could not read the request',
    message: 'Go back and try again.',
  },
  403: {
    code: 'form-expired',
    title: 'This form is no longer valid',
    message: 'It was opened too long ago, or in another session. Continue, and fill it in again.',
  },
  404: {
    code: 'not-found',
    title: 'This page does not exist',
    message: 'Check the address, or continue to your account.',
  },
  408: {
    code: 'too-slow',
    title: 'The request took too long',
    message: 'The connection was too slow. Try again.',
  },
  413: {
    code: 'too-large',
    title: 'The request was too large',
    message: 'Go back and send less.',
  },
  415: {
    code: 'unsupported',
    title: 'We could not read the request',
    message: 'Send a form or JSON in UTF-8, without compression.',
  },
  500: {
    code: 'broken',
    title: 'Something went wrong',
    message: 'This is our fault, and we have logged it. Try again in a moment.',
  },
  503: {
    code: 'unavailable',
    title: 'Not available at the moment',
    message:
      'A service that we depend on does not respond, so nobody can log in. Try again in a minute.',
  },
}

/** The 404 page. */
export const notFound: RequestHandler = (req, res) => sendError(404, req, res)

/**
 * Sends an error page, or JSON below `/api`. Logs errors of 500 and more with the status that the
 * browser gets.
 */
export const handleErrors: ErrorRequestHandler = (error: unknown, req, res, _next) => {
  const status = statusOf(error)
  // express-session saves the session at the end of the response. If that fails, the browser
  // already has another status.
  const sentStatus = res.headersSent ? res.statusCode : status
  const requestId = status >= 500 ? logError(error, req, sentStatus) : undefined
  if (res.headersSent) {
    // If the response is incomplete, the only way to report the error is to cut the response off.
    if (!res.writableEnded) req.socket.destroy()
    return
  }
  sendError(status, req, res, { ...publicWords(error), requestId })
}

/** The strategy's own messages are safe for everybody to read. No other error message is. */
function publicWords(error: unknown): Partial<ErrorWords> {
  const { code, message } = error as { code?: string; message?: string }
  return error instanceof VoiceOtpError || Object.hasOwn(failures, code ?? '')
    ? { code, message }
    : {}
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
    status,
    ...safeDetails(error),
  })
  return requestId
}

function sendError(
  status: number,
  req: Request,
  res: Response,
  more: Partial<ErrorWords> & { readonly requestId?: string } = {},
): void {
  const words = errorWords[status] ?? (status < 500 ? errorWords[400] : errorWords[500])
  res.status(status)
  if (status === 503 && !res.hasHeader('Retry-After')) res.set('Retry-After', '60')
  const { code, message, requestId } = { ...words, ...more }
  if (/^\/api(\/|$)/i.test(req.path)) res.json({ code, message, requestId })
  else res.render('error', { status, requestId, ...words })
}

function statusOf(error: unknown): number {
  const { status } = (typeof error === 'object' && error !== null ? error : {}) as {
    status?: unknown
  }
  const isHttpError =
    typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599
  return isHttpError ? status : 500
}

function safeDetails(error: unknown): object {
  if (error instanceof VoiceOtpError)
    return { code: error.code, message: error.message, cause: error.cause }
  if (!(error instanceof Error)) return {}
  const { code } = error as NodeJS.ErrnoException
  const lines = error.stack?.split('\n').filter(line => /^\s+at /.test(line))
  return { name: error.name, code, at: lines?.slice(0, 6).map(line => line.trim()) }
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
export const fromStore = <T>(result: T | Promise<T>): Promise<T> =>
  Promise.resolve(result).catch(() => {
    throw new Unavailable('store', 'A store did not respond.')
  })
