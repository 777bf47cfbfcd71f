import type { Keys } from '../crypto.js'
import { type FailureCode, VoiceOtpError } from '../errors.js'
import type { LimiterCount } from '../options/limiter.js'
import type { LimitName, Limits } from '../options/limits.js'
import type { Counters } from './counters.js'
import { type LimitCounter, LimitReached, toSeconds, unlimited } from './limit-counter.js'
import { appKey, numberKey, prefixKey, userKey } from './store-keys.js'
import { type Count, giveBackAll, type Taken, takeTogether } from './take-together.js'

/** Which set of limits a call counts in. @internal */
export type CallKind = 'own' | 'enroll' | 'approve'

/** The names of the limits of each kind. */
const limitNames = {
  own: {
    interval: 'callIntervalSeconds',
    userHour: 'callsPerUserHour',
    tenMinutes: 'callsPerPhoneTenMinutes',
    day: 'callsPerPhoneDay',
    appMinute: 'callsPerAppMinute',
  },
  enroll: {
    interval: 'callIntervalSeconds',
    userHour: 'callsPerUserHour',
    tenMinutes: 'enrollCallsPerPhoneTenMinutes',
    day: 'enrollCallsPerPhoneDay',
    appMinute: 'enrollCallsPerAppMinute',
  },
  approve: {
    interval: 'approveCallIntervalSeconds',
    userHour: 'approveCallsPerUserHour',
    tenMinutes: 'approveCallsPerPhoneTenMinutes',
    day: 'approveCallsPerPhoneDay',
    appMinute: 'callsPerAppMinute',
  },
} as const satisfies Record<CallKind, Record<string, keyof Limits>>

/** The limit of enrollments in one day is `callsPerAppDay` divided by this. */
const enrollDayDivisor = 3

/** A call or a text that a user asks for. @internal */
export interface CallRequest {
  readonly userId: string
  /** E.164. */
  readonly number: string
  /** The number with its extension, if it has one: what counts as one phone. */
  readonly phone: string
  /**
   * Each kind counts separately. `enroll`: the phone is not the user's yet, and its owner must not
   * be locked out. `approve`: approvals must not use up the calls that a login needs.
   */
  readonly kind: CallKind
  /** Whether it is a call (channel `call`), which SignalWire may queue. Default: false. */
  readonly waitsForTurn?: boolean
}

/**
 * The stages in which the counts of a call are taken, one after the other: the counts of the user
 * and the phone, then those that the users of one prefix share, then those that more users share. A
 * call that one stage refuses never counts in the next one, not even for a moment. So a flood of
 * calls to one prefix cannot use up the calls to other prefixes.
 */
const stages = ['own', 'prefix', 'wide'] as const
type Stage = (typeof stages)[number]

/** One limit that applies to a call, with its count. @internal */
export interface CallCount extends Count {
  readonly name: LimitName
  /** The failure of a call over the limit. Default `too-many-calls`. */
  readonly failure?: FailureCode | undefined
  /** The largest count that is allowed. */
  readonly limit: number
  /** In which of the {@link stages} the count is taken. */
  readonly stage: Stage
  /** Is called when the limit refuses a call. */
  readonly refused?: (() => void) | undefined
  /** Reads the count and its window, or `undefined` if there is none. Counts nothing. */
  read(): Promise<LimiterCount | undefined>
}

interface ReachedLimit extends Pick<CallCount, 'name' | 'failure' | 'refused'> {
  readonly retryAfter: number
}

/** The limits on calls that apply to one call, except the interval of the user. @internal */
export class CallLimits {
  constructor(
    private readonly counters: Counters,
    private readonly limits: Limits,
    private readonly keys: Keys,
  ) {}

  /**
   * The counts that a call needs. Throws a `VoiceOtpError` (`configuration`) if a function of the
   * app fails.
   * @param isWaived Whether the interval is waived, because the last call reached nobody.
   */
  countsOf(call: CallRequest, isWaived: boolean): readonly CallCount[] {
    const { userId, number, kind } = call
    const { counters, keys } = this
    const names = limitNames[kind]
    // In the limits of the prefix and of the app, approvals count together with logins.
    const shared = kind === 'enroll' ? kind : 'own'
    const phoneKey = this.phoneKey(call)
    const count = (
      name: keyof Limits,
      counter: LimitCounter,
      key: string,
      stage: Stage = 'own',
      shareOf = (limit: number) => limit,
    ): readonly CallCount[] => {
      const whole = resolveLimit(`limits.${name}`, this.limits[name], number)
      if (whole === false) return []
      const limit = shareOf(whole)
      return [
        {
          name,
          limit,
          stage,
          read: () => counter.get(key),
          take: () => counter.hit(key, limit),
          giveBack: hit => counter.giveBack(key, hit),
        },
      ]
    }
    return [
      ...this.phoneInterval(call, phoneKey, isWaived),
      ...count(
        names.userHour,
        counters.userHour,
        kind === 'approve' ? userKey(keys, userId, kind) : userKey(keys, userId),
      ),
      ...count(names.tenMinutes, counters.phoneTenMinutes, phoneKey),
      ...count(names.day, counters.numberDay, numberKey(keys, number, kind)),
      ...count(
        'callsPerPrefixTenMinutes',
        counters.prefixTenMinutes,
        prefixKey(keys, number.slice(0, -4), shared),
        'prefix',
      ),
      ...count(names.appMinute, counters.appMinute, appKey(keys, shared), 'wide'),
      ...count('callsPerAppDay', counters.appDay, appKey(keys, shared), 'wide', limit =>
        kind === 'enroll' ? Math.ceil(limit / enrollDayDivisor) : limit,
      ),
    ]
  }

  /** Ends the interval of the phone. */
  async endPhoneInterval(call: CallRequest): Promise<void> {
    if (this.limits[limitNames[call.kind].interval] !== false)
      await this.phoneIntervalCounter(call).delete(this.phoneKey(call))
  }

  private phoneIntervalCounter({ kind }: CallRequest): LimitCounter {
    return kind === 'approve' ? this.counters.approvePhoneInterval : this.counters.phoneInterval
  }

  private phoneInterval(call: CallRequest, key: string, isWaived: boolean): readonly CallCount[] {
    const name = limitNames[call.kind].interval
    if (this.limits[name] === false) return []
    const counter = this.phoneIntervalCounter(call)
    return [
      {
        name,
        limit: isWaived ? unlimited : 1,
        stage: 'own',
        read: () => counter.get(key),
        take: () => (isWaived ? counter.restart(key) : counter.hit(key)),
        giveBack: hit => counter.release(key, hit),
      },
    ]
  }

  private phoneKey(call: CallRequest): string {
    return numberKey(this.keys, call.number, call.kind, 'phone', call.phone)
  }
}

/**
 * Throws {@link LimitReached} if one of the limits is reached already. Counts nothing.
 * @internal
 */
export async function refuseReached(counts: readonly CallCount[]): Promise<void> {
  refuse(await findReached(counts))
}

/** The limits that are reached, with the seconds until each allows a call. @internal */
export async function findReached(counts: readonly CallCount[]): Promise<readonly ReachedLimit[]> {
  const present = await Promise.all(
    counts.map(async count => ({ ...count, state: await count.read() })),
  )
  return present.flatMap(({ name, failure, refused, limit, state }) =>
    // A limiter may still return a count whose window is over.
    state !== undefined && state.consumedPoints >= limit && state.msBeforeNext > 0
      ? [{ name, failure, refused, retryAfter: toSeconds(state.msBeforeNext) }]
      : [],
  )
}

/**
 * Takes all of these counts, or none, in their {@link stages}. Throws {@link LimitReached}.
 * @internal
 */
export async function takeAll(counts: readonly CallCount[]): Promise<readonly Taken<CallCount>[]> {
  const taken: Taken<CallCount>[] = []
  for (const present of stages) {
    const hits = await takeTogether(counts.filter(({ stage }) => stage === present)).catch(
      async (error: unknown) => {
        await giveBackAll(taken).catch(() => undefined)
        throw error
      },
    )
    taken.push(...hits)
    const reached = hits.flatMap(({ name, failure, refused, hit }) =>
      hit.over ? [{ name, failure, refused, retryAfter: hit.retryAfter }] : [],
    )
    if (reached.length > 0) await giveBackAll(taken)
    refuse(reached)
  }
  return taken
}

/**
 * Seconds until the limits that this call has filled allow another one; 0 if it filled none. The
 * interval is not one of them, because it may be waived.
 * @internal
 */
export function findFullSeconds(taken: readonly Taken<CallCount>[]): number {
  const full = taken.filter(
    ({ name, hit, limit }) => hit.count >= limit && !name.endsWith('IntervalSeconds'),
  )
  return Math.max(0, ...full.map(({ hit }) => hit.retryAfter))
}

/** Throws if a limit was reached. The failure names the first limit and the longest wait. */
function refuse(reached: readonly ReachedLimit[]): void {
  const [first] = reached
  if (first === undefined) return
  for (const { refused } of reached) refused?.()
  const retryAfter = Math.max(...reached.map(each => each.retryAfter))
  throw new LimitReached(first.failure ?? 'too-many-calls', first.name, retryAfter)
}

/**
 * Returns the value of a limit. If the app has set a function, calls it with the number, the prefix
 * or the country. Throws a `VoiceOtpError` (`configuration`) whose detail begins with `name` if the
 * function throws or returns anything but a limit: a mistake there must not remove the limit.
 * @internal
 */
export function resolveLimit<Given>(
  name: string,
  configured: number | false | ((given: Given) => number | false),
  given: Given,
): number | false {
  let limit: unknown = configured
  try {
    if (typeof configured === 'function') limit = configured(given)
  } catch (error) {
    throw new VoiceOtpError('configuration', `${name} threw an error.`, error)
  }
  if (limit === false || (Number.isInteger(limit) && (limit as number) >= 0))
    return limit as number | false
  throw new VoiceOtpError('configuration', `${name} must return a whole number or false.`)
}
