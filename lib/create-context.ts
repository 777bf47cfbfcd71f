import type { Context } from './context.js'
import { createNotify } from './create-notify.js'
import { createKeys } from './crypto.js'
import type { Emit } from './events.js'
import { FactorRegistry } from './factor-registry.js'
import { FraudGuard } from './fraud/fraud-guard.js'
import { UnusedCodes } from './fraud/unused-codes.js'
import { applyLimits } from './limits/apply-limits.js'
import type { VoiceOtpOptions } from './options/options.js'
import { resolveOptions } from './resolve-options.js'
import { createCalls } from './signalwire/calls.js'
import { createPace } from './limits/turns.js'
import { createConnect } from './signalwire/client.js'
import { createSendText } from './signalwire/messages.js'
import { createMfa } from './signalwire/mfa.js'
import { withTrail } from './user-support/trail.js'

/**
 * Checks the options and creates what the parts of the strategy share. Throws a `TypeError` that
 * names the option and how to fix it.
 * @internal
 */
export function createContext<User>(options: VoiceOtpOptions<User>, emit: Emit): Context<User> {
  const settings = resolveOptions(options)
  const keys = createKeys(settings.secrets, settings.limiterSecret)
  const connect = createConnect(settings)
  const limits = applyLimits({ ...settings, pace: createPace(settings) }, keys)
  return {
    settings,
    keys,
    ...limits,
    fraud: new FraudGuard(settings, keys, emit),
    unusedCodes: new UnusedCodes(limits.activeChallenges, settings.clock, emit),
    connect,
    calls: createCalls(settings, connect, () => settings.clock.now()),
    sendText: createSendText(settings, connect),
    mfa: createMfa(settings),
    emit: withTrail(settings, keys, emit),
    notify: createNotify(settings, emit),
    factors: new FactorRegistry(),
  }
}
