/// <reference types="node" preserve="true" />
/**
 * A Passport strategy that adds a second factor to any login with a session: it calls the user through SignalWire, a voice
 * reads a one-time code, the user types it. Start at {@link VoiceOtpStrategy}.
 * @module passport-voice-otp
 */
export { VoiceOtpStrategy, VoiceOtpStrategy as Strategy } from './strategy.js'
export type { PhoneChoice } from './strategy.js'
export type { VoiceOtpAuthenticateOptions } from './actions/context.js'
export type { SuccessInfo } from './actions/verify.js'
export { type Locale, languages } from './call/languages.js'
export type { Prompts } from './options/prompts.js'
export type {
  BeforeCall,
  GetPhone,
  Hook,
  Limits,
  PhoneLimit,
  PhoneAnswer,
  Request,
  SignalWireOptions,
  VoiceOtpOptions,
} from './options/options.js'
export type { PendingChallenge, Purpose } from './session/challenge.js'
export type {
  LimiterCount,
  Limiter,
  LimiterFactory,
  LimiterOptions,
  LimitName,
} from './limits/limit-counter.js'
export { errors, failures, VoiceOtpError } from './errors.js'
export type { ErrorCode, FailureCode, FailureInfo } from './errors.js'
export type { VoiceOtpEvents } from './events.js'
export type { Country, PhoneEntry } from './phone.js'
export type { Middleware } from './middleware/respond.js'
export type { RecoveryOptions } from './recovery-codes.js'
export { MemoryRememberStore } from './remembered-browsers/recognition.js'
export type {
  Remembered,
  RememberedBrowser,
  RememberedEntry,
  RememberOptions,
  RememberStore,
} from './remembered-browsers/recognition.js'
export type { RequireOptions } from './middleware/require-second-factor.js'
export type { Verification as Verification } from './session/login-state.js'
export type { DeliveryState } from './signalwire/calls.js'
export type { CallStatus } from './middleware/status.js'
export type { Channel } from './channels.js'
