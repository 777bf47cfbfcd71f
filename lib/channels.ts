/**
 * How a code travels: `call`, a telephone call of ours; `text`, a text message; `hostedCall` and `hostedText`, SignalWire's
 * hosted MFA, which makes and checks the code itself.
 */
export type Way = 'call' | 'text' | 'hostedCall' | 'hostedText'

/** Every way with its authentication method references (RFC 8176): a one-time code, and what proves the telephone. @internal */
export const amrOf: Readonly<Record<Way, readonly string[]>> = {
  call: ['otp', 'tel'],
  text: ['otp', 'sms'],
  hostedCall: ['otp', 'tel'],
  hostedText: ['otp', 'sms'],
}

/** @internal */
export const isWay = (value: unknown): value is Way =>
  typeof value === 'string' && Object.hasOwn(amrOf, value)

/** Whether SignalWire, not this package, makes and checks the code. @internal */
export const isHosted = (way: Way): boolean => way === 'hostedCall' || way === 'hostedText'
