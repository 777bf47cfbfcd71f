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
    const form = Object.keys(fields)
      .sort()
      .map(name => name + String(fields[name]))
      .join('')
    let valid = false
    // All combinations are tried: the time must not tell which key or form of the URL was right.
    for (const signedUrl of withAndWithoutPort(url))
      for (const key of keys) valid = isSignature(given, key, signedUrl + form) || valid
    return valid
  }
}

function isSignature(given: Buffer, key: KeyObject, text: string): boolean {
  const expected = Buffer.from(createHmac('sha1', key).update(text).digest('base64'))
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function withAndWithoutPort(url: string): readonly string[] {
  const withoutPort = /^(https?):\/\/(?:\[[^\]]*\]|[^/:?#]+)(?![^/?#])/.exec(url)
  if (withoutPort === null) return [url]
  const [start, protocol] = withoutPort
  return [url, `${start}:${protocol === 'https' ? 443 : 80}${url.slice(start.length)}`]
}
