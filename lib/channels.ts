import type { Channel } from './options/channel.js'
/** Every way with its authentication method references (RFC 8176): a one-time code, and what proves the telephone. @internal */
export const amrOf: Readonly<Record<Channel, readonly string[]>> = {
  call: ['otp', 'tel'],
  sms: ['otp', 'sms'],
  'hosted-call': ['otp', 'tel'],
  'hosted-sms': ['otp', 'sms'],
}

/** @internal */
export const isChannel = (value: unknown): value is Channel =>
  typeof value === 'string' && Object.hasOwn(amrOf, value)

/** Whether SignalWire, not this package, makes and checks the code. @internal */
export const isHosted = (channel: Channel): boolean =>
  channel === 'hosted-call' || channel === 'hosted-sms'
