import type { Logger } from 'pino'
import type { VoiceOtpError, VoiceOtpStrategy } from 'passport-voice-otp'
import type { User } from '../stores/users.js'

/**
 * Sends a text message to the old number when the user's number changes. If a thief changed it, the
 * text warns the owner. Never throws: the number is already changed, and a text message that does
 * not arrive must not undo that.
 */
export async function notifyOldPhone(
  voiceOtp: VoiceOtpStrategy<User>,
  logger: Logger,
  user: User,
  newPhone: string,
): Promise<void> {
  if (user.phone === null || user.phone === newPhone) return
  const text = `Acme: we now call a number that ends in ${newPhone.slice(-2)} for your account. If you did not change it, contact us at once.`
  await voiceOtp.sendText(user.phone, text).then(
    () => logger.info({ event: 'old-phone.notified', userId: user.id }),
    (error: unknown) =>
      logger.warn({
        event: 'old-phone.not-notified',
        userId: user.id,
        reason: (error as VoiceOtpError).code,
      }),
  )
}
