import { describe, expect, test } from 'vitest'
import { readCode } from '../lib/code-input.js'
import { readRecoveryCode } from '../lib/recovery-codes.js'

describe('the one-time code that a user typed', () => {
  test.each([
    ['plain', '123456'],
    ['with spaces and hyphens', ' 12 34-56 '],
    ['with a space between all digits', '1 2 3 4 5 6'],
    ['in 64 characters', `123456${' '.repeat(58)}`],
    ['with a tab', '123\t456'],
    ['with a line break at its end', '123456\r\n'],
    ['with a no-break space', '123\u00a0456'],
    ['with a narrow no-break space', '123\u202f456'],
    ['with an ideographic space', '123\u3000456'],
    ['with a zero-width space', '123\u200b456'],
    ['with a zero-width non-joiner', '123\u200c456'],
    ['with a zero-width joiner', '123\u200d456'],
    ['with a word joiner', '123\u2060456'],
    ['with a byte order mark', '\ufeff123456'],
    ['with an en dash', '123\u2013456'],
    ['with a non-breaking hyphen', '123\u2011456'],
    ['with a full-width hyphen', '123\uff0d456'],
    ['in full-width digits', '１２３４５６'],
    ['in full-width and other digits', '１２３ 456'],
  ])('the code is accepted %s', (_, code) => {
    expect(readCode({ code }, 6)).toBe('123456')
  })

  test.each([
    '',
    ' ',
    '12345',
    '1234567',
    '12345a',
    '12345٦',
    '12345۶',
    '12345६',
    '12345⑥',
    '12345⁶',
    '12345𝟔',
    '12345\u2212\u0036',
    '12345_6',
    '12.34.56',
    '+123456',
    '123\u0000456',
    '123\u00ad456',
    '１２３４５',
    `123456${' '.repeat(59)}`,
    123456,
    null,
    undefined,
    true,
    ['123456'],
    { code: '123456' },
    [],
    {},
  ])('the input %j is not a code', code => {
    expect(readCode({ code }, 6)).toBeUndefined()
  })

  test.each([
    undefined,
    null,
    'code',
    7,
    true,
    [],
    {},
    Object.create({ code: '123456' }) as object,
    Object.assign(() => undefined, { codes: '123456' }),
  ])('a body without a property "code" of its own holds no code: %j', body => {
    expect(readCode(body, 6)).toBeUndefined()
    expect(readRecoveryCode(body)).toBeUndefined()
  })

  test('a code in the prototype of all objects is not read', () => {
    Object.defineProperty(Object.prototype, 'code', { value: '123456', configurable: true })
    try {
      expect(readCode({}, 6)).toBeUndefined()
      expect(readCode({ code: undefined }, 6)).toBeUndefined()
    } finally {
      Reflect.deleteProperty(Object.prototype, 'code')
    }
  })
})

describe('the recovery code that a user typed', () => {
  test.each([
    ['as it was shown', '0A1B2-C3D4E'],
    ['in lower case with the letters O and L', 'oalb2 c3d4e'],
    ['with full-width digits', '０A１B２C３D４E'],
    ['with an en dash and a no-break space', '0A1B2\u2013C3D4E\u00a0'],
    ['with zero-width characters', '\ufeff0A1B2\u200bC3D4E'],
  ])('the recovery code is accepted %s', (_, code) => {
    expect(readRecoveryCode({ code })).toBe('0A1B2C3D4E')
  })

  test.each([
    '0A1B2-C3D4',
    '0A1B2-C3D4EF',
    '0A1B2-C3D4U',
    '０Ａ1B2C3D4E',
    'ß'.repeat(5),
    `0A1B2C3D4E${' '.repeat(55)}`,
  ])('the input %j is not a recovery code', code => {
    expect(readRecoveryCode({ code })).toBeUndefined()
  })
})
