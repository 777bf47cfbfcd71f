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
