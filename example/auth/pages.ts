import { fileURLToPath } from 'node:url'
import type { Request } from 'express'
import { otpPages, type OtpPages, type PagesPassport } from 'passport-voice-otp/pages'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import { logError } from '../middleware/errors.js'
import type { User } from '../stores/users.js'

/** The ready pages of the second factor, inside this app's own layout. */
export function createPages(voiceOtp: VoiceOtpStrategy<User>, passport: PagesPassport): OtpPages {
  return otpPages(voiceOtp, {
    passport,
    paths: { home: '/account' },
    factors: {
      passkey: { href: '/otp/passkey', setUp: '/security/passkeys' },
      'app-code': { href: '/otp/app-code', setUp: '/security/app-code' },
    },
    views: fileURLToPath(new URL('../views/pages', import.meta.url)),
    // Without this option, the pages check headers. This app has tokens already.
    csrfToken: req => ((req as Request).res?.locals['csrfToken'] as () => string)(),
    onError: (error, req) => logError(error, req as Request),
  })
}
