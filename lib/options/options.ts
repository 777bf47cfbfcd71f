import type { AppFunction } from './app-function.js'
import type { Channel } from './channel.js'
import type { FraudOptions } from './fraud.js'
import type { LimiterFactory } from './limiter.js'
import type { Limits } from './limits.js'
import type { UserNotice } from './notice.js'
import type { Country } from './phone.js'
import type { Prompts } from './prompts.js'
import type { RecoveryOptions } from './recovery.js'
import type { RememberOptions } from './remember.js'
import type { Request } from '../request.js'
import type { TrailStore } from './trail.js'

/** The app's SignalWire Space. The values are on its page "API Credentials". */
export interface SignalWireOptions {
  /** The Project ID, a UUID. */
  readonly project: string
  /** An API token (`PT...`). The hosted channels need its scope Management. */
  readonly token: string
  /**
   * The host of the Space (`acme.signalwire.com`), its first label (`acme`), or
   * `http://127.0.0.1:<port>` for a simulated Space. The credentials are sent to this host only.
   */
  readonly space: string
  /** The number that calls, in E.164: bought in the Space or verified there. */
  readonly from: string
  /**
   * The Signing Key (`PSK...`), which is not the API token. While you replace the key, give the old
   * one and the new one. `false` disables the check of signatures: then anybody who knows a
   * webhook URL can use it.
   */
  readonly signingKey: string | readonly [string, string] | false
  /**
   * The highest price of a call in US dollars a minute: more than 0, less than 100, at most four
   * decimals. SignalWire refuses a call that costs more (its error 30010). Default: no limit.
   */
  readonly maxPricePerMinute?: number
  /**
   * Calls that the Space starts in one second; it queues the others. From 0.01 to 1,000, or
   * `Infinity` for no limit. Calls of other apps in the same Space count too. Default 1. Source:
   * SignalWire, "Rate limits".
   */
  readonly callsPerSecond?: number
}

/** What `beforeCall` gets. */
export interface BeforeCall<User> {
  /** The user who asks for the call: pending at a login, logged in at step-up. */
  readonly user: User
  /** The number that is about to be called, in E.164. */
  readonly phone: string
  /** The request that asks for the call. */
  readonly req: Request
}

/** An id of a user. It is used as text, so `7` and `'7'` are the same user. */
export type UserId = string | number | bigint

/** Languages of one user, best first, as the option `locale` returns them. */
export type LocaleResult = string | readonly string[] | undefined

/** A sentence, or one for each language tag, as the option `announce` returns it. */
export type AnnounceResult = string | Readonly<Record<string, string>> | undefined

/**
 * The options of the strategy. The constructor checks all of them once and throws a `TypeError`
 * that names the option and how to fix it. Only the object's own properties count, and an unknown
 * name is refused.
 *
 * Functions that may return a promise must finish within 5 seconds. A function that throws, rejects
 * or takes longer is the error `callback-failed` (503) unless its description says otherwise.
 */
export interface VoiceOtpOptions<User = Express.User> {
  /** The name of the app. The call says it first. 1 to 60 characters on one line. */
  readonly appName: string
  /**
   * The public address at which SignalWire reaches `webhooks()`, for example
   * `https://acme.example/voice-otp`. It has a path and no query, and at most 300 characters.
   * `http` is allowed for loopback addresses only.
   */
  readonly webhookUrl: string
  /**
   * At least 32 random bytes as text. To replace a secret, give an array: the first secret protects
   * new values, and values made with the others stay valid.
   */
  readonly secret: string | readonly string[]
  /** The app's SignalWire Space. */
  readonly signalwire: SignalWireOptions
  /**
   * Returns the id of a user: 1 to 200 characters, the same for ever, and different for each user
   * of all kinds that share a session (`customer:7`, `admin:7`). Default: `user.id`. If it throws
   * or returns anything else, the request fails with the error `configuration` (503).
   */
  userId?(user: User): UserId
  /**
   * Returns `false` for a user who needs no second factor. Any other result means "needed", and so
   * does an exception. Default: every user needs it.
   */
  required?(user: User, req: Request): boolean
  /**
   * The channels that the app allows, the default one first. A channel that is not named is
   * disabled. Default `['call']`.
   */
  readonly channels?: readonly Channel[]
  /**
   * The language of the call: a tag such as `de-DE`, a list of them in the user's order, or a
   * function that returns one of these or a promise of it. The second language of a list is offered
   * on key three. Default `en-US`. The function may return the list of the browser,
   * `req.acceptsLanguages()`: unknown languages are skipped, `*` stands for the default language,
   * and only the first ten tags are read. If the function fails or names no known language, the
   * call speaks the default language and the event `prompt.fallback` is emitted.
   */
  readonly locale?:
    | string
    | readonly string[]
    | AppFunction<[user: User, req: Request], LocaleResult | Promise<LocaleResult>>
  /** More languages, or other sentences for a language of this package, by language tag. */
  readonly prompts?: Readonly<Record<string, Prompts>>
  /**
   * Returns a sentence that the call says after the first one, for example which login this is. One
   * line of at most 200 characters without `<` and `>`. Return one sentence for each language tag
   * if calls speak several languages: a call in another language has no such sentence. Anybody
   * who answers the phone hears it, voicemail too. If it fails or returns something else, the call
   * is placed without it and the event `prompt.fallback` is emitted. Default: nothing.
   */
  announce?(user: User, req: Request): AnnounceResult | Promise<AnnounceResult>
  /**
   * Lets SignalWire detect whether a person or a machine answers (`AnsweredBy`). A call that a
   * machine answers ends. SignalWire charges for it, and it can be wrong. Default `false`.
   */
  readonly machineDetection?: boolean
  /** Digits of a code, 6 to 10. Default 6. Source: NIST SP 800-63B-4, 3.1.3.2. */
  readonly codeLength?: number
  /** How long a code is valid, 60 to 600 seconds. Default 300. Source: OWASP ASVS 5.0, 6.5.5. */
  readonly codeSeconds?: number
  /**
   * What the user must press before the call reads the code: `true` for the two digits on the page,
   * `'any-key'` for any key except zero (the call asks for key one), `false` for nothing. Default
   * `true`.
   */
  readonly numberMatching?: boolean | 'any-key'
  /** How long the phone rings, 5 to 120 seconds. Default 30. */
  readonly ringSeconds?: number
  /**
   * Seconds. If a call has to wait longer for its turn, `getStatus(req)` and `status()` name the
   * other channels that the user may choose instead. 0 to 600. Default 60.
   */
  readonly longWaitSeconds?: number
  /** Countries whose numbers may be called. Default: the country of `signalwire.from`. */
  readonly countries?: readonly Country[]
  /**
   * How many hours a new phone number cannot approve an action (purpose `approve`). Somebody at an
   * open session could enroll another phone and approve with it. An older phone can approve the
   * change with the kind `phone-change`. Whole hours, 0 to 480. Default 24.
   */
  readonly approveAfterHours?: number
  /** The limits to change; the others keep their defaults. See {@link Limits}. */
  readonly limits?: Partial<Limits>
  /**
   * Limits on codes that nobody enters, against numbers that earn money when they are called. See
   * {@link FraudOptions}. Limits that you leave out keep their default.
   */
  readonly fraud?: FraudOptions
  /**
   * Called before each call, for example to check for a SIM swap or a ported number (NIST SP
   * 800-63B-4, 3.1.3.3). Only `true` allows the call. Any other result refuses it with the failure
   * `call-vetoed` (403). At most once in `callIntervalSeconds` for each user. Default:
   * every call is allowed.
   */
  beforeCall?(call: BeforeCall<User>): boolean | Promise<boolean>
  /**
   * Stores a phone (E.164) that the user has just verified. The user is logged in only after it
   * succeeded. Required for the purpose `enroll`.
   */
  onEnroll?(user: User, phone: string, req: Request): void | Promise<void>
  /**
   * Tells the user what happened to the account, for example by e-mail: only the user knows whether
   * it was a thief. The function gets the id of the user as text, because a report by phone comes
   * from SignalWire, without a session and its user. Nothing waits for it. If it fails or takes
   * longer, the event `notify.failed` is emitted. Default: nobody is told.
   */
  notifyUser?(userId: string, what: UserNotice): void | Promise<void>
  /**
   * Lets users log in without a call on a browser that they asked the app to remember. See
   * `voiceOtp.remembered`. Default: disabled.
   */
  readonly remember?: RememberOptions
  /**
   * Lets users log in with a recovery code when they have lost their phone. See
   * `voiceOtp.createRecoveryCodes(req)`. Default: disabled.
   */
  readonly recovery?: RecoveryOptions<User>
  /**
   * Where the last events of each user are kept, for `describeUser(userId)`: a table of the app, or
   * `MemoryTrailStore`. Default: nowhere.
   */
  readonly trail?: TrailStore
  /**
   * Whether a user who has a phishing-resistant factor may use the phone instead: `true` for
   * everybody, `false` for nobody, or a function of the user. Users without such a factor always
   * may, and recovery codes always work. A user who may not use the phone may not use a
   * remembered browser either. Required as soon as `secondFactor()` gets a phishing-resistant
   * factor, because a phone is weaker (NIST SP 800-63B-4, 3.2.5).
   */
  readonly phoneFallback?:
    boolean | AppFunction<[user: User, req: Request], boolean | Promise<boolean>>
  /**
   * Creates the limiter of one limit. Default: `RateLimiterMemory`, in the memory of this process.
   * Several processes must share a store, for example Redis.
   */
  readonly limiter?: LimiterFactory
  /**
   * At least 32 random bytes as text. The keys in the limiter's store are hashed with it. Default:
   * the last `secret`, so that the counts survive when a secret is replaced.
   */
  readonly limiterSecret?: string
  /** The time, for tests. Default: `Date`. */
  readonly clock?: {
    /** Returns milliseconds since 1970. */
    now(): number
  }
}

/** The strategy needs the option `userId` for users whose `id` it cannot use. */
export type UserIdOption<User> = User extends { readonly id: UserId }
  ? unknown
  : Required<Pick<VoiceOtpOptions<User>, 'userId'>>
