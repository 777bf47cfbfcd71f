import type { WebhookFault } from '../types/faults.js'
import { sign } from './signature.js'

/** Where the Space sends a request. @internal */
export interface Address {
  readonly url: string
  readonly method: 'GET' | 'POST'
}

/** The form fields of a request, each name once. @internal */
export type Fields = Readonly<Record<string, string>>

/** A request to the app. It can be sent again, byte for byte the same. @internal */
export interface Webhook extends Address {
  readonly fields: Fields
  /** A header with two values is sent twice. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: string
}

/** A webhook that failed. `code` is SignalWire's error code. @internal */
export class WebhookError extends Error {
  constructor(
    readonly code: number,
    /** The message without the code. */
    readonly reason: string,
  ) {
    super(`${reason} (error ${code})`)
  }
}

/**
 * Writes and signs a request. A GET carries its fields in the URL, which then is what is signed.
 * @internal
 */
export function prepareWebhook(
  { url: to, method }: Address,
  fields: Fields,
  signingKey: string,
  fault?: WebhookFault['signature'],
): Webhook {
  const form = new URLSearchParams(fields).toString()
  // The signature is for the URL as it is sent: the host in small letters, a path, everything
  // encoded.
  const { href } = new URL(to)
  const url = method === 'POST' ? href : `${href}${separatorFor(href)}${form}`
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

function separatorFor(href: string): string {
  if (!href.includes('?')) return '?'
  return href.endsWith('?') || href.endsWith('&') ? '' : '&'
}

/** The headers of a webhook as an object. @internal */
export function headersOf({ headers }: Webhook): Fields {
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, values.join(', ')]),
  )
}

/**
 * Whether a text is an absolute http or https URL without a fragment, as webhooks need it.
 * @internal
 */
export function isWebUrl(text: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false
  return ['http:', 'https:'].includes(new URL(text).protocol)
}
