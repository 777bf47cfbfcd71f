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

/** The languages that a call can speak as it comes, as BCP 47 tags. */
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

/** What a call says, in every language that comes with the package; the place to start from for one of your own. */
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

/** Regions that speak English the American way: the United States with their territories, Canada and the Philippines. */
const american: ReadonlySet<string> = new Set([
  'US',
  'AS',
  'GU',
  'MP',
  'PR',
  'UM',
  'VI',
  'CA',
  'PH',
  '003',
  '021',
])
/** Regions whose Spanish is Spain's; in CLDR's parent locales all the others descend from es-419. */
const castilian: ReadonlySet<string> = new Set(['ES', 'EA', 'IC', 'GQ', 'PH', '039', '150'])

/**
 * The language to speak to someone who wants `wanted`: BCP 47 tags, best first, as `Accept-Language` or a profile has them. Case does not
 * matter, and `_` is as good as `-`. Each tag in turn: the same tag of `available`; else, for English and Spanish, the country whose speech is
 * nearer; else any of the same language. That is more generous than RFC 4647's "lookup", because a listener understands another country far
 * better than another language. None at all: `fallback`, by default `undefined`. A tag that is none is skipped; never throws.
 * @internal
 */
export function negotiate(
  wanted: readonly string[],
  available: ReadonlyMap<string, Prompts>,
  fallback: Prompts,
): Prompts
/** @internal */
export function negotiate(
  wanted: readonly string[],
  available: ReadonlyMap<string, Prompts>,
): Prompts | undefined
/** @internal */
export function negotiate(
  wanted: readonly string[],
  available: ReadonlyMap<string, Prompts>,
  fallback?: Prompts,
): Prompts | undefined {
  const offers = offersOf(available)
  for (const wish of wanted.flatMap(readTag)) {
    const sameLanguage = offers.filter(({ locale }) => locale.language === wish.language)
    const named = (tag: string | undefined) =>
      sameLanguage.find(({ locale }) => locale.baseName === tag)
    const found = named(wish.baseName) ?? named(nearest(wish)) ?? sameLanguage[0]
    if (found !== undefined) return found.prompts
  }
  return fallback
}

interface Offer {
  readonly locale: Intl.Locale
  readonly prompts: Prompts
}
const read = new WeakMap<ReadonlyMap<string, Prompts>, readonly Offer[]>()

/** The tags of all languages, read once: a dozen of `Intl`'s locales cost more than the rest of a choice. */
function offersOf(available: ReadonlyMap<string, Prompts>): readonly Offer[] {
  const offers =
    read.get(available) ??
    Array.from(available).flatMap(([tag, prompts]) =>
      readTag(tag).map(locale => ({ locale, prompts })),
    )
  read.set(available, offers)
  return offers
}

/** For a language that two countries speak here, the country whose words and sounds the region shares; without a region, the one that CLDR expects. */
function nearest(wish: Intl.Locale): Locale | undefined {
  const { language, region = '' } = wish.maximize()
  if (language === 'en') return american.has(region) ? 'en-US' : 'en-GB'
  if (language === 'es') return castilian.has(region) ? 'es-ES' : 'es-MX'
  return undefined
}

/** One locale, or none for what is no tag: a header holds whatever its sender wrote, and `Intl` throws. */
function readTag(tag: string): readonly Intl.Locale[] {
  try {
    return [new Intl.Locale(tag.replaceAll('_', '-'))]
  } catch {
    return []
  }
}
