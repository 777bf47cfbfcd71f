import { Failure, VoiceOtpError } from '../errors.js'
import { HttpError } from './http.js'

/**
 * Codes that say that this number cannot be called, whatever we do: not a number, not reachable,
 * not verified on a trial account, no geographic permission. Source: SignalWire's error code pages
 * of the Compatibility API.
 */
const numberCodes = new Set(['21201', '21211', '21217', '21219', 'not_routable'])

/** What became of a call or a message that SignalWire did not take. @internal */
export interface DeliveryError {
  /** What the person is answered: the number's fault is a refusal, all else is trouble. */
  readonly error: Failure | VoiceOtpError
  /** SignalWire's own code, or a word for what went wrong; for the app's event. */
  readonly reason: string
  /** Whether SignalWire said no: only then is it sure that no telephone rings. */
  readonly refused: boolean
}

/**
 * Turns whatever the vendor's client threw into one of our own errors; the original may hold
 * credentials and is dropped.
 * @internal
 */
export function toDeliveryError(thrown: unknown): DeliveryError {
  // Our own, from before SignalWire was asked: it names the mend, and nothing rings.
  if (thrown instanceof VoiceOtpError) return { error: thrown, reason: thrown.code, refused: true }
  if (thrown instanceof HttpError)
    return {
      error: new VoiceOtpError('signalwire-unavailable'),
      reason: thrown.reason,
      refused: false,
    }
  const { status, code } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as {
    status?: unknown
    code?: unknown
  }
  const given = typeof code === 'string' || typeof code === 'number' ? String(code) : ''
  const reason = /^(\d{1,6}|[A-Za-z_]{1,40})$/.test(given)
    ? given
    : typeof status === 'number'
      ? `http-${status}`
      : 'unknown'
  const refused = typeof status === 'number' && status >= 400 && status < 500 && status !== 408
  return {
    error:
      refused && numberCodes.has(reason)
        ? new Failure('phone-refused')
        : new VoiceOtpError('signalwire-unavailable'),
    reason,
    refused,
  }
}
