import { Failure, VoiceOtpError } from '../errors.js'
import { HttpError } from './http.js'

/**
 * SignalWire's error codes for a number that cannot get the code. Calls: not a phone number, not
 * reachable, not verified on a trial account, no geographic permission. Texts: not reachable from
 * our number, unsubscribed, not a mobile phone. Source: SignalWire's error code pages of the
 * Compatibility API.
 * @internal
 */
export const numberCodes = [
  '21201',
  '21211',
  '21217',
  '21219',
  'not_routable',
  '21606',
  '21610',
  '21614',
] as const

/** One of the {@link numberCodes}. @internal */
export type NumberCode = (typeof numberCodes)[number]

const isNumberCode = (reason: string): boolean =>
  (numberCodes as readonly string[]).includes(reason)

/** Why SignalWire did not accept a call or a text message. @internal */
export interface DeliveryError {
  /** A failure if the number is the reason, otherwise an error. */
  readonly error: Failure | VoiceOtpError
  /** SignalWire's own code, or a word for what went wrong. For the event `code.failed`. */
  readonly reason: string
  /** Whether the request was certainly refused. Otherwise the phone may be ringing. */
  readonly refused: boolean
}

/**
 * Converts anything that was thrown while a code was sent into one of our own errors. The original
 * error is dropped, because it may hold credentials.
 * @internal
 */
export function toDeliveryError(thrown: unknown): DeliveryError {
  // Our own error was thrown before SignalWire was asked, so no phone rings.
  if (thrown instanceof VoiceOtpError) return { error: thrown, reason: thrown.code, refused: true }
  if (thrown instanceof HttpError)
    return {
      error: unavailable(thrown.reason),
      reason: thrown.reason,
      refused: false,
    }
  const { status, code } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as {
    status?: unknown
    code?: unknown
  }
  const reason = toReason(status, code)
  const refused = typeof status === 'number' && status >= 400 && status < 500 && status !== 408
  return {
    error: refused && isNumberCode(reason) ? new Failure('phone-refused') : unavailable(reason),
    reason,
    refused,
  }
}

/** An error whose `cause.code` is the reason, so that a log shows it. */
const unavailable = (reason: string): VoiceOtpError =>
  new VoiceOtpError('signalwire-unavailable', undefined, { name: 'SignalWireError', code: reason })

/** SignalWire's own code if it looks like one, otherwise the HTTP status. */
function toReason(status: unknown, code: unknown): string {
  const text = typeof code === 'string' || typeof code === 'number' ? String(code) : ''
  if (/^(\d{1,6}|[A-Za-z_-]{1,40})$/.test(text)) return text
  return typeof status === 'number' ? `http-${status}` : 'unknown'
}
