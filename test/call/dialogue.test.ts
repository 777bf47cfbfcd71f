// The dialogue by itself: the facts of one webhook go in, and what the call says next comes out.
import { describe, expect, test } from 'vitest'
import { languages } from 'passport-voice-otp'
import {
  type CallEvent,
  type DialogueSettings,
  nextReply,
  type Reply,
} from '../../lib/call/dialogue.js'
import { steps, type TokenContent } from '../../lib/call/token.js'
import { english, unansweredQuestion } from '../support/english.js'
import { tokenContent } from '../support/webhooks.js'

const now = 1_000_000
const german = languages['de-DE']
const [spokenCode, twoLanguages] = ['1, 2, 3, 4, 5, 6', ['en-US', 'de-DE']]

const defaultSettings: DialogueSettings = {
  appName: 'Acme',
  numberMatching: true,
  machineDetection: false,
  prompts: new Map(Object.entries(languages)),
  defaultPrompts: english,
}

const defaultContent = tokenContent(now)

interface Given {
  readonly content?: Partial<TokenContent>
  readonly settings?: Partial<DialogueSettings>
  readonly event?: Partial<Omit<CallEvent, 'step' | 'content'>>
}

const reply = (
  step: CallEvent['step'],
  { content = {}, settings = {}, event = {} }: Given = {},
): Reply =>
  nextReply(
    { ...defaultSettings, ...settings },
    {
      step,
      content: { ...defaultContent, ...content },
      digits: undefined,
      answeredBy: undefined,
      now,
      isAdmitted: true,
      isActiveChallenge: true,
      ...event,
    },
  )
const pressed = (step: CallEvent['step'], digits: string, given: Given = {}): Reply =>
  reply(step, { ...given, event: { ...given.event, digits } })

/** Every sentence of a reply, in the order in which the call says them. */
const sentences = ({ turn: { lines, questions, ending } }: Reply): string[] =>
  [...lines, ...questions.flatMap(question => question.lines), ...ending].flatMap(line =>
    'say' in line ? [line.say] : [],
  )

describe('when the phone is answered', () => {
  test('the call says who calls and why, then asks for the two digits on the page', () => {
    const answer = reply(steps.answered)
    expect(sentences(answer)).toEqual(unansweredQuestion)
    expect(answer.turn.questions.map(({ digits }) => digits)).toEqual([2, 2])
    expect(answer.next[0]).toEqual({ step: steps.question, content: defaultContent })
    expect(answer.effect).toBeUndefined()
  })

  test.each(['0', '00'])(
    'the keys %s of that webhook are ignored, because nothing was asked yet',
    digits => {
      const answer = pressed(steps.answered, digits)
      expect(sentences(answer)).toContain(english.pressMatchingDigits)
      expect(answer.effect).toBeUndefined()
    },
  )

  test('the announcement is said once and is not in the next token', () => {
    const answer = reply(steps.answered, { content: { announcement: 'From a new phone.' } })
    expect(sentences(answer).filter(each => each === 'From a new phone.')).toHaveLength(1)
    for (const { content } of answer.next) expect(content).not.toHaveProperty('announcement')
  })

  test('a call without number matching reads the code at once and asks nothing', () => {
    const answer = reply(steps.answered, { settings: { numberMatching: false } })
    expect(sentences(answer).filter(each => each === spokenCode)).toHaveLength(2)
    expect(answer.turn.questions).toEqual([])
    expect(answer.next).toEqual([])
  })

  test('machine detection lets a person hear the question', () => {
    const answer = reply(steps.answered, {
      settings: { machineDetection: true },
      event: { answeredBy: 'human' },
    })
    expect(sentences(answer)).toContain(english.pressMatchingDigits)
  })

  test.each([undefined, '', 'unknown', 'machine_start', 'Human', 'human,human'])(
    'machine detection says goodbye if SignalWire reports %j and not a person',
    answeredBy => {
      const answer = reply(steps.answered, {
        settings: { machineDetection: true, numberMatching: false },
        event: { answeredBy },
      })
      expect(sentences(answer)).toEqual([english.goodbye])
      expect(answer.next).toEqual([])
    },
  )

  test('the default language is spoken if the language in the token is not known', () => {
    for (const spoken of [[], ['xx-XX']])
      expect(sentences(reply(steps.answered, { content: { languages: spoken } }))[0]).toBe(
        english.opening.login('Acme'),
      )
  })
})

describe('the second round of the question', () => {
  test('the second round of the question says again who calls and asks again, without the announcement', () => {
    const { turn } = reply(steps.answered, { content: { announcement: 'From a new phone.' } })
    const [first, second] = turn.questions
    expect(turn.questions).toHaveLength(2)
    const says = (lines = first!.lines) => lines.flatMap(line => ('say' in line ? [line.say] : []))
    expect(says(second!.lines)).toEqual([
      english.opening.login('Acme'),
      english.pressMatchingDigits,
      english.pressIfNotYou,
    ])
    expect(says().slice(0, 2)).toEqual([english.opening.login('Acme'), 'From a new phone.'])
  })

  test('the second round of the question costs a repeat', () => {
    const { next } = reply(steps.answered, { content: { languages: twoLanguages } })
    expect(next.map(({ content }) => content.repeatsLeft)).toEqual([2, 1])
    expect(next.map(({ content }) => content.languages)).toEqual([twoLanguages, twoLanguages])
  })

  test('the second round of the question offers no other language if it costs the last repeat', () => {
    const content = { languages: twoLanguages, repeatsLeft: 1 }
    const answer = reply(steps.answered, { content })
    expect(answer.next[1]?.content).toMatchObject({ languages: ['en-US'], repeatsLeft: 0 })
    expect(sentences(answer).filter(each => each === german.inThisLanguage)).toHaveLength(1)
  })

  test('the second round of the question is left out if no repeat is left', () => {
    expect(reply(steps.answered, { content: { repeatsLeft: 0 } }).turn.questions).toHaveLength(1)
  })

  test('the second round of the question is asked in another language too', () => {
    const { turn, next } = pressed(steps.question, '3', { content: { languages: twoLanguages } })
    expect(turn.questions).toHaveLength(2)
    expect(next.map(({ content }) => content.repeatsLeft)).toEqual([1, 0])
  })
})

describe('at any step', () => {
  const everyStep = [steps.answered, steps.question, steps.menu]

  test.each(everyStep)('a token that was fetched too often says nothing secret (step %i)', step => {
    const answer = pressed(step, '42', { event: { isAdmitted: false } })
    expect(sentences(answer)).toEqual([english.expired])
    expect(answer).toEqual({ turn: answer.turn, next: [] })
  })

  test.each(everyStep)(
    'a call whose challenge is not active any more says nothing secret (step %i)',
    step => {
      const answer = pressed(step, '42', { event: { isActiveChallenge: false } })
      expect(sentences(answer)).toEqual([english.expired])
      expect(answer).toEqual({ turn: answer.turn, next: [] })
    },
  )

  test.each(everyStep)('a code is read only with 30 seconds or more left (step %i)', step => {
    const answer = (secondsLeft: number) =>
      sentences(pressed(step, '1', { content: { expiresAt: now + secondsLeft * 1000 } }))
    expect(answer(30)).not.toContain(english.expired)
    expect(answer(29.999)).toEqual([english.expired])
  })
})

test('after the user refused, every key but zero ends the call without a secret', () => {
  const reply = pressed(steps.refused, '1')
  expect(sentences(reply)).toEqual([english.goodbye])
  expect(reply).toEqual({ turn: reply.turn, next: [] })
})

describe('a report of the user', () => {
  const questions = [steps.question, steps.menu]
  const everyReport = questions.flatMap(step => [[step, '0'] as const, [step, '00'] as const])

  test.each(everyReport)(
    'key zero is a report, which is carried out and confirmed (step %i, keys %s)',
    (step, digits) => {
      const answer = pressed(step, digits)
      expect(sentences(answer)).toEqual([english.reported])
      expect(answer.effect).toBe('report')
      expect(answer.next).toEqual([])
    },
  )

  test.each([
    ['the code is too old to be read', { content: { expiresAt: now + 1 } }],
    ['a newer call has replaced this one', { event: { isActiveChallenge: false } }],
  ] satisfies [string, Given][])('a report counts even if %s', (_, given) => {
    expect(pressed(steps.question, '0', given).effect).toBe('report')
  })

  test.each([
    ['the code has expired', { content: { expiresAt: now } }],
    ['this webhook came too often', { event: { isAdmitted: false } }],
  ] satisfies [string, Given][])('a report does not count if %s', (_, given) => {
    const answer = pressed(steps.question, '0', given)
    expect(answer.effect).toBeUndefined()
    expect(sentences(answer)).toEqual([english.expired])
  })

  test('other keys that begin with zero are not a report', () => {
    expect(pressed(steps.question, '01').effect).toBe('deactivate')
  })
})

describe('at the question', () => {
  test('the right digits hear the code twice and the menu', () => {
    const answer = pressed(steps.question, '42')
    expect(sentences(answer)).toEqual([
      english.neverAsked,
      english.codeIs,
      spokenCode,
      english.onceMore,
      spokenCode,
      english.menu,
      english.goodbye,
    ])
    expect(answer.next).toEqual([{ step: steps.menu, content: defaultContent }])
    expect(answer.effect).toBeUndefined()
  })

  test('the code stays in the language of the question if there is another one', () => {
    const content = { languages: twoLanguages, repeatsLeft: 1 }
    const answer = pressed(steps.question, '42', { content })
    expect(sentences(answer)).toContain(english.codeIs)
    expect(sentences(answer)).toContain(german.inThisLanguage)
    expect(answer.next[0]?.content).toMatchObject(content)
  })

  test('the code is read without a menu if no repeat is left', () => {
    const answer = pressed(steps.question, '42', { content: { repeatsLeft: 0 } })
    expect(sentences(answer)).toContain(spokenCode)
    expect(answer.turn.questions).toEqual([])
    expect(answer.next).toEqual([])
  })

  test.each([
    ['other digits are pressed', '24', {}],
    ['only one digit is pressed', '4', {}],
    ['three digits are pressed', '421', {}],
    ['no key is pressed', '', {}],
    ['the token holds one matching digit', '4', { content: { matchingDigits: '4' } }],
    ['the token holds three matching digits', '421', { content: { matchingDigits: '421' } }],
    ['the token holds empty matching digits', '', { content: { matchingDigits: '' } }],
    ['the token holds no matching digits', '42', { content: { matchingDigits: undefined } }],
    ['no key is pressed where any key is enough', '', { settings: { numberMatching: 'any-key' } }],
    ['three is pressed and there is no other language', '3', {}],
    [
      'three is pressed and no repeat is left',
      '3',
      { content: { languages: twoLanguages, repeatsLeft: 0 } },
    ],
    [
      'three is pressed for a language that is not known',
      '3',
      { content: { languages: ['en-US', 'xx-XX'] } },
    ],
    [
      'three is pressed and number matching was disabled during the call',
      '3',
      { content: { languages: twoLanguages }, settings: { numberMatching: false } },
    ],
  ] satisfies [string, string, Given][])(
    'the call ends and the challenge is deactivated if %s (keys %j)',
    (_, digits, given) => {
      const answer = pressed(steps.question, digits, given)
      expect(sentences(answer)).toEqual([english.wrongDigits])
      expect(answer.next).toEqual([])
      expect(answer.effect).toBe('deactivate')
    },
  )

  test('one key is enough with numberMatching: "any-key"', () => {
    const settings = { numberMatching: 'any-key' } as const
    expect(reply(steps.answered, { settings }).turn.questions[0]?.digits).toBe(1)
    expect(sentences(pressed(steps.question, '7', { settings }))).toContain(spokenCode)
  })

  test('key three switches to the next language, and back as long as a repeat is left', () => {
    const given = ['en-US', 'de-DE', 'fr-FR']
    const answer = pressed(steps.question, '3', { content: { languages: given } })
    expect(sentences(answer)).toContain(german.pressMatchingDigits)
    expect(sentences(answer)).toContain(languages['fr-FR'].inThisLanguage)
    expect(answer.next[0]).toMatchObject({
      step: steps.question,
      content: { languages: ['de-DE', 'fr-FR', 'en-US'], repeatsLeft: 1 },
    })
    const last = pressed(steps.question, '3', { content: { languages: given, repeatsLeft: 1 } })
    expect(last.next[0]?.content).toMatchObject({ languages: ['de-DE'], repeatsLeft: 0 })
  })
})

describe('the warning that nobody will ever ask for the code', () => {
  const digitsOf = (text: string): string => text.replace(/\P{Nd}/gu, '')

  test.each(Object.keys(languages))(
    'the warning that nobody will ask for the code is said in %s before the first digit',
    locale => {
      const content = { languages: [locale] }
      const { neverAsked } = languages[locale as keyof typeof languages]
      for (const answer of [
        pressed(steps.question, '42', { content }),
        pressed(steps.question, '7', { content, settings: { numberMatching: 'any-key' } }),
        reply(steps.answered, { content, settings: { numberMatching: false } }),
      ]) {
        const said = sentences(answer)
        expect(said.indexOf(neverAsked)).toBeGreaterThanOrEqual(0)
        expect(said.indexOf(neverAsked)).toBeLessThan(said.findIndex(each => digitsOf(each) !== ''))
      }
    },
  )
})

describe('a call that asks for an approval', () => {
  const content = {
    purpose: 'approve' as const,
    languages: twoLanguages,
    approvalTexts: { 'en-US': 'Pay five euros to Bob.', 'de-DE': 'Zahle fünf Euro an Bob.' },
  }

  test('a call for an approval says before the code what the user approves, and afterwards how to refuse', () => {
    const said = sentences(pressed(steps.question, '42', { content }))
    expect(said[0]).toBe('Pay five euros to Bob.')
    expect(said.indexOf(english.neverAsked)).toBeLessThan(said.indexOf(spokenCode))
    expect(said).toContain(english.approval.refuse)
    expect(sentences(pressed(steps.menu, '3', { content }))[0]).toBe('Zahle fünf Euro an Bob.')
  })

  test.each([steps.question, steps.menu])(
    'in a call for an approval, key zero refuses the action (step %i)',
    step => {
      const answer = pressed(step, '0', { content })
      expect(sentences(answer)).toEqual([english.approval.refused, english.goodbye])
      expect(answer.effect).toBe('refuse')
      expect(answer.next.map(({ step: next }) => next)).toEqual([steps.refused])
    },
  )

  test.each([
    [steps.question, '00'],
    [steps.refused, '0'],
  ])(
    'in a call for an approval, a second key zero is a report (step %i, keys %s)',
    (step, digits) => {
      const answer = pressed(step, digits, { content })
      expect(sentences(answer)).toEqual([english.reported])
      expect(answer.effect).toBe('report')
    },
  )

  test('after the user refused an approval, another key than zero ends the call with goodbye', () => {
    expect(pressed(steps.refused, '1', { content })).toMatchObject({ next: [] })
    expect(sentences(pressed(steps.refused, '1', { content }))).toEqual([english.goodbye])
  })

  test('an approval can still be refused when the code cannot be repeated any more', () => {
    const answer = pressed(steps.question, '42', { content: { ...content, repeatsLeft: 0 } })
    expect(sentences(answer)).toContain(english.approval.refuse)
    expect(sentences(answer)).not.toContain(english.menu)
    expect(answer.next.map(({ step }) => step)).toEqual([steps.menu])
  })

  test('an approval cannot be refused when its challenge is not active any more', () => {
    const answer = pressed(steps.menu, '0', { content, event: { isActiveChallenge: false } })
    expect(sentences(answer)).toEqual([english.expired])
    expect(answer.effect).toBeUndefined()
  })
})

describe('at the menu', () => {
  test('key one repeats the code in the same language, even if there is another one', () => {
    const answer = pressed(steps.menu, '1', { content: { languages: twoLanguages } })
    expect(sentences(answer).slice(0, 2)).toEqual([english.codeIs, spokenCode])
    expect(answer.next[0]).toMatchObject({
      step: steps.menu,
      content: { languages: twoLanguages, repeatsLeft: 1 },
    })
  })

  test('key two reads each digit as a sentence of its own', () => {
    expect(sentences(pressed(steps.menu, '2')).slice(0, 7)).toEqual([
      english.codeIs,
      ...Array.from('123456'),
    ])
  })

  test('key three reads the code in the other language', () => {
    const answer = pressed(steps.menu, '3', { content: { languages: twoLanguages } })
    expect(sentences(answer).slice(0, 2)).toEqual([german.codeIs, spokenCode])
    expect(answer.next[0]?.content).toMatchObject({ languages: ['de-DE', 'en-US'], repeatsLeft: 1 })
  })

  test('the last repeat comes without the menu', () => {
    const answer = pressed(steps.menu, '1', { content: { repeatsLeft: 1 } })
    expect(sentences(answer)).toEqual([english.codeIs, spokenCode, english.goodbye])
    expect(answer.turn.questions).toEqual([])
    expect(answer.next).toEqual([])
  })

  test.each([
    ['1', { repeatsLeft: 0 }],
    ['2', { repeatsLeft: 0 }],
    ['3', { repeatsLeft: 0, languages: twoLanguages }],
    ['3', {}],
    ['4', {}],
    ['', {}],
    ['9', { languages: twoLanguages }],
  ])('the call says goodbye and the code stays good for the keys %j and %j', (keys, content) => {
    const answer = pressed(steps.menu, keys, { content })
    expect(sentences(answer)).toEqual([english.goodbye])
    expect(answer).toEqual({ turn: answer.turn, next: [] })
  })
})
