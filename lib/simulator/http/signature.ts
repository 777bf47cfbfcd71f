import { createHmac } from 'node:crypto'

/**
 * The signature of a webhook: base64 of HMAC-SHA1, under the signing key, of the URL and then, for a form, each field's
 * name and value, sorted by name. A JSON body is signed through its hash in the URL, so it adds nothing itself.
 * Source: SignalWire, "Webhook security" of the Compatibility API.
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
