import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'

/** The form fields of a webhook, each name once. @internal */
export type FormFields = Readonly<Record<string, string>>

/**
 * Returns a function that checks `X-SignalWire-Signature`: base64 of HMAC-SHA1, under the Signing
 * Key, of the URL and then each form field, name and value, sorted by name. SignalWire signs the
 * URL with or without its standard port, so both forms are valid. Source: SignalWire, "Webhook
 * security" of the Compatibility API.
 * @internal
 */
export function createSignatureCheck(
  signingKeys: readonly string[],
): (header: string, url: string, fields: FormFields) => boolean {
  const keys = signingKeys.map(key => createSecretKey(Buffer.from(key)))
  return (header, url, fields) => {
    const given = Buffer.from(header)
    const form = formText(fields)
    let valid = false
    // All combinations are tried: the time must not tell which key or form of the URL was right.
    for (const signedUrl of withAndWithoutPort(url))
      for (const key of keys) valid = isSignature(given, key, signedUrl + form) || valid
    return valid
  }
}

/** Signs a webhook as SignalWire does. @internal */
export const signWebhook = (signingKey: string, url: string, fields: FormFields): string =>
  sign(createSecretKey(Buffer.from(signingKey)), url + formText(fields))

/** The form fields as the signature covers them. */
const formText = (fields: FormFields): string =>
  Object.keys(fields)
    .sort()
    .map(name => name + String(fields[name]))
    .join('')

const sign = (key: KeyObject, text: string): string =>
  createHmac('sha1', key).update(text).digest('base64')

function isSignature(given: Buffer, key: KeyObject, text: string): boolean {
  const expected = Buffer.from(sign(key, text))
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function withAndWithoutPort(url: string): readonly string[] {
  const withoutPort = /^(https?):\/\/(?:\[[^\]]*\]|[^/:?#]+)(?![^/?#])/.exec(url)
  if (withoutPort === null) return [url]
  const [start, protocol] = withoutPort
  return [url, `${start}:${protocol === 'https' ? 443 : 80}${url.slice(start.length)}`]
}
