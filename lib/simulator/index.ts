/**
 * A SignalWire Space with telephones on this machine, for the tests of an app and for trying it without an account. Start at
 * {@link Simulator.start}.
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
export type { Faults, RestFault, WebhookFault } from './types/faults.js'
export type { SimulatedSpace, SimulatorOptions } from './types/options.js'
export type { RestRequest, SimulatedMessage, SimulatedMfa } from './types/records.js'
