import { findLanguage } from '../find-language.js'
import { enUS } from './texts/en-US.js'
import type { PageTexts } from './texts/texts.js'

/** The languages of the pages that come with the package, by tag. */
export const pageTexts: ReadonlyMap<string, PageTexts> = new Map(
  [enUS].map(texts => [texts.language, texts]),
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
  return available.get('en-US') ?? enUS
}
