import type { VoiceOtpStrategy } from 'passport-voice-otp'
import type { Factors } from '../stores/factors.js'
import type { User } from '../stores/users.js'
import { AppCodeStrategy } from './app-code.js'
import { type PasskeySite, PasskeyStrategy } from './passkeys.js'

/** The second factors beside the phone. */
export const createSecondFactors = (
  voiceOtp: VoiceOtpStrategy<User>,
  factors: Factors,
  site: PasskeySite,
) => [
  voiceOtp.secondFactor(new PasskeyStrategy(factors, site), {
    name: 'passkey',
    amr: ['pop', 'user'],
    phishingResistant: true,
    has: async ({ id }) => {
      const { passkeysSince } = await factors.of(id)
      return passkeysSince !== undefined && { since: new Date(passkeysSince) }
    },
  }),
  voiceOtp.secondFactor(new AppCodeStrategy(factors), {
    name: 'app-code',
    amr: ['otp'],
    codeField: 'code',
    has: async ({ id }) => (await factors.of(id)).appKey !== undefined,
  }),
]
