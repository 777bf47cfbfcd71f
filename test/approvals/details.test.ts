import { expect, test } from 'vitest'
import { canonicalizeDetails, parseDetails } from '../../lib/approvals/details.js'

test('details have one canonical text, whatever the order of their properties', () => {
  const text = '{"amount":12050,"to":{"iban":"DE02","name":"Acme"}}'
  expect(canonicalizeDetails({ to: { name: 'Acme', iban: 'DE02' }, amount: 12050 })).toBe(text)
  expect(canonicalizeDetails({ amount: 12050, to: { iban: 'DE02', name: 'Acme' } })).toBe(text)
})

test('strings, safe integers, booleans, null, arrays and objects without a prototype are accepted', () => {
  const details = Object.assign(Object.create(null) as object, {
    text: 'Zürich 🏦',
    list: [1, 'two', [true, null]],
    least: Number.MIN_SAFE_INTEGER,
  })
  expect(parseDetails(canonicalizeDetails(details))).toEqual({ ...details })
})

test('what the handler gets is frozen at every level', () => {
  const details = parseDetails(canonicalizeDetails({ to: { names: ['Acme'] } }))
  const { names } = details['to'] as { names: string[] }
  expect([details, details['to'], names].every(Object.isFrozen)).toBe(true)
})

test('a property that is named __proto__ stays a property of its own', () => {
  const details = JSON.parse('{"__proto__":{"amount":1}}') as unknown
  const parsed = parseDetails(canonicalizeDetails(details))
  expect(Object.keys(parsed)).toEqual(['__proto__'])
  expect(parsed['amount']).toBeUndefined()
})

test.each([
  ['no object', 'text', /^details must be a plain object/],
  ['an array', [], /^details must be a plain object/],
  ['an instance of a class', new Date(0), /^details must be a plain object/],
  ['a fraction', { amount: 1.5 }, /^details\.amount must be a whole number/],
  ['an unsafe integer', { amount: 2 ** 53 }, /^details\.amount must be a whole number/],
  ['minus zero', { amount: -0 }, /^details\.amount must be a whole number/],
  ['NaN', { amount: NaN }, /^details\.amount must be a whole number/],
  ['infinity', { amount: Infinity }, /^details\.amount must be a whole number/],
  ['a bigint', { amount: 1n }, /^details\.amount must be a string/],
  ['undefined', { payee: undefined }, /^details\.payee must be a string/],
  ['a function', { payee: () => 'Acme' }, /^details\.payee must be a string/],
  ['a date inside', { on: new Date(0) }, /^details\.on must be a string/],
  ['half of a surrogate pair', { payee: '\ud83c' }, /^details\.payee has half of a surrogate pair/],
  ['half of a pair in a name', { '\ud83c': 1 }, /has half of a surrogate pair/],
  ['a symbol', { [Symbol('amount')]: 1 }, /must be an ordinary property/],
  [
    'an accessor',
    Object.defineProperty({}, 'amount', { get: () => 1, enumerable: true }),
    /ordinary/,
  ],
  ['a hidden property', Object.defineProperty({}, 'amount', { value: 1 }), /ordinary property/],
  // JSON would write null for the gap.
  ['an array with a gap', { list: [1, , 3] }, /^details\.list must have a value at every index/],
  ['an array with a gap at its end', { list: new Array(1) }, /^details\.list must have a value/],
  ['an array with a name', { list: Object.assign([1], { extra: 1 }) }, /at every index/],
  ['a gap that a name fills', { list: Object.assign([1, , 3], { extra: 1 }) }, /at every index/],
  ['six levels', { a: { b: { c: { d: { e: { f: 1 } } } } } }, /^details\.a\.b\.c\.d\.e is nested/],
  ['over 2 KiB', { text: 'x'.repeat(2048) }, /^details must have at most 2048 bytes/],
])('details with %s are refused with the place of the mistake', (_, details, message) => {
  expect(() => canonicalizeDetails(details)).toThrow(TypeError)
  expect(() => canonicalizeDetails(details)).toThrow(message)
})

test('what is executed is what was checked, also if a proxy or a toJSON() would return something else', () => {
  class Sly extends Array<number> {
    toJSON() {
      return { amount: 1.5 }
    }
  }
  const proxy = new Proxy(
    { amount: 1 },
    { get: (_, name) => (name === 'amount' ? 999 : undefined) },
  )
  expect(canonicalizeDetails({ list: Sly.of(1, 2) })).toBe('{"list":[1,2]}')
  expect(canonicalizeDetails(proxy)).toBe('{"amount":1}')
})

test('a cycle in details is refused instead of hanging', () => {
  const details: Record<string, unknown> = {}
  details['self'] = details
  expect(() => canonicalizeDetails(details)).toThrow(/nested too deep/)
})

test('five levels and 2,048 bytes are the most that is accepted', () => {
  expect(canonicalizeDetails({ a: { b: { c: { d: { e: 1 } } } } })).toContain('"e":1')
  expect(canonicalizeDetails({ t: 'x'.repeat(2048 - '{"t":""}'.length) })).toHaveLength(2048)
})
