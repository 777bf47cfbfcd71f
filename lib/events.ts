import { EventEmitter } from 'node:events'
import type { Purpose } from './options/purpose.js'
import type { LimitName } from './options/limits.js'
import type { Channel } from './options/channel.js'

import type { ErrorCode, FailureCode } from './errors.js'

/** What the app is told; no event holds a code, a number or a credential. */
export interface VoiceOtpEvents {
  /** A call was placed or a text sent; `sid` is SignalWire's name for it. */
  'code.sent': [
    {
      /** Whose: what `userId` answered, as text. */
      readonly userId: string
      /** What the code is good for. */
      readonly purpose: Purpose
      /** How the code travels. */
      readonly channel: Channel
      /** SignalWire's name for the call, the message or the hosted challenge. */
      readonly sid: string
    },
  ]
  /** A call was refused before SignalWire was asked; `limit` says by which limit, if by one. */
  'code.blocked': [
    {
      /** Whose: what `userId` answered, as text. */
      readonly userId: string
      /** What the code is good for. */
      readonly purpose: Purpose
      /** What the person was answered. */
      readonly code: FailureCode
      /** The limit that was reached, if one was. */
      readonly limit?: LimitName
    },
  ]
  /** SignalWire refused or failed; `reason` is its own error code or a word for what went wrong. */
  'code.failed': [
    {
      /** Whose: what `userId` answered, as text. */
      readonly userId: string
      /** What the code is good for. */
      readonly purpose: Purpose
      /** How the code travels. */
      readonly channel: Channel
      /** What the person was answered. */
      readonly code: FailureCode | ErrorCode
      /**
       * SignalWire's error code (`21211`), `http-<status>` where it gave none, or `timeout`,
       * `network`, `redirect`, `too-large`, `garbage`, `unknown`. `scope-missing`: a hosted channel
       * got 401, because the API token lacks the scope Management.
       */
      readonly reason?: string
    },
  ]
  /** The second factor was passed. */
  'code.accepted': [
    {
      /** Whose: what `userId` answered, as text. */
      readonly userId: string
      /** What the code is good for. */
      readonly purpose: Purpose
      /** How the code travels. */
      readonly channel: Channel
    },
  ]
  /** `compared` tells a wrong code from one that was refused without a look at it. */
  'code.rejected': [
    {
      /** Whose: what `userId` answered, as text. */
      readonly userId: string
      /** What the person was answered. */
      readonly code: FailureCode
      /** Whether the code was looked at, and so counted on the user. */
      readonly compared: boolean
    },
  ]
  /** A limit on wrong codes was just reached; `maxConsecutiveFailures` lasts until `unlock(userId)`. */
  'user.locked': [
    {
      /** Whose: what `userId` answered, as text. */
      readonly userId: string
      /** `attemptsPerUser` or `maxConsecutiveFailures`. */
      readonly limit: LimitName
    },
  ]
  /** Whoever answered pressed "this was not me": somebody else may know the password. */
  'call.reported': [
    {
      /** Whose: what `userId` answered, as text. */
      readonly userId: string
      /** What the code is good for. */
      readonly purpose: Purpose
      /** SignalWire's name for the call. */
      readonly callSid: string | undefined
    },
  ]
  /** A recovery code was used; make the person draw new ones before none is left. */
  'recovery.used': [
    {
      /** Whose: what `userId` answered, as text. */
      readonly userId: string
      /** How many codes remain. */
      readonly left: number
    },
  ]
  /** A remembered browser took the place of a call. */
  'browser.recognized': [
    {
      /** Whose: what `userId` answered, as text. */
      readonly userId: string
      /** What the person knows the browser by. */
      readonly name: string
    },
  ]
  /** The strategy revoked a remembered browser, and the user needs a call again. */
  'browser.revoked': [
    {
      /** Whose: what `userId` answered, as text. */
      readonly userId: string
      /** What the person knows the browser by. */
      readonly name: string
      /**
       * `reused`: an old value of its cookie came back after the browser had sent the new one, so the
       * cookie was copied. `unconfirmed`: an old value came back, and nobody ever sent the new one.
       * The response with the new value was lost, or the cookie was copied. `phone-changed`: the
       * phone that the user proved is no longer on record.
       */
      readonly reason: 'reused' | 'unconfirmed' | 'phone-changed'
    },
  ]
  /** The app's `locale` or `announce` could not be used; the call was placed without it. */
  'prompt.fallback': [
    {
      /** Whose: what `userId` answered, as text. */
      readonly userId: string
      /** Which of them. */
      readonly what: 'locale' | 'announce'
      /** It threw or took over 5 seconds; no such language; not one line of 200 characters; the webhook address would have been too long with it. */
      readonly reason: 'failed' | 'unknown' | 'malformed' | 'too-long'
    },
  ]
  /** A webhook was refused. Many of them with `signature` mean a wrong Signing Key, or somebody who tries. */
  'webhook.rejected': [
    {
      /**
       * - `method`: not a POST.
       * - `body`: not a form of SignalWire, over 4 KiB, or too slow.
       * - `signature`: not signed with the Signing Key for `webhookUrl`.
       * - `path`: the same, and its path is another than that of `webhookUrl`. If SignalWire sent
       *   it, correct `webhookUrl`.
       * - `token`: not one of our tokens.
       * - `number`: `To` is another number than that of the token.
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
      /** Whose: what `userId` answered, as text. */
      readonly userId: string
    },
  ]
}

/** Tells the app, whose listener may throw: a login neither fails nor succeeds for that. @internal */
export type Emit = <Name extends keyof VoiceOtpEvents>(
  name: Name,
  ...details: VoiceOtpEvents[Name]
) => void

/** A typed emitter, and how the rooms of this package use it. @internal */
export function createEvents(): {
  readonly events: EventEmitter<VoiceOtpEvents>
  readonly emit: Emit
} {
  const warn = (name: unknown): void => {
    process.emitWarning(`A listener of the event '${String(name)}' failed.`, 'VoiceOtpWarning')
  }
  const events = new EventEmitter<VoiceOtpEvents>({ captureRejections: true })
  Object.defineProperty(events, Symbol.for('nodejs.rejection'), {
    value: (_error: unknown, name: unknown) => {
      warn(name)
    },
  })
  const emit: Emit = (name, ...details) => {
    try {
      ;(events as EventEmitter).emit(name, ...(details as unknown[]))
    } catch {
      warn(name)
    }
  }
  return { events, emit }
}
