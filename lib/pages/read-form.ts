import getRawBody from 'raw-body'
import { withDeadline } from '../deadline.js'
import type { PageRequest } from './request.js'
import type { PageFailureCode } from './texts/texts.js'

/** The longest form has a few hundred bytes. */
const maxBytes = 4096
const deadlineMilliseconds = 5000

const statuses = { 'too-large': 413, 'too-slow': 408, unreadable: 415, 'cross-site': 403 } as const

/** A form that cannot be used, with the HTTP status of the page that says so. */
export class FormProblem extends Error {
  readonly status: number
  constructor(readonly code: PageFailureCode) {
    super(`The form of a page was refused: ${code}.`)
    this.status = statuses[code]
  }
}

/**
 * Reads the form of a POST into `req.body`, unless a body parser of the app did. Compressed bodies
 * are refused, because a small one can expand to gigabytes. Rejects with a {@link FormProblem}.
 */
export async function readForm(req: PageRequest): Promise<void> {
  if (req.readableEnded || req.body !== undefined) return
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = req.headers
  // A form without a field has no body, and some clients then name no type.
  if (req.headers['content-length'] === '0') return
  if (!/^application\/x-www-form-urlencoded\b/i.test(type) || encoding !== 'identity')
    throw new FormProblem('unreadable')
  req.body = toFields(new URLSearchParams(await readText(req)))
}

/** A name that comes twice is a list, which no field accepts. */
function toFields(form: URLSearchParams): Readonly<Record<string, unknown>> {
  const fields = Object.create(null) as Record<string, unknown>
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name)
    fields[name] = values.length === 1 ? values[0] : values
  }
  return fields
}

async function readText(req: PageRequest): Promise<string> {
  // raw-body removes its own listeners when it is done. A connection that breaks later must not
  // crash the process.
  req.on('error', () => undefined)
  try {
    const body = await withDeadline(
      getRawBody(req, { limit: maxBytes, length: req.headers['content-length'] ?? null }),
      deadlineMilliseconds,
      () => new FormProblem('too-slow'),
    )
    return body.toString('utf8')
  } catch (error) {
    if (error instanceof FormProblem) throw error
    const { type } = error as { type?: string }
    throw new FormProblem(type === 'entity.too.large' ? 'too-large' : 'unreadable')
  }
}
