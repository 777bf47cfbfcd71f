// Checked by the compiler alone: codes are closed unions, so that an app can translate all of them
// and be told of a new one.
import {
  type ErrorCode,
  type FailureCode,
  type FailureInfo,
  failures,
  VoiceOtpError,
} from 'passport-voice-otp'

/** Fails to compile when a code is missing here, or is none any more. */
export function inGerman({ code, attemptsLeft, retryAfter }: FailureInfo): string {
  switch (code) {
    case 'code-malformed':
      return 'Geben Sie den Code als Ziffern ein.'
    case 'code-wrong':
      return `Das ist nicht der Code. Noch ${attemptsLeft ?? 0} Versuche.`
    case 'code-expired':
    case 'no-challenge':
      return 'Fordern Sie einen neuen Anruf an.'
    case 'phone-malformed':
    case 'phone-invalid':
    case 'phone-missing':
    case 'phone-refused':
      return 'Diese Nummer ist nicht erreichbar.'
    case 'destination-blocked':
    case 'call-vetoed':
    case 'destination-limited':
      return 'Diese Nummer wird nicht angerufen.'
    case 'recovery-malformed':
    case 'recovery-wrong':
      return 'Das ist keiner Ihrer Notfallcodes.'
    case 'approval-malformed':
    case 'approval-too-long':
    case 'phone-too-new':
    case 'choice-unknown':
      return 'Wählen Sie eines der Telefone.'
    case 'enroll-forbidden':
    case 'first-factor-required':
    case 'second-factor-required':
    case 'phishing-resistant-required':
    case 'factor-expired':
    case 'factor-missing':
    case 'factor-wrong':
    case 'phone-not-allowed':
      return 'Melden Sie sich an.'
    case 'too-many-attempts':
    case 'too-many-calls':
    case 'locked':
    case 'reported':
      return `Warten Sie ${retryAfter ?? 60} Sekunden.`
    default:
      return code satisfies never
  }
}

export function isOurs(error: unknown): ErrorCode | undefined {
  if (!(error instanceof VoiceOtpError)) return undefined
  const status: 503 = error.status
  return status === 503 ? error.code : undefined
}

export const statusOf = (code: FailureCode): number => failures[code].status

// @ts-expect-error -- no such code
export const unknownCode: FailureCode = 'code-mistyped'
// @ts-expect-error -- the code of an error is not the code of a failure
export const wrong: FailureCode = 'limiter-unavailable'
export const change = (info: FailureInfo): void => {
  // @ts-expect-error -- what is handed on is not to be changed
  info.message = 'other'
}
