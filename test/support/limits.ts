// Limits for tests of something else.
import type { FraudLimits, Limits } from 'passport-voice-otp'

/** No limit on calls. */
export const callsUnlimited = {
  approveCallIntervalSeconds: false,
  approveCallsPerUserHour: false,
  approveCallsPerPhoneTenMinutes: false,
  approveCallsPerPhoneDay: false,
  callIntervalSeconds: false,
  callsPerUserHour: false,
  callsPerPhoneTenMinutes: false,
  callsPerPhoneDay: false,
  callsPerPrefixTenMinutes: false,
  callsPerAppMinute: false,
  callsPerAppDay: false,
  enrollCallsPerPhoneTenMinutes: false,
  enrollCallsPerPhoneDay: false,
} as const satisfies Partial<Limits>

/** No budget for codes that nobody enters. */
export const fraudGuardOff = {
  unusedPerPrefixDay: false,
  unusedPerCountryDay: false,
  sendsPerPrefixDay: false,
} as const satisfies FraudLimits

type CannotBeOff =
  'attemptsPerChallenge' | 'attemptsPerUserSeconds' | 'lockoutSeconds' | 'consecutiveFailureSeconds'

/** No limit at all, except on the attempts per challenge. */
export const noLimits = {
  ...callsUnlimited,
  attemptsPerUser: false,
  maxConsecutiveFailures: false,
  enrollCallsPerAppMinute: false,
  reportedSeconds: false,
} as const satisfies Readonly<Record<Exclude<keyof Limits, CannotBeOff>, false>>
