import canonicalizeModule from 'canonicalize'
import type { ApprovalDetails } from '../options/approval.js'

// The types of this package describe an ES module, but it is CommonJS: its export is the function.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined

const maxBytes = 2048
const maxLevels = 5

/**
 * The one text of `details`, by RFC 8785 (JSON Canonicalization Scheme). Throws a `TypeError` that
 * says what is wrong, and where, for everything that JSON would change or lose: the code is bound
 * to this text, and the app gets its details back from it.
 * @internal
 */
export function canonicalizeDetails(details: unknown): string {
  if (!isPlainObject(details)) throw new TypeError('details must be a plain object.')
  check(details, 'details', 1)
  const text = canonicalize(details) ?? ''
  if (Buffer.byteLength(text) > maxBytes)
    throw new TypeError(`details must have at most ${maxBytes} bytes as JSON.`)
  return text
}

/** The details in their canonical text, frozen at every level. @internal */
export function parseDetails(text: string): ApprovalDetails {
  const freeze = (value: unknown): unknown => {
    if (typeof value === 'object' && value !== null) {
      Object.values(value).forEach(freeze)
      Object.freeze(value)
    }
    return value
  }
  return freeze(JSON.parse(text)) as ApprovalDetails
}

function check(value: unknown, path: string, level: number): void {
  if (value === null || typeof value === 'boolean') return
  if (typeof value === 'string') checkString(value, path)
  else if (typeof value === 'number') checkNumber(value, path)
  else if (Array.isArray(value) || isPlainObject(value)) checkParts(value, path, level)
  else
    throw new TypeError(
      `${path} must be a string, a whole number, a boolean, null, an array or a plain object.`,
    )
}

function checkParts(value: object, path: string, level: number): void {
  if (level > maxLevels)
    throw new TypeError(`${path} is nested too deep: ${maxLevels} levels at most.`)
  // Symbols, accessors and hidden properties would be lost in JSON.
  const own = Reflect.ownKeys(value).filter(key => !(Array.isArray(value) && key === 'length'))
  for (const key of own) {
    const at = `${path}.${String(key)}`
    const property = Object.getOwnPropertyDescriptor(value, key)
    if (typeof key === 'symbol' || property?.enumerable !== true || !('value' in property))
      throw new TypeError(`${at} must be an ordinary property.`)
    checkString(key, at)
    check(property.value, at, level + 1)
  }
  if (Array.isArray(value) && own.length !== value.length)
    throw new TypeError(`${path} must have a value at every index.`)
}

function checkString(text: string, path: string): void {
  if (/\p{Cs}/u.test(text)) throw new TypeError(`${path} has half of a surrogate pair.`)
}

function checkNumber(number: number, path: string): void {
  if (!Number.isSafeInteger(number) || Object.is(number, -0))
    throw new TypeError(
      `${path} must be a whole number: write an amount in minor units (12050) or as text ("120.50").`,
    )
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
