/** What the vendor's client hands to an HTTP client, as far as it is used. @internal */
export interface ClientRequest {
  readonly method: string
  readonly uri: string
  readonly username: string
  readonly password: string
  readonly headers?: Readonly<Record<string, string>>
  readonly data?: Readonly<Record<string, unknown>>
}

/** Trouble on the way to SignalWire; `reason` is a word, never a message of the network, which may quote credentials. @internal */
export class HttpTrouble extends Error {
  constructor(readonly reason: 'timeout' | 'network' | 'redirect' | 'too-large' | 'garbage') {
    super(reason)
  }
}

const wholeRequestMilliseconds = 10_000
const answerBytes = 64 * 1024

/**
 * The HTTP client that the vendor's client is given: one origin, a limit on the whole request and on the answer,
 * connections kept alive, no redirects, nothing remembered. `extra` adds form fields that the vendor's client drops.
 * @internal
 */
export function createHttpClient(origin: string, extra: Readonly<Record<string, string>>) {
  return {
    async request({ method, uri, username, password, headers, data }: ClientRequest): Promise<{ statusCode: number, body: unknown, headers: Record<string, string> }> {
      // The client builds odd hosts from odd Space names and environment variables: only the path is its own.
      const { pathname, search } = new URL(uri)
      const signal = AbortSignal.timeout(wholeRequestMilliseconds)
      try {
        const response = await fetch(`${origin}${pathname}${search}`, {
          method,
          headers: { ...headers, Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
          body: data === undefined ? undefined : formBody({ ...data, ...(method === 'POST' ? extra : {}) }),
          redirect: 'manual',
          signal,
        })
        if (response.status >= 300 && response.status < 400) {
          await response.body?.cancel()
          throw new HttpTrouble('redirect')
        }
        return { statusCode: response.status, body: checkedBody(response.status, await readAtMost(response)), headers: {} }
      } catch (error) {
        if (error instanceof HttpTrouble) throw error
        // The original is dropped: it may hold the Authorization header.
        throw new HttpTrouble(signal.aborted ? 'timeout' : 'network')
      }
    },
  }
}

function formBody(data: Readonly<Record<string, unknown>>): URLSearchParams {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(data)) {
    if (typeof value === 'string' || typeof value === 'number') form.append(name, String(value))
  }
  return form
}

async function readAtMost(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength
    if (length > answerBytes) throw new HttpTrouble('too-large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The client reads only flat errors; the documented `{ errors: [...] }` is flattened, anything but an object is trouble. */
function checkedBody(status: number, text: string): string {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined
  }
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
  if (status < 400) {
    if (!isObject) throw new HttpTrouble('garbage')
    return text
  }
  const { errors } = (isObject ? body : {}) as { errors?: unknown }
  const flat: unknown = Array.isArray(errors) ? errors[0] : body
  const { code } = (typeof flat === 'object' && flat !== null ? flat : {}) as { code?: unknown }
  return JSON.stringify({ status, code: typeof code === 'string' || typeof code === 'number' ? code : undefined, message: 'refused' })
}
