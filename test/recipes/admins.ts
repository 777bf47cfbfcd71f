import type { Express } from 'express'
import type { VoiceOtpOptions, VoiceOtpStrategy } from 'passport-voice-otp'

export interface Member {
  readonly id: string
  readonly isAdmin: boolean
}

/**
 * Who needs the code. Asked again for every request, of the user as Passport has just loaded it: whoever becomes an admin
 * while logged in is asked at the next click. Only a plain `false` lets somebody off, never a field that was not loaded.
 */
export const onlyAdmins = { required: (member: Member) => member.isAdmin } satisfies Partial<
  VoiceOtpOptions<Member>
>

/** With a `maxAge`, `require()` lets nobody off: it wants a code that was entered, of whoever it is, and not too long ago. */
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
