import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { sign } from './signature.js'
import type { WebhookFault } from '../types/faults.js'

/** A request to the app, ready to be sent, and to be sent again exactly alike. @internal */
export interface Webhook {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly fields: Readonly<Record<string, string>>
  /** A header with two values is sent twice. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: string
}

/** @internal */
export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

const answerBytes = 64 * 1024
const wholeRequestMilliseconds = 5000

/** Writes and signs a webhook. A GET carries its fields in the URL, which is then what is signed. @internal */
export function prepareWebhook(
  to: string,
  method: 'GET' | 'POST',
  fields: Readonly<Record<string, string>>,
  signingKey: string,
  fault: WebhookFault['signature'],
): Webhook {
  const form = new URLSearchParams(fields).toString()
  // What goes over the wire is signed: the host in small letters, a path, everything encoded.
  const { href } = withoutFragment(to)
  const url = method === 'POST' ? href : `${href}${href.includes('?') ? '&' : '?'}${form}`
  const signed = method === 'POST' ? fields : {}
  const right = sign(signingKey, url, signed)
  const wrong = sign(`not ${signingKey}`, url, signed)
  const signatures = { right: [right], none: [], wrong: [wrong], two: [right, wrong] }[
    fault ?? 'right'
  ]
  return {
    url,
    method,
    fields,
    headers: {
      ...(method === 'POST' ? { 'Content-Type': ['application/x-www-form-urlencoded'] } : {}),
      ...(signatures.length === 0
        ? {}
        : { 'X-SignalWire-Signature': signatures, 'X-Twilio-Signature': signatures }),
    },
    body: method === 'POST' ? form : '',
  }
}

function withoutFragment(text: string): URL {
  const url = new URL(text)
  url.hash = ''
  return url
}

/** The headers of a webhook as an object. @internal */
export function headersOf({ headers }: Webhook): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, values.join(', ')]),
  )
}

/**
 * Sends a webhook: five seconds for the whole of it, no retry, no redirect, an answer of 64 kB at most.
 * Rejects with an Error that says what went wrong.
 * @internal
 */
export function sendWebhook(
  { url, method, headers, body }: Webhook,
  ended: AbortSignal,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(wholeRequestMilliseconds)
  return new Promise((resolve, reject) => {
    const fail = (error: Error & { code?: string }): void => {
      /* v8 ignore next -- Node's errors have codes */
      reject(
        new Error(
          timeout.aborted
            ? 'no answer within 5 seconds'
            : `no answer (${error.code ?? error.message})`,
        ),
      )
    }
    const send = url.startsWith('https:') ? httpsRequest : httpRequest
    const request = send(
      url,
      {
        method,
        // A new connection each time: nothing is left open in the app when its test is over.
        agent: false,
        signal: AbortSignal.any([timeout, ended]),
        headers: {
          ...headers,
          ...(method === 'POST' ? { 'Content-Length': Buffer.byteLength(body) } : {}),
        },
      },
      response => {
        const chunks: Buffer[] = []
        let length = 0
        response.on('data', (chunk: Buffer) => {
          length += chunk.length
          chunks.push(chunk)
          if (length <= answerBytes) return
          request.destroy()
          reject(new Error('the answer is over 64 kB'))
        })
        response.on('error', fail)
        response.on('end', () => {
          try {
            const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
            /* v8 ignore next -- an answer has one */
            resolve({
              status: response.statusCode ?? 0,
              contentType: response.headers['content-type'] ?? '',
              body: text,
            })
          } catch {
            reject(new Error('the answer is not UTF-8'))
          }
        })
      },
    )
    request.on('error', fail)
    request.end(body)
  })
}

/** Throws an Error if an answer cannot be LaML at all. @internal */
export function checkAnswer({ status, contentType }: Answer): void {
  if (status >= 300 && status < 400)
    throw new Error(
      `the answer is a redirect (${status}): the Space follows none, and keys would be lost on the way`,
    )
  if (status !== 200) throw new Error(`the answer is HTTP ${status}`)
  const type = contentType.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/xml' && type !== 'text/xml')
    throw new Error(
      `the content type of the answer is '${contentType}': application/xml or text/xml`,
    )
}
