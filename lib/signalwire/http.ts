/** What the vendor's client hands to an HTTP client, as far as it is used. @internal */
export interface ClientRequest {
  readonly method: string
  readonly uri: string
  readonly username: string
  readonly password: string
  readonly headers?: Readonly<Record<string, string>>
  readonly data?: Readonly<Record<string, unknown>>
}

/**
 * Trouble on the way to SignalWire; `reason` is a word, never a message of the network, which may
 * quote credentials.
 * @internal
 */
export class HttpError extends Error {
  constructor(readonly reason: 'timeout' | 'network' | 'redirect' | 'too-large' | 'garbage') {
    super(reason)
  }
}

/** One request to the Space. @internal */
export interface SpaceRequest {
  readonly method: string
  readonly url: string
  readonly username: string
  readonly password: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: URLSearchParams | string | undefined
}

const wholeRequestMilliseconds = 10_000
const answerBytes = 64 * 1024

/**
 * Sends one request: a limit on all of it and on the answer, connections kept alive, no redirects,
 * nothing remembered. Throws {@link HttpTrouble} and nothing else; any status below 300 or from 400
 * on is an answer.
 * @internal
 */
export async function sendRequest({
  method,
  url,
  username,
  password,
  headers,
  body,
}: SpaceRequest): Promise<{ readonly status: number; readonly text: string }> {
  const signal = AbortSignal.timeout(wholeRequestMilliseconds)
  try {
    const response = await fetch(url, {
      method,
      headers: {
        ...headers,
        Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      },
      body,
      redirect: 'manual',
      signal,
    })
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel()
      throw new HttpError('redirect')
    }
    return { status: response.status, text: await readAtMost(response) }
  } catch (error) {
    if (error instanceof HttpError) throw error
    // The original is dropped: it may hold the Authorization header.
    throw new HttpError(signal.aborted ? 'timeout' : 'network')
  }
}

async function readAtMost(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength
    if (length > answerBytes) throw new HttpError('too-large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
