/**
 * Whether a URL is a path of this app: a slash and at most 1,000 printable ASCII characters.
 * Refuses absolute URLs, and `//host` and `/\host`, which browsers read as another site.
 * Refuses control characters, which could split the header `Location`.
 * @internal
 */
export const isOwnPath = (url: unknown): url is string =>
  typeof url === 'string' && /^\/(?![/\\])[\x21-\x7e]{0,1000}$/.test(url)
