import { createHmac } from 'node:crypto'

/**
 * The signature of a webhook: base64 of the HMAC-SHA1, with the signing key, of the URL. For a
 * form, the name and the value of each field follow the URL, sorted by name. A JSON body adds
 * nothing: its hash is part of the URL. Source: SignalWire, "Webhook security" of the Compatibility
 * API.
 *
 * @param key The signing key, `PSK...`.
 * @param url The URL exactly as it is requested.
 * @param fieldsOrBody The form fields, each name once; or the text of a body that is not a form.
 */
export function sign(
  key: string,
  url: string,
  fieldsOrBody: Readonly<Record<string, string>> | string,
): string {
  const form =
    typeof fieldsOrBody === 'string'
      ? ''
      : Object.entries(fieldsOrBody)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .flat()
          .join('')
  return createHmac('sha1', key)
    .update(url + form, 'utf8')
    .digest('base64')
}
