/**
 * How the code reaches the user.
 *
 * - `call`: a voice reads the code.
 * - `sms`: a text message.
 * - `hosted-call`, `hosted-sms`: the same through SignalWire's hosted MFA API. SignalWire generates
 *   and checks the code.
 */
export type Channel = 'call' | 'sms' | 'hosted-call' | 'hosted-sms'
