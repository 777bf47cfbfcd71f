import type { Prompts } from '../options/prompts.js'

/** Longest text of one `Say`, in characters. Source: SignalWire, "Say" of LaML. */
const maxSayLength = 4096

/**
 * Whether a text can be spoken and written into XML: not blank, at most `maxLength` characters, no
 * control characters, no lone surrogates.
 * @internal
 */
export function isSpeakable(text: string, maxLength: number): boolean {
  return text.trim() !== '' && text.length <= maxLength && !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(text)
}

const sentences = [
  'pressMatchingDigits',
  'pressAnyKey',
  'pressIfNotYou',
  'neverAsked',
  'codeIs',
  'onceMore',
  'menu',
  'inThisLanguage',
  'goodbye',
  'wrongDigits',
  'noDigits',
  'expired',
  'reported',
] as const
/**
 * The longest sentences, in characters, for those that text messages use too. With the code,
 * `neverAsked` must fit into three segments of 67 characters, and `codeIs` into one of 70.
 */
const maxLengths: Readonly<Partial<Record<keyof Prompts, number>>> = { neverAsked: 100, codeIs: 59 }
const purposes = ['login', 'step-up', 'enroll', 'approve'] as const

/**
 * Checks every part of the app's own prompts, and returns them. Throws a `TypeError` that names the
 * part and how to fix it.
 * @internal
 */
export function checkPrompts(tag: string, given: unknown): Prompts {
  if (typeof given !== 'object' || given === null)
    throw new TypeError(
      `prompts['${tag}']: give an object with all sentences of a language; languages['en-US'] is a model.`,
    )
  const fail: Fail = (part, fix) => {
    throw new TypeError(`prompts['${tag}'].${part}: ${fix}`)
  }
  const prompts = given as Unchecked
  checkVoice(tag, prompts, fail)
  for (const name of sentences) checkSentence(name, prompts[name], fail, maxLengths[name])
  checkOpenings(prompts, fail)
  checkApproval(prompts, fail)
  checkText(prompts, fail)
  checkHosted(prompts, fail)
  return given as Prompts
}

type Unchecked = Partial<Record<keyof Prompts, unknown>>
type Fail = (part: string, fix: string) => never

const isTag = (tag: unknown): boolean =>
  typeof tag === 'string' && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(tag)

function checkVoice(
  tag: string,
  { language, speechLanguage, voice, separator, digits }: Unchecked,
  fail: Fail,
): void {
  if (language !== tag || !isTag(language))
    fail('language', "give the tag that is the key of this language, for example 'sv-SE'.")
  if (speechLanguage !== undefined && !isTag(speechLanguage))
    fail('speechLanguage', "give the voice's language tag, for example 'cmn-CN', or leave it out.")
  if (typeof voice !== 'string' || !/^[\w.:-]{1,60}$/.test(voice))
    fail('voice', "give a voice of SignalWire's list, for example 'Polly.Elin-Neural'.")
  const isSeparator = typeof separator === 'string' && separator !== ''
  if (!isSeparator || /[\p{L}\p{N}\p{Cc}.。．]/u.test(separator))
    fail(
      'separator',
      "give the text between two digits, for example ', '. No full stop: some languages read it as an ordinal number.",
    )
  const areDigits =
    Array.isArray(digits) &&
    digits.length === 10 &&
    digits.every(word => typeof word === 'string' && isSpeakable(word, 40))
  if (digits !== undefined && !areDigits)
    fail('digits', 'give ten words, from zero to nine, or leave it out.')
}

function checkSentence(
  part: string,
  text: unknown,
  fail: Fail,
  maxLength: number = maxSayLength,
): void {
  if (typeof text !== 'string' || !isSpeakable(text, maxLength))
    return fail(part, `give a text of 1 to ${maxLength} characters, no control characters.`)
  if (/\p{N}/u.test(text))
    fail(
      part,
      'write keys as words ("one"): the user could confuse a digit with a part of the code.',
    )
}

function checkOpenings({ opening }: Unchecked, fail: Fail): void {
  for (const purpose of purposes) {
    const part = `opening['${purpose}']`
    const create = (opening as Partial<Prompts['opening']> | undefined)?.[purpose]
    const sentence: unknown = typeof create === 'function' ? create('Acme') : undefined
    checkSentence(part, sentence, fail)
    if (!String(sentence).includes('Acme'))
      fail(part, 'include the name that the function gets: the user must hear who calls.')
  }
}

function checkApproval({ approval }: Unchecked, fail: Fail): void {
  for (const name of ['refuse', 'refused'] as const)
    checkSentence(`approval.${name}`, (Object(approval) as Prompts['approval'])[name], fail)
}

function checkText({ text: create }: Unchecked, fail: Fail): void {
  const text: unknown =
    typeof create === 'function' ? (create as Prompts['text'])('Acme', '481516') : undefined
  if (typeof text !== 'string' || !isSpeakable(text, 160) || !text.includes('481516'))
    fail('text', 'give a function of name and code that returns one line with the code in it.')
}

function checkHosted({ hosted: create }: Unchecked, fail: Fail): void {
  const sentence: unknown =
    typeof create === 'function' ? (create as Prompts['hosted'])('Acme') : undefined
  if (typeof sentence !== 'string' || !isSpeakable(sentence, 160) || !sentence.includes('Acme'))
    fail('hosted', 'give a function of the name that returns one line with the name in it.')
}
