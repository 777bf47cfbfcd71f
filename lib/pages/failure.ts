import type { FailureCode, FailureInfo } from '../index.js'
import { VoiceOtpError } from '../index.js'
import type { ErrorCode } from '../index.js'
import { duration, fill, joinSentences } from '../words.js'
import type { PageFailureCode, PageTexts } from './texts/texts.js'

/** Why a request failed, in a shape that a page can show. */
export interface PageFailure {
  readonly code: FailureCode | ErrorCode | PageFailureCode
  /** HTTP status of the page. */
  readonly status: number
  readonly message: string
  readonly attemptsLeft?: number | undefined
  readonly retryAfter?: number | undefined
  /** Names an error in the app's log. */
  readonly reference?: string | undefined
}

/** The sentence of a code in a table that may not have it. */
const sentenceIn = (table: object | undefined, code: string): string | undefined =>
  (table as Partial<Record<string, string>> | undefined)?.[code]

/**
 * A failure of the strategy in the language of the page.
 * @param status 401 by default, as in Passport: a strategy of the app may give none.
 */
export const describeFailure = (
  { failures, factors }: PageTexts,
  { code, message, ...numbers }: FailureInfo,
  status: number | undefined,
): PageFailure => ({
  code,
  message:
    code === 'phone-not-allowed' ? factors.phoneRefused : (sentenceIn(failures, code) ?? message),
  ...numbers,
  status: status ?? 401,
})

/** An error that the page shows with its form, so that the user can try again there. */
export function describeError(
  { errors, problem }: PageTexts,
  { code, message, status, retryAfter }: VoiceOtpError,
  reference: string | undefined,
): PageFailure {
  const sentence = errors && (sentenceIn(errors, code) ?? errors.unavailable)
  const shown = sentence ?? message
  // In these two cases nothing has failed, and their own sentences say what to do.
  const isFault = code !== 'queue-full' && code !== 'sends-stopped'
  return {
    code,
    message: isFault ? joinSentences(shown, problem.nothingChanged) : shown,
    status,
    retryAfter,
    reference,
  }
}

/**
 * Whether a page shows an error to the user. Not without a session, because then no page can be
 * rendered, and not for a mistake in the setup, which is for the developer.
 */
export const isTemporary = (error: unknown): error is VoiceOtpError =>
  error instanceof VoiceOtpError &&
  error.code !== 'session-unavailable' &&
  error.code !== 'configuration'

/** What a page says about a failure. */
interface FailureWords {
  readonly message: string
  /** Sentences after the message: what is left, how long to wait, what to do. */
  readonly hints: readonly string[]
}

/**
 * The words for a failure.
 * @param isCalm Whether the failure needs no attention, because the code is on its way already.
 */
export function wordsOf(
  { problem, nextSteps, language }: PageTexts,
  { code, message, attemptsLeft, retryAfter }: PageFailure,
  isCalm: boolean,
): FailureWords {
  // The page says elsewhere when the user may ask for another code.
  if (isCalm) return { message: problem.onItsWay, hints: [] }
  // No second attempt with this code helps, and no wait ends a lock.
  if (attemptsLeft === 0) return { message: problem.noAttemptsLeft, hints: [] }
  if (code === 'locked' && retryAfter === undefined) return { message: nextSteps.locked, hints: [] }
  const hints: string[] = []
  if (attemptsLeft !== undefined) hints.push(problem.attemptsLeft(attemptsLeft))
  const nextStep = sentenceIn(nextSteps, code)
  if (retryAfter !== undefined)
    hints.push(fill(problem.tryAgainIn, { time: duration(language, retryAfter) }))
  else if (nextStep !== undefined) hints.push(nextStep)
  return { message, hints }
}
