import type { VoiceOtpStrategy } from 'passport-voice-otp'
import type { Factors } from '../stores/factors.js'
import type { User } from '../stores/users.js'
import { checkAppCode } from './app-code.js'
import { checkPasskey, type PasskeySite } from './passkeys.js'

/** The second factors beside the phone. */
export function createSecondFactors(
  voiceOtp: VoiceOtpStrategy<User>,
  factors: Factors,
  site: PasskeySite,
) {
  return [
    voiceOtp.secondFactor(checkPasskey(factors, site), {
      name: 'passkey',
      amr: ['pop', 'user'],
      phishingResistant: true,
      has: async ({ id }) => {
        const { passkeys, passkeysSince } = await factors.of(id)
        return passkeys.length > 0 && { since: new Date(passkeysSince) }
      },
    }),
    voiceOtp.secondFactor(checkAppCode(factors), {
      name: 'app-code',
      amr: ['otp'],
      codeField: 'code',
      has: async ({ id }) => (await factors.of(id)).appKey !== undefined,
    }),
  ]
}
