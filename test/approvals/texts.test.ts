import { expect, test } from 'vitest'
import { day, lastDigits, money } from '../../lib/approvals/texts.js'

test('an amount is said as the people of each language say it', () => {
  expect(money(12050, 'EUR')).toEqual({
    'en-US': '120.50 euros',
    'en-GB': '120.50 euros',
    'es-ES': '120,50 euros',
    'es-MX': '120.50 euros',
    'fr-FR': '120,50 euros',
    'de-DE': '120,50 Euro',
    'it-IT': '120,50 euro',
    'pt-BR': '120,50 euros',
    'nl-NL': '120,50 euro',
    'pl-PL': '120,50 euro',
    'ja-JP': '120.50ユーロ',
    'zh-CN': '120.50欧元',
  })
})

test.each([
  ['es-ES', 200000000, 'EUR', '2.000.000 de euros'],
  ['es-MX', 100000000, 'MXN', '1,000,000 de pesos mexicanos'],
  ['es-ES', 200000050, 'EUR', '2.000.000,50 euros'],
  ['es-ES', 200100000, 'EUR', '2.001.000 euros'],
  ['fr-FR', 200000000, 'EUR', '2000000 d’euros'],
  ['fr-FR', 200000000, 'USD', '2000000 de dollars des États-Unis'],
  ['it-IT', 200000000, 'EUR', '2.000.000 di euro'],
  ['pt-BR', 200000000, 'USD', '2.000.000 de dólares americanos'],
  ['pl-PL', 123456789, 'PLN', '1234567,89 złotego polskiego'],
  ['de-DE', 100, 'PLN', '1 polnischer Złoty'],
  ['de-DE', 12050, 'CHF', '120,50 Schweizer Franken'],
  ['ja-JP', 12050, 'CHF', '120.50スイスフラン'],
  ['zh-CN', 10000, 'CNY', '100元人民币'],
  ['fr-FR', 12050, 'CNY', '120,50 yuans chinois'],
  ['de-DE', 12050, 'CNY', '120,50 chinesische Yuan'],
  ['de-DE', 100, 'CNY', '1 chinesischer Yuan'],
  ['fr-FR', 5000, 'KWD', '5 dinars koweïtiens'],
] as const)('in %s, %i minor units of %s are said as %s', (locale, amount, currency, text) => {
  expect(money(amount, currency)[locale]).toBe(text)
})

test.each([
  [12000, 'EUR', '120 euros'],
  [100, 'EUR', '1 euro'],
  [5, 'EUR', '0.05 euros'],
  [0, 'EUR', '0 euros'],
  [1500, 'JPY', '1,500 Japanese yen'],
  [1234567, 'KWD', '1,234.567 Kuwaiti dinars'],
  ['99999999999999', 'USD', '999,999,999,999.99 US dollars'],
  [9007199254740991, 'USD', undefined],
])('%s minor units of %s are %s, without rounding', (amount, currency, text) => {
  if (text === undefined) expect(() => money(amount, currency)).toThrow(/^money\(amount\)/)
  else expect(money(amount, currency)['en-US']).toBe(text)
})

test.each([
  [-1, 'EUR'],
  [1.5, 'EUR'],
  [NaN, 'EUR'],
  ['1.2e2', 'EUR'],
  ['٥', 'EUR'],
  [['120'], 'EUR'],
  ['', 'EUR'],
  [1, 'eur'],
  [1, 'XYZ'],
  [1, '€'],
])('money(%j, %j) is a TypeError', (amount, currency) => {
  expect(() => money(amount as number, currency)).toThrow(/^money\((amount|currency)\)/)
})

test('a day is said as the people of each language say it, in no time zone', () => {
  expect(day('2026-01-01')).toMatchObject({
    'en-US': 'January 1, 2026',
    'de-DE': '1. Januar 2026',
    'ja-JP': '2026年1月1日',
    'es-ES': '1 de enero de 2026',
    'es-MX': 'primero de enero de 2026',
    'fr-FR': '1er janvier 2026',
    'it-IT': 'primo gennaio 2026',
    'pt-BR': 'primeiro de janeiro de 2026',
    'pl-PL': '1 stycznia 2026 roku',
  })
  expect(day('2026-11-12')).toMatchObject({ 'fr-FR': '12 novembre 2026' })
  expect(day('2026-03-21')).toMatchObject({ 'fr-FR': '21 mars 2026' })
})

test.each(['0000-01-01', '2026-02-30', '2026-13-01', '26-01-01', '2026-01-01T00:00', 'today'])(
  'day(%j) is a TypeError',
  date => {
    expect(() => day(date)).toThrow(/^day\(date\)/)
  },
)

test('the last four digits of an account or a phone are said one by one', () => {
  expect(lastDigits('DE02 1203 0000 0000 2020 51')).toBe('2 0 5 1')
  expect(lastDigits('+12025550199')).toBe('0 1 9 9')
})

test.each(['1234567', '1234', 'ABCDEFGH', '12345678\n', 'é12345678', ''])(
  'lastDigits(%j) is a TypeError',
  account => {
    expect(() => lastDigits(account)).toThrow(/^lastDigits/)
  },
)

test.each([
  ['HUF', '120.50 Hungarian forints'],
  ['IDR', '120.50 Indonesian rupiahs'],
  ['JPY', '12,050 Japanese yen'],
  ['KWD', '12.050 Kuwaiti dinars'],
])('an amount in %s has the decimals of ISO 4217, which banks use', (currency, text) => {
  expect(money(12050, currency)['en-US']).toBe(text)
})
