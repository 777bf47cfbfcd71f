import type { Logger } from 'pino'
import type { VoiceOtpEvents, VoiceOtpStrategy } from 'passport-voice-otp'
import type { User } from './users.js'

const ordinary = ['call.placed', 'call.blocked', 'code.accepted', 'code.rejected', 'phone.changed', 'prompt.defaulted', 'browser.recognized', 'recovery.used'] as const
const remarkable = ['call.failed', 'locked', 'reported', 'webhook.rejected', 'browser.revoked'] as const
type Each = typeof ordinary[number] | typeof remarkable[number]

/** One line of JSON for each event. They hold no code, no number and no secret, so they may be kept. */
export function logEvents(voiceOtp: VoiceOtpStrategy<User>, logger: Logger): void {
  for (const event of ordinary satisfies readonly (keyof VoiceOtpEvents)[]) {
    voiceOtp.events.on(event, (details: object) => logger.info({ event, ...details }))
  }
  for (const event of remarkable satisfies readonly (keyof VoiceOtpEvents)[]) {
    voiceOtp.events.on(event, (details: object) => logger.warn({ event, ...details }))
  }
}

/** Fails to compile when the strategy has an event that is not logged. */
export const allLogged: Exclude<keyof VoiceOtpEvents, Each> extends never ? true : never = true
