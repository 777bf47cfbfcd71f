import { describe, expect, test } from 'vitest'
import type { Prompts } from 'passport-voice-otp'
import { languages, type Locale } from '../../lib/call/languages.js'
import { findLanguage } from '../../lib/find-language.js'

const all = Object.entries(languages) as [Locale, Prompts][]
const available = new Map<string, Prompts>(all)
const without = (absent: Locale) => new Map(all.filter(([locale]) => locale !== absent))
const find = (tag: string, from: ReadonlyMap<string, Prompts> = available): string | undefined =>
  findLanguage(tag, from)?.language

describe('the language for a tag', () => {
  test.each(all)(
    'the language is %s for exactly this tag, in any case, with a hyphen or an underscore',
    tag => {
      for (const spelling of [
        tag,
        tag.toLowerCase(),
        tag.toUpperCase(),
        tag.replace('-', '_'),
        tag.toLowerCase().replace('-', '_'),
      ])
        expect(find(spelling)).toBe(tag)
    },
  )

  test.each([
    ['de-AT', 'de-DE'],
    ['de-CH', 'de-DE'],
    ['de', 'de-DE'],
    ['fr-CA', 'fr-FR'],
    ['pt-PT', 'pt-BR'],
    ['pt', 'pt-BR'],
    ['nl-BE', 'nl-NL'],
    ['ja', 'ja-JP'],
    ['zh', 'zh-CN'],
    ['zh-TW', 'zh-CN'],
    ['zh-Hant-HK', 'zh-CN'],
    ['cmn-CN', 'zh-CN'],
    ['de-DE-u-co-phonebk', 'de-DE'],
    ['pl-x-private', 'pl-PL'],
    [`de-x${'-a'.repeat(48)}`, 'de-DE'],
  ])('a missing region gets the same language of another region: %s gets %s', (tag, found) => {
    expect(find(tag)).toBe(found)
  })

  test.each([
    ['es-419', 'es-MX'],
    ['es-AR', 'es-MX'],
    ['es-CO', 'es-MX'],
    ['es-US', 'es-MX'],
    ['es', 'es-ES'],
    ['es-GQ', 'es-ES'],
    ['en-AU', 'en-GB'],
    ['en-IE', 'en-GB'],
    ['en-NZ', 'en-GB'],
    ['en-ZA', 'en-GB'],
    ['en-IN', 'en-GB'],
    ['en-001', 'en-GB'],
    ['en-CA', 'en-US'],
    ['en-PR', 'en-US'],
    ['en', 'en-US'],
    ['en-Latn', 'en-US'],
  ])('a region gets the nearer of two variants, whatever their order: %s gets %s', (tag, found) => {
    expect(find(tag)).toBe(found)
    expect(find(tag, new Map(all.toReversed()))).toBe(found)
  })

  test('a region gets the farther variant if the nearer one is missing', () => {
    expect(find('es-AR', without('es-MX'))).toBe('es-ES')
    expect(find('en-AU', without('en-GB'))).toBe('en-US')
  })

  test("an app's own variant is used for exactly its region only", () => {
    const austrian: Prompts = { ...languages['de-DE'], language: 'de-AT' }
    const from = new Map([...all, ['DE_at', austrian]])
    expect(find('de-AT', from)).toBe('de-AT')
    expect(find('de-CH', from)).toBe('de-DE')
  })

  test.each([
    '',
    ' ',
    '*',
    '-',
    '_',
    'd',
    'de-',
    '-de',
    'de--DE',
    'de DE',
    'de-DE;q=0.8',
    'de_DE.UTF-8',
    'i-klingon',
    'x-secret',
    '../../etc/passwd',
    'de-DE\0',
    'ｄｅ',
    'constructor',
    '__proto__',
    'und',
    'root',
    'tlh',
    'a'.repeat(100_000),
    'de-'.repeat(50_000),
    `de-x${'-a'.repeat(49)}`,
    undefined,
    null,
    7,
    {},
    ['de'],
  ])('a value that is not the tag of a known language gets no language (case %#)', tag => {
    expect(find(tag as string)).toBeUndefined()
  })

  test('no tag gets a language if no language is available', () => {
    expect(find('de-DE', new Map())).toBeUndefined()
  })

  test('a language under a key that is not a tag is never chosen', () => {
    const from = new Map([['no tag', languages['de-DE']]])
    for (const tag of ['de-DE', 'und']) expect(find(tag, from)).toBeUndefined()
  })
})
