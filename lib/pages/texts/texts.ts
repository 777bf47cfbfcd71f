import type { FailureCode } from '../../errors.js'

/** Heading and sentence of a page in one state. */
export interface StateTexts {
  /** The heading of the page, and its title. */
  readonly heading: string
  /** What happens now, and what to do. */
  readonly text: string
}

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
  readonly headings: {
    readonly logIn: string
    readonly confirm: string
    readonly confirmAgain: string
    readonly addPhone: string
    readonly changePhone: string
    readonly recover: string
    readonly security: string
    readonly rememberedBrowsers: string
    readonly recoveryCodes: string
    readonly newRecoveryCodes: string
    /** Above the two digits. */
    readonly pressDigits: string
  }

  /** The states of a call. */
  readonly call: {
    readonly none: StateTexts
    readonly waiting: StateTexts
    readonly queued: StateTexts
    readonly ringing: StateTexts
    readonly answered: StateTexts
    /** Like `answered`, for a call without matching digits. */
    readonly listening: StateTexts
    readonly completed: StateTexts
    /** A call whose state is not known: SignalWire places it by itself. */
    readonly sent: StateTexts
    readonly busy: StateTexts
    readonly 'no-answer': StateTexts
    readonly failed: StateTexts
    readonly canceled: StateTexts
    readonly refused: StateTexts
  }
  /** The states of a text message. */
  readonly sms: { readonly none: StateTexts; readonly sent: StateTexts }
  /** States in which there is no code to enter. */
  readonly over: {
    readonly expired: StateTexts
    readonly 'no-attempts': StateTexts
    readonly reported: StateTexts
    readonly locked: StateTexts
    readonly 'too-many-calls': StateTexts
    readonly 'no-phone': StateTexts
  }
  /** What to do after "this was not me". */
  readonly changePassword: string
  /** While a call waits for its turn. */
  readonly needNotWait: string
  peopleBefore(count: number): string

  /** With `{phone}`, the masked number, and `{from}`, the number that calls. */
  readonly calling: string
  readonly textSent: string
  /** What happens when the user asks for a code. `{phone}` is the masked number. */
  readonly willCall: string
  readonly willCallOneOf: string
  readonly willText: string
  readonly willTextOneOf: string
  readonly callInstructions: string
  readonly callWithoutKeysInstructions: string
  readonly textInstructions: string

  /** The form for the code. */
  readonly code: {
    readonly label: string
    readonly labelText: string
    placeholder(digits: number): string
    readonly sendsItself: string
    readonly submit: string
    readonly checking: string
    /** With `{time}`: the countdown. */
    readonly validFor: string
    /** the page always says it. */
    readonly neverAsked: string
    readonly refresh: string
    /** Spoken before the code expires. `{time}` is what is left. */
    readonly timeLeft: string
    remember(days: number): string
  }

  /** The buttons that ask for a code. */
  readonly ask: {
    readonly whichPhone: string
    readonly otherPhone: string
    readonly phone: string
    readonly missed: string
    readonly callFirst: string
    readonly callAgain: string
    readonly callInstead: string
    readonly callWithKeys: string
    readonly callWithoutKeys: string
    readonly textFirst: string
    readonly textAgain: string
    readonly textInstead: string
    readonly textUsual: string
    readonly textOther: string
    readonly calling: string
    readonly texting: string
    readonly otherOptions: string
    readonly cannotUsePhone: string
    /** With `{time}`. */
    readonly wait: string
    readonly waitFirst: string
  }

  /** Enrollment and change of the number. */
  readonly phone: {
    readonly label: string
    readonly labelAgain: string
    readonly submit: string
    readonly none: string
    /** With `{phone}`. */
    readonly current: string
    readonly changed: string
  }

  /** Recovery codes. */
  readonly recovery: {
    readonly intro: string
    readonly label: string
    readonly usePhone: string
    readonly neither: string
    readonly changeNumber: string
    readonly beforeMaking: string
    readonly keepSafe: string
    readonly make: string
    readonly makeNew: string
    readonly writeDown: string
    readonly onlyOnce: string
    /** Under the codes, on paper. */
    readonly eachOnce: string
    readonly stored: string
    readonly print: string
    readonly about: string
    left(count: number): string
  }

  /** Remembered browsers. */
  readonly browsers: {
    readonly intro: string
    none(days: number): string
    readonly about: string
    readonly thisOne: string
    /** With two days: `{since}` and `{until}`. */
    readonly remembered: string
    /** With a day: `{date}`. */
    readonly lastUsed: string
    readonly forget: string
    /** For screen readers: which browser is meant. `{browser}` and `{date}`. */
    readonly forgetThis: string
    readonly forgetAll: string
    readonly forgotten: string
    readonly allForgotten: string
    readonly notRemembered: string
  }

  /** Second sentences of an error. */
  readonly problem: {
    attemptsLeft(count: number): string
    readonly noAttemptsLeft: string
    /** With `{time}`. */
    readonly tryAgainIn: string
    readonly onItsWay: string
    readonly oneMoment: string
    readonly nothingChanged: string
    /** Before the reference of an error in the log. */
    readonly reference: string
  }
  /** What the user can do after a failure, where its message does not say it. */
  readonly nextSteps: Readonly<Partial<Record<FailureCode, string>>> & {
    readonly 'choice-unknown': string
    readonly 'phone-invalid': string
    readonly 'phone-refused': string
    readonly 'destination-blocked': string
    readonly 'call-vetoed': string
    readonly locked: string
  }
  /** Why a request was refused. `undefined`: the strategy's own sentences, in English. */
  readonly failures: Readonly<Record<ShownFailureCode, string>> | undefined
  /** What is not available. `undefined`: the strategy's own sentences, in English. */
  readonly errors:
    | {
        /** Something that the app depends on. */
        readonly unavailable: string
        readonly 'queue-full': string
        readonly 'sends-stopped': string
      }
    | undefined
  readonly pageFailures: Readonly<Record<PageFailureCode, string>>

  readonly skip: string
  readonly otherAccount: string
}
