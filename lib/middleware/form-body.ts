import type { IncomingMessage } from 'node:http'
import getRawBody from 'raw-body'
import { withDeadline } from '../deadline.js'
import type { FormFields } from '../signalwire/signature.js'

/** SignalWire's forms have a few hundred bytes. */
const maxBytes = 4096
const deadlineMilliseconds = 1500

/**
 * Reads the form fields of a webhook, each name once. `undefined` if the body is not such a form,
 * has over 4 KiB, is cut off, or does not arrive within 1.5 seconds.
 * @internal
 */
export async function readForm(req: IncomingMessage): Promise<FormFields | undefined> {
  const { body } = req as { body?: unknown }
  // The app's own body parser has read the stream already. Use what it made of the form.
  if (req.readableEnded && typeof body === 'object' && !Buffer.isBuffer(body))
    return toFields(Object.entries(body ?? {}))
  if (req.headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true)
    return undefined
  const text = req.readableEnded ? textOf(body) : await readText(req)
  return text === undefined ? undefined : toFields([...new URLSearchParams(text)])
}

/** The text of a body that the app's text parser or raw parser has read. */
function textOf(body: unknown): string | undefined {
  return typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : undefined
}

/** Fields as an object; `undefined` if a name comes twice or a value is not a string. */
function toFields(entries: readonly (readonly [string, unknown])[]): FormFields | undefined {
  const fields = Object.fromEntries(entries) as Record<string, unknown>
  const isFlat =
    Object.keys(fields).length === entries.length &&
    entries.every(([, value]) => typeof value === 'string')
  return isFlat ? (fields as FormFields) : undefined
}

async function readText(req: IncomingMessage): Promise<string | undefined> {
  // raw-body removes its own listeners when it is done. A connection that breaks later must not
  // crash the process.
  req.on('error', () => undefined)
  try {
    const body = await withDeadline(
      getRawBody(req, { limit: maxBytes, length: req.headers['content-length'] ?? null }),
      deadlineMilliseconds,
      () => new Error('The body took too long.'),
    )
    return body.toString('utf8')
  } catch {
    return undefined
  }
}
