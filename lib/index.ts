/// <reference types="node" preserve="true" />
/**
 * A Passport strategy that adds a second factor to any login with a session: it calls the user
 * through SignalWire, a voice reads a one-time code, and the user types the code. Start at
 * {@link VoiceOtpStrategy}.
 * @module passport-voice-otp
 */
export { VoiceOtpStrategy, VoiceOtpStrategy as Strategy } from './strategy.js'
export type { PhoneChoice } from './actions/list-phones.js'
export type { BeforeCall, SignalWireOptions, VoiceOtpOptions } from './options/options.js'
export type { VoiceOtpAuthenticateOptions } from './options/authenticate.js'
export type { GetPhone, PhoneEntry } from './options/phone.js'
export type { Approval, ApprovalDetails, ApprovalRequest } from './options/approval.js'
export { day, lastDigits, money } from './approvals/texts.js'
export type { Channel } from './options/channel.js'
export type { Purpose } from './options/purpose.js'
export type { Limits } from './options/limits.js'
export type { FraudLimits, FraudOptions } from './options/fraud.js'
export type { Limiter, LimiterFactory, LimiterOptions } from './options/limiter.js'
export type { RememberedBrowser, RememberStore } from './options/remember.js'
export type { RecoveryOptions, UserWithId } from './options/recovery.js'
export type {
  AvailableFactor,
  FactorCheck,
  FactorOwnership,
  HostedStrategy,
  SecondFactorOptions,
} from './options/second-factor.js'
export type { SecondFactorStrategy } from './factors/factor-strategy.js'
export type { UserNotice } from './options/notice.js'
export type { Prompts } from './options/prompts.js'
export type { TrailBounds, TrailEntry, TrailStore } from './options/trail.js'
export { languages } from './call/languages.js'

export type { SuccessInfo } from './actions/verify.js'
export { errors, failures, VoiceOtpError } from './errors.js'
export type { ErrorCode, FailureCode, FailureInfo } from './errors.js'
export type { VoiceOtpEvents } from './events.js'
export type { CallStatus } from './middleware/status.js'
export type { PendingChallenge } from './session/challenge.js'
export { MemoryRecoveryStore } from './memory-recovery-store.js'
export { MemoryRememberStore } from './remembered-browsers/memory-store.js'
export type { RememberedEntry } from './remembered-browsers/remembered.js'
export { MemoryTrailStore } from './user-support/memory-trail-store.js'
export type { DescribedSend } from './user-support/describe-sends.js'
export type { DescribedWait, UserDescription } from './user-support/describe-user.js'
export type { SupportAction } from './user-support/support-actions.js'
