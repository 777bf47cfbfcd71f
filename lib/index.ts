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
export type { GetPhone, PhoneAnswer, Country, PhoneEntry } from './options/phone.js'
export type { Hook } from './options/hook.js'
export type { Limits, PhoneLimit, LimitName } from './options/limits.js'
export type { Request, Middleware } from './request.js'
export type { Purpose } from './options/purpose.js'
export type { LimiterCount, Limiter, LimiterFactory, LimiterOptions } from './options/limiter.js'
export type { RecoveryOptions } from './options/recovery.js'
export type { RememberedBrowser, RememberOptions, RememberStore } from './options/remember.js'
export type { Channel } from './options/channel.js'
export type { BeforeCall, SignalWireOptions, VoiceOtpOptions } from './options/options.js'
export type { PendingChallenge } from './session/challenge.js'

export { errors, failures, VoiceOtpError } from './errors.js'
export type { ErrorCode, FailureCode, FailureInfo } from './errors.js'
export type { VoiceOtpEvents } from './events.js'

export { MemoryRememberStore } from './remembered-browsers/memory-store.js'
export type { Remembered, RememberedEntry } from './remembered-browsers/remembered.js'
export type { EnforceOptions } from './middleware/pending-users.js'
export type { RequireOptions } from './middleware/require-second-factor.js'
export type { Verification } from './session/verification.js'
export type { DeliveryState } from './signalwire/call-states.js'
export type { CallStatus } from './middleware/status.js'
