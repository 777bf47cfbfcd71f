import { describe, expect, test } from 'vitest'
import { languages, negotiate, type Locale } from '../../lib/call/languages.js'
import type { Prompts } from '../../lib/options/prompts.js'
import { fitsOneSegment } from '../../lib/signalwire/messages.js'

const all = Object.entries(languages) as [Locale, Prompts][]
const purposes = ['login', 'step-up', 'enroll'] as const
const appName = 'Acme'

/** Every sentence of a language with the name of its part. A part that is added to `Prompts` is read here without a change. */
function sentencesOf(prompts: Prompts): [part: string, sentence: string][] {
  const unspoken = new Set(['language', 'voice', 'separator', 'digits', 'opening', 'text'])
  const others = Object.entries(prompts).filter(([part]) => !unspoken.has(part)) as [
    string,
    string,
  ][]
  return [
    ...purposes.map(
      purpose => [`opening ${purpose}`, prompts.opening[purpose](appName)] as [string, string],
    ),
    ...others,
  ]
}

/** Each voice speaks its language natively, and has a neural engine. Source: "Available voices" in the Amazon Polly Developer Guide. */
const voices: Record<Locale, string> = {
  'en-US': 'Polly.Joanna-Neural',
  'en-GB': 'Polly.Amy-Neural',
  'es-ES': 'Polly.Lucia-Neural',
  'es-MX': 'Polly.Mia-Neural',
  'fr-FR': 'Polly.Lea-Neural',
  'de-DE': 'Polly.Vicki-Neural',
  'it-IT': 'Polly.Bianca-Neural',
  'pt-BR': 'Polly.Camila-Neural',
  'nl-NL': 'Polly.Laura-Neural',
  'pl-PL': 'Polly.Ola-Neural',
  'ja-JP': 'Polly.Kazuha-Neural',
  'zh-CN': 'Polly.Zhiyu-Neural',
}

/** What people call the keys zero, one, two and three. */
const keys: Record<Locale, readonly [string, string, string, string]> = {
  'en-US': ['zero', 'one', 'two', 'three'],
  'en-GB': ['zero', 'one', 'two', 'three'],
  'es-ES': ['cero', 'uno', 'dos', 'tres'],
  'es-MX': ['cero', 'uno', 'dos', 'tres'],
  'fr-FR': ['zéro', 'un', 'deux', 'trois'],
  'de-DE': ['die Null', 'die Eins', 'die Zwei', 'die Drei'],
  'it-IT': ['zero', 'uno', 'due', 'tre'],
  'pt-BR': ['zero', 'um', 'dois', 'três'],
  'nl-NL': ['nul', 'één', 'twee', 'drie'],
  'pl-PL': ['zero', 'jeden', 'dwa', 'trzy'],
  'ja-JP': ['ゼロを', '一を', '二を', '三を'],
  'zh-CN': ['按零', '按一', '按二', '按三'],
}

/** The key words of a sentence, as numbers, in the order in which they are said. */
function keysNamed(locale: Locale, sentence: string): number[] {
  const isLetter = (character: string | undefined): boolean =>
    /[\p{Script=Latin}]/u.test(character ?? '')
  return keys[locale]
    .flatMap((word, key) =>
      Array.from(sentence.matchAll(RegExp(word, 'gu')), ({ index }) => ({
        key,
        index,
        end: index + word.length,
      })),
    )
    .filter(({ index, end }) => !isLetter(sentence[index - 1]) && !isLetter(sentence[end]))
    .sort((one, other) => one.index - other.index)
    .map(({ key }) => key)
}

describe.each(all)('a call in %s', (locale, prompts) => {
  test('has its own tag, so that the voice is told the language that it reads', () => {
    expect(prompts.language).toBe(locale)
    expect(prompts.voice).toMatch(/^(?:Polly|gcloud)\./)
    expect(prompts.voice).toBe(voices[locale])
  })

  test('can be said, every sentence of it', () => {
    expect(sentencesOf(prompts).map(([part]) => part)).toEqual(
      sentencesOf(languages['en-US']).map(([part]) => part),
    )
    for (const [part, sentence] of sentencesOf(prompts)) {
      expect(sentence, part).toBe(sentence.trim())
      expect(sentence, part).toMatch(/\p{L}.*[.:。：]$/su)
      expect(sentence.length, part).toBeLessThan(4096)
      expect(sentence, part).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
    }
  })

  test('can be written, in one segment of a text', () => {
    const text = prompts.text(appName, '481516')
    expect(text).toContain(appName)
    expect(text).toContain('481516')
    expect(fitsOneSegment(`${text}\n\n@acme.example #481516`)).toBe(true)
  })

  test('says no digit that could be taken for one of the code', () => {
    for (const [part, sentence] of sentencesOf(prompts))
      expect(sentence, part).not.toMatch(/\p{N}/u)
  })

  test('is typeset as its language is', () => {
    for (const [part, sentence] of sentencesOf(prompts)) {
      expect(sentence, part).not.toMatch(/['"<>&]/)
      if (locale === 'fr-FR') expect(sentence, part).not.toMatch(/[^\u00a0]:/)
      if (locale === 'ja-JP' || locale === 'zh-CN')
        expect(sentence.replace(appName, ''), part).not.toMatch(/[\u0020-\u007e]/)
    }
  })

  test.each(purposes)('says in its first sentence who calls, for %s', purpose => {
    const name = 'Société d’Été & Cie'
    const opening = prompts.opening[purpose](name)
    const sentences = Array.from(
      new Intl.Segmenter(locale, { granularity: 'sentence' }).segment(opening),
    )
    expect(sentences.map(({ segment }) => segment)).toEqual([opening])
    expect(opening.split(name)).toHaveLength(2)
    expect(opening.replace(name, '')).toMatch(/^[^.:。：!?]+[.。]$/)
  })

  test('gives a different reason for each purpose', () => {
    expect(new Set(purposes.map(purpose => prompts.opening[purpose](appName))).size).toBe(
      purposes.length,
    )
  })

  test('names the right key, and no other', () => {
    expect(keysNamed(locale, prompts.pressIfNotYou)).toEqual([0])
    expect(keysNamed(locale, prompts.pressAnyKey)).toEqual([1])
    expect(keysNamed(locale, prompts.menu)).toEqual([1, 2])
    expect(keysNamed(locale, prompts.inThisLanguage)).toEqual([3])
    expect(keysNamed(locale, prompts.pressMatchingDigits)).not.toContain(0)
  })

  test('keeps digits apart: no digit, no ordinal, no decimal number', () => {
    expect(prompts.separator).not.toMatch(/[\p{N}\p{L}.。．]/u)
    expect(prompts.separator).toMatch(/^(?:, |、|，)$/)
  })

  test('has a word of its own for each digit, if it has words for them', () => {
    const { digits, separator } = prompts
    if (digits === undefined) return
    expect(digits).toHaveLength(10)
    expect(new Set(digits).size).toBe(10)
    for (const [index, digit] of digits.entries()) {
      expect(digit).not.toContain(separator)
      expect(digit).toMatch(/^(?:\p{Nd}|\p{L}+)$/u)
      // A numeral that stands for another number would make every code wrong.
      if (/\p{Nd}/u.test(digit)) expect(digit).toBe(String(index))
    }
  })
})

test('no sentence is left in another language', () => {
  const firstSaidIn = new Map<string, string>()
  for (const [locale, prompts] of all) {
    const family = locale.slice(0, 2)
    for (const [part, sentence] of sentencesOf(prompts)) {
      expect(firstSaidIn.get(sentence) ?? family, `${locale}, ${part}: ${sentence}`).toBe(family)
      firstSaidIn.set(sentence, family)
    }
  }
})

test('countries that share a language do not share every word', () => {
  const differing = (one: Locale, other: Locale): number => {
    const sentences = new Set(sentencesOf(languages[one]).map(([, sentence]) => sentence))
    return sentencesOf(languages[other]).filter(([, sentence]) => !sentences.has(sentence)).length
  }
  expect(differing('en-US', 'en-GB')).toBeGreaterThan(3)
  expect(differing('es-ES', 'es-MX')).toBeGreaterThan(3)
})

test('Japanese is polite to the end of every sentence', () => {
  for (const [, sentence] of sentencesOf(languages['ja-JP'])) {
    for (const clause of sentence.split('。').slice(0, -1))
      expect(clause).toMatch(/(?:です|ます|ません|でした|ました|ください)$/)
  }
})

test.each([
  ['de-DE', 'du|dein|deine|deinem|deinen|deiner|dir|dich'],
  ['fr-FR', 'tu|te|ton|ta|tes|toi'],
  ['es-ES', 'tu|tus|te|ti|tú|pulsa|marca|solicita'],
  ['es-MX', 'tu|tus|te|ti|tú|oprime|marca|solicita'],
  ['it-IT', 'tu|tuo|tua|ti|premi|digita|richiedi'],
  ['nl-NL', 'je|jij|jouw|jou'],
  ['pl-PL', 'ty|cię|ciebie|twój|twoje|naciśnij|wybierz'],
  ['zh-CN', '你'],
] as [Locale, string][])('strangers are addressed formally in %s', (locale, familiar) => {
  // JavaScript's \b takes an accented letter for the end of a word.
  const word =
    locale === 'zh-CN'
      ? RegExp(familiar, 'u')
      : RegExp(`(?<!\\p{L})(?:${familiar})(?!\\p{L})`, 'iu')
  for (const [part, sentence] of sentencesOf(languages[locale]))
    expect(sentence, part).not.toMatch(word)
})

describe('the language of a call', () => {
  const available = new Map<string, Prompts>(all)
  const without = (...absent: Locale[]): Map<string, Prompts> =>
    new Map(all.filter(([locale]) => !absent.includes(locale)))
  const fallback: Prompts = { ...languages['en-US'], goodbye: 'The fallback.' }
  const chosen = (
    wanted: readonly string[],
    from: ReadonlyMap<string, Prompts> = available,
  ): string => {
    const prompts = negotiate(wanted, from, fallback)
    return prompts === fallback ? 'fallback' : prompts.language
  }

  test.each(all)('is %s for whoever wants it, in whatever case and with either hyphen', locale => {
    for (const tag of [
      locale,
      locale.toLowerCase(),
      locale.toUpperCase(),
      locale.replace('-', '_'),
      locale.toLowerCase().replace('-', '_'),
    ])
      expect(chosen([tag])).toBe(locale)
  })

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
  ])('is the same language of another country: %s gets %s', (wanted, expected) => {
    expect(chosen([wanted])).toBe(expected)
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
  ])('is that of the nearer country where there are two: %s gets %s', (wanted, expected) => {
    expect(chosen([wanted])).toBe(expected)
    expect(chosen([wanted], new Map(all.toReversed()))).toBe(expected)
  })

  test('is that of the farther country rather than another language', () => {
    expect(chosen(['es-AR'], without('es-MX'))).toBe('es-ES')
    expect(chosen(['en-AU'], without('en-GB'))).toBe('en-US')
  })

  test('is the one that is spoken exactly, if an app adds it', () => {
    const sessionKey: Prompts = { ...languages['de-DE'], language: 'de-AT' }
    expect(chosen(['de-AT'], new Map([...all, ['DE_at', sessionKey]]))).toBe('de-AT')
    expect(chosen(['de-CH'], new Map([...all, ['DE_at', sessionKey]]))).toBe('de-DE')
  })

  test('is the first that is wanted and spoken: a neighbour of the first wish comes before the second wish', () => {
    expect(chosen(['de-AT', 'fr-FR'])).toBe('de-DE')
    expect(chosen(['sv-SE', 'fi', 'it-CH', 'en-US'])).toBe('it-IT')
    expect(chosen(['pt-BR', 'de-DE'])).toBe('pt-BR')
    expect(chosen(['de-DE', 'pt-BR'])).toBe('de-DE')
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
  ])('is not to be had with a tag that is none, which is skipped: %#', tag => {
    expect(chosen([tag])).toBe('fallback')
    expect(chosen([tag, 'nl'])).toBe('nl-NL')
  })

  test('is not to be had with what is no text at all', () => {
    expect(chosen([undefined, null, 7, {}, ['de'], 'nl'] as unknown as string[])).toBe('nl-NL')
  })

  test('is the fallback when nothing is wanted or nothing spoken', () => {
    expect(chosen([])).toBe('fallback')
    expect(chosen(['sv-SE'])).toBe('fallback')
    expect(chosen(['de-DE'], new Map())).toBe('fallback')
    expect(chosen(['de-DE', 'und'], new Map([['no tag', languages['de-DE']]]))).toBe('fallback')
    expect(negotiate(['sv-SE'], available)).toBeUndefined()
  })
})
