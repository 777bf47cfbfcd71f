// Only the compiler checks this file: what describeUser() returns is what explainUser() takes.
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import {
  explainUser,
  type Explanation,
  type Reason,
  type SendLine,
} from 'passport-voice-otp/support'

declare const voiceOtp: VoiceOtpStrategy

export async function explain(userId: string): Promise<Explanation> {
  return explainUser(await voiceOtp.describeUser(userId), { hasPhone: true, mayEnroll: false })
}

export const read = ({ reasons, sends }: Explanation): readonly string[] => [
  ...reasons.flatMap(({ problem, advice }: Reason) => [problem, advice]),
  ...sends.map(({ at, what, outcome }: SendLine) => `${at} ${what}: ${outcome}`),
]

// @ts-expect-error -- a user id is no description
export const ofId = explainUser('alice')
