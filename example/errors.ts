import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { VoiceOtpError } from 'passport-voice-otp'

interface Words { readonly code: string, readonly title: string, readonly message: string }

const words: Readonly<Record<number, Words>> = {
  400: { code: 'malformed', title: 'That could not be read', message: 'The request was malformed. Go back and try again.' },
  403: { code: 'form-expired', title: 'This form is no longer valid', message: 'It was opened too long ago, or in another session. Continue, and fill it in again.' },
  404: { code: 'not-found', title: 'There is no such page', message: 'Check the address, or continue to your account.' },
  408: { code: 'too-slow', title: 'That took too long', message: 'The connection was too slow. Try again.' },
  413: { code: 'too-large', title: 'That was too much', message: 'The request was too large. Go back and send less.' },
  415: { code: 'unsupported', title: 'That could not be read', message: 'Send it uncompressed, as a form or as JSON in UTF-8.' },
  500: { code: 'broken', title: 'Something went wrong', message: 'This is our fault, and it was noted. Try again in a moment.' },
  503: { code: 'unavailable', title: 'Not available at the moment', message: 'Something that we depend on does not answer, so nobody can be let in. Try again in a minute.' },
}

export const notFound: RequestHandler = (req, res) => show(404, req, res)

/** Answers errors in words. What is logged of one never quotes the request: body-parser's errors carry the whole body. */
export function answerErrors(logger: Logger): ErrorRequestHandler {
  // Express tells error handlers by their four parameters.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  return (error: unknown, req, res, _next) => {
    const status = statusOf(error)
    if (status >= 500) logger.error({ event: 'request.failed', method: req.method, status, ...safeParts(error) })
    if (res.headersSent) {
      // The answer is on its way and can only be cut off.
      if (!res.writableEnded) req.socket.destroy()
      return
    }
    show(status, req, res, error instanceof VoiceOtpError ? error.code : undefined)
  }
}

function show(status: number, req: Request, res: Response, code?: string): void {
  const known = words[status] ?? (status < 500 ? words[400] : words[500])
  res.status(status)
  if (status === 503 && !res.hasHeader('Retry-After')) res.set('Retry-After', '60')
  if (/^\/api(\/|$)/i.test(req.path)) res.json({ code: code ?? known?.code, message: known?.message })
  else res.render('error', { status, ...known })
}

function statusOf(error: unknown): number {
  const { status } = (typeof error === 'object' && error !== null ? error : {}) as { status?: unknown }
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500
}

function safeParts(error: unknown): object {
  if (error instanceof VoiceOtpError) return { code: error.code, message: error.message, cause: error.cause }
  if (!(error instanceof Error)) return {}
  const { code } = error as NodeJS.ErrnoException
  return { name: error.name, code, at: error.stack?.split('\n').filter(line => /^\s+at /.test(line)).slice(0, 6).map(line => line.trim()) }
}

/** A store that does not answer is a 503, whatever its client calls the error. */
export class Unavailable extends Error {
  readonly status = 503
  constructor(readonly code: string, message: string) {
    super(message)
  }
}
