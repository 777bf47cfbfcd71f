import type { IncomingMessage } from 'node:http'

/**
 * Whether a form was sent by a page of this app. Browsers set both headers themselves, and no page
 * can change them. The app's own origin comes from its configuration: a header such as `Host` may
 * be the attacker's choice. A missing or `null` Origin proves nothing.
 * @param origins The origins of the app. `undefined` if the app checks its own CSRF token: then a
 * form from a browser without `Sec-Fetch-Site` is accepted.
 */
export function isOwnForm(
  { headers }: IncomingMessage,
  origins: ReadonlySet<string> | undefined,
): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return origins === undefined || origins.has(headers.origin ?? '')
}
