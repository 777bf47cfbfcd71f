import { findLanguage } from '../find-language.js'
import { deDE } from './texts/de-DE.js'
import { enGB } from './texts/en-GB.js'
import { enUS } from './texts/en-US.js'
import { esES } from './texts/es-ES.js'
import { esMX } from './texts/es-MX.js'
import { frFR } from './texts/fr-FR.js'
import { itIT } from './texts/it-IT.js'
import { jaJP } from './texts/ja-JP.js'
import { nlNL } from './texts/nl-NL.js'
import { plPL } from './texts/pl-PL.js'
import { ptBR } from './texts/pt-BR.js'
import { zhCN } from './texts/zh-CN.js'
import type { PageTexts } from './texts/texts.js'

/** The languages of the pages that come with the package, by tag. */
export const pageTexts: ReadonlyMap<string, PageTexts> = new Map(
  [enUS, enGB, esES, esMX, frFR, deDE, itIT, ptBR, nlNL, plPL, jaJP, zhCN].map(texts => [
    texts.language,
    texts,
  ]),
)

/** The texts for the best of these tags that the pages speak, otherwise American English. */
export function findTexts(
  tags: readonly string[],
  available: ReadonlyMap<string, PageTexts>,
): PageTexts {
  for (const tag of tags) {
    const found = findLanguage(tag, available)
    if (found !== undefined) return found
  }
  /* v8 ignore next -- an app can replace American English, but not remove it */
  return available.get('en-US') ?? enUS
}
