import type { VoiceOtpStrategy } from 'passport-voice-otp'
import type { Factors } from '../stores/factors.js'
import type { User } from '../stores/users.js'
import { createAppCodeStrategy } from './app-code.js'
import { type PasskeySite, createPasskeyStrategy } from './passkeys.js'

/** The second factors beside the phone. */
export const createSecondFactors = (
  voiceOtp: VoiceOtpStrategy<User>,
  factors: Factors,
  site: PasskeySite,
) => [
  voiceOtp.secondFactor(createPasskeyStrategy(factors, site), {
    name: 'passkey',
    amr: ['pop', 'user'],
    phishingResistant: true,
    has: async ({ id }) => {
      const { passkeys, passkeysSince } = await factors.of(id)
      return passkeys.length > 0 && { since: new Date(passkeysSince) }
    },
  }),
  voiceOtp.secondFactor(createAppCodeStrategy(factors), {
    name: 'app-code',
    amr: ['otp'],
    codeField: 'code',
    has: async ({ id }) => (await factors.of(id)).appKey !== undefined,
  }),
]
