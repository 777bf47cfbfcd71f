import { metrics, trace, type Attributes } from '@opentelemetry/api'
import type { VoiceOtpEvents, VoiceOtpStrategy } from 'passport-voice-otp'

// `satisfies` makes a missing event a compile error.
const names = Object.keys({
  'code.sent': true,
  'code.blocked': true,
  'code.failed': true,
  'code.accepted': true,
  'code.rejected': true,
  'user.locked': true,
  'call.reported': true,
  'webhook.rejected': true,
  'phone.changed': true,
  'prompt.fallback': true,
  'action.approved': true,
  'factor.accepted': true,
  'factor.fallback': true,
  'factor.added': true,
  'factor.removed': true,
  'action.refused': true,
  'recovery.used': true,
  'browser.recognized': true,
  'browser.revoked': true,
  'call.answered': true,
  'request.handled': true,
  'user.unlocked': true,
  'factors.reset': true,
  'trail.failed': true,
  'code.unused': true,
  'fraud.warning': true,
  'fraud.blocked': true,
  'sends.switched': true,
} satisfies Record<keyof VoiceOtpEvents, true>) as readonly (keyof VoiceOtpEvents)[]

/**
 * Attributes with few values. A user id would make a time series for each user, and it does not
 * belong into metrics.
 */
const kept = [
  'purpose',
  'channel',
  'country',
  'factor',
  'code',
  'limit',
  'reason',
  'compared',
  'what',
]

/**
 * Counts each event and adds it to the trace of the request. Without an OpenTelemetry SDK in the
 * app this does nothing.
 */
export function observe<User extends object>(voiceOtp: VoiceOtpStrategy<User>): void {
  const counter = metrics
    .getMeter('passport-voice-otp')
    .createCounter('voice_otp.events', { description: 'Events of the second factor' })
  for (const name of names) {
    voiceOtp.events.on(name, (details: object) => {
      const attributes: Attributes = Object.fromEntries(
        Object.entries(details as Attributes).filter(([key]) => kept.includes(key)),
      )
      counter.add(1, { event: name, ...attributes })
      trace.getActiveSpan()?.addEvent(`voice_otp.${name}`, attributes)
    })
  }
}
