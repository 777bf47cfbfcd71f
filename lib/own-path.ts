/**
 * Whether a URL is a path of this app, of at most 1,001 printable ASCII characters. Browsers read
 * `//host` and `/\host` as another site. A control character would split the header `Location`. An
 * absolute URL names an origin of its own.
 * @internal
 */
export const isOwnPath = (url: unknown): url is string =>
  typeof url === 'string' && /^\/(?![/\\])[\x21-\x7e]{0,1000}$/.test(url)
