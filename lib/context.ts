import type { Counters } from './limits/attempts.js'
import type { Emit } from './events.js'
import type { Keys } from './crypto.js'
import type { ResolvedOptions } from './resolve-options.js'
import type { Calls } from './signalwire/calls.js'
import type { Connect } from './signalwire/client.js'
import type { SendText } from './signalwire/messages.js'
import type { Mfa } from './signalwire/mfa.js'

/**
 * What the rooms share, made once by the strategy's constructor. Passport runs a named strategy on
 * `Object.create(strategy)`, so anything that changes lives in here and never on `this`. @internal
 */
export interface Context<User> {
  readonly settings: ResolvedOptions<User>
  readonly keys: Keys
  readonly counters: Counters
  readonly connect: Connect
  readonly calls: Calls
  readonly sendText: SendText
  readonly mfa: Mfa
  readonly emit: Emit
}
