import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'

/** The form fields of a webhook, each name once. @internal */
export type FormFields = Readonly<Record<string, string>>

/**
 * A check of `X-SignalWire-Signature`: base64 of HMAC-SHA1, under the Signing Key, of the URL
 * followed by every form field, name then value, sorted by name. The URL is signed with or without
 * its standard port, so both are tried. Source: SignalWire, "Webhook security" of the Compatibility
 * API.
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
    // No early end: which key or spelling fits must not show in the time it takes.
    for (const spelling of spellings(url))
      for (const key of keys) valid = fits(given, key, spelling + form) || valid
    return valid
  }
}

function fits(given: Buffer, key: KeyObject, text: string): boolean {
  const expected = Buffer.from(createHmac('sha1', key).update(text).digest('base64'))
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function spellings(url: string): readonly string[] {
  const withoutPort = /^(https?):\/\/(?:\[[^\]]*\]|[^/:?#]+)(?![^/?#])/.exec(url)
  if (withoutPort === null) return [url]
  const [start, protocol] = withoutPort
  return [url, `${start}:${protocol === 'https' ? 443 : 80}${url.slice(start.length)}`]
}
