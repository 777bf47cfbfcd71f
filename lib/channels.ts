/**
 * How a code travels: `call`, a telephone call of ours; `text`, a text message; `hosted-call` and `hosted-sms`, SignalWire's
 * hosted MFA, which makes and checks the code itself.
 */
export type Channel = 'call' | 'sms' | 'hosted-call' | 'hosted-sms'

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
