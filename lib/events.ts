import type { FactorEvents } from './factor-events.js'
import type { Purpose } from './options/purpose.js'
import type { LimitName } from './options/limits.js'
import type { Channel } from './options/channel.js'
import type { ErrorCode, FailureCode } from './errors.js'
import type { FraudEvents } from './fraud-events.js'
import type { Country } from './options/phone.js'
import type { SupportEvents } from './support-events.js'

/** The events of the strategy. No event holds a code, a number or a credential. */
export interface VoiceOtpEvents extends FactorEvents, FraudEvents, SupportEvents {
  /** SignalWire accepted a call or a text. */
  'code.sent': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** What the code is for. */
      readonly purpose: Purpose
      /** The channel of the code. */
      readonly channel: Channel
      /** The country of the number. */
      readonly country?: Country | undefined
      /** SignalWire's id for the call, the message or the hosted code. */
      readonly sid: string
      /** Seconds that a call waits for its turn, if calls wait. */
      readonly startsIn?: number
    },
  ]
  /** The strategy refused a call or text before it asked SignalWire. */
  'code.blocked': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** What the code is for. */
      readonly purpose: Purpose
      /** The country of the number, if a number was chosen. */
      readonly country?: Country | undefined
      /** The code of the failure or error that the user got. */
      readonly code: FailureCode | 'queue-full' | 'sends-stopped'
      /** The limit that was reached, if a limit was the reason. */
      readonly limit?: LimitName
      /** Seconds until the user may try again, as the user was told. */
      readonly retryAfter?: number
    },
  ]
  /** SignalWire refused a call or text, or failed. */
  'code.failed': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** What the code is for. */
      readonly purpose: Purpose
      /** The channel of the code. */
      readonly channel: Channel
      /** The country of the number. */
      readonly country?: Country | undefined
      /** The code of the failure or error that the user got. */
      readonly code: FailureCode | ErrorCode
      /**
       * SignalWire's error code (`21211`), or `http-<status>` if the response had no code, or one
       * of `timeout`, `network`, `redirect`, `too-large`, `garbage`, `unknown`. `scope-missing`: a
       * hosted channel got 401, because the API token lacks the scope Management.
       */
      readonly reason?: string
    },
  ]
  /** The code was right. */
  'code.accepted': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** What the code is for. */
      readonly purpose: Purpose
      /** The channel of the code. */
      readonly channel: Channel
      /** Seconds since the code was created. */
      readonly seconds: number
      /** The country of the number. */
      readonly country?: Country | undefined
    },
  ]
  /** A code was refused. */
  'code.rejected': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** The country of the number, if the session holds a challenge. */
      readonly country?: Country | undefined
      /** The code of the failure that the user got. */
      readonly code: FailureCode
      /** Whether the code was compared, and so counted on the user. */
      readonly compared: boolean
      /** The name of the factor, for a factor of another strategy. */
      readonly factor?: string
    },
  ]
  /** `cancel(req)` ended a code that could still be entered. */
  'code.canceled': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** What the code was for. */
      readonly purpose: Purpose
      /** The channel of the code. */
      readonly channel: Channel
    },
  ]
  /** A limit on wrong codes was reached. */
  'user.locked': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /**
       * `attemptsPerUser`: a lockout began. `maxConsecutiveFailures`: locked until
       * `unlock(userId)`.
       */
      readonly limit: LimitName
      /** The name of the factor, for a factor of another strategy. */
      readonly factor?: string
    },
  ]
  /** Somebody pressed "this was not me" in a call. Somebody else may know the password. */
  'call.reported': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** What the code is for. */
      readonly purpose: Purpose
      /** SignalWire's id for the call. */
      readonly callSid: string | undefined
    },
  ]
  /** A recovery code was used. Ask the user to create new ones before none is left. */
  'recovery.used': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** How many codes remain. */
      readonly left: number
    },
  ]
  /** A remembered browser replaced a call. */
  'browser.recognized': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** The name of the browser, as the user knows it. */
      readonly name: string
    },
  ]
  /** The strategy revoked a remembered browser, and the user needs a call again. */
  'browser.revoked': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** The name of the browser, as the user knows it. */
      readonly name: string
      /**
       * `reused`: an old value of its cookie came back after the browser had sent the new one, so
       * the cookie was copied. `unconfirmed`: an old value came back, and nobody ever sent the new
       * one. The response with the new value was lost, or the cookie was copied. `phone-changed`:
       * the phone that the user proved is no longer on record.
       */
      readonly reason: 'reused' | 'unconfirmed' | 'phone-changed'
    },
  ]
  /** The app's `locale` or `announce` could not be used. The call was placed without it. */
  'prompt.fallback': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** The option. */
      readonly what: 'locale' | 'announce'
      /**
       * - `failed`: the callback threw or took over 5 seconds.
       * - `unknown`: there is no such language.
       * - `malformed`: the announcement is not one line of at most 200 characters.
       * - `too-long`: the webhook URL would be too long with it.
       */
      readonly reason: 'failed' | 'unknown' | 'malformed' | 'too-long'
    },
  ]
  /**
   * A webhook was refused. Many with the reason `signature` mean a wrong Signing Key, or an
   * attacker.
   */
  'webhook.rejected': [
    {
      /**
       * - `method`: not a POST.
       * - `body`: not a form of SignalWire, over 4 KiB, or too slow.
       * - `signature`: not signed with the Signing Key for `webhookUrl`.
       * - `path`: not signed either, and its path differs from the path of `webhookUrl`. If
       *   SignalWire sent it, correct `webhookUrl`.
       * - `token`: not one of our tokens.
       * - `number`: `To` is not the number in the token.
       * - `limiter-unavailable`: the limiter failed or was too slow.
       */
      readonly reason:
        'method' | 'body' | 'signature' | 'path' | 'token' | 'number' | 'limiter-unavailable'
    },
  ]
  /** The user approved an action. Write it to your audit log. */
  'action.approved': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** The `kind` of the route. */
      readonly kind: string
      /** The channel of the code. */
      readonly method: 'call' | 'sms'
      /** Keyed hash of the details: equal details have equal hashes. */
      readonly detailsHash: string
    },
  ]
  /** The user pressed zero in a call that asked for an approval. */
  'action.refused': [
    {
      /** The id of the user, as text. */
      readonly userId: string
      /** The `kind` of the route. */
      readonly kind: string
      /** The channel of the code. */
      readonly method: 'call'
      /** Keyed hash of the details: equal details have equal hashes. */
      readonly detailsHash: string
    },
  ]
  /** A number was enrolled or changed. */
  'phone.changed': [
    {
      /** The id of the user, as text. */
      readonly userId: string
    },
  ]
}

/**
 * Emits an event. A listener of the app that throws does not change the result of a login.
 * @internal
 */
export type Emit = <Name extends keyof VoiceOtpEvents>(
  name: Name,
  ...details: VoiceOtpEvents[Name]
) => void
