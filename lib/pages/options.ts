import type { Request } from '../request.js'
import type { PageTexts } from './texts/texts.js'

/** Where the pages are, as full paths of the app. */
export interface PagePaths {
  /** The page of the code; its form is posted here too. Default `/otp`. */
  readonly code: string
  /** Asks for a call: a form is posted here. Default `/otp/call`. */
  readonly call: string
  /** The state of the call as JSON. Default `/otp/status`. */
  readonly status: string
  /** Script and style of the pages, under names with a hash. Default `/otp/files`. */
  readonly files: string
  /** Enrolls or changes the number. Default `/phone`. */
  readonly phone: string
  /** The code for a new number is posted here. Default `/phone/verify`. */
  readonly verifyPhone: string
  /** Takes a recovery code. Default `/recover`. */
  readonly recover: string
  /** Remembered browsers and recovery codes. Default `/security`. */
  readonly security: string
  /** Forgets a browser: a form is posted here. Default `/security/browsers`. */
  readonly browsers: string
  /** Makes recovery codes. Default `/security/codes`. */
  readonly codes: string
  /** A page of the app: the first factor. Default `/login`. */
  readonly login: string
  /** A page of the app: after the code, for a user who requested no page. Default `/`. */
  readonly home: string
}

/** What the pages need of Passport. */
export interface PagesPassport {
  /** As Passport declares it. */
  authenticate(strategy: string, options: object, callback: (...given: never[]) => void): unknown
}

/** The app's own pages for a factor of `secondFactor()`. */
export interface FactorPage {
  /** The path of the page on which the user passes this factor. */
  readonly href: string
  /** The path of the page on which a user sets up this factor. Default: no link. */
  readonly setUp?: string
  /**
   * What the link says, 1 to 60 characters. Required except for `passkey` and `app-code`, for which
   * the pages have sentences in each language.
   */
  readonly label?: string
}

/** Options of {@link otpPages}. */
export interface OtpPagesOptions {
  /** The app's Passport, which knows the strategy: `require('passport')`. */
  readonly passport: PagesPassport
  /** Other paths for some pages. The page of the app's login and its start page are here too. */
  readonly paths?: Partial<PagePaths>
  /**
   * The app's own pages for the factors of `secondFactor()`, by name. The page of the code shows
   * the best factor of the user first, and the others behind "Other options". The page of a number
   * says what is weaker about a phone. Register the factors before. Default: no links.
   */
  readonly factors?: Readonly<Record<string, FactorPage>>
  /**
   * A folder with templates of your own. Each one replaces the template of the same name in
   * `passport-voice-otp/dist/pages/views`. Copy those that you want to change.
   */
  readonly views?: string
  /** What each page shows at the top. Default: the strategy's `appName`, without a logo. */
  readonly brand?: {
    /** The name of the app. */
    readonly name?: string
    /** The address of an image, on this site. */
    readonly logo?: string
  }
  /** The address of a style sheet of your own, on this site. It is loaded after ours. */
  readonly stylesheet?: string
  /**
   * Returns the token that your own CSRF protection expects in the field `_csrf`. That protection
   * must run before the pages. Default: the pages check the headers `Sec-Fetch-Site` and `Origin`.
   */
  csrfToken?(req: Request): string
  /**
   * The origins that browsers show for this app, for browsers that send no `Sec-Fetch-Site`.
   * Default: the origin of `webhookUrl`.
   */
  readonly origins?: readonly string[]
  /** Languages of your own, or other sentences for one of ours, by tag. */
  readonly texts?: Readonly<Record<string, PageTexts>>
  /**
   * Called with an error (503) that a page shows together with its form, so that you can log it.
   * The page shows the text that it returns, as a reference for the user.
   */
  onError?(error: Error, req: Request): string | undefined
}
