export { SimulatorError } from './errors.js'
export { sign } from './signature.js'
export { Simulator } from './simulator.js'
export type {
  Behaviour, CallStatus, Entry, Faults, RestFault, RestRequest, SentWebhook, SimulatedCall, SimulatedMessage, SimulatedMfa, SimulatedSpace, SimulatorOptions, Waiting, WebhookFault,
} from './types.js'
