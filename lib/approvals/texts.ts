import { languages, type Locale } from '../call/languages.js'

/** One text for each language of the call. */
export type LocalizedText = Readonly<Record<Locale, string>>

const locales = Object.keys(languages) as readonly Locale[]

/**
 * Corrects the words of `Intl`, which are meant for lists and tables (CLDR), so that a voice can
 * say them in a sentence.
 */
const moneyInSentence: Partial<Record<Locale, (text: string) => string>> = {
  'de-DE': text =>
    text
      .replace(/ \p{Lu}\p{Ll}+ische[rs]? /u, adjective => adjective.toLowerCase())
      .replace('Renminbi Yuan', 'chinesische Yuan'),
  'fr-FR': text =>
    text.replace('dinar koweïtiens', 'dinars koweïtiens').replace(' renminbi chinois', ' chinois'),
  'pt-BR': text => text.toLowerCase(),
  'ja-JP': text => text.replaceAll(' ', ''),
  'zh-CN': text => text.replace(/人民币$/, '元人民币'),
}

/** After whole millions, these languages need a word before the currency: un millón de euros. */
const afterMillions: Partial<Record<Locale, (name: string) => string>> = {
  'es-ES': name => `de ${name}`,
  'es-MX': name => `de ${name}`,
  'fr-FR': name => (/^[aeiouyé]/i.test(name) ? `d’${name}` : `de ${name}`),
  'it-IT': name => `di ${name}`,
  'pt-BR': name => `de ${name}`,
}

/** Languages that group digits by spaces. A voice can read the groups as several numbers. */
const groupedBySpaces: readonly Locale[] = ['fr-FR', 'pl-PL']

/**
 * How many digits the minor unit of a currency has, if it does not have two. Source: ISO 4217.
 * `Intl` cannot tell: CLDR has no minor unit for forints, Colombian pesos and rupiahs, and changes
 * with the version of Node.
 */
const minorDigits: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' ').map(c => [c, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map(c => [c, 3])),
  ...Object.fromEntries('CLF UYW'.split(' ').map(c => [c, 4])),
}

/** How a language says the first day of a month, if not as the number one. */
const firstOfMonth: Partial<Record<Locale, string>> = {
  'es-MX': 'primero',
  'fr-FR': '1er',
  'it-IT': 'primo',
  'pt-BR': 'primeiro',
}

/**
 * An amount of money as each language of the call says it, for the `text` of an approval:
 * `money(12050, 'EUR')['de-DE']` is `120,50 Euro`.
 * @param amount Whole minor units, not negative, as a number or as text: 12050 for 120.50 euros.
 * Yen have no minor unit, so 1500 is 1,500 yen.
 * @param currency Three letters (ISO 4217).
 * @throws TypeError if the amount or the currency is malformed.
 */
export function money(amount: number | string, currency: string): LocalizedText {
  if (!['number', 'string'].includes(typeof amount) || !/^\d{1,15}$/.test(String(amount)))
    throw new TypeError('money(amount): whole minor units, for example 12050 for 120.50 euros.')
  if (!/^[A-Z]{3}$/.test(currency) || !Intl.supportedValuesOf('currency').includes(currency))
    throw new TypeError("money(currency): a currency by its three letters, for example 'EUR'.")
  const format = (locale: Locale): string => {
    const options = { style: 'currency', currency, currencyDisplay: 'name' } as const
    const decimals = minorDigits[currency] ?? 2
    const digits = String(amount).padStart(decimals + 1, '0')
    const end = digits.length - decimals
    const whole = digits.slice(0, end)
    const fraction = digits.slice(end)
    const isWhole = /^0*$/.test(fraction)
    // A decimal text, because a number in minor units divided by 100 can be inexact.
    const value = (isWhole ? whole : `${whole}.${fraction}`) as unknown as number
    const text = new Intl.NumberFormat(locale, {
      ...options,
      minimumFractionDigits: isWhole ? 0 : decimals,
      maximumFractionDigits: decimals,
      ...(groupedBySpaces.includes(locale) ? { useGrouping: false } : {}),
    })
      .format(value)
      .replace(/[\u00a0\u202f]/g, ' ')
    const sentence = moneyInSentence[locale]?.(text) ?? text
    const addWord = isWhole && /[1-9]0{6,}$/.test(whole) ? afterMillions[locale] : undefined
    return addWord === undefined
      ? sentence
      : sentence.replace(/(?<=\d )\p{L}.*$/u, name => addWord(name))
  }
  return inEveryLanguage(format)
}

/**
 * A day as each language of the call says it: `day('2026-11-28')['en-US']` is `November 28, 2026`.
 * @param date A date of the form `2026-11-28`. It is a day of the calendar, without a time zone.
 * @throws TypeError if there is no such day.
 */
export function day(date: string): LocalizedText {
  const parsed = new Date(`${date}T00:00:00Z`)
  // There is no year zero.
  if (!/^(?!0000)\d{4}-\d{2}-\d{2}$/.test(date) || !isDay(parsed, date))
    throw new TypeError("day(date): a day of the form '2026-11-28'.")
  return inEveryLanguage(locale => {
    const text = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(
      parsed,
    )
    const first = firstOfMonth[locale]
    if (first !== undefined) return text.replace(/^1(?= )/, first)
    return locale === 'pl-PL' ? `${text} roku` : text
  })
}

/**
 * The last digits of an account, card or phone number, spoken one by one: `1 2 3 4`. At most four,
 * so that the user cannot confuse them with the code.
 * @throws TypeError if the account does not end in four digits, or if it has fewer than eight
 * letters and digits: four of them would reveal too much of it.
 */
export function lastDigits(account: string): string {
  const plain = account.replace(/^\+|[ -]/g, '')
  if (!/^[0-9A-Za-z]{8,40}$/.test(plain) || !/\d{4}$/.test(plain))
    throw new TypeError('lastDigits(account): 8 to 40 letters and digits that end in four digits.')
  return Array.from(plain.slice(-4)).join(' ')
}

const isDay = (parsed: Date, date: string): boolean =>
  !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date)

function inEveryLanguage(format: (locale: Locale) => string): LocalizedText {
  return Object.fromEntries(locales.map(locale => [locale, format(locale)])) as LocalizedText
}
