import type { IncomingMessage, ServerResponse } from 'node:http'
import { SimulatorError } from '../errors.js'

const bodyBytes = 64 * 1024

/** The body as text; throws a SimulatorError (413, 400) if it is over 64 KiB or not UTF-8. @internal */
export async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length
    // What comes after is read and forgotten, so that the answer reaches whoever is still sending.
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

/** @internal */
export function contentTypeOf(req: IncomingMessage): string {
  /* v8 ignore next -- split() answers one */
  return (req.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

/** @internal */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new SimulatorError(400, 'the body is not JSON')
  }
}

/** Sends a body: text as it is, anything else as JSON; nothing if the client has gone. @internal */
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
