import { randomUUID } from 'node:crypto'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { failures, VoiceOtpError } from 'passport-voice-otp'

interface Words {
  readonly code: string
  readonly title: string
  readonly message: string
}

const words: Readonly<Record<number, Words>> = {
  400: {
    code: 'malformed',
    title: 'That could not be read',
    message: 'The request was malformed. Go back and try again.',
  },
  403: {
    code: 'form-expired',
    title: 'This form is no longer valid',
    message: 'It was opened too long ago, or in another session. Continue, and fill it in again.',
  },
  404: {
    code: 'not-found',
    title: 'There is no such page',
    message: 'Check the address, or continue to your account.',
  },
  408: {
    code: 'too-slow',
    title: 'That took too long',
    message: 'The connection was too slow. Try again.',
  },
  413: {
    code: 'too-large',
    title: 'That was too much',
    message: 'The request was too large. Go back and send less.',
  },
  415: {
    code: 'unsupported',
    title: 'That could not be read',
    message: 'Send it uncompressed, as a form or as JSON in UTF-8.',
  },
  500: {
    code: 'broken',
    title: 'Something went wrong',
    message: 'This is our fault, and it was noted. Try again in a moment.',
  },
  503: {
    code: 'unavailable',
    title: 'Not available at the moment',
    message:
      'Something that we depend on does not answer, so nobody can be let in. Try again in a minute.',
  },
}

export const notFound: RequestHandler = (req, res) => show(404, req, res)

// eslint-disable-next-line @typescript-eslint/no-unused-vars -- Express knows an error handler by its four parameters
export const answerErrors: ErrorRequestHandler = (error: unknown, req, res, _next) => {
  const status = statusOf(error)
  const requestId = status >= 500 ? noteTrouble(error, req, status) : undefined
  if (res.headersSent) {
    // The answer is on its way and can only be cut off.
    if (!res.writableEnded) req.socket.destroy()
    return
  }
  show(status, req, res, { ...ownWords(error), requestId })
}

/** What the strategy says of its own errors is fit for everybody's eyes; of all others, nothing is. */
function ownWords(error: unknown): Partial<Words> {
  const { code, message } = error as { code?: string; message?: string }
  return error instanceof VoiceOtpError || Object.hasOwn(failures, code ?? '')
    ? { code, message }
    : {}
}

/** Logs trouble; answers a name by which the person can ask about it. Nothing of it quotes the request: body-parser's errors carry the whole body. */
export function noteTrouble(error: unknown, req: Request, status: number): string {
  const requestId = randomUUID().slice(0, 8)
  const logger = req.app.locals['logger'] as Logger
  logger.error({
    event: 'request.failed',
    requestId,
    method: req.method,
    route: (req.route as { path?: unknown } | undefined)?.path,
    status,
    ...safeParts(error),
  })
  return requestId
}

function show(
  status: number,
  req: Request,
  res: Response,
  more: Partial<Words> & { readonly requestId?: string } = {},
): void {
  const known = words[status] ?? (status < 500 ? words[400] : words[500])
  res.status(status)
  if (status === 503 && !res.hasHeader('Retry-After')) res.set('Retry-After', '60')
  const { code, message, requestId } = { ...known, ...more }
  if (/^\/api(\/|$)/i.test(req.path)) res.json({ code, message, requestId })
  else res.render('error', { status, requestId, ...known })
}

function statusOf(error: unknown): number {
  const { status } = (typeof error === 'object' && error !== null ? error : {}) as {
    status?: unknown
  }
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599
    ? status
    : 500
}

function safeParts(error: unknown): object {
  if (error instanceof VoiceOtpError)
    return { code: error.code, message: error.message, cause: error.cause }
  if (!(error instanceof Error)) return {}
  const { code } = error as NodeJS.ErrnoException
  return {
    name: error.name,
    code,
    at: error.stack
      ?.split('\n')
      .filter(line => /^\s+at /.test(line))
      .slice(0, 6)
      .map(line => line.trim()),
  }
}

/** A store that does not answer is a 503, whatever its client calls the error. */
export class Unavailable extends Error {
  readonly status = 503
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/** What a store answers; if it fails, a 503. */
export const fromStore = <T>(answer: T | Promise<T>): Promise<T> =>
  Promise.resolve(answer).catch(() => {
    throw new Unavailable('store', 'A store does not answer.')
  })
