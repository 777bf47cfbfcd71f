const maxLength = 64

/** White space, zero-width characters and dashes, which people paste or type between the digits. */
const separators = /[\s\u200b-\u200d\u2060\ufeff\p{Pd}]/gu
/** The digits of East Asian keyboards. */
const fullWidthDigits = /[\uff10-\uff19]/g
const fullWidthOffset = 0xff10 - 0x30

/**
 * The code that the user typed, without separators and with full-width digits as ASCII digits. It
 * must be the body's own property `field`, a string of at most 64 characters. Returns `undefined`
 * for everything else, so that an array or a property of a prototype never counts.
 *
 * Nothing else is changed. Unicode normalization (NFKC) would also accept `①` for `1`.
 * @internal
 */
export function readCodeText(body: unknown, field = 'code'): string | undefined {
  const given = Object(body) as Readonly<Record<string, unknown>>
  const code = Object.hasOwn(given, field) ? given[field] : undefined
  if (typeof code !== 'string' || code.length > maxLength) return undefined
  return code
    .replace(separators, '')
    .replace(fullWidthDigits, digit => String.fromCharCode(digit.charCodeAt(0) - fullWidthOffset))
}

/** The one-time code in the body: `length` digits; `undefined` for everything else. @internal */
export function readCode(body: unknown, length: number): string | undefined {
  const text = readCodeText(body)
  return text?.length === length && /^[0-9]+$/.test(text) ? text : undefined
}
