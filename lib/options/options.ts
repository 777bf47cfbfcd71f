import type { Hook } from './hook.js'
import type { Limits } from './limits.js'
import type { Request } from '../request.js'
import type { Prompts } from './prompts.js'
import type { Country } from './phone.js'
import type { RecoveryOptions } from './recovery.js'
import type { RememberOptions } from './remember.js'
import type { LimiterFactory } from './limiter.js'
import type { Channel } from './channel.js'

/** Your SignalWire Space. */
export interface SignalWireOptions {
  /** Project ID, a UUID, from the dashboard's API page. */
  readonly project: string
  /** API token (`PT...`). */
  readonly token: string
  /** `acme.signalwire.com`, `acme`, or `http://127.0.0.1:<port>` for a simulated Space. The credentials go to this host and no other. */
  readonly space: string
  /** The number that calls, E.164, bought in or verified with the Space. */
  readonly from: string
  /**
   * The dashboard's Signing Key (`PSK...`), not the API token; two of them while you change it. `false` switches the
   * check of signatures off: whoever knows a webhook URL may then use it.
   */
  readonly signingKey: string | readonly [string, string] | false
  /** Most you pay per minute, in US dollars, below 100; a dearer call is refused by SignalWire (its error 30010). Default: no limit. */
  readonly maxPricePerMinute?: number
}

/** What the hook `beforeCall` is told. */
export interface BeforeCall<User> {
  /** Who asks for the call: a pending user, or a full one at step-up and enrolling. */
  readonly user: User
  /** The number about to be called, E.164. */
  readonly phone: string
  /** The request that asks for it. */
  readonly req: Request
}

/** Everything an app may set. Checked once, when the strategy is made; each mistake is a `TypeError` that names the mend. */
export interface VoiceOtpOptions<User = Express.User> {
  /** Spoken first in the call, so that people know who calls; 1 to 60 characters. */
  readonly appName: string
  /**
   * Where `webhooks()` is mounted, as SignalWire sees it: `https://acme.example/voice-otp`. With a path, without a query, 300 characters at most; http is
   * for loopback addresses only.
   */
  readonly webhookUrl: string
  /** At least 32 bytes, from a random generator. An array rotates: the first seals, all of them open. */
  readonly secret: string | readonly string[]
  /** Your Space. */
  readonly signalwire: SignalWireOptions
  /** What tells one user from another, for ever and over all kinds of user that share a session (`customer:7`, `admin:7`). Default `user.id`. */
  readonly userId?: (user: User) => string | number
  /** Who needs the second factor. Default: everyone. Anything but `false`, a throw included, means "needed". */
  readonly required?: Hook<[user: User, req: Request], boolean>
  /** How codes may travel, the usual one first. Default `['call']`. The weaker ones are off unless they are named here. */
  readonly channels?: readonly Channel[]
  /**
   * Which language the call speaks: a tag such as `de-DE`, or several in the user's order, of which key three offers the
   * second. May depend on the user. Default `en-US`. One that a function answers and that is not spoken here becomes the
   * default, and the event `prompt.fallback` tells.
   */
  readonly locale?:
    | string
    | readonly string[]
    | Hook<
        [user: User, req: Request],
        string | readonly string[] | undefined | Promise<string | readonly string[] | undefined>
      >
  /** Languages of your own, or your own words for one of ours, by tag. */
  readonly prompts?: Readonly<Record<string, Prompts>>
  /**
   * Said after the first sentence: which login this is, in the user's language; one line of 200 characters at most. Whoever
   * answers hears it, voicemail too. If it throws or answers anything else, the call goes without it and `prompt.fallback` tells.
   */
  readonly announce?: Hook<
    [user: User, req: Request],
    string | undefined | Promise<string | undefined>
  >
  /** Let SignalWire listen whether a person answered (`AnsweredBy`); for anybody else the call ends. It costs extra, and can err. Default `false`. */
  readonly machineDetection?: boolean
  /** Digits of a code, 6 to 10. Default 6 (NIST SP 800-63B-4, 3.1.3.2). */
  readonly codeLength?: number
  /** How long a code lives, in seconds, 60 to 600. Default 300. */
  readonly codeSeconds?: number
  /** What a person must key in before the code is read: the two digits on the page, any key, or nothing. Default `match`. */
  readonly numberMatching?: true | 'any-key' | false
  /** How long the telephone rings, in seconds, 5 to 120. Default 30. */
  readonly ringSeconds?: number
  /** Countries whose numbers may be called. Default: the country of `signalwire.from`. */
  readonly countries?: readonly Country[]
  /** See {@link Limits}; what you leave out keeps its default. */
  readonly limits?: Partial<Limits>
  /**
   * Asked before each call, at most once in `callIntervalSeconds` for a user; only `true` allows it, anything else forbids it (403, `call-vetoed`), a
   * throw or over 5 seconds is trouble (503, `callback-failed`). For SIM-swap and porting checks (NIST SP 800-63B-4, 3.1.3.3). Default: every call is allowed.
   */
  readonly beforeCall?: Hook<[call: BeforeCall<User>], boolean | Promise<boolean>>
  /** Stores a number (E.164) that was just proved, before the user is let in. If it throws or takes over 5 seconds, nobody is (503, `callback-failed`). Needed to enroll. */
  readonly onEnroll?: Hook<[user: User, phone: string, req: Request], void | Promise<void>>
  /** Lets people skip the call on a browser that they chose to have remembered. Off by default; see `voiceOtp.remembered`. */
  readonly remember?: RememberOptions
  /** Lets people in with a code from a list, when they lost their telephone. Off by default; see `voiceOtp.recoveryCodes(req)`. */
  readonly recovery?: RecoveryOptions<User>
  /** Makes one counter of rate-limiter-flexible. Default: in the memory of this process. */
  readonly limiter?: LimiterFactory
  /** Names in the counter store are hashed under this. Default: the last `secret`, so that rotation keeps the counts. */
  readonly limiterSecret?: string
  /** The time, for tests. Default: `Date`. */
  readonly clock?: {
    /** Milliseconds since 1970. */
    now(): number
  }
}
