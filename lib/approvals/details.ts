import canonicalizeModule from 'canonicalize'
import type { ApprovalDetails } from '../options/approval.js'

// The types of this package describe an ES module, but it is CommonJS: its export is the function.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined

const maxBytes = 2048
const maxLevels = 5

/**
 * Writes `details` as canonical JSON (RFC 8785, JSON Canonicalization Scheme). The code is bound to
 * this text, and the app gets the details back from it. Throws a `TypeError` for everything that
 * JSON would change or lose. Its message says what is wrong and where.
 * @internal
 */
export function canonicalizeDetails(details: unknown): string {
  if (!isPlainObject(details)) throw new TypeError('details must be a plain object.')
  // Write the copy, because only its values were checked. A proxy could return another value when
  // it is read again, and a subclass of Array could have its own toJSON().
  /* v8 ignore next -- an object has a text */
  const text = canonicalize(copy(details, 'details', 1)) ?? ''
  if (Buffer.byteLength(text) > maxBytes)
    throw new TypeError(`details must have at most ${maxBytes} bytes as JSON.`)
  return text
}

/** Reads details from their canonical text, and freezes them at every level. @internal */
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

/** Copies and checks a value. Every property is read once. */
function copy(value: unknown, path: string, level: number): unknown {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return checkString(value, path)
  if (typeof value === 'number') return checkNumber(value, path)
  if (Array.isArray(value) || isPlainObject(value)) return copyParts(value, path, level)
  throw new TypeError(
    `${path} must be a string, a whole number, a boolean, null, an array or a plain object.`,
  )
}

function copyParts(value: object, path: string, level: number): unknown {
  if (level > maxLevels)
    throw new TypeError(`${path} is nested too deep: ${maxLevels} levels at most.`)
  // Symbols, accessors and hidden properties would be lost in JSON.
  const own = Reflect.ownKeys(value).filter(key => !(Array.isArray(value) && key === 'length'))
  const entries = own.map(key => {
    const at = `${path}.${String(key)}`
    const property = Object.getOwnPropertyDescriptor(value, key)
    if (typeof key === 'symbol' || property?.enumerable !== true || !('value' in property))
      throw new TypeError(`${at} must be an ordinary property.`)
    return [checkString(key, at), copy(property.value, at, level + 1)] as const
  })
  if (!Array.isArray(value)) return Object.fromEntries(entries)
  if (entries.length !== value.length || entries.some(([key], index) => key !== String(index)))
    throw new TypeError(`${path} must have a value at every index.`)
  return entries.map(([, part]) => part)
}

function checkString(text: string, path: string): string {
  if (/\p{Cs}/u.test(text)) throw new TypeError(`${path} has half of a surrogate pair.`)
  return text
}

function checkNumber(number: number, path: string): number {
  if (!Number.isSafeInteger(number) || Object.is(number, -0))
    throw new TypeError(
      `${path} must be a whole number: write an amount in minor units (12050) or as text ("120.50").`,
    )
  return number
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
