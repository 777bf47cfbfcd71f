import type { Prompts } from '../options/prompts.js'
import {
  askForKeys,
  farewell,
  firstReading,
  plainReading,
  type ReadingOptions,
  refused,
  repeatedReading,
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
  /** Whether the limiter allows this webhook: each token allows only three. */
  readonly isAdmitted: boolean
  /** Whether the call's challenge is still the active one of the user. */
  readonly isActiveChallenge: boolean
}

/** Where a call goes on when a key is pressed. @internal */
export interface NextStep {
  readonly step: Step
  readonly content: TokenContent
}

/** What a call says next, and what must be done before it is said. @internal */
export interface Reply {
  readonly turn: Turn
  /** For each question of the turn: where the call is after a key, and what the token holds. */
  readonly next: readonly NextStep[]
  /**
   * `report`: the user did not ask for this call. `refuse`: the user refuses what the code would
   * approve. `deactivate`: the code must not be accepted any more.
   */
  readonly effect?: 'report' | 'refuse' | 'deactivate'
  /** Whether the turn says the code. */
  readonly readsCode?: true
}

/**
 * The call reads the code only if it is still valid for this many seconds. Otherwise the code would
 * expire while it is read.
 * @internal
 */
export const readingSeconds = 30

/**
 * Decides what a call says next. Changes nothing: the caller carries out the `effect`.
 * @internal
 */
export function nextReply(settings: DialogueSettings, event: CallEvent): Reply {
  const { step, content, digits, now, isAdmitted, isActiveChallenge } = event
  const words = findWords(settings, content)
  const zeros = step !== steps.answered && (digits === '0' || digits === '00') ? digits.length : 0
  // In an approval, the first zero refuses the action and the second one reports the call.
  const isRefused = content.approvalTexts !== undefined && step !== steps.refused && zeros === 1
  const isReport = zeros > 0 && !isRefused
  // A report counts even if the code is too old to be read or a newer call has replaced it:
  // somebody else may know the password.
  if (isReport && isAdmitted && now < content.expiresAt)
    return { ...end(words, 'reported'), effect: 'report' }
  if (step === steps.refused) return end(words, 'goodbye')
  if (!isAdmitted || !isActiveChallenge || now >= content.expiresAt) return end(words, 'expired')
  // Key zero counts as long as the code is valid, also when it is too late to read the code.
  if (isRefused)
    return { turn: refused(words), next: [{ step: steps.refused, content }], effect: 'refuse' }
  if (content.expiresAt - now < readingSeconds * 1000) return end(words, 'expired')
  switch (step) {
    case steps.answered:
      return afterPickUp(settings, event, words)
    case steps.question:
      return afterQuestion(settings, event, words)
    case steps.menu:
      return afterMenu(settings, event, words)
  }
}

/** The reply to key zero if the code was used just before. @internal */
export const tooLateReply = (settings: DialogueSettings, content: TokenContent): Reply =>
  end(findWords(settings, content), 'expired')

/** Somebody, or a machine, has answered the phone. */
function afterPickUp(
  settings: DialogueSettings,
  { content, answeredBy }: CallEvent,
  words: Words,
): Reply {
  const { appName, numberMatching, machineDetection } = settings
  // Only a person hears the code. "unknown" is not a person.
  if (machineDetection && answeredBy !== 'human') return end(words, 'goodbye')
  const { announcement, ...rest } = content
  if (numberMatching === false) {
    const occasion = { appName, purpose: content.purpose, announcement }
    return { turn: plainReading(words, occasion, content.code), next: [], readsCode: true }
  }
  return ask(settings, rest, announcement)
}

/** The question before the code, in up to two rounds. */
function ask(settings: DialogueSettings, content: TokenContent, announcement?: string): Reply {
  const { appName, numberMatching } = settings
  // The second round is for a user who pressed # first, or who joins late because an assistant
  // screened the call. It uses up a repeat, so that no call gets longer than two minutes.
  const contents = content.repeatsLeft < 1 ? [content] : [content, useRepeat(content)]
  const rounds = contents.map((each, index) => ({
    words: findWords(settings, each),
    // The announcement is said once.
    occasion: {
      appName,
      purpose: each.purpose,
      announcement: index === 0 ? announcement : undefined,
    },
  }))
  return {
    turn: askForKeys(rounds, numberMatching === 'any-key' ? 'any-key' : true),
    next: contents.map(each => ({ step: steps.question, content: each })),
  }
}

/** The user has pressed keys at the question before the code. */
function afterQuestion(
  settings: DialogueSettings,
  { content, digits }: CallEvent,
  words: Words,
): Reply {
  const { numberMatching } = settings
  const { matchingDigits, code, repeatsLeft } = content
  const isOtherLanguage = digits === '3' && words.other !== undefined && repeatsLeft > 0
  if (isOtherLanguage && numberMatching !== false) return ask(settings, switchLanguage(content))
  const isRight =
    numberMatching === 'any-key'
      ? Boolean(digits)
      : matchingDigits?.length === 2 && digits === matchingDigits
  if (isRight) return withMenu(content, options => firstReading(words, code, options))
  // Wrong digits: this person does not see the page. Another attempt would let an attacker find the
  // digits, so the call ends and its code is no longer accepted.
  return { ...end(words, 'wrongDigits'), effect: 'deactivate' }
}

/** The user has heard the code and has pressed a key of the menu. */
function afterMenu(
  settings: DialogueSettings,
  { content, digits }: CallEvent,
  words: Words,
): Reply {
  const isOtherLanguage = digits === '3' && words.other !== undefined
  const isOffered = digits === '1' || digits === '2' || isOtherLanguage
  if (content.repeatsLeft < 1 || !isOffered) return end(words, 'goodbye')
  const next = isOtherLanguage ? switchLanguage(content) : useRepeat(content)
  const nextWords = findWords(settings, next)
  const slowly = digits === '2'
  return withMenu(next, options => repeatedReading(nextWords, next.code, { ...options, slowly }))
}

/**
 * A reading of the code: with the menu if the code may be repeated, otherwise without a next step.
 */
function withMenu(content: TokenContent, read: (options: ReadingOptions) => Turn): Reply {
  const isLast = content.repeatsLeft < 1
  /* v8 ignore next -- a token holds at least one language */
  const spoken = content.languages[0] ?? ''
  const turn = read({ isLast, approvalText: content.approvalTexts?.[spoken] })
  const next = turn.questions.map(() => ({ step: steps.menu, content }))
  return { turn, next, readsCode: true }
}

/** The language that the call speaks now, and the one that key three leads to. */
function findWords(
  { prompts, defaultPrompts }: DialogueSettings,
  { languages: [spoken, other] }: TokenContent,
): Words {
  return { prompts: prompts.get(spoken) ?? defaultPrompts, other: prompts.get(other) }
}

/** The last words of a call. */
const end = (words: Words, sentence: Parameters<typeof farewell>[1]): Reply => ({
  turn: farewell(words, sentence),
  next: [],
})

/** Key three: the next language moves to the front, the current one to the end. */
function switchLanguage(content: TokenContent): TokenContent {
  const languages = [...content.languages.slice(1), ...content.languages.slice(0, 1)]
  return useRepeat({ ...content, languages })
}

/**
 * Uses up one repeat. After the last one, no other language is offered, so the token holds none.
 */
function useRepeat(content: TokenContent): TokenContent {
  const repeatsLeft = content.repeatsLeft - 1
  const { languages } = content
  return { ...content, languages: repeatsLeft < 1 ? languages.slice(0, 1) : languages, repeatsLeft }
}
