import type { IncomingMessage, ServerResponse } from 'node:http'
import { SimulatorError } from '../errors.js'

const bodyBytes = 64 * 1024

/**
 * Returns the body as text. Throws a SimulatorError (413, 400) if it is over 64 KiB or not UTF-8.
 * @internal
 */
export async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length
    // Read the rest, up to a limit, and drop it: a client reads the response only after it has sent
    // all of its body.
    if (length <= bodyBytes) chunks.push(chunk)
    if (length > 64 * bodyBytes) break
  }
  if (length > bodyBytes) throw new SimulatorError(413, 'a body may have 64 KiB')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    throw new SimulatorError(400, 'the body is not UTF-8')
  }
}

/** The media type of a request, in small letters and without its parameters. @internal */
export function contentTypeOf(req: IncomingMessage): string {
  /* v8 ignore next -- split() returns at least one part */
  return (req.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

/** Parses JSON. Throws a SimulatorError (400) for anything else. @internal */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new SimulatorError(400, 'the body is not JSON')
  }
}

/**
 * Sends a response: text as it is, anything else as JSON. Sends nothing if the client has gone.
 * @internal
 */
export function respond(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (res.headersSent || res.destroyed) return
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  res.writeHead(status, {
    'Content-Type':
      typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    ...headers,
  })
  res.end(text)
}
