import { expect, test } from 'vitest'
import { checkPhoneChange, newPhoneOf } from '../../lib/approvals/phone-change.js'
import {
  checkApproval,
  detailsOf,
  isKind,
  parseApproval,
  writeApproval,
} from '../../lib/approvals/sealed-approval.js'

const languages = ['en-US', 'de-DE']
const check = (text: unknown, details: unknown = { amount: 1 }) =>
  checkApproval('payment', { details, text }, languages)
const failure = (code: string) => expect.objectContaining({ code }) as Error

test('an approval is written as one text and read again, with frozen details', () => {
  const content = check({ 'de-DE': 'Sie zahlen.', 'en-US': 'You pay.', 'fr-FR': 'Vous payez.' })
  expect(content).toEqual({
    kind: 'payment',
    details: '{"amount":1}',
    texts: { 'en-US': 'You pay.', 'de-DE': 'Sie zahlen.' },
    languages: ['en-US', 'de-DE'],
  })
  const read = parseApproval(writeApproval(content))
  expect(read).toEqual(content)
  expect(detailsOf(read)).toEqual({ amount: 1 })
  expect(Object.isFrozen(detailsOf(read))).toBe(true)
})

test('a single text is for the language that the call speaks first, and no other is offered', () => {
  expect(check('You pay.')).toMatchObject({
    texts: { 'en-US': 'You pay.' },
    languages: ['en-US'],
  })
})

test('the first language of the call needs a text of its own, not one from a prototype', () => {
  for (const text of [{ 'de-DE': 'Sie zahlen.' }, Object.create({ 'en-US': 'You pay.' })])
    expect(() => check(text)).toThrow(/text\['en-US'\]/)
})

test.each([undefined, null, 5, true, []])(
  'an approval with the text %j is a mistake of the app',
  text => {
    expect(() => check(text)).toThrow(failure('callback-failed'))
  },
)

test.each([undefined, null, 5, 'text'])(
  '%j in place of an approval is a mistake of the app',
  returned => {
    expect(() => checkApproval('payment', returned, languages)).toThrow(failure('callback-failed'))
  },
)

test.each([5, '', ' \u3000', ['x'], new String('x')])(
  'a text that is %j in one of the languages is a mistake of the app',
  text => {
    expect(() => check({ 'en-US': 'You pay.', 'de-DE': text })).toThrow(/a text that is not empty/)
  },
)

test('mistakes in the details name their place', () => {
  expect(() => check('You pay.', { amount: 1.5 })).toThrow(/approve\(\): details\.amount must be/)
  expect(() => check('You pay.', { amount: 1.5 })).toThrow(failure('callback-failed'))
})

test('200 characters and 400 bytes are the most that a text may have', () => {
  const longest = ['x'.repeat(200), 'é'.repeat(200), '語'.repeat(133) + 'x']
  for (const text of longest) {
    expect(check(text).texts).toEqual({ 'en-US': text })
    expect(() => check(`${text}x`)).toThrow(failure('approval-too-long'))
    expect(() => check({ 'en-US': 'You pay.', 'de-DE': `${text}x` })).toThrow(
      failure('approval-too-long'),
    )
  }
})

test.each([
  '<',
  '>',
  '\n',
  '\0',
  '\u0085',
  '\u200b',
  '\u202e',
  '\u2028',
  '\u2029',
  '\ud800',
  '\ue000',
  '\u0378',
  '\ufdd0',
  '\uffff',
  '\u{10ffff}',
  '\u{e0041}',
  '\u3164',
  '\ufe0f',
  '\u2800',
  '\ufffc',
  '\ufffd',
])('a text with the character %j is refused', character => {
  expect(() => check(`You pay${character}.`)).toThrow(failure('approval-malformed'))
})

test('letters and digits of every script, accents, signs and emoji are accepted', () => {
  for (const text of [
    'Zoë & Co, “120,50 €” (№ 5)',
    '您将支付',
    'お支払い先',
    'ปลา',
    'صديق',
    '5',
    'a 🏦',
  ])
    expect(check(text).texts).toEqual({ 'en-US': text })
})

test.each(['…', '. !', '🏦', '\u0301', '€'])(
  'a text that is only %j says nothing, and is refused',
  text => {
    expect(() => check(text)).toThrow(failure('approval-malformed'))
  },
)

test('a kind is a name of 1 to 40 lower-case letters, digits and hyphens', () => {
  for (const kind of ['a', 'phone-change', 'a1', 'x'.repeat(40)]) expect(isKind(kind)).toBe(true)
  for (const kind of ['', 'x'.repeat(41), 'A', '1a', '-a', 'a b', 'a\n', 'é', ['a'], undefined])
    expect(isKind(kind)).toBe(false)
})

const change = (
  phone: unknown,
  text: unknown = 'To 1 2 0 2 5 5 5 0 1 9 9.',
  kind = 'phone-change',
) => checkApproval(kind, { details: { phone }, text }, languages)

test('only a change of the number has a new number, in E.164', () => {
  expect(newPhoneOf(change(' +1 (202) 555-0199 '))).toBe('+12025550199')
  expect(newPhoneOf(change('+12025550199', 'You pay.', 'payment'))).toBeUndefined()
  for (const phone of ['2025550199', 'no number', 12025550199, null])
    expect(() => newPhoneOf(change(phone))).toThrow(failure('phone-malformed'))
})

test('a change of the number says every digit in every language', () => {
  expect(() => checkPhoneChange(change('+1 (202) 555-0199'))).not.toThrow()
  expect(() => checkPhoneChange(change('+12025550199', 'You pay.', 'payment'))).not.toThrow()
  for (const text of [
    'To one that ends in 0 1 9 9.',
    'To 1 2 0 2 5 5 5 0 1 9.',
    { 'en-US': 'To 1 2 0 2 5 5 5 0 1 9 9.', 'de-DE': 'Endet auf 0 1 9 9.' },
  ]) {
    expect(() => checkPhoneChange(change('+12025550199', text))).toThrow(failure('callback-failed'))
    expect(() => checkPhoneChange(change('+12025550199', text))).toThrow(/must say every digit/)
  }
})

test('a number in digits of another script is refused, because a text or a voice could skip them', () => {
  for (const phone of ['+١٢٠٢٥٥٥٠١٩٩', '+1202555０１９９']) {
    expect(newPhoneOf(change(phone))).toBe('+12025550199')
    expect(() => checkPhoneChange(change(phone))).toThrow(
      expect.objectContaining({
        code: 'phone-malformed',
        message: 'Enter the phone number with the digits 0 to 9.',
      }) as Error,
    )
  }
  expect(() => checkPhoneChange(change('no number'))).toThrow(failure('phone-malformed'))
})
