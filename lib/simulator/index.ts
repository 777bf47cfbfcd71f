/**
 * A SignalWire Space with telephones on this machine, for the tests of an app and for trying it without an account. Start at
 * {@link Simulator.start}.
 * @module passport-voice-otp/simulator
 */
export { SimulatorError } from './errors.js'
export { sign } from './signature.js'
export { Simulator } from './simulator.js'
export type {
  Behaviour,
  CallStatus,
  Entry,
  Faults,
  RestFault,
  RestRequest,
  SentWebhook,
  SimulatedCall,
  SimulatedMessage,
  SimulatedMfa,
  SimulatedSpace,
  SimulatorOptions,
  Waiting,
  WebhookFault,
} from './types.js'
