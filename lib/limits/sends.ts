import type { Keys } from '../crypto.js'
import { VoiceOtpError } from '../errors.js'
import type { Limits } from '../options/limits.js'
import type { LimiterCount } from '../options/limiter.js'

import {
  type Hit,
  hitAll,
  LimitReached,
  seconds,
  type Taken,
  type LimitCounter,
  type LimitLimiterFactory,
  uncounted,
  undoAll,
  unlimited,
  type Wanted,
} from './limit-counter.js'

/** A call that is asked for. @internal */
export interface CallRequest {
  readonly userId: string
  /** E.164. */
  readonly phone: string
  /** The number with its extension, if it has one: what counts as one telephone. */
  readonly telephone: string
  /** Whether the number is not the user's yet: counted apart, so that nobody can lock out its owner. */
  readonly enroll: boolean
  /** Whether the interval is waived, because the last call did not reach anybody. */
  readonly waived: boolean
}

/** A limit as configured, which may depend on the number: a mistake of the app's function is trouble, and no open door. */
function phoneLimit(
  name: keyof Limits,
  configured: Limits[keyof Limits],
  phone: string,
): number | false {
  let value: unknown = configured
  try {
    if (typeof configured === 'function') value = configured(phone)
  } catch (error) {
    throw new VoiceOtpError('configuration', `limits.${name} threw an error.`, error)
  }
  if (value === false || (Number.isInteger(value) && (value as number) >= 0))
    return value as number | false
  throw new VoiceOtpError('configuration', `limits.${name} must answer a whole number or false.`)
}

async function renew(
  limitCounter: LimitCounter,
  key: string,
  intervalSeconds: number,
): Promise<Hit> {
  await limitCounter.set(key, 1, intervalSeconds)
  return { over: false, count: 1, retryAfter: intervalSeconds, at: Date.now() }
}

/** What the limits on calls share with the other counters. @internal */
interface Shared {
  readonly limitCounter: LimitLimiterFactory
  readonly limits: Limits
  readonly keys: Keys
  readonly userKey: (userId: string) => string
  /** Rejects for a user who may not be called now, whatever the counts of calls say. */
  readonly refuseBarred: (userKey: string) => Promise<unknown>
}

/** The limits on calls. @internal */
export function createCallLimits({ limitCounter, limits, keys, userKey, refuseBarred }: Shared) {
  const waivers = limitCounter('waivers', 1, 86_400)
  const userInterval = limitCounter('user-interval', 1, limits.callIntervalSeconds || 1)
  // All but the user's interval, told apart by limit; a window each.
  const others = [
    {
      limit: 'callIntervalSeconds',
      by: 'telephone',
      limitCounter: limitCounter('phone-interval', 1, limits.callIntervalSeconds || 1),
    },
    {
      limit: 'callsPerUserHour',
      by: 'user',
      limitCounter: limitCounter('user-hour', limits.callsPerUserHour, 3600),
    },
    {
      limit: 'callsPerPhoneTenMinutes',
      enrollLimit: 'enrollCallsPerPhoneTenMinutes',
      by: 'telephone',
      limitCounter: limitCounter('phone-10min', unlimited, 600),
    },
    {
      limit: 'callsPerPhoneDay',
      enrollLimit: 'enrollCallsPerPhoneDay',
      by: 'number',
      limitCounter: limitCounter('number-day', unlimited, 86_400),
    },
    {
      limit: 'callsPerPrefixTenMinutes',
      by: 'prefix',
      limitCounter: limitCounter('prefix-10min', unlimited, 600),
    },
    {
      limit: 'callsPerAppMinute',
      enrollLimit: 'enrollCallsPerAppMinute',
      by: 'app',
      limitCounter: limitCounter('app-minute', unlimited, 60),
    },
  ] as const satisfies readonly {
    limit: keyof Limits
    enrollLimit?: keyof Limits
    by: string
    limitCounter: LimitCounter
  }[]

  async function takeInterval(userId: string, waived: boolean): Promise<Hit> {
    const { callIntervalSeconds } = limits
    if (callIntervalSeconds === false) return uncounted
    if (waived) return renew(userInterval, userKey(userId), callIntervalSeconds)
    const hit = await userInterval.hit(userKey(userId))
    if (hit.over) throw new LimitReached('too-many-calls', 'callIntervalSeconds', hit.retryAfter)
    return hit
  }

  type CallCount = Wanted & {
    readonly name: keyof Limits
    readonly by: string
    readonly limitCounter: LimitCounter
    readonly key: string
    readonly limit: number
  }

  function countsOf({
    userId,
    phone,
    telephone,
    enroll,
    waived,
  }: CallRequest): readonly CallCount[] {
    const set = enroll ? 'enroll' : 'own'
    const names = {
      user: userKey(userId),
      app: keys.storeName(set, 'app'),
      telephone: keys.storeName(set, 'telephone', telephone),
      number: keys.storeName(set, 'number', phone),
      prefix: keys.storeName(set, 'prefix', phone.slice(0, -4)),
    }
    return others.flatMap(each => {
      const limitName: keyof Limits =
        enroll && 'enrollLimit' in each ? each.enrollLimit : each.limit
      const value = phoneLimit(limitName, limits[limitName], phone)
      if (value === false) return []
      const { by, limitCounter } = each
      const count = { name: limitName, by, limitCounter, key: names[by], limit: value }
      if (each.limit !== 'callIntervalSeconds')
        return [
          {
            ...count,
            hit: () => limitCounter.hit(count.key, value),
            undo: (hit: Hit) => limitCounter.giveBack(count.key, hit),
          },
        ]
      const undo = (hit: Hit) => limitCounter.release(count.key, hit)
      return waived
        ? [{ ...count, limit: unlimited, hit: () => renew(limitCounter, count.key, value), undo }]
        : [{ ...count, limit: 1, hit: () => limitCounter.hit(count.key), undo }]
    })
  }

  /** The longest wait counts; the event has the first limit. */
  const failure = (
    over: readonly [
      { readonly name: keyof Limits; readonly retryAfter: number },
      ...{ readonly retryAfter: number }[],
    ],
  ): LimitReached =>
    new LimitReached(
      'too-many-calls',
      over[0].name,
      Math.max(...over.map(({ retryAfter }) => retryAfter)),
    )

  /** Takes no count: what is full already need not be asked about. */
  async function refuseFull(counts: readonly CallCount[]): Promise<void> {
    const present = await Promise.all(
      counts.map(async ({ name, limitCounter, key, limit }) => ({
        name,
        limit,
        count: await limitCounter.get(key),
      })),
    )
    // A limiter may still know a count whose window is over.
    const isFull = (count: LimiterCount | undefined, limit: number): count is LimiterCount =>
      count !== undefined && count.consumedPoints >= limit && count.msBeforeNext > 0
    const [first, ...rest] = present.flatMap(({ name, limit, count }) =>
      isFull(count, limit) ? [{ name, retryAfter: seconds(count.msBeforeNext) }] : [],
    )
    if (first !== undefined) throw failure([first, ...rest])
  }

  /** Takes all of these counts, or none. */
  async function take(counts: readonly CallCount[]): Promise<void> {
    const earlier: Taken[] = []
    // The user's own first: whoever is over a limit of her own never touches what everybody shares.
    for (const stage of [
      ['user', 'telephone', 'number'],
      ['prefix', 'app'],
    ]) {
      const hits = await hitAll(counts.filter(({ by }) => stage.includes(by))).catch(
        async (trouble: unknown) => {
          await undoAll(earlier).catch(() => undefined)
          throw trouble
        },
      )
      earlier.push(...hits)
      const [first, ...rest] = hits.flatMap(({ name, taken }) =>
        taken.over ? [{ name, retryAfter: taken.retryAfter }] : [],
      )
      if (first === undefined) continue
      await undoAll(earlier)
      throw failure([first, ...rest])
    }
  }

  return {
    /**
     * Counts a call before it is placed: the user's own interval first, so that one user has one request at a time in what
     * follows; then `permit`, the app's veto, unless a limit is full already; then all other limits. A refused request gives back what
     * it took, but for the interval after a veto: what the app asks about a number may cost money too. Throws {@link LimitReached}.
     */
    async admitCall(call: CallRequest, permit?: () => Promise<void>): Promise<void> {
      const key = userKey(call.userId)
      const [barred, interval] = await Promise.allSettled([
        refuseBarred(key),
        takeInterval(call.userId, call.waived),
      ])
      if (interval.status === 'rejected')
        throw barred.status === 'rejected' ? barred.reason : interval.reason
      let isAsking = false
      try {
        if (barred.status === 'rejected') throw barred.reason
        const counts = countsOf(call)
        if (permit !== undefined) {
          await refuseFull(counts)
          isAsking = true
          await permit()
          isAsking = false
        }
        await take(counts)
      } catch (error) {
        if (!isAsking) await userInterval.release(key, interval.value)
        throw error
      }
    },

    /** The interval does not run after a call that SignalWire refused to place. */
    async waiveInterval(call: CallRequest): Promise<void> {
      const telephone = countsOf(call).find(({ name }) => name === 'callIntervalSeconds')
      await Promise.all([
        userInterval.delete(userKey(call.userId)),
        telephone?.limitCounter.delete(telephone.key),
      ])
    },

    /** Once per call that ended busy, unanswered or failed, another may be asked for at once. */
    async takeWaiver(callSid: string): Promise<boolean> {
      return !(await waivers.hit(keys.storeName('call', callSid))).over
    },

    /** Whether that is still to be had. */
    async hasWaiver(callSid: string): Promise<boolean> {
      return (await waivers.get(keys.storeName('call', callSid))) === undefined
    },

    /** Seconds until the user may ask for a call, as far as the interval decides. */
    async nextCallIn(userId: string): Promise<number> {
      const interval =
        limits.callIntervalSeconds === false ? undefined : await userInterval.get(userKey(userId))
      return interval === undefined || interval.consumedPoints < 1
        ? 0
        : seconds(interval.msBeforeNext)
    },
  }
}
