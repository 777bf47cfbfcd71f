// The parts of the texts of a language. The English texts say what each sentence is for.

/** Heading and sentence of a page in one state. */
export interface StateTexts {
  /** The heading of the page, and its title. */
  readonly heading: string
  /** What happens now, and what to do. */
  readonly text: string
}

/** Headings of pages and their parts. */
export interface HeadingTexts {
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
export interface CallTexts {
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
export interface SmsTexts {
  readonly none: StateTexts
  readonly sent: StateTexts
}

/** States in which there is no code to enter. */
export interface OverTexts {
  readonly expired: StateTexts
  readonly 'no-attempts': StateTexts
  readonly reported: StateTexts
  readonly locked: StateTexts
  readonly 'too-many-calls': StateTexts
  readonly 'no-phone': StateTexts
}

/** The form for the code. */
export interface CodeTexts {
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
export interface AskTexts {
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
export interface PhoneTexts {
  readonly label: string
  readonly labelAgain: string
  readonly submit: string
  readonly none: string
  /** With `{phone}`. */
  readonly current: string
  readonly changed: string
}

/** Recovery codes. */
export interface RecoveryTexts {
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
export interface BrowserTexts {
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

/** A sentence for each usual kind of factor. Other factors have the label that the app gives. */
export interface FactorSentences {
  readonly passkey: string
  readonly 'app-code': string
}

/** Factors other than the phone, and what is weaker about a phone. */
export interface FactorTexts {
  /** On the page of the code: the links to the factors. */
  readonly use: FactorSentences
  /** On the page of the number: the links to where they are set up. */
  readonly setUp: FactorSentences
  /** On the page of the number, after the link. */
  readonly about: FactorSentences
  /** The option `phoneFallback` refuses the phone for this user. */
  readonly phoneRefused: string
  /** The heading above what is weaker about a phone. */
  readonly phoneIsWeaker: string
  readonly whyWeaker: string
  /** For a user who is not logged in yet. */
  readonly setUpLater: string
}

/** Second sentences of an error. */
export interface ProblemTexts {
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
export interface NextStepTexts {
  readonly 'choice-unknown': string
  readonly 'phone-invalid': string
  readonly 'phone-refused': string
  readonly 'destination-blocked': string
  readonly 'call-vetoed': string
  readonly locked: string
}

/** What is not available. */
export interface ErrorTexts {
  /** Something that the app depends on. */
  readonly unavailable: string
  readonly 'queue-full': string
  readonly 'sends-stopped': string
}
