import type { Prompts } from '../options/prompts.js'
import { deDE } from './prompts/de-DE.js'
import { enGB } from './prompts/en-GB.js'
import { enUS } from './prompts/en-US.js'
import { esES } from './prompts/es-ES.js'
import { esMX } from './prompts/es-MX.js'
import { frFR } from './prompts/fr-FR.js'
import { itIT } from './prompts/it-IT.js'
import { jaJP } from './prompts/ja-JP.js'
import { nlNL } from './prompts/nl-NL.js'
import { plPL } from './prompts/pl-PL.js'
import { ptBR } from './prompts/pt-BR.js'
import { zhCN } from './prompts/zh-CN.js'

/** The languages that come with the package, as BCP 47 tags. */
export type Locale =
  | 'en-US'
  | 'en-GB'
  | 'es-ES'
  | 'es-MX'
  | 'fr-FR'
  | 'de-DE'
  | 'it-IT'
  | 'pt-BR'
  | 'nl-NL'
  | 'pl-PL'
  | 'ja-JP'
  | 'zh-CN'

/**
 * What a call says, in every language that comes with the package, by tag. Take one of them as the
 * model for a language of your own: the option `prompts`.
 */
export const languages: Readonly<Record<Locale, Prompts>> = {
  'en-US': enUS,
  'en-GB': enGB,
  'es-ES': esES,
  'es-MX': esMX,
  'fr-FR': frFR,
  'de-DE': deDE,
  'it-IT': itIT,
  'pt-BR': ptBR,
  'nl-NL': nlNL,
  'pl-PL': plPL,
  'ja-JP': jaJP,
  'zh-CN': zhCN,
}

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
 * The language for a user who wants `tag`, a BCP 47 tag in any case, with `-` or `_`. First choice:
 * the same tag. Second, for English and Spanish: the region whose speech is nearer. Last: any
 * region of the same language, because people understand another region better than another
 * language. That is more generous than "lookup" in RFC 4647, section 3.4. `undefined` if the
 * language is not available or `tag` is not a language tag. Never throws.
 * @internal
 */
export function findLanguage(
  tag: string,
  available: ReadonlyMap<string, Prompts>,
): Prompts | undefined {
  const wanted = parseTag(tag)
  if (wanted === undefined) return undefined
  const sameLanguage = [...available].flatMap(([availableTag, prompts]) => {
    const locale = parseTag(availableTag)
    if (locale === undefined || locale.language !== wanted.language) return []
    return [{ baseName: locale.baseName, prompts }]
  })
  const named = (name: string | undefined) => sameLanguage.find(({ baseName }) => baseName === name)
  const found = named(wanted.baseName) ?? named(nearestRegion(wanted)) ?? sameLanguage[0]
  return found?.prompts
}

/**
 * For English and Spanish: the variant that the region speaks. Without a region, the one that CLDR
 * expects.
 */
function nearestRegion(wanted: Intl.Locale): Locale | undefined {
  const { language, region = '' } = wanted.maximize()
  if (language === 'en') return americanEnglish.test(region) ? 'en-US' : 'en-GB'
  if (language === 'es') return europeanSpanish.test(region) ? 'es-ES' : 'es-MX'
  return undefined
}

/**
 * `undefined` if it is not a tag: a header holds whatever its sender wrote, and `Intl.Locale`
 * throws.
 */
function parseTag(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag.replaceAll('_', '-'))
  } catch {
    return undefined
  }
}
