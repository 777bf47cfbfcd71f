// One HTTP request exactly as it is told. fetch and supertest would change paths and headers first.
import { type Agent, type OutgoingHttpHeaders, request } from 'node:http'

/** A response that was read to its end. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** What a request carries besides its method and path. */
export interface Carried {
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Uint8Array
  /** Default: a connection of its own for each request. */
  readonly agent?: Agent | false
}

/**
 * Sends one request. Rejects if there is no response.
 * @param url Only its host and port count.
 * @param path Sent as it is. `Content-Length` is added, unless `headers` has a `Transfer-Encoding`.
 */
export function send(
  url: string,
  method: string,
  path: string,
  { headers = {}, body, agent = false }: Carried = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url)
  const length =
    body === undefined || 'Transfer-Encoding' in headers
      ? {}
      : { 'Content-Length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    request(
      { hostname, port, method, path, headers: { ...length, ...headers }, agent },
      response => {
        const chunks: Buffer[] = []
        response
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('error', reject)
          .on('end', () => {
            resolve({
              status: response.statusCode ?? 0,
              headers: headersOf(response.rawHeaders),
              text: Buffer.concat(chunks).toString('utf8'),
            })
          })
      },
    )
      .on('error', reject)
      .end(body)
  })
}

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers()
  for (let index = 0; index < raw.length; index += 2)
    headers.append(raw[index] ?? '', raw[index + 1] ?? '')
  return headers
}

/** Cookies by name, as one browser keeps them. */
export class CookieJar extends Map<string, string> {
  /** What a browser sends back. */
  get header(): string {
    return [...this].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** Keeps what a response sets. */
  keep({ headers }: Pick<Answer, 'headers'>): void {
    for (const line of headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.set(name, value)
    }
  }
}
