import type { Channel } from './options/channel.js'

/**
 * The authentication method references of each channel (RFC 8176): a one-time code, and how the
 * user proved the phone.
 * @internal
 */
export const amrOf: Readonly<Record<Channel, readonly string[]>> = {
  call: ['otp', 'tel'],
  sms: ['otp', 'sms'],
  'hosted-call': ['otp', 'tel'],
  'hosted-sms': ['otp', 'sms'],
}

/** @internal */
export const isChannel = (value: unknown): value is Channel =>
  typeof value === 'string' && Object.hasOwn(amrOf, value)

/** Whether SignalWire creates and checks the code of this channel, not this package. @internal */
export const isHosted = (channel: Channel): boolean =>
  channel === 'hosted-call' || channel === 'hosted-sms'
