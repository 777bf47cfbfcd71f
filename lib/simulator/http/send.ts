import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { type Webhook, WebhookError } from './webhook.js'

/** The response of the app. @internal */
export interface AppResponse {
  readonly status: number
  readonly contentType: string
  /** Where a redirect leads. */
  readonly location: string | undefined
  readonly body: string
}

const maxBytes = 64 * 1024
/** Source: SignalWire, "Common webhook errors"; the last from the pages on connection overrides. */
const connectMilliseconds = 2000
const packetMilliseconds = 5000
const wholeMilliseconds = 15_000

/**
 * Sends a webhook: 2 seconds to connect, 5 to the first byte and between packets, 15 in all, at
 * most 64 kB, no retry. Rejects with a WebhookError that says what went wrong.
 * @internal
 */
export function sendWebhook(webhook: Webhook, ended: AbortSignal): Promise<AppResponse> {
  return new Promise((resolve, reject) => {
    const request = startRequest(webhook, ended)
    const fail = (error: unknown): void => {
      limits.clear()
      // Only the first error counts: destroying the request causes further ones.
      reject(error instanceof WebhookError ? error : networkError(error as Error))
      request.destroy()
    }
    const limits = new TimeLimits(reason => {
      fail(new WebhookError(11200, reason))
    })
    request.on('error', fail)
    request.on('socket', socket => {
      limits.onConnect(socket, webhook.url.startsWith('https:'))
    })
    request.on('response', response => {
      const onPacket = (): void => {
        limits.onPacket()
      }
      readResponse(response, onPacket).then(response => {
        limits.clear()
        resolve(response)
      }, fail)
    })
    request.end(webhook.body)
  })
}

function startRequest({ url, method, headers, body }: Webhook, signal: AbortSignal) {
  const { protocol, hostname, port, origin } = new URL(url)
  return (protocol === 'https:' ? httpsRequest : httpRequest)({
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    // Cut from the URL itself, so that a URL that ends in '?' is requested as it was signed.
    path: url.slice(origin.length),
    method,
    // A new connection each time: no connection stays open in the app after its test.
    agent: false,
    signal,
    headers: {
      ...headers,
      ...(method === 'POST' ? { 'Content-Length': Buffer.byteLength(body) } : {}),
    },
  })
}

/** The time limits of one request. */
class TimeLimits {
  private readonly whole: NodeJS.Timeout
  private step: NodeJS.Timeout

  constructor(private readonly stop: (reason: string) => void) {
    this.whole = this.start(wholeMilliseconds, 'the response took more than 15 seconds')
    this.step = this.start(connectMilliseconds, 'no connection within 2 seconds')
  }

  onConnect(socket: Socket, isSecure: boolean): void {
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      this.onPacket()
    })
  }

  onPacket(): void {
    clearTimeout(this.step)
    this.step = this.start(packetMilliseconds, 'no response within 5 seconds')
  }

  clear(): void {
    clearTimeout(this.whole)
    clearTimeout(this.step)
  }

  private start(milliseconds: number, reason: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.stop(reason)
    }, milliseconds)
  }
}

async function readResponse(response: IncomingMessage, onPacket: () => void): Promise<AppResponse> {
  onPacket()
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    onPacket()
    length += chunk.length
    if (length > maxBytes) throw new WebhookError(11750, 'the response is over 64 kB')
    chunks.push(chunk)
  }
  const { statusCode, headers } = response
  return {
    /* v8 ignore next -- a response has a status */
    status: statusCode ?? 0,
    contentType: headers['content-type'] ?? '',
    location: headers.location,
    body: decode(Buffer.concat(chunks)),
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new WebhookError(12100, 'the response is not UTF-8')
  }
}

/** Names an error of the network as SignalWire does. */
function networkError({ code = '', message }: Error & { readonly code?: string }): WebhookError {
  /* v8 ignore next -- Node's errors have codes */
  const reason = `no response (${code || message})`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new WebhookError(11210, reason)
  if (/SSL|TLS|CERT|EPROTO/.test(code)) return new WebhookError(11220, reason)
  if (code.startsWith('HPE_')) return new WebhookError(11251, reason)
  return new WebhookError(11200, reason)
}
