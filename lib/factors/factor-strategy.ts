import { copyOwn } from '../check-options.js'
import type { Context } from '../context.js'
import type { RegisteredFactor } from '../factor-registry.js'
import type { HostedStrategy, SecondFactorOptions } from '../options/second-factor.js'
import { type PassportFunctions, type RedirectFunction, reportOutcome } from '../report-outcome.js'
import type { Request } from '../request.js'
import { authenticateFactor, type FactorActionOptions } from './authenticate-factor.js'
import { resolveFactor, resolveStrategy } from './resolve-factor.js'

/** What `voiceOtp.secondFactor()` returns: a strategy for `passport.use()`. */
export interface SecondFactorStrategy {
  /** The name for `passport.authenticate`. */
  readonly name: string
  /** Passport calls this method. */
  authenticate(req: Request, options?: object): void
}

/**
 * Registers a factor of another strategy, or of a function. Throws a `TypeError` that says how to
 * fix a mistake.
 * @internal
 */
export function createSecondFactor<User>(
  context: Context<User>,
  strategy: unknown,
  options: SecondFactorOptions<User>,
): SecondFactorStrategy {
  const hosted = resolveStrategy(strategy)
  const factor = resolveFactor(options)
  if (factor.phishingResistant && context.settings.phoneFallback === undefined)
    throw new TypeError(
      `phoneFallback: '${factor.name}' is phishing-resistant, so decide whether its users may use the phone instead. Give the strategy's option phoneFallback: true, false or a function (user, req).`,
    )
  context.factors.add(factor)
  return new FactorStrategy(context, factor, hosted)
}

/** A strategy of Passport that runs another one as a second factor. */
class FactorStrategy<User> implements SecondFactorStrategy {
  readonly name: string
  declare private readonly context: Context<User>
  declare private readonly factor: RegisteredFactor<User>
  declare private readonly strategy: HostedStrategy

  constructor(context: Context<User>, factor: RegisteredFactor<User>, strategy: HostedStrategy) {
    this.name = factor.name
    // Not enumerable, because the context holds secrets: an app may print the strategy.
    Object.defineProperties(this, {
      context: { value: context },
      factor: { value: factor },
      strategy: { value: strategy },
    })
  }

  authenticate(req: Request, options: FactorActionOptions = {}): void {
    // As in VoiceOtpStrategy: before the first await.
    const { success, fail, pass, error, redirect } = this as unknown as HostFunctions
    const { context, factor, strategy } = this
    const own = copyOwn(options)
    reportOutcome(
      req,
      { success, fail, pass, error },
      own,
      authenticateFactor(context, factor, strategy, req, own, redirect),
    )
  }
}

interface HostFunctions extends PassportFunctions {
  readonly redirect: RedirectFunction
}
