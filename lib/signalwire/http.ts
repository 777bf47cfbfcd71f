/**
 * The part of a request that the vendor's client passes to an HTTP client and that we use.
 * @internal
 */
export interface ClientRequest {
  readonly method: string
  readonly uri: string
  readonly username: string
  readonly password: string
  readonly headers?: Readonly<Record<string, string>>
  readonly data?: Readonly<Record<string, unknown>>
}

/**
 * There was no usable response from SignalWire. `reason` is one of these words, and never the
 * message of the original error, which may quote credentials.
 * @internal
 */
export class HttpError extends Error {
  constructor(readonly reason: 'timeout' | 'network' | 'redirect' | 'too-large' | 'garbage') {
    super(reason)
  }
}

/** SignalWire responded with a status of 400 or more. @internal */
export class StatusError extends Error {
  constructor(
    readonly status: number,
    /** SignalWire's own error code, if the body has one. */
    readonly code: string | number | undefined,
  ) {
    super(`HTTP ${status}`)
  }
}

/** One request to the Space, or to this app. @internal */
export interface OutboundRequest {
  readonly method: string
  readonly url: string
  /** Only for the Space. Without a name, the request has no credentials. */
  readonly username?: string
  readonly password?: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: URLSearchParams | string | undefined
}

const requestMilliseconds = 10_000
const maxResponseBytes = 64 * 1024

/**
 * Sends one request and returns its response. The whole request may take 10 seconds
 * and the body of the response may have 64 KiB. Redirects are refused, because the credentials must
 * not go to another host. Throws only {@link HttpError}.
 * @internal
 */
export async function sendRequest({
  method,
  url,
  username,
  password,
  headers,
  body,
}: OutboundRequest): Promise<{ readonly status: number; readonly text: string }> {
  const signal = AbortSignal.timeout(requestMilliseconds)
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...basicAuthorization(username, password) },
      body,
      redirect: 'manual',
      signal,
    })
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel()
      throw new HttpError('redirect')
    }
    return { status: response.status, text: await readBody(response) }
  } catch (error) {
    if (error instanceof HttpError) throw error
    // The original error is dropped: it may hold the Authorization header.
    throw new HttpError(signal.aborted ? 'timeout' : 'network')
  }
}

function basicAuthorization(username?: string, password?: string): Record<string, string> {
  if (username === undefined) return {}
  return { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength
    if (length > maxResponseBytes) throw new HttpError('too-large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
