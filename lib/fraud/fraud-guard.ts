import type { Keys } from '../crypto.js'
import type { Emit } from '../events.js'
import type { FraudAlarm } from '../fraud-events.js'
import { type CallCount, resolveLimit } from '../limits/call-limits.js'
import { createCounter } from '../limits/counters.js'
import { type LimitCounter, unlimited } from '../limits/limit-counter.js'
import { countryKey, prefixKey, userKey } from '../limits/store-keys.js'
import type { FraudLimits } from '../options/fraud.js'
import type { LimiterFactory } from '../options/limiter.js'
import type { Country } from '../options/phone.js'
import type { ResolvedFraud } from '../resolve-fraud.js'
import { DayCounts, keptSeconds } from './day-counts.js'
import { SendSwitch } from './send-switch.js'

/** A number that a user verified by a code is exempt for this long: 20 days. */
const exemptSeconds = 1_728_000
/** A number is exempt for this long after the date that the app has on record: 180 days. */
const onRecordMilliseconds = 180 * 86_400_000
/** The count at which the app is warned: 80 % of a limit. */
const warningCount = (allowed: number): number => Math.ceil((allowed * 4) / 5)

/** A send that a user asks for. @internal */
export interface FraudSend {
  readonly userId: string
  /** E.164. */
  readonly number: string
  readonly country: Country | undefined
  /** When the number was verified, by the app's record. */
  readonly verifiedAt?: Date | undefined
}

/** The result of {@link FraudGuard.examine}. @internal */
export interface FraudCheck {
  /** The counts that the send needs, for `Sends.admit()`. */
  readonly counts: readonly CallCount[]
  /**
   * Keys in the limiter's store, for {@link FraudGuard.complete}: the challenge keeps them, so that
   * a right code gives back its own send.
   */
  readonly receipt: string
  /** Gives back all of these counts, after they were taken and the send did not happen. */
  cancel(): Promise<void>
}

/** The settings of the guard. @internal */
export interface FraudSettings {
  readonly fraud: ResolvedFraud
  readonly limiter: LimiterFactory | undefined
  /** The country of the number that calls. */
  readonly homeCountry: Country
  readonly clock: { now(): number }
}

/**
 * Limits the codes that nobody enters. Each send counts in the limits of its prefix and its
 * country. When the right code is entered, its send is given back. A send to an exempt number does
 * not count. Every method throws a `VoiceOtpError` (`limiter-unavailable`) if the limiter fails,
 * unless its description says otherwise.
 * @internal
 */
export class FraudGuard {
  readonly sendSwitch: SendSwitch
  private readonly days: DayCounts
  private readonly verified: LimitCounter

  constructor(
    private readonly settings: FraudSettings,
    private readonly keys: Keys,
    private readonly emit: Emit,
  ) {
    const create = (name: string, seconds: number) =>
      createCounter(settings.limiter, name, unlimited, seconds)
    this.days = new DayCounts(create('fraud-day', keptSeconds), settings.clock)
    this.verified = create('fraud-verified', exemptSeconds)
    this.sendSwitch = new SendSwitch(create('fraud-switch', keptSeconds), keys)
  }

  /**
   * Examines a send, and counts nothing yet. Throws a `VoiceOtpError` (`sends-stopped`) while sends
   * are stopped.
   */
  async examine(send: FraudSend): Promise<FraudCheck> {
    const [isExempt] = await Promise.all([this.isExempt(send), this.sendSwitch.refuseStopped()])
    const limits = isExempt ? [] : this.limitsOf(send)
    const unused = limits.filter(({ name }) => name !== 'sendsPerPrefixDay')
    return {
      counts: limits.map(limit => this.countOf(limit)),
      receipt: [this.verifiedKey(send), ...unused.map(({ key }) => key)].join(','),
      cancel: () => this.giveBack(limits.map(({ key }) => key)),
    }
  }

  /**
   * Gives a send back after its right code was entered, and makes the number exempt for the user.
   * Call it once for each challenge. Never rejects: if the limiter fails, the send stays counted.
   */
  async complete(receipt: string | undefined): Promise<void> {
    if (receipt === undefined) return
    const [verified = '', ...unused] = receipt.split(',')
    await Promise.allSettled([this.verified.set(verified, 1), this.giveBack(unused)])
  }

  /** Stops all sends of all processes, and emits an event. */
  async stopSends(reason: string): Promise<void> {
    if (typeof reason !== 'string' || reason.length < 1 || reason.length > 200)
      throw new TypeError('stopSends: give a reason of 1 to 200 characters, for the event.')
    await this.sendSwitch.stop()
    this.emit('sends.switched', { stopped: true, reason })
  }

  /** Allows sends again, and emits an event. */
  async resumeSends(): Promise<void> {
    await this.sendSwitch.resume()
    this.emit('sends.switched', { stopped: false })
  }

  /** Whether the guard counts no sends of this user to this number. */
  async isExempt(send: FraudSend): Promise<boolean> {
    const age = this.settings.clock.now() - (send.verifiedAt?.getTime() ?? NaN)
    if (age >= 0 && age <= onRecordMilliseconds) return true
    return (await this.verified.get(this.verifiedKey(send))) !== undefined
  }

  private async giveBack(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map(key => this.days.giveBack(key)))
  }

  private verifiedKey({ userId, number }: FraudSend): string {
    return userKey(this.keys, userId, 'verified', number)
  }

  /** The limits that apply to a send which is not exempt. */
  private limitsOf({ number, country }: FraudSend): readonly AppliedLimit[] {
    const { fraud, homeCountry } = this.settings
    /* v8 ignore next -- a number without a country is never permitted */
    if (country === undefined) return []
    const prefix = number.slice(0, -4)
    const byPrefix = (
      name: 'unusedPerPrefixDay' | 'sendsPerPrefixDay',
    ): readonly AppliedLimit[] => {
      const allowed = resolveLimit(`fraud.${name}`, fraud[name], prefix)
      const key = prefixKey(this.keys, prefix, ...this.days.nameOf(name))
      return allowed === false ? [] : [{ name, country, prefix, allowed, key }]
    }
    const byCountry = (name: 'unusedPerCountryDay'): readonly AppliedLimit[] => {
      if (country === homeCountry) return []
      const allowed = resolveLimit(`fraud.${name}`, fraud[name], country)
      return allowed === false
        ? []
        : [
            {
              name,
              country,
              allowed,
              key: countryKey(this.keys, country, ...this.days.nameOf(name)),
            },
          ]
    }
    return [
      ...byPrefix('unusedPerPrefixDay'),
      ...byCountry('unusedPerCountryDay'),
      ...byPrefix('sendsPerPrefixDay'),
    ]
  }

  private countOf(limit: AppliedLimit): CallCount {
    const { name, key, allowed } = limit
    const { observe } = this.settings.fraud
    return {
      name,
      failure: 'destination-limited',
      limit: observe ? unlimited : allowed,
      // The limit of the prefix comes first. Otherwise a flood that it refuses would count in the
      // wider limits too, until it is given back.
      stage: name === 'unusedPerPrefixDay' ? 'prefix' : 'wide',
      read: () => this.days.read(key),
      take: async () => {
        const hit = await this.days.hit(key, allowed)
        const left = Math.max(0, 1 - hit.count / Math.max(1, allowed))
        this.emit('fraud.counted', { limit: name, country: limit.country, left })
        if (hit.over && observe) this.emit('fraud.blocked', this.alarmOf(limit))
        if (hit.count === warningCount(allowed)) await this.warn(limit)
        return observe ? { ...hit, over: false } : hit
      },
      giveBack: () => this.days.giveBack(key),
      refused: () => {
        this.emit('fraud.blocked', this.alarmOf(limit))
      },
    }
  }

  /**
   * Warns the app, once a day for each limit. The count can reach the threshold again after sends
   * were given back. If the limiter fails here, the send goes on without the warning.
   */
  private async warn(limit: AppliedLimit): Promise<void> {
    const warned = await this.days.hit(`${limit.key}.warned`, 1).catch(() => undefined)
    if (warned?.over === false) this.emit('fraud.warning', this.alarmOf(limit))
  }

  private alarmOf({ name, country, prefix, allowed }: AppliedLimit): FraudAlarm {
    return {
      limit: name,
      country,
      ...(prefix === undefined ? {} : { prefix }),
      allowed,
      retryAfter: this.days.secondsLeft,
      observed: this.settings.fraud.observe,
    }
  }
}

/** A limit that applies to one send. */
interface AppliedLimit {
  readonly name: keyof FraudLimits
  readonly country: Country
  readonly prefix?: string
  readonly allowed: number
  readonly key: string
}
