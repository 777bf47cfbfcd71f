import { describe, expect, test } from 'vitest'
import {
  explainPhoneMistake,
  isPermitted,
  parseDestination,
  parsePhone,
  phoneAsStored,
} from '../lib/phone.js'
import { masked } from '../lib/words.js'

const isAllowed = (text: string, ...countries: string[]): boolean => {
  const phone = parsePhone(text)
  return phone !== undefined && isPermitted(phone, new Set(countries))
}

describe('phone numbers that people type or paste', () => {
  test.each([
    ['in E.164', '+12025550123'],
    ['with spaces', '+1 202 555 0123'],
    ['with parentheses and a hyphen', '+1 (202) 555-0123'],
    ['with hyphens', '+1-202-555-0123'],
    ['with dots', '+1.202.555.0123'],
    ['with slashes', '+1/202/555/0123'],
    ['with brackets', '+1 [202] 555 0123'],
    ['with a space before the plus', ' +1 202 555 0123 '],
    ['with no-break spaces', '+1 202\u00a0555\u00a00123'],
    ['with narrow no-break spaces', '+1\u202f202\u202f555\u202f0123'],
    ['with thin spaces', '+1\u2009202\u2009555\u20090123'],
    ['with ideographic spaces', '+1\u3000202\u3000555\u30000123'],
    ['with a tab', '+1\t202 555 0123'],
    ['with hyphens of U+2010', '+1\u2010202\u2010555\u20100123'],
    ['with non-breaking hyphens', '+1 202\u2011555\u20110123'],
    ['with en dashes', '+1\u2013202\u2013555\u20130123'],
    ['with em dashes', '+1\u2014202\u2014555\u20140123'],
    ['with minus signs', '+1\u2212202\u2212555\u22120123'],
    ['inside the direction marks of a contact', '\u202a+1 202 555 0123\u202c'],
    ['inside direction isolates', '\u2066+1 202 555 0123\u2069'],
    ['with left-to-right marks', '\u200e+1 202 555 0123\u200e'],
    ['with zero-width spaces', '+1\u200b202\u200b555\u200b0123'],
    ['with a byte order mark', '\ufeff+12025550123'],
    ['with a soft hyphen', '+1202\u00ad5550123'],
    ['in full-width characters', '＋１（２０２）５５５－０１２３'],
    ['in Arabic-Indic digits', '+١٢٠٢٥٥٥٠١٢٣'],
    ['in Extended Arabic-Indic digits', '+۱۲۰۲۵۵۵۰۱۲۳'],
  ])('a number is read %s', (_, text) => {
    expect(parsePhone(text)?.number).toBe('+12025550123')
  })

  test('a national prefix in parentheses is left out', () => {
    expect(parsePhone('+44 (0) 20 7946 0958')?.number).toBe('+442079460958')
  })

  test.each([
    '',
    '+',
    '2025550123',
    '12025550123',
    '+1202555012',
    '+120255501234',
    '+1 202 555 0123 ext. 5',
    '+1 202 555 0123 x5',
    '+1 202 555 0123 ~5',
    '+1 202 555 0123 #5',
    '+12025550123;ext=5',
    '+1202555CALL',
    'sip:+12025550123@evil.example',
    'tel:+12025550123',
    '+12025550123,+19005551234',
    '+12025550123\n+19005551234',
    '+12025550123/+19005551234',
    '+1202555\n0123',
    '++12025550123',
    '＋+12025550123',
    '+12025550123+',
    '+1202555०123',
    '+1202555\u00000123',
    '+999123456789',
    ' '.repeat(50),
    `+12025550123${' '.repeat(53)}`,
  ])('the number %j is refused', text => {
    expect(parsePhone(text)).toBeUndefined()
  })
})

describe('the sentence for a number that cannot be read', () => {
  test.each([
    [
      'no country code',
      '2025550123',
      /^The country code is missing\. Begin the phone number with \+/,
    ],
    ['00 in place of +', '0044 20 7946 0958', /^The country code is missing\./],
    ['too few digits', '+1 202 555 012', /^This phone number is too short\./],
    ['too many digits', '+1 202 555 01234', /^This phone number is too long\./],
    ['a number that nobody can have', '+1 200 555 0123', /^This phone number does not exist\./],
    ['an unknown country code', '+999 123 456 789', /^This phone number does not exist\./],
    ['an extension', '+1 202 555 0123 ext. 5', /^Enter only the phone number, without letters/],
    ['other text', 'call +1 202 555 0123', /^Enter only the phone number, without letters/],
    ['no digit', 'my phone', /^Enter the phone number with its country code/],
    ['nothing', '', /^Enter the phone number with its country code/],
    ['no text', undefined, /^Enter the phone number with its country code/],
    ['a list', ['+12025550123'], /^Enter the phone number with its country code/],
  ])('the sentence for %s names the mistake and has an example', (_, text, sentence) => {
    expect(explainPhoneMistake(text)).toMatch(sentence)
    expect(explainPhoneMistake(text)).toMatch(/, for example \+1 202 555 0123\.$/)
  })
})

describe('numbers that may be called', () => {
  test.each([
    ['premium', '+19005551234'],
    ['toll-free', '+18005551234'],
    ['personal', '+447011234567'],
    ['British premium', '+449012345678'],
    ['satellite (+870)', '+870773111632'],
    ['satellite (+881)', '+881612345678'],
    ['international shared cost', '+80812345678'],
    ['international premium', '+979123456789'],
    ['directory assistance', '+12125551212'],
    ['pay per call', '+12129761234'],
  ])('a %s number is never allowed, whatever the countries are', (_, text) => {
    expect(isAllowed(text, 'US', 'GB', '001')).toBe(false)
  })

  test('the region decides for numbers with +1, not the country code', () => {
    expect(isAllowed('+12025550123', 'US')).toBe(true)
    expect(isAllowed('+16135550123', 'US')).toBe(false)
    expect(isAllowed('+18765551234', 'US', 'CA')).toBe(false)
    expect(isAllowed('+18095551234', 'US', 'CA')).toBe(false)
  })

  test('no number is allowed without a country', () => {
    expect(isAllowed('+12025550123')).toBe(false)
  })
})

describe('a phone on record', () => {
  test('an extension makes it another phone than the number alone', () => {
    expect(parseDestination({ number: '+1 202 555 0123', extension: '12' })).toMatchObject({
      number: '+12025550123',
      extension: '12',
      phone: '+12025550123;ext=12',
    })
    expect(parseDestination({ number: '+12025550123', extension: null })?.phone).toBe(
      '+12025550123',
    )
  })

  test.each(['', '123456789', '1 2', '１２', 'w1', 12])(
    'the extension %j is refused',
    extension => {
      expect(
        parseDestination({ number: '+12025550123', extension: extension as string }),
      ).toBeUndefined()
    },
  )
})

test('a masked number shows two digits and not the length', () => {
  expect(masked('+12025550123')).toBe('••• ••• ••23')
  expect(masked('+4930123456')).toHaveLength(masked('+12025550123').length)
})

test.each([
  [{ number: '+12025550123' }, '+12025550123'],
  [{ number: '+12025550123', extension: '5' }, '+12025550123;ext=5'],
  [{ number: '+1 202 555 0123' }, undefined],
  [{ number: '+12025550123;ext=5' }, undefined],
  [{ number: 12025550123 as unknown as string }, undefined],
])('the phone of the stored entry %j is compared as %s without parsing', (entry, phone) => {
  expect(phoneAsStored(entry)).toBe(phone)
})
