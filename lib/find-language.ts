/**
 * Regions with American English: the United States and their territories, Canada and the
 * Philippines.
 */
const americanEnglish = /^(?:US|AS|GU|MP|PR|UM|VI|CA|PH|003|021)$/
/**
 * Regions with the Spanish of Spain. In CLDR's parent locales, all other regions inherit from
 * es-419.
 */
const europeanSpanish = /^(?:ES|EA|IC|GQ|PH|039|150)$/

/**
 * Finds the value for a user who wants `tag`, a BCP 47 tag in any case, with `-` or `_`. First
 * choice: the same tag. Second, for English and Spanish: the region whose speech is nearer. Last:
 * any region of the same language, because people understand another region better than another
 * language. That is more generous than "lookup" in RFC 4647, section 3.4. `undefined` if the
 * language is not available or `tag` is not a language tag. Never throws.
 * @internal
 */
export function findLanguage<T>(tag: string, available: ReadonlyMap<string, T>): T | undefined {
  const same = available.get(tag)
  if (same !== undefined) return same // `Intl.Locale` takes a tenth of a millisecond
  const wanted = parseTag(tag)
  if (wanted === undefined) return undefined
  const sameLanguage = [...available].flatMap(([availableTag, value]) => {
    const locale = parseTag(availableTag)
    if (locale === undefined || locale.language !== wanted.language) return []
    return [{ baseName: locale.baseName, value }]
  })
  const named = (name: string | undefined) => sameLanguage.find(({ baseName }) => baseName === name)
  const found = named(wanted.baseName) ?? named(nearestRegion(wanted)) ?? sameLanguage[0]
  return found?.value
}

/**
 * For English and Spanish: the variant that the region speaks. Without a region, the one that CLDR
 * expects.
 */
function nearestRegion(wanted: Intl.Locale): string | undefined {
  const { language, region = '' } = wanted.maximize()
  if (language === 'en') return americanEnglish.test(region) ? 'en-US' : 'en-GB'
  if (language === 'es') return europeanSpanish.test(region) ? 'es-ES' : 'es-MX'
  return undefined
}

/**
 * Longest tag that is read, in characters. RFC 5646, section 4.4.1 asks for room for 35. A browser
 * may send 16 KiB, and `Intl.Locale` would take 60 milliseconds for that.
 */
const maxTagLength = 100

/**
 * `undefined` if it is not a tag: a header holds whatever its sender wrote, and `Intl.Locale`
 * throws.
 */
function parseTag(tag: string): Intl.Locale | undefined {
  try {
    if (tag.length > maxTagLength) return undefined
    return new Intl.Locale(tag.replaceAll('_', '-'))
  } catch {
    return undefined
  }
}
