import { checkPrompts } from './call/check-prompts.js'
import { languages } from './call/languages.js'
import { findLanguage } from './find-language.js'
import { copyOwn } from './check-options.js'
import type { VoiceOtpOptions } from './options/options.js'
import type { Prompts } from './options/prompts.js'

/** The checked options `prompts` and `locale`. @internal */
export interface ResolvedLanguages<User> {
  /** Every language that a call can speak, by tag. */
  readonly prompts: ReadonlyMap<string, Prompts>
  /** What the call speaks if the user's language is not available. */
  readonly defaultPrompts: Prompts
  /** Tags of `prompts`, or the app's function. */
  readonly locale: readonly string[] | Extract<VoiceOtpOptions<User>['locale'], CallableFunction>
}

/** Checks the options `prompts` and `locale`. Throws a `TypeError`. @internal */
export function resolveLanguages<User>(
  ownPrompts: VoiceOtpOptions<User>['prompts'] = {},
  locale: NonNullable<VoiceOtpOptions<User>['locale']> = 'en-US',
): ResolvedLanguages<User> {
  const prompts = resolvePrompts(ownPrompts)
  if (typeof locale === 'function')
    return { prompts, defaultPrompts: findPrompts('en-US', prompts), locale }
  const tags = typeof locale === 'string' ? [locale] : locale
  if (!Array.isArray(tags) || tags.length === 0)
    throw new TypeError(
      "locale: give a language tag such as 'de-DE', a list of them, or a function that returns one of these.",
    )
  const found = tags.map(tag => findPrompts(tag, prompts))
  return {
    prompts,
    /* v8 ignore next -- the list is not empty */
    defaultPrompts: found[0] ?? findPrompts('en-US', prompts),
    locale: found.map(({ language }) => language),
  }
}

function resolvePrompts(own: unknown): ReadonlyMap<string, Prompts> {
  if (typeof own !== 'object' || own === null)
    throw new TypeError(
      "prompts: give an object of languages by tag, for example { 'sv-SE': {...} }, or omit it.",
    )
  const prompts = new Map<string, Prompts>(
    Object.entries(languages).map(([tag, sentences]) => [tag, copyOwn(sentences)]),
  )
  for (const [tag, sentences] of Object.entries(own)) {
    const replaced = [...prompts.keys()].find(known => known.toLowerCase() === tag.toLowerCase())
    if (replaced !== undefined) prompts.delete(replaced)
    prompts.set(tag, checkPrompts(tag, copyOwn(sentences as unknown)))
  }
  return prompts
}

function findPrompts(tag: unknown, prompts: ReadonlyMap<string, Prompts>): Prompts {
  const found = findLanguage(String(tag), prompts)
  if (found !== undefined) return found
  throw new TypeError(
    `locale: '${String(tag)}' is not available. The languages are ${[...prompts.keys()].join(', ')}. Add others with the option prompts.`,
  )
}
