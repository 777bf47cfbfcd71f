import { describe, expect, test } from 'vitest'
import { isPermitted, maskPhone, parsePhone } from '../lib/phone.js'

const may = (text: string, ...countries: string[]): boolean => {
  const phone = parsePhone(text)
  return phone !== undefined && isPermitted(phone, new Set(countries))
}

describe('telephone numbers', () => {
  test('ten spellings are one number', () => {
    const spellings = [
      '+12025550123',
      '+1 202 555 0123',
      '+1 (202) 555-0123',
      '+1-202-555-0123',
      '+1.202.555.0123',
      '+1 202-555-0123',
      '+1(202)5550123',
      '+1 2025550123',
      '+1 202\u00a0555\u00a00123',
      '+1 202\u2011555\u20110123',
    ]
    expect(new Set(spellings.map(text => parsePhone(text)?.number))).toEqual(
      new Set(['+12025550123']),
    )
  })

  test.each([
    '',
    '+',
    '2025550123',
    '12025550123',
    '+1202555012',
    '+120255501234',
    '+1 202 555 0123 ext. 5',
    '+12025550123;ext=5',
    '+1202555CALL',
    'sip:+12025550123@evil.example',
    'tel:+12025550123',
    '+12025550123,+19005551234',
    '+12025550123\n+19005551234',
    '++12025550123',
    '+12025550123+',
    '+1202555０123',
    '+999123456789',
    ' '.repeat(50),
  ])('is refused: %j', text => {
    expect(parsePhone(text)).toBeUndefined()
  })

  test.each([
    ['premium', '+19005551234'],
    ['toll-free', '+18005551234'],
    ['personal', '+447011234567'],
    ['British premium', '+449012345678'],
    ['satellite, which belongs to no country', '+870773111632'],
    ['satellite, another', '+881612345678'],
    ['international shared cost', '+80812345678'],
    ['international premium', '+979123456789'],
    ['directory assistance', '+12125551212'],
    ['pay per call', '+12129761234'],
  ])('is never permitted, whatever the countries: %s', (_, text) => {
    expect(may(text, 'US', 'GB', '001')).toBe(false)
  })

  test('+1 is many countries: the region decides', () => {
    expect(may('+12025550123', 'US')).toBe(true)
    expect(may('+16135550123', 'US')).toBe(false)
    expect(may('+18765551234', 'US', 'CA')).toBe(false)
    expect(may('+18095551234', 'US', 'CA')).toBe(false)
  })

  test('nothing permitted, nothing called', () => {
    expect(may('+12025550123')).toBe(false)
  })

  test('a mask shows two digits and not the length', () => {
    expect(maskPhone('+12025550123')).toBe('••• ••• ••23')
    expect(maskPhone('+4930123456')).toHaveLength(maskPhone('+12025550123').length)
  })
})
