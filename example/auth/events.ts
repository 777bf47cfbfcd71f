import type { Logger } from 'pino'
import type { VoiceOtpEvents, VoiceOtpStrategy } from 'passport-voice-otp'
import type { User } from '../stores/users.js'

type EventName = keyof VoiceOtpEvents

/** Every event of the strategy. The compiler reports an event that is missing here. */
const levels: Readonly<Record<EventName, 'debug' | 'info' | 'warn'>> = {
  'code.sent': 'info',
  'code.blocked': 'info',
  'code.failed': 'warn',
  'code.accepted': 'info',
  'code.rejected': 'info',
  'code.canceled': 'info',
  'factor.accepted': 'info',
  'factor.fallback': 'warn',
  'factor.added': 'info',
  'factor.removed': 'info',
  'user.locked': 'warn',
  'call.reported': 'warn',
  'action.approved': 'info',
  'action.refused': 'warn',
  'recovery.used': 'info',
  'browser.recognized': 'info',
  'browser.revoked': 'warn',
  'prompt.fallback': 'info',
  'webhook.rejected': 'warn',
  'phone.changed': 'info',
  'call.ringing': 'debug',
  'call.answered': 'debug',
  'request.handled': 'debug',
  'user.unlocked': 'warn',
  'factors.reset': 'warn',
  'trail.failed': 'warn',
  'notify.failed': 'warn',
  'code.unused': 'info',
  'fraud.counted': 'debug',
  'fraud.warning': 'warn',
  'fraud.blocked': 'warn',
  'sends.switched': 'warn',
}

/**
 * Logs one line of JSON for each event. Events hold no code, no phone number and no secret, so logs
 * may be kept.
 */
export function logEvents({ events }: VoiceOtpStrategy<User>, logger: Logger): void {
  for (const [event, level] of Object.entries(levels) as [EventName, 'debug' | 'info' | 'warn'][]) {
    events.on(event, (details: object) => logger[level]({ event, ...details }))
  }
}
