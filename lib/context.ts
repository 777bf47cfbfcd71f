import type { AppliedLimits } from './limits/apply-limits.js'
import type { Emit } from './events.js'
import type { FactorRegistry } from './factor-registry.js'
import type { Keys } from './crypto.js'
import type { FraudGuard } from './fraud/fraud-guard.js'
import type { UnusedCodes } from './fraud/unused-codes.js'
import type { UserNotice } from './options/notice.js'
import type { ResolvedOptions } from './resolve-options.js'
import type { Calls } from './signalwire/calls.js'
import type { Connect } from './signalwire/client.js'
import type { SendText } from './signalwire/messages.js'
import type { Mfa } from './signalwire/mfa.js'

/**
 * What the parts of the strategy share. The strategy's constructor creates it once. Passport runs a
 * named strategy on `Object.create(strategy)`, so everything that changes lives in here and never
 * on `this`.
 * @internal
 */
export interface Context<User> extends AppliedLimits {
  readonly settings: ResolvedOptions<User>
  readonly keys: Keys
  readonly connect: Connect
  readonly calls: Calls
  readonly sendText: SendText
  readonly mfa: Mfa
  readonly emit: Emit
  /** Tells the app's `notifyUser`. Never throws, and nothing waits for the app. */
  readonly notify: (userId: string, what: UserNotice) => void
  readonly factors: FactorRegistry<User>
  readonly fraud: FraudGuard
  readonly unusedCodes: UnusedCodes
}
