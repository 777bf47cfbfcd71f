import type { IncomingMessage } from 'node:http'

// The order matters: most browsers also name other browsers.
const browsers = [
  ['Edg', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser', 'Samsung Internet'],
  ['Firefox/', 'Firefox'],
  ['FxiOS', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['CriOS', 'Chrome'],
  ['Safari/', 'Safari'],
] as const
const systems = [
  ['iPhone', 'an iPhone'],
  ['iPad', 'an iPad'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'a Mac'],
  ['Linux', 'Linux'],
] as const

/**
 * A name for the browser of a request, for example "Firefox on Linux"; `undefined` for an unknown
 * one. The name consists of our own words only: pages show it, and a `User-Agent` header can
 * contain anything.
 */
export function browserName({
  headers: { 'user-agent': userAgent = '' },
}: Pick<IncomingMessage, 'headers'>): string | undefined {
  const nameIn = (list: readonly (readonly [token: string, name: string])[]): string | undefined =>
    list.find(([token]) => userAgent.includes(token))?.[1]
  const browser = nameIn(browsers)
  const system = nameIn(systems)
  return browser === undefined || system === undefined ? browser : `${browser} on ${system}`
}
