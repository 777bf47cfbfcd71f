import type { Request } from 'express'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { languages, type Prompts, VoiceOtpStrategy } from 'passport-voice-otp'
import { english, readTwice } from '../support/english.js'
import { otherDigits, spoken, Phone } from '../support/phone.js'
import { expectSecret, sealedIn } from '../support/webhooks.js'
import {
  createWorld,
  type Person,
  secret,
  type World,
  type WorldOptions,
  ring,
} from '../support/world.js'

const german = languages['de-DE']
const overWithoutError = { status: 'completed', error: null, waitingFor: null }

let world: World
const defaulted = () => world.named('prompt.fallback')
afterEach(() => world.close())

async function open(
  options: WorldOptions['options'],
  people: Record<string, Person> = {},
): Promise<void> {
  world = await createWorld({ options })
  Object.assign(world.people, people)
}

/** Alice, logged in, with her phone ringing. */
async function ringing(name = 'alice') {
  const alice = await world.logIn(name)
  return { alice, ...(await ring(world, alice)) }
}

/** What Alice hears before she is asked anything: the first sentences, up to the question. */
async function opening(name = 'alice'): Promise<readonly string[]> {
  const { phone } = await ringing(name)
  const said = await phone.answer()
  expect(phone.call.error).toBeNull()
  return said
}

describe('a call in two languages', () => {
  const both = { locale: ['de-DE', 'en-US'] }
  const asked = [
    german.opening.login('Acme'),
    german.pressMatchingDigits,
    german.pressIfNotYou,
    english.inThisLanguage,
    german.pressMatchingDigits,
  ]
  const askedInEnglish = [
    english.opening.login('Acme'),
    english.pressMatchingDigits,
    english.pressIfNotYou,
    german.inThisLanguage,
    english.pressMatchingDigits,
  ]

  test('the other language is offered in its own voice, and key three starts the question again in it', async () => {
    await open(both)
    const { alice, phone, digits } = await ringing()
    expect(await phone.answer()).toEqual(asked)
    expect(
      phone.call.transcript.find(
        entry => entry.kind === 'say' && entry.text === english.inThisLanguage,
      ),
    ).toMatchObject({ voice: english.voice, language: 'en-US' })
    expect(await phone.press('3')).toEqual(askedInEnglish)
    const { code } = sealedIn(phone)
    expectSecret(phone, code)
    expect(await phone.press(digits)).toEqual([
      ...readTwice(code),
      english.menu,
      german.inThisLanguage,
    ])
    await alice.post('/otp').send({ code }).expect(200)
  })

  test('key three after the code reads it in the other language, which counts as a repeat', async () => {
    await open(both)
    const { phone, digits } = await ringing()
    await phone.answer()
    await phone.press(digits)
    const { code } = sealedIn(phone)
    expect(await phone.press('3')).toEqual([
      english.codeIs,
      spoken(code),
      english.menu,
      german.inThisLanguage,
    ])
    expect(await phone.press('3')).toEqual([german.codeIs, spoken(code), german.goodbye])
    expect(phone.call).toMatchObject(overWithoutError)
  })

  test('wrong digits and key zero have the same effect in the other language', async () => {
    for (const [keys, said] of [
      ['wrong', english.wrongDigits],
      ['0', english.reported],
    ] as const) {
      await open(both)
      const { phone, digits } = await ringing()
      await phone.answer()
      await phone.press('3')
      expect(await phone.press(keys === 'wrong' ? otherDigits(digits) : keys)).toEqual([said])
      expectSecret(phone, sealedIn(phone).code)
      if (keys === 'wrong') await world.close()
    }
  })

  test.each(['1', '2', '3'])(
    'every offered key works after any number of language changes, and the offers end (key %s at the menu)',
    async key => {
      await open(both)
      const { phone, digits } = await ringing()
      const isOffered = (said: readonly string[]): boolean =>
        said.includes(english.inThisLanguage) || said.includes(german.inThisLanguage)
      let said = await phone.answer()
      for (let changes = 0; isOffered(said); changes++) {
        expect(changes).toBeLessThan(5)
        said = await phone.press('3')
        expect(said.at(-1)).toBe(
          changes % 2 === 0 ? english.pressMatchingDigits : german.pressMatchingDigits,
        )
      }
      said = await phone.press(digits)
      const { code } = sealedIn(phone)
      expect(said).toContain(spoken(code))
      for (let repeats = 0; said.includes(german.menu) || said.includes(english.menu); repeats++) {
        expect(repeats).toBeLessThan(5)
        said = await phone.press(key)
        expect(said.join('').replaceAll(/\D/g, '')).toBe(code)
      }
      expect(phone.call).toMatchObject(overWithoutError)
    },
  )
})

describe('the option locale', () => {
  const german1 = german.opening.login('Acme')

  test.each<[string, NonNullable<WorldOptions['options']>['locale'], string]>([
    ['a tag', 'de-DE', german1],
    ['a tag of another region', 'de-AT', german1],
    ['a list', ['de-DE', 'en-US'], german1],
    ['a function', () => 'de-DE', german1],
    [
      'a function that returns a list',
      () => ['pl-PL', 'en-US'],
      languages['pl-PL'].opening.login('Acme'),
    ],
    ['a function that returns a promise', async () => 'de-DE', german1],
    ['a function that returns undefined', () => undefined, english.opening.login('Acme')],
  ])('the option locale may be %s', async (_, locale, first) => {
    await open({ locale })
    expect((await opening())[0]).toBe(first)
    expect(defaulted()).toEqual([])
  })

  test('the function locale is called for each user and request', async () => {
    const seen: string[] = []
    await open({
      locale: (user, req) => {
        seen.push(`${user.id} ${req.method ?? ''}`)
        return user.id === 'bob' ? 'de-DE' : 'fr-FR'
      },
    })
    expect((await opening('alice'))[0]).toBe(languages['fr-FR'].opening.login('Acme'))
    expect((await opening('bob'))[0]).toBe(german1)
    expect(seen).toEqual(['alice POST', 'bob POST'])
  })

  test.each<[string, (user: Person) => never, string]>([
    ['an unknown tag', () => 'tlh' as never, 'unknown'],
    ['a path', () => '../../etc/passwd' as never, 'unknown'],
    ['a number', () => 5 as never, 'unknown'],
    ['an empty list', () => [] as never, 'unknown'],
    ['markup', () => '<Say>' as never, 'unknown'],
    [
      'nothing, as it throws,',
      () => {
        throw new Error('no profile')
      },
      'failed',
    ],
    ['a promise that rejects', () => Promise.reject(new Error('no profile')) as never, 'failed'],
  ])(
    'a function locale that returns %s does not stop the call; the default language is spoken and the app is told',
    async (_, locale, reason) => {
      await open({ locale })
      expect((await opening())[0]).toBe(english.opening.login('Acme'))
      expect(defaulted()).toEqual([{ userId: 'alice', what: 'locale', reason }])
    },
  )

  test('unknown languages in a list are skipped', async () => {
    await open({ locale: () => ['tlh', 'de-DE', 'de-AT', 'en-US'] })
    expect(await opening()).toEqual([
      german1,
      german.pressMatchingDigits,
      german.pressIfNotYou,
      english.inThisLanguage,
      german.pressMatchingDigits,
    ])
    expect(defaulted()).toEqual([])
  })

  const unknown = [{ userId: 'alice', what: 'locale', reason: 'unknown' }]
  test.each<[string, string, object[]]>([
    ['fr', languages['fr-FR'].opening.login('Acme'), []],
    ['en;q=0.2, de-CH;q=0.9, fr;q=0.8', german1, []],
    ['br, oc, ca, eu, co, de-AT;q=0.5', german1, []],
    ['de;q=0, en', english.opening.login('Acme'), []],
    ['__proto__, constructor, de', german1, []],
    ['*', english.opening.login('Acme'), []],
    ['tlh, *;q=0.5', english.opening.login('Acme'), []],
    ['', english.opening.login('Acme'), unknown],
    ['tlh', english.opening.login('Acme'), unknown],
    ['<Dial>+1900</Dial>', english.opening.login('Acme'), unknown],
    [`${'de-'.repeat(3000)}, fr`, languages['fr-FR'].opening.login('Acme'), []],
    [`${'tlh, '.repeat(9)}fr`, languages['fr-FR'].opening.login('Acme'), []],
    [`${'tlh, '.repeat(10)}fr`, english.opening.login('Acme'), unknown], // ten tags are read
    [Array.from({ length: 2000 }, () => 'tlh').join(), english.opening.login('Acme'), unknown],
  ])('for a browser with Accept-Language %j the call says %j', async (header, first, events) => {
    await open({ locale: (_user, req) => (req as Request).acceptsLanguages() })
    const alice = await world.logIn('alice')
    await alice.post('/otp/call').set('Accept-Language', header).expect(202)
    expect((await new Phone(world).answer())[0]).toBe(first)
    expect(defaulted()).toEqual(events)
  })
})

describe('the option announce', () => {
  test.each([
    ['text', 'A new device in Lyon, at noon.'],
    ['200 characters', 'é'.repeat(200)],
    ['characters that XML escapes', 'Bed & breakfast, "rooms" at 5 o\'clock'],
  ])(
    'an announcement (%s) is said after the first sentence and before the question',
    async (_, text) => {
      await open({ announce: () => text })
      expect(await opening()).toEqual([
        english.opening.login('Acme'),
        text,
        english.pressMatchingDigits,
        english.pressIfNotYou,
        english.pressMatchingDigits,
      ])
      expect(defaulted()).toEqual([])
    },
  )

  test('an announcement may be a promise, may depend on user and request, and may be undefined', async () => {
    await open({
      announce: async (user, req) =>
        user.id === 'alice' ? `You are ${user.id}, by ${req.method ?? ''}.` : undefined,
    })
    expect((await opening('alice'))[1]).toBe('You are alice, by POST.')
    expect((await opening('bob'))[1]).toBe(english.pressMatchingDigits)
    expect(defaulted()).toEqual([])
  })

  test('an announcement in several languages is said in that of the call, and a call in another one goes without it', async () => {
    const announce = () => ({ 'en-US': 'In Lyon.', 'de-DE': 'In Lyon, auf Deutsch.' })
    for (const [locale, second] of [
      ['en-US', 'In Lyon.'],
      [['de-AT', 'en-US'], 'In Lyon, auf Deutsch.'],
      ['fr-FR', languages['fr-FR'].pressMatchingDigits],
    ] as const) {
      await open({ announce, locale })
      expect((await opening())[1]).toBe(second)
      expect(defaulted()).toEqual([])
      await world.close()
    }
  })

  test('an announcement in several languages has only its own properties', async () => {
    const announce = () =>
      Object.assign(Object.create({ 'en-US': 'From a prototype.' }) as object, {
        'de-DE': 'In Lyon, auf Deutsch.',
      })
    await open({ announce, locale: 'en-US' })
    expect((await opening())[1]).toBe(english.pressMatchingDigits)
  })

  test('an announcement is said once, with every numberMatching, and not again in another language', async () => {
    await open({ numberMatching: false, announce: () => 'In Lyon.' })
    expect((await opening()).filter(text => text === 'In Lyon.')).toHaveLength(1)
    await world.close()
    await open({
      numberMatching: 'any-key',
      announce: () => 'In Lyon.',
      locale: ['de-DE', 'en-US'],
    })
    const { phone } = await ringing()
    expect((await phone.answer())[1]).toBe('In Lyon.')
    await phone.press('3')
    await phone.press('1')
    expect(phone.call.heard.filter(text => text === 'In Lyon.')).toHaveLength(1)
  })

  test.each<[string, () => never, string]>([
    [
      'throws',
      () => {
        throw new Error('secret')
      },
      'failed',
    ],
    [
      'returns a promise that rejects',
      () => Promise.reject(new Error('secret')) as never,
      'failed',
    ],
    ['returns markup', () => '</Say><Dial>+19005551234</Dial>' as never, 'malformed'],
    ['returns over 200 characters', () => 'a'.repeat(201) as never, 'malformed'],
    ['returns two lines', () => 'one\ntwo' as never, 'malformed'],
    ['returns only spaces', () => '  ' as never, 'malformed'],
    ['returns a lone surrogate', () => 'a\ud800' as never, 'malformed'],
    ['returns a number', () => 7 as never, 'malformed'],
    ['returns null', () => null as never, 'malformed'],
    ['returns an object', () => ({ toString: () => 'x' }) as never, 'malformed'],
    ['returns a tag that no call speaks', () => ({ en: 'In Lyon.' }) as never, 'malformed'],
    ['returns markup for the language', () => ({ 'en-US': '<Say>' }) as never, 'malformed'],
  ])(
    'if the function announce %s, the call is placed without it and the app is told',
    async (_, announce, reason) => {
      await open({ announce })
      expect((await opening()).slice(0, 2)).toEqual([
        english.opening.login('Acme'),
        english.pressMatchingDigits,
      ])
      expect(defaulted()).toEqual([{ userId: 'alice', what: 'announce', reason }])
    },
  )

  test('if the function announce never resolves, the call is placed without it after five seconds', async () => {
    const announce = (): Promise<string> => {
      setImmediate(() => vi.advanceTimersByTime(5000))
      return new Promise(() => undefined)
    }
    await open({ announce })
    const alice = await world.logIn('alice')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      await alice.post('/otp/call').expect(202)
    } finally {
      vi.useRealTimers()
    }
    expect((await new Phone(world).answer())[1]).toBe(english.pressMatchingDigits)
    expect(defaulted()).toEqual([{ userId: 'alice', what: 'announce', reason: 'failed' }])
  })

  test('an announcement that makes the webhook URL too long is left out and the app is told', async () => {
    const id = '長'.repeat(200)
    await open(
      {
        announce: () => '語'.repeat(200),
        webhookUrl: `https://acme.example/${'a'.repeat(190)}/voice-otp`,
      },
      { [id]: { id, phone: '+12025550199' } },
    )
    const { phone } = await ringing(id)
    expect(phone.call.parameters['Url']!.length).toBeLessThan(2000)
    expect(sealedIn(phone)).toMatchObject({ userId: id })
    expect(sealedIn(phone)).not.toHaveProperty('announcement')
    expect(defaulted()).toEqual([{ userId: id, what: 'announce', reason: 'too-long' }])
  })
})

describe('the option prompts', () => {
  const swedish: Prompts = {
    ...english,
    language: 'sv-SE',
    voice: 'Polly.Elin-Neural',
    separator: ', ',
    opening: {
      login: name => `Det här är ${name}.`,
      'step-up': name => `Det är ${name}.`,
      enroll: name => `Här är ${name}.`,
      approve: name => `Här är ${name}.`,
    },
    codeIs: 'Din kod är:',
    pressMatchingDigits: 'Tryck siffrorna på skärmen.',
    approval: { refuse: 'Tryck noll.', refused: 'Tryck noll igen.' },
    text: (name, code) => `${code} är din kod för ${name}.`,
    hosted: name => `Din kod för ${name}:`,
  }

  test('an app can add a language', async () => {
    await open({ prompts: { 'sv-SE': swedish }, locale: 'sv' })
    const { phone, digits } = await ringing()
    expect((await phone.answer()).slice(0, 2)).toEqual([
      'Det här är Acme.',
      'Tryck siffrorna på skärmen.',
    ])
    expect((await phone.press(digits))[1]).toBe('Din kod är:')
    expect(phone.call.transcript.find(entry => entry.kind === 'say')).toMatchObject({
      voice: 'Polly.Elin-Neural',
      language: 'sv-SE',
    })
  })

  test.each(['amazon.Kendra:neural:en-US', 'rime.luna:coda', 'gcloud.en-US-Neural2-A'])(
    "a language may have a voice in SignalWire's present form: %s",
    async voice => {
      await open({ prompts: { 'en-US': { ...english, voice } } })
      const { phone } = await ringing()
      await phone.answer()
      const spoken = phone.call.transcript.filter(entry => entry.kind === 'say')
      expect(new Set(spoken.map(entry => entry.voice))).toEqual(new Set([voice]))
      expect(phone.call.warnings).toEqual([])
    },
  )

  test('a language may be spoken under another code than its tag: speechLanguage', async () => {
    await open({
      prompts: { 'sv-SE': { ...swedish, speechLanguage: 'sv-FI' } },
      locale: ['sv-SE', 'en-US'],
    })
    const { phone, digits } = await ringing()
    await phone.answer()
    await phone.press(digits)
    const spoken = phone.call.transcript.filter(entry => entry.kind === 'say')
    expect(new Set(spoken.map(entry => entry.language))).toEqual(new Set(['sv-FI', 'en-US']))
  })

  test('an app can replace a language of the package', async () => {
    await open({ prompts: { 'de-DE': { ...german, codeIs: 'Der Code, bitte:' } }, locale: 'de-CH' })
    const { phone, digits } = await ringing()
    await phone.answer()
    expect((await phone.press(digits))[1]).toBe('Der Code, bitte:')
  })

  test('an app can replace a language of the package with its tag in another case', async () => {
    await open({
      prompts: { 'de-de': { ...german, language: 'de-de', codeIs: 'Der Code, bitte:' } },
      locale: 'de-DE',
    })
    const { phone, digits } = await ringing()
    await phone.answer()
    expect((await phone.press(digits))[1]).toBe('Der Code, bitte:')
  })

  test('a language with words for the digits reads the code with them', async () => {
    const digits = [
      'noll',
      'ett',
      'två',
      'tre',
      'fyra',
      'fem',
      'sex',
      'sju',
      'åtta',
      'nio',
    ] as const
    await open({
      prompts: { 'sv-SE': { ...swedish, digits } },
      locale: 'sv-SE',
      numberMatching: false,
    })
    const { phone } = await ringing()
    const said = await phone.answer()
    expect(
      said[3]!
        .split(', ')
        .map(word => digits.indexOf(word as 'noll'))
        .join(''),
    ).toBe(sealedIn(phone).code)
  })

  test.each<[string, unknown, string]>([
    [
      'a string in place of an object',
      'hello',
      "prompts['sv-SE']: give an object with all sentences of a language; languages['en-US'] is a model.",
    ],
    [
      'a language that is not a tag',
      { ...swedish, language: 'Swedish!' },
      "prompts['sv-SE'].language: give the tag that is the key of this language, for example 'sv-SE'.",
    ],
    [
      'the language of another tag',
      { ...swedish, language: 'sv-FI' },
      "prompts['sv-SE'].language: give the tag that is the key of this language, for example 'sv-SE'.",
    ],
    [
      'an invalid voice',
      { ...swedish, voice: 'Polly.Léa' },
      "prompts['sv-SE'].voice: give a voice of SignalWire's list, for example 'Polly.Elin-Neural'.",
    ],
    [
      'a voice that would end its attribute',
      { ...swedish, voice: 'Polly.Elin"' },
      "prompts['sv-SE'].voice: give a voice of SignalWire's list, for example 'Polly.Elin-Neural'.",
    ],
    [
      'a speechLanguage that is not a tag',
      { ...swedish, speechLanguage: 'Swedish!' },
      "prompts['sv-SE'].speechLanguage: give the voice's language tag, for example 'cmn-CN', or leave it out.",
    ],
    [
      'a full stop between digits',
      { ...swedish, separator: '. ' },
      "prompts['sv-SE'].separator: give the text between two digits, for example ', '. No full stop: some languages read it as an ordinal number.",
    ],
    [
      'nothing between digits',
      { ...swedish, separator: '' },
      "prompts['sv-SE'].separator: give the text between two digits, for example ', '. No full stop: some languages read it as an ordinal number.",
    ],
    [
      'nine digits',
      { ...swedish, digits: Array(9).fill('x') },
      "prompts['sv-SE'].digits: give ten words, from zero to nine, or leave it out.",
    ],
    [
      'digits that are numbers',
      { ...swedish, digits: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
      "prompts['sv-SE'].digits: give ten words, from zero to nine, or leave it out.",
    ],
    [
      'a missing sentence',
      { ...swedish, goodbye: undefined },
      "prompts['sv-SE'].goodbye: give a text of 1 to 4096 characters, no control characters.",
    ],
    [
      'an empty sentence',
      { ...swedish, reported: ' ' },
      "prompts['sv-SE'].reported: give a text of 1 to 4096 characters, no control characters.",
    ],
    [
      'a control character',
      { ...swedish, expired: 'a\u0007b' },
      "prompts['sv-SE'].expired: give a text of 1 to 4096 characters, no control characters.",
    ],
    [
      'over 4,096 characters',
      { ...swedish, menu: 'a'.repeat(4097) },
      "prompts['sv-SE'].menu: give a text of 1 to 4096 characters, no control characters.",
    ],
    [
      'a warning that leaves no room for the code in a text',
      { ...swedish, neverAsked: 'a'.repeat(101) },
      "prompts['sv-SE'].neverAsked: give a text of 1 to 100 characters, no control characters.",
    ],
    [
      'a missing warning',
      { ...swedish, neverAsked: undefined },
      "prompts['sv-SE'].neverAsked: give a text of 1 to 100 characters, no control characters.",
    ],
    [
      'a sentence before the code that is too long for one segment',
      { ...swedish, codeIs: 'a'.repeat(60) },
      "prompts['sv-SE'].codeIs: give a text of 1 to 59 characters, no control characters.",
    ],
    [
      'a sentence of the hosted channels without the name',
      { ...swedish, hosted: () => 'Din kod:' },
      "prompts['sv-SE'].hosted: give a function of the name that returns one line with the name in it.",
    ],
    [
      'a sentence of the hosted channels that is not a function',
      { ...swedish, hosted: 'Acme' },
      "prompts['sv-SE'].hosted: give a function of the name that returns one line with the name in it.",
    ],
    [
      'a digit in a sentence',
      { ...swedish, pressAnyKey: 'Tryck 1.' },
      `prompts['sv-SE'].pressAnyKey: write keys as words ("one"): the user could confuse a digit with a part of the code.`,
    ],
    [
      'an opening that is not a function',
      { ...swedish, opening: { ...swedish.opening, login: 'Hej' } },
      "prompts['sv-SE'].opening['login']: give a text of 1 to 4096 characters, no control characters.",
    ],
    [
      'a missing opening',
      { ...swedish, opening: { login: swedish.opening.login, enroll: swedish.opening.enroll } },
      "prompts['sv-SE'].opening['step-up']: give a text of 1 to 4096 characters, no control characters.",
    ],
    [
      'an opening without the name',
      { ...swedish, opening: { ...swedish.opening, enroll: () => 'Hej.' } },
      "prompts['sv-SE'].opening['enroll']: include the name that the function gets: the user must hear who calls.",
    ],
    [
      'a text without the code',
      { ...swedish, text: () => 'Hej.' },
      "prompts['sv-SE'].text: give a function of name and code that returns one line with the code in it.",
    ],
  ])(
    'prompts with %s are refused with a message that names the part and how to fix it',
    async (_, given, message) => {
      await open({})
      const make = () =>
        new VoiceOtpStrategy<Person>(
          {
            appName: 'Acme',
            webhookUrl: 'https://acme.example/voice-otp',
            secret,
            signalwire: world.simulator.signalwire,
            prompts: { 'sv-SE': given as Prompts },
          },
          user => user.phone,
        )
      expect(make).toThrow(new TypeError(message))
    },
  )

  test('an unknown locale is refused with a message that lists the known ones', async () => {
    await open({})
    expect(
      () =>
        new VoiceOtpStrategy<Person>(
          {
            appName: 'Acme',
            webhookUrl: 'https://acme.example/voice-otp',
            secret,
            signalwire: world.simulator.signalwire,
            locale: 'sv-SE',
          },
          user => user.phone,
        ),
    ).toThrow(
      new TypeError(
        `locale: 'sv-SE' is not available. The languages are ${Object.keys(languages).join(', ')}. Add others with the option prompts.`,
      ),
    )
  })
})
