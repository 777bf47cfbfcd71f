import { EventEmitter } from 'node:events'
import type { Purpose } from './challenge.js'
import type { LimitName } from './counters.js'
import type { Way } from './ways.js'
import type { ErrorCode, FailureCode } from './errors.js'

/** What the app is told; no event holds a code, a number or a credential. */
export interface VoiceOtpEvents {
  /** A call was placed or a text sent; `sid` is SignalWire's name for it. */
  'call.placed': [{ readonly userId: string, readonly purpose: Purpose, readonly way: Way, readonly sid: string }]
  /** A call was refused before SignalWire was asked; `limit` says by which limit, if by one. */
  'call.blocked': [{ readonly userId: string, readonly purpose: Purpose, readonly code: FailureCode, readonly limit?: LimitName }]
  /** SignalWire refused or failed; `reason` is its own error code or a word for what went wrong. */
  'call.failed': [{ readonly userId: string, readonly purpose: Purpose, readonly way: Way, readonly code: FailureCode | ErrorCode, readonly reason?: string }]
  /** The second factor was passed. */
  'code.accepted': [{ readonly userId: string, readonly purpose: Purpose, readonly way: Way }]
  /** `compared` tells a wrong code from one that was refused without a look at it. */
  'code.rejected': [{ readonly userId: string, readonly code: FailureCode, readonly compared: boolean }]
  /** A limit on wrong codes was just reached; `guessesInARow` lasts until `unlock(userId)`. */
  locked: [{ readonly userId: string, readonly limit: LimitName }]
  /** Whoever answered pressed "this was not me": somebody else may know the password. */
  reported: [{ readonly userId: string, readonly purpose: Purpose, readonly callSid: string | undefined }]
  /** A recovery code was used; make the person draw new ones before none is left. */
  'recovery.used': [{ readonly userId: string, readonly left: number }]
  /** A remembered browser took the place of a call. */
  'browser.recognized': [{ readonly userId: string, readonly name: string }]
  /** A remembered browser was revoked by itself; `reused` means that its cookie was copied. */
  'browser.revoked': [{ readonly userId: string, readonly name: string, readonly reason: 'reused' | 'phone-changed' }]
  /** The app's `locale` or `announce` could not be used; the call was placed without it. */
  'prompt.defaulted': [{ readonly userId: string, readonly what: 'locale' | 'announce', readonly reason: 'failed' | 'unknown' | 'malformed' | 'too-long' }]
  /** A webhook was refused. Many of them with `signature` mean a wrong Signing Key, or somebody who tries. */
  'webhook.rejected': [{ readonly reason: 'method' | 'body' | 'signature' | 'token' | 'number' | 'counters-unavailable' }]
  /** A number was enrolled or changed. */
  'phone.changed': [{ readonly userId: string }]
}

/** Tells the app, whose listener may throw: a login neither fails nor succeeds for that. @internal */
export type Emit = <Name extends keyof VoiceOtpEvents>(name: Name, ...details: VoiceOtpEvents[Name]) => void

/** A typed emitter, and how the rooms of this package use it. @internal */
export function createEvents(): { readonly events: EventEmitter<VoiceOtpEvents>, readonly emit: Emit } {
  const warn = (name: unknown): void => { process.emitWarning(`A listener of the event '${String(name)}' failed.`, 'VoiceOtpWarning') }
  const events = new EventEmitter<VoiceOtpEvents>({ captureRejections: true })
  Object.defineProperty(events, Symbol.for('nodejs.rejection'), { value: (_error: unknown, name: unknown) => { warn(name) } })
  const emit: Emit = (name, ...details) => {
    try {
      (events as EventEmitter).emit(name, ...(details as unknown[]))
    } catch {
      warn(name)
    }
  }
  return { events, emit }
}
