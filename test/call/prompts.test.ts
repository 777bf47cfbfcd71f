import { describe, expect, test } from 'vitest'
import { languages, type Locale } from '../../lib/call/languages.js'
import type { Prompts } from '../../lib/options/prompts.js'
import { speechMilliseconds } from '../../lib/simulator/call/performer.js'

const all = Object.entries(languages) as [Locale, Prompts][]
const purposes = ['login', 'step-up', 'enroll', 'approve'] as const
const appName = 'Acme'

/**
 * Every sentence of a language with the name of its part. A part that is added to `Prompts` is
 * found here without a change.
 */
function sentencesOf(prompts: Prompts): [part: string, sentence: string][] {
  const unspoken = new Set([
    'language',
    'speechLanguage',
    'voice',
    'separator',
    'digits',
    'opening',
    'approval',
    'text',
    'hosted',
  ])
  const others = Object.entries(prompts).filter(([part]) => !unspoken.has(part)) as [
    string,
    string,
  ][]
  return [
    ...purposes.map(
      purpose => [`opening ${purpose}`, prompts.opening[purpose](appName)] as [string, string],
    ),
    ...others,
    ...Object.entries(prompts.approval).map(
      ([part, sentence]) => [`approval ${part}`, sentence] as [string, string],
    ),
  ]
}

/**
 * Each voice speaks its language natively, and has a neural engine. Source: "Available voices" in
 * the Amazon Polly Developer Guide.
 */
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

/** The keys that a sentence names, in the order in which they are said. */
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

describe.each(all)('the language %s', (locale, prompts) => {
  test(`${locale} has the tag under which it is listed and a voice that speaks this language natively`, () => {
    expect(prompts.language).toBe(locale)
    expect(prompts.voice).toMatch(/^(?:Polly|gcloud)\./)
    expect(prompts.voice).toBe(voices[locale])
    // Amazon's code for Zhiyu. Source: "Available voices" in the Amazon Polly Developer Guide.
    expect(prompts.speechLanguage).toBe(locale === 'zh-CN' ? 'cmn-CN' : undefined)
  })

  test(`${locale} has every sentence, and each can be spoken`, () => {
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

  test(`${locale} has short sentences with the name for a text and for the hosted channels`, () => {
    for (const sentence of [prompts.text(appName, '481516'), prompts.hosted(appName)]) {
      expect(sentence).toContain(appName)
      expect(sentence.length).toBeLessThan(40)
    }
    expect(prompts.text(appName, '481516')).toContain('481516')
  })

  test(`${locale} warns in at most 4 seconds that nobody will ever ask for the code`, () => {
    expect(speechMilliseconds(prompts.neverAsked)).toBeLessThanOrEqual(4000)
  })

  test(`${locale} has no digit in a sentence, because the user could take it for a digit of the code`, () => {
    for (const [part, sentence] of sentencesOf(prompts))
      expect(sentence, part).not.toMatch(/\p{N}/u)
  })

  test(`${locale} uses the punctuation of its language`, () => {
    for (const [part, sentence] of sentencesOf(prompts)) {
      expect(sentence, part).not.toMatch(/['"<>&]/)
      if (locale === 'fr-FR') expect(sentence, part).not.toMatch(/[^\u00a0]:/)
      if (locale === 'ja-JP' || locale === 'zh-CN')
        expect(sentence.replace(appName, ''), part).not.toMatch(/[\u0020-\u007e]/)
    }
  })

  test.each(purposes)(
    `${locale} says who calls in the first sentence, for the purpose %s`,
    purpose => {
      const name = 'Société d’Été & Cie'
      const opening = prompts.opening[purpose](name)
      const sentences = Array.from(
        new Intl.Segmenter(locale, { granularity: 'sentence' }).segment(opening),
      )
      expect(sentences.map(({ segment }) => segment)).toEqual([opening])
      expect(opening.split(name)).toHaveLength(2)
      expect(opening.replace(name, '')).toMatch(/^[^.:。：!?]+[.。]$/)
    },
  )

  test(`${locale} gives a different reason for the call for each purpose`, () => {
    expect(new Set(purposes.map(purpose => prompts.opening[purpose](appName))).size).toBe(
      purposes.length,
    )
  })

  test(`${locale} names the right keys and no others`, () => {
    expect(keysNamed(locale, prompts.pressIfNotYou)).toEqual([0])
    expect(keysNamed(locale, prompts.approval.refuse)).toEqual([0])
    expect(keysNamed(locale, prompts.approval.refused)).toEqual([0])
    expect(keysNamed(locale, prompts.pressAnyKey)).toEqual([1])
    expect(keysNamed(locale, prompts.menu)).toEqual([1, 2])
    expect(keysNamed(locale, prompts.inThisLanguage)).toEqual([3])
    expect(keysNamed(locale, prompts.pressMatchingDigits)).not.toContain(0)
  })

  test(`${locale} separates the digits of a code so that a voice reads each by itself`, () => {
    expect(prompts.separator).not.toMatch(/[\p{N}\p{L}.。．]/u)
    expect(prompts.separator).toMatch(/^(?:, |、|，)$/)
  })

  test(`${locale} has ten different words for the digits, if it has words for them`, () => {
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

test('no sentence was left untranslated', () => {
  const firstSaidIn = new Map<string, string>()
  for (const [locale, prompts] of all) {
    const family = locale.slice(0, 2)
    for (const [part, sentence] of sentencesOf(prompts)) {
      expect(firstSaidIn.get(sentence) ?? family, `${locale}, ${part}: ${sentence}`).toBe(family)
      firstSaidIn.set(sentence, family)
    }
  }
})

test('two countries with the same language have sentences of their own', () => {
  const differing = (one: Locale, other: Locale): number => {
    const sentences = new Set(sentencesOf(languages[one]).map(([, sentence]) => sentence))
    return sentencesOf(languages[other]).filter(([, sentence]) => !sentences.has(sentence)).length
  }
  expect(differing('en-US', 'en-GB')).toBeGreaterThan(3)
  expect(differing('es-ES', 'es-MX')).toBeGreaterThan(3)
})

test('every Japanese sentence ends politely', () => {
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
] as [Locale, string][])('the user is addressed formally in %s', (locale, familiar) => {
  // JavaScript's \b takes an accented letter for the end of a word.
  const word =
    locale === 'zh-CN'
      ? RegExp(familiar, 'u')
      : RegExp(`(?<!\\p{L})(?:${familiar})(?!\\p{L})`, 'iu')
  for (const [part, sentence] of sentencesOf(languages[locale]))
    expect(sentence, part).not.toMatch(word)
})
