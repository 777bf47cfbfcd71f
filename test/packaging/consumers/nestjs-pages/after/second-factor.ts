import passport from 'passport'
import { VoiceOtpStrategy, type VoiceOtpOptions } from 'passport-voice-otp'
import { otpPages } from 'passport-voice-otp/pages'
import type { Person } from './people.js'

export type Settings = Pick<VoiceOtpOptions<Person>, 'signalwire' | 'webhookUrl'> & {
  readonly secret: string
}

export function createSecondFactor(settings: Settings) {
  const onEnroll = (person: Person, phone: string) => {
    person.phone = phone
  }
  const options = { ...settings, appName: 'Acme', onEnroll }
  const voiceOtp = new VoiceOtpStrategy<Person>(options, person => person.phone ?? null)
  passport.use(voiceOtp)
  return { voiceOtp, pages: otpPages(voiceOtp, { passport }) }
}
