import type { Express } from 'express'
import type { VoiceOtpOptions, VoiceOtpStrategy } from 'passport-voice-otp'

export interface Member {
  readonly id: string
  readonly isAdmin: boolean
}

/**
 * Only admins need a code. The strategy calls `required` for each request, with the user that
 * Passport has just loaded. A member who becomes an admin is asked at the next request. Only
 * `false` exempts a user: a field that was not loaded does not.
 */
export const onlyAdmins = { required: (member: Member) => member.isAdmin } satisfies Partial<
  VoiceOtpOptions<Member>
>

/**
 * With `maxAge`, `requireSecondFactor()` exempts nobody: everyone needs a code that is not too old.
 */
export function addAdminPages(app: Express, voiceOtp: VoiceOtpStrategy<Member>): void {
  app.get(
    '/admin',
    voiceOtp.requireSecondFactor({ maxAge: 900, redirectTo: '/otp' }),
    (req, res) => {
      if ((req.user as Member).isAdmin) res.send('The admin page.')
      else res.sendStatus(403)
    },
  )
}
