/**
 * How a code travels: `call`, a telephone call of ours; `text`, a text message; `hosted-call` and `hosted-sms`, SignalWire's
 * hosted MFA, which makes and checks the code itself.
 */
export type Channel = 'call' | 'sms' | 'hosted-call' | 'hosted-sms'
