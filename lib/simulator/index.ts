/**
 * A SignalWire Space with phones on this machine, for the tests of an app and for trying the app
 * without an account. Start at {@link Simulator.start}.
 * @module passport-voice-otp/simulator
 */
export { SimulatorError } from './errors.js'
export { sign } from './http/signature.js'
export { Simulator } from './simulator.js'
export type {
  Behaviour,
  CallStatus,
  Entry,
  SentWebhook,
  SimulatedCall,
  Waiting,
} from './types/call.js'
export type { Faults, RestFault, StatusCallbackFault, WebhookFault } from './types/faults.js'
export type {
  Scope,
  SimulatedSpace,
  SimulatorOptions,
  Trial,
  Undocumented,
} from './types/options.js'
export type { RestRequest, SimulatedMessage, SimulatedMfa } from './types/records.js'
