import type { Prompts } from '../options/prompts.js'

/** Longest text of one `Say`. Source: SignalWire, "Say" of LaML. */
const sayLength = 4096

/**
 * Text that can be said and written into XML: no control characters, no lone surrogates, not blank.
 * @internal
 */
export function isSpeakable(text: string, most: number): boolean {
  return text.trim() !== '' && text.length <= most && !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(text)
}

const sentences = [
  'pressMatchingDigits',
  'pressAnyKey',
  'pressIfNotYou',
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
const purposes = ['login', 'step-up', 'enroll'] as const

/**
 * Prompts of the app's own, once every part is known to be sayable. Throws a `TypeError` that names
 * the part and the mend.
 * @internal
 */
export function checkedPrompts(tag: string, given: unknown): Prompts {
  const fail = (part: string, mend: string): never => {
    throw new TypeError(`prompts['${tag}'].${part}: ${mend}`)
  }
  if (typeof given !== 'object' || given === null)
    throw new TypeError(
      `prompts['${tag}']: an object with all the sentences of a language; take a file of lib/call/prompts as the model.`,
    )
  const prompts = given as Partial<Record<keyof Prompts, unknown>>
  const check = (part: string, text: unknown, most = sayLength): void => {
    if (typeof text !== 'string' || !isSpeakable(text, most))
      fail(part, `a text of 1 to ${most} characters without control characters.`)
    // A digit elsewhere than in the code could be taken for a part of it.
    if (/\p{N}/u.test(text as string))
      fail(part, 'name keys by words ("one"), since people write down every digit that they hear.')
  }
  if (prompts.language !== tag || !/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(tag))
    fail('language', "the tag under which it stands, such as 'sv-SE'.")
  if (typeof prompts.voice !== 'string' || !/^[\w.-]{1,60}$/.test(prompts.voice))
    fail('voice', "a voice of SignalWire's list without accents, for example 'Polly.Astrid'.")
  if (
    typeof prompts.separator !== 'string' ||
    prompts.separator === '' ||
    /[\p{L}\p{N}\p{Cc}.。．]/u.test(prompts.separator)
  )
    fail(
      'separator',
      "what keeps digits apart, for example ', '; not a full stop, which makes ordinals in some languages.",
    )
  if (
    prompts.digits !== undefined &&
    !(
      Array.isArray(prompts.digits) &&
      prompts.digits.length === 10 &&
      prompts.digits.every(word => typeof word === 'string' && isSpeakable(word, 40))
    )
  ) {
    fail('digits', 'ten words, from zero to nine, or leave it out.')
  }
  for (const name of sentences) check(name, prompts[name])
  for (const purpose of purposes) {
    const opening = (prompts.opening as Partial<Prompts['opening']> | undefined)?.[purpose]
    const spoken: unknown = typeof opening === 'function' ? opening('Acme') : undefined
    check(`opening['${purpose}']`, spoken)
    if (!(spoken as string).includes('Acme'))
      fail(`opening['${purpose}']`, 'say the name that it is given: people must hear who calls.')
  }
  const text: unknown =
    typeof prompts.text === 'function'
      ? (prompts.text as Prompts['text'])('Acme', '481516')
      : undefined
  if (typeof text !== 'string' || !isSpeakable(text, 160) || !text.includes('481516'))
    fail('text', 'a function of name and code that answers a line with the code in it.')
  return given as Prompts
}
