import type { Request } from 'express'
import { VoiceOtpStrategy, type VoiceOtpOptions } from 'passport-voice-otp'
import type { Logger } from 'pino'
import { getPhone, type User, type Users } from '../stores/users.js'
import { announcement } from './announcement.js'
import { logEvents } from './events.js'
import { notifyOldPhone } from './notify-old-phone.js'
import { noticeText } from './notice-text.js'

/** All options of the strategy, except those that are set below. */
export type VoiceOtpSettings = Omit<VoiceOtpOptions<User>, 'appName'> &
  Partial<Pick<VoiceOtpOptions<User>, 'appName'>>

/** The second factor as this app uses it. */
export function createVoiceOtp(
  users: Users,
  logger: Logger,
  settings: VoiceOtpSettings,
): VoiceOtpStrategy<User> {
  const voiceOtp: VoiceOtpStrategy<User> = new VoiceOtpStrategy<User>(
    {
      appName: 'Acme',
      locale: (_user, req: Request) => req.acceptsLanguages(),
      announce: (_user, req: Request) => announcement(req),
      // Only a user who may enroll can have a number called that is not on record.
      beforeCall: ({ user }) => user.phone !== null || user.mayEnroll,
      onEnroll: async (user, phone) => {
        await users.changePhone(user.id, phone)
        void notifyOldPhone(voiceOtp, logger, user, phone)
      },
      // A real app sends an e-mail. This one writes the sentence to its log.
      notifyUser: (userId, what) => {
        logger.info({ event: 'user.notified', userId, text: noticeText(what) })
      },
      // A user who has a passkey may still use the phone. A bank would say `false` here.
      phoneFallback: true,
      ...settings,
    },
    getPhone,
  )
  logEvents(voiceOtp, logger)
  return voiceOtp
}
