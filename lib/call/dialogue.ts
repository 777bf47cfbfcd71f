import type { Prompts } from '../options/prompts.js'
import {
  farewell,
  firstReading,
  plainReading,
  question,
  refusal,
  repeatedReading,
  type ReadingOptions,
  type Turn,
  type Words,
} from './script.js'
import { type Step, steps, type TokenContent } from './token.js'

/** The settings of the app that decide what a call says. @internal */
export interface DialogueSettings {
  readonly appName: string
  readonly numberMatching: true | 'any-key' | false
  readonly machineDetection: boolean
  /** Every language that a call can speak, by tag. */
  readonly prompts: ReadonlyMap<string | undefined, Prompts>
  /** Spoken if the language in the token is not known here. */
  readonly defaultPrompts: Prompts
}

/** What just happened in a call: the facts of one webhook that passed all checks. @internal */
export interface CallEvent {
  /** Where the call is. */
  readonly step: Step
  /** What the token of this webhook holds. */
  readonly content: TokenContent
  /** The keys that the user pressed; `undefined` if no key was asked for. */
  readonly digits: string | undefined
  /** What SignalWire's machine detection says; only `human` is a person. */
  readonly answeredBy: string | undefined
  /** Milliseconds since 1970. */
  readonly now: number
  /** Whether the limiter allows this fetch: each token is good for a few fetches only. */
  readonly isAdmitted: boolean
  /** Whether the call's challenge is still the active one of the user. */
  readonly isActiveChallenge: boolean
}

/** What a call says next, and what must be done before it is said. @internal */
export interface Reply {
  readonly turn: Turn
  /** Where the call will be when the user has pressed a key, and what its token will hold. */
  readonly next?: { readonly step: Step; readonly content: TokenContent }
  /**
   * `report`: the user did not ask for this call. `refuse`: the user refuses what the code would
   * approve. `deactivate`: the code must not be accepted any more.
   */
  readonly effect?: 'report' | 'refuse' | 'deactivate'
}

/**
 * A code that expires while it is being read is useless: the reading starts only if this much time
 * is left.
 */
const readingSeconds = 30

/**
 * Decides what a call says next. Changes nothing: the caller carries out the `effect`.
 * @internal
 */
export function nextReply(settings: DialogueSettings, event: CallEvent): Reply {
  const { step, content, digits, now, isAdmitted, isActiveChallenge } = event
  const words = findWords(settings, content)
  const zeros = step !== steps.answered && (digits === '0' || digits === '00') ? digits.length : 0
  // In an approval, the first zero refuses the action and the second one reports the call.
  const isRefusal = content.approvalTexts !== undefined && step !== steps.refused && zeros === 1
  const isReport = zeros > 0 && !isRefusal
  // A report counts even if the code is too old to be read or a newer call has replaced it:
  // somebody else may know the password.
  if (isReport && isAdmitted && now < content.expiresAt)
    return { turn: farewell(words, 'reported'), effect: 'report' }
  if (step === steps.refused) return { turn: farewell(words, 'goodbye') }
  const isTooLate = content.expiresAt - now < readingSeconds * 1000
  if (!isAdmitted || !isActiveChallenge || isTooLate) return { turn: farewell(words, 'expired') }
  if (isRefusal)
    return {
      turn: refusal(words),
      next: { step: steps.refused, content },
      effect: 'refuse',
    }
  switch (step) {
    case steps.answered:
      return afterPickUp(settings, event, words)
    case steps.question:
      return afterQuestion(settings, event, words)
    case steps.menu:
      return afterMenu(settings, event, words)
  }
}

/** Somebody, or a machine, has answered the phone. */
function afterPickUp(
  { appName, numberMatching, machineDetection }: DialogueSettings,
  { content, answeredBy }: CallEvent,
  words: Words,
): Reply {
  // Only a person hears the code. "unknown" is not a person.
  if (machineDetection && answeredBy !== 'human') return { turn: farewell(words, 'goodbye') }
  // The announcement is said once, so the next token does not hold it.
  const { announcement, ...rest } = content
  const occasion = { appName, purpose: content.purpose, announcement }
  if (numberMatching === false) return { turn: plainReading(words, occasion, content.code) }
  return {
    turn: question(words, occasion, numberMatching),
    next: { step: steps.question, content: rest },
  }
}

/** The user has pressed keys at the question before the code. */
function afterQuestion(
  settings: DialogueSettings,
  { content, digits }: CallEvent,
  words: Words,
): Reply {
  const { appName, numberMatching } = settings
  const { matchingDigits, purpose, code, repeatsLeft } = content
  const isOtherLanguage = digits === '3' && words.other !== undefined && repeatsLeft > 0
  if (isOtherLanguage && numberMatching !== false) {
    const next = switchLanguage(content)
    return {
      turn: question(findWords(settings, next), { appName, purpose }, numberMatching),
      next: { step: steps.question, content: next },
    }
  }
  const isRight =
    numberMatching === 'any-key'
      ? Boolean(digits)
      : matchingDigits?.length === 2 && digits === matchingDigits
  if (isRight) return withMenu(content, options => firstReading(words, code, options))
  // Wrong digits: this person does not see the page. The code must not be guessed by trying again.
  return { turn: farewell(words, 'wrongDigits'), effect: 'deactivate' }
}

/** The user has heard the code and has pressed a key of the menu. */
function afterMenu(
  settings: DialogueSettings,
  { content, digits }: CallEvent,
  words: Words,
): Reply {
  const isOtherLanguage = digits === '3' && words.other !== undefined
  const isOffered = digits === '1' || digits === '2' || isOtherLanguage
  if (content.repeatsLeft < 1 || !isOffered) return { turn: farewell(words, 'goodbye') }
  const next = isOtherLanguage
    ? switchLanguage(content)
    : { ...content, repeatsLeft: content.repeatsLeft - 1 }
  const nextWords = findWords(settings, next)
  const slowly = digits === '2'
  return withMenu(next, options => repeatedReading(nextWords, next.code, { ...options, slowly }))
}

/**
 * A reading of the code: with the menu if the code may be repeated, otherwise without a next step.
 */
function withMenu(content: TokenContent, read: (options: ReadingOptions) => Turn): Reply {
  const isLast = content.repeatsLeft < 1
  const turn = read({ isLast, approvalText: content.approvalTexts?.[content.languages[0] ?? ''] })
  return { turn, ...(turn.ask === undefined ? {} : { next: { step: steps.menu, content } }) }
}

/** The language that the call speaks now, and the one that key three leads to. */
function findWords(
  { prompts, defaultPrompts }: DialogueSettings,
  { languages: [spoken, other] }: TokenContent,
): Words {
  return { prompts: prompts.get(spoken) ?? defaultPrompts, other: prompts.get(other) }
}

/**
 * Key three: the next language moves to the front, the current one to the end. This costs a repeat.
 */
function switchLanguage(content: TokenContent): TokenContent {
  const languages = [...content.languages.slice(1), ...content.languages.slice(0, 1)]
  const repeatsLeft = content.repeatsLeft - 1
  // After the last change no other language is offered, so none may be left in the token.
  return { ...content, languages: repeatsLeft < 1 ? languages.slice(0, 1) : languages, repeatsLeft }
}
