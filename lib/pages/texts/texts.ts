import type { FailureCode } from '../../errors.js'
import type {
  AskTexts,
  BrowserTexts,
  CallTexts,
  CodeTexts,
  ErrorTexts,
  FactorTexts,
  HeadingTexts,
  NextStepTexts,
  OverTexts,
  PhoneTexts,
  ProblemTexts,
  RecoveryTexts,
  SmsTexts,
} from './sections.js'

/** Failures of the strategy that a page may show. */
export type ShownFailureCode = Extract<
  FailureCode,
  | 'code-malformed'
  | 'phone-malformed'
  | 'recovery-malformed'
  | 'choice-unknown'
  | 'no-challenge'
  | 'code-expired'
  | 'code-wrong'
  | 'recovery-wrong'
  | 'phone-missing'
  | 'phone-invalid'
  | 'destination-blocked'
  | 'phone-refused'
  | 'call-vetoed'
  | 'enroll-forbidden'
  | 'too-many-attempts'
  | 'too-many-calls'
  | 'destination-limited'
  | 'locked'
  | 'reported'
>

/** Failures that only the pages know. */
export type PageFailureCode = 'cross-site' | 'too-large' | 'too-slow' | 'unreadable'

/**
 * Every sentence of the pages in one language. No sentence holds markup. A sentence with a
 * duration holds `{time}`, which the page replaces, for example by "40 seconds".
 */
export interface PageTexts {
  /** BCP 47 tag: the attribute `lang` of the page. */
  readonly language: string
  /** The title of a page that shows an error. */
  errorTitle(title: string): string

  /** Headings of pages and their parts. */
  readonly headings: HeadingTexts

  /** The states of a call. */
  readonly call: CallTexts
  /** The states of a text message. */
  readonly sms: SmsTexts
  /** States in which there is no code to enter. */
  readonly over: OverTexts
  /** What to do after "this was not me". */
  readonly changePassword: string
  /** While a call waits for its turn. */
  readonly needNotWait: string
  /** See the English texts. */
  peopleBefore(count: number): string

  /** With `{phone}`, the masked number, and `{from}`, the number that calls. */
  readonly calling: string
  /** The same for a call that has ended. */
  readonly called: string
  /** In English: "We have sent a code to {phone} from {from}." */
  readonly textSent: string
  /** What happens when the user asks for a code. `{phone}` is the masked number. */
  readonly willCall: string
  /** In English: "We call one of your phones." */
  readonly willCallOneOf: string
  /** In English: "We text {phone}." */
  readonly willText: string
  /** In English: "We text one of your phones." */
  readonly willTextOneOf: string
  /** In English: "Answer the phone and press the two digits that this page then shows.…" */
  readonly callInstructions: string
  /** In English: "Answer the phone. A voice reads you a code." */
  readonly callWithoutKeysInstructions: string
  /** In English: "Enter the code from the message." */
  readonly textInstructions: string

  /** The form for the code. */
  readonly code: CodeTexts

  /** The buttons that ask for a code. */
  readonly ask: AskTexts

  /** Enrollment and change of the number. */
  readonly phone: PhoneTexts

  /** Recovery codes. */
  readonly recovery: RecoveryTexts

  /** Remembered browsers. */
  readonly browsers: BrowserTexts

  /** Factors other than the phone. */
  readonly factors: FactorTexts

  /** Second sentences of an error. */
  readonly problem: ProblemTexts
  /** What the user can do after a failure, where its message does not say it. */
  readonly nextSteps: NextStepTexts
  /** Why a request was refused. `undefined`: the strategy's own sentences, in English. */
  readonly failures: Readonly<Record<ShownFailureCode, string>> | undefined
  /** What is not available. `undefined`: the strategy's own sentences, in English. */
  readonly errors: ErrorTexts | undefined
  /** See the English texts. */
  readonly pageFailures: Readonly<Record<PageFailureCode, string>>

  /** In English: "Skip to content" */
  readonly skip: string
  /** In English: "Use another account" */
  readonly otherAccount: string
}
