// How a call or a text is admitted and counted (`Sends.admit`):
// 1. At the same time: the fraud guard examines it, the user's locks and reports are read, and it
//    takes the user's interval. So only one request of a user gets further at a time.
// 2. If the queue is full already, the send is refused and nothing is counted. If the app has a
//    veto (step 3), the same holds for a limit that is full already: a veto may cost money.
// 3. The app may veto (`permit`). After a veto the interval stays taken, to limit this cost.
// 4. The limits count it (call-limits.ts): user and phone first, then the prefix, then the app.
// 5. A call takes its place in the queue (turns.ts). Last, because a place cannot be given back.
// A send that is refused after step 1, except a veto, gives back the interval and the counts.

import type { Keys } from '../crypto.js'
import type { Limits } from '../options/limits.js'
import type { ActiveChallenges } from './active-challenge.js'
import {
  type CallCount,
  CallLimits,
  type CallKind,
  type CallRequest,
  findFullSeconds,
  findReached,
  refuseReached,
  takeAll,
} from './call-limits.js'
import type { Counters } from './counters.js'
import { type Hit, type LimitCounter, LimitReached, toSeconds, uncounted } from './limit-counter.js'
import type { Locks } from './locks.js'
import { giveBackAll } from './take-together.js'
import type { Turn } from './turn.js'
import type { Turns } from './turns.js'
import { userKey } from './store-keys.js'

/**
 * Examines a call while the first checks run. Rejects to refuse the call. Resolves to the
 * additional counts that the call needs.
 * @internal
 */
export type Examine = () => Promise<readonly CallCount[]>

/**
 * Returns whether the interval since the last call is waived, and uses the waiver up. Is called
 * only during the interval.
 * @internal
 */
export type Waive = () => Promise<boolean>

interface IntervalHit extends Hit {
  readonly isWaived: boolean
}

/** A call that every limit has allowed and counted. @internal */
export interface Admission {
  /** When the phone will ring, unless calls do not wait. */
  readonly turn: Turn | undefined
  /** Seconds until the limits that this call has filled allow another one; 0 if it filled none. */
  readonly limitedSeconds: number
}

/**
 * The limits on calls and texts. Every method throws a `VoiceOtpError` (`limiter-unavailable`) if
 * the limiter fails.
 * @internal
 */
export class Sends {
  private readonly callLimits: CallLimits

  constructor(
    private readonly counters: Counters,
    private readonly limits: Limits,
    private readonly keys: Keys,
    private readonly locks: Locks,
    private readonly activeChallenges: ActiveChallenges,
    private readonly turns: Turns,
  ) {
    this.callLimits = new CallLimits(counters, limits, keys)
  }

  /**
   * Counts a call before it is placed, in the steps at the top of this file. Throws
   * {@link LimitReached}, what `permit` and `examine` throw, and a `VoiceOtpError` (`queue-full`)
   * for a call that would ring too late.
   * @param permit The app's veto: it rejects to refuse the call. Default: the app is not asked.
   * @param examine What the fraud guard says. Default: it allows every call.
   * @param waive Whether the interval is waived. Default: never.
   */
  async admit(
    call: CallRequest,
    permit?: () => Promise<void>,
    examine: Examine = () => Promise.resolve([]),
    waive: Waive = () => Promise.resolve(false),
  ): Promise<Admission> {
    const correction = this.turns.readCorrection(call)
    // Nobody handles its rejection if the call is refused before it is awaited.
    correction.catch(() => undefined)
    const { interval, more } = await this.takeIntervalUnlessBlocked(call, examine, waive)
    const counts = await this.orReleaseInterval(call, interval, async () => {
      const all = [...this.callLimits.countsOf(call, interval.isWaived), ...more]
      this.turns.refuseFull(call, await correction)
      if (permit !== undefined) await refuseReached(all)
      return all
    })
    await permit?.()
    return this.orReleaseInterval(call, interval, async () => {
      const taken = await takeAll(counts)
      try {
        const turn = await this.turns.take(call, await correction)
        return { turn, limitedSeconds: findFullSeconds(taken) }
      } catch (error) {
        await giveBackAll(taken)
        throw error
      }
    })
  }

  /** Ends the intervals after a call that SignalWire refused to place. */
  async endInterval(call: CallRequest): Promise<void> {
    await Promise.all([
      this.userInterval(call).delete(this.userKey(call)),
      this.callLimits.endPhoneInterval(call),
    ])
  }

  /** Deletes what the limits on calls hold about a user. */
  async forget(userId: string): Promise<void> {
    const { userInterval, approveUserInterval, userHour } = this.counters
    const key = this.userKey({ userId })
    await Promise.all([
      userInterval.delete(key),
      approveUserInterval.delete(key),
      userHour.delete(key),
      userHour.delete(userKey(this.keys, userId, 'approve')),
    ])
  }

  /**
   * Takes the waiver of a call: once after a call that reached nobody, the user may ask for the
   * next one without the interval. Returns `false` if the waiver was taken before.
   */
  async takeWaiver(userId: string, callSid: string): Promise<boolean> {
    return !(await this.counters.waivers.hit(this.waiverKey(userId, callSid))).over
  }

  /** Whether the waiver of a call was not taken yet. */
  async hasWaiver(userId: string, callSid: string): Promise<boolean> {
    return (await this.counters.waivers.get(this.waiverKey(userId, callSid))) === undefined
  }

  /** Seconds until all limits except the user's interval allow a call; 0 if they do now. */
  async limitsEndIn(call: CallRequest, isWaived: boolean): Promise<number> {
    const reached = await findReached(this.callLimits.countsOf(call, isWaived))
    return Math.max(0, ...reached.map(({ retryAfter }) => retryAfter))
  }

  /** Seconds until the interval allows the user's next call; 0 if it does now. */
  async nextCallIn(userId: string, kind: CallKind = 'own'): Promise<number> {
    const { callIntervalSeconds, approveCallIntervalSeconds } = this.limits
    if ((kind === 'approve' ? approveCallIntervalSeconds : callIntervalSeconds) === false) return 0
    const interval = await this.userInterval({ kind }).get(this.userKey({ userId }))
    return interval === undefined || interval.consumedPoints < 1
      ? 0
      : toSeconds(interval.msBeforeNext)
  }

  /**
   * Takes the user's interval. Throws for a user who is locked or has reported a call, and for a
   * call that `examine` refuses. In these cases it gives the interval back.
   */
  private async takeIntervalUnlessBlocked(
    call: CallRequest,
    examine: Examine,
    waive: Waive,
  ): Promise<{ readonly interval: IntervalHit; readonly more: readonly CallCount[] }> {
    const [checked, interval] = await Promise.allSettled([
      Promise.all([
        examine(),
        this.locks.refuseLocked(call.userId),
        this.activeChallenges.refuseReported(call.userId),
      ]),
      this.takeInterval(call, waive),
    ])
    if (interval.status === 'rejected')
      throw checked.status === 'rejected' ? checked.reason : interval.reason
    if (checked.status === 'rejected') {
      await this.releaseInterval(call, interval.value)
      throw checked.reason
    }
    return { interval: interval.value, more: checked.value[0] }
  }

  /** Takes the user's interval. During the interval since the last call, asks for a waiver. */
  private async takeInterval(call: CallRequest, waive: Waive): Promise<IntervalHit> {
    const limit = call.kind === 'approve' ? 'approveCallIntervalSeconds' : 'callIntervalSeconds'
    if (this.limits[limit] === false) return { ...uncounted, isWaived: false }
    const userInterval = this.userInterval(call)
    const key = this.userKey(call)
    const hit = await userInterval.hit(key)
    if (!hit.over) return { ...hit, isWaived: false }
    if (await waive()) return { ...(await userInterval.restart(key)), isWaived: true }
    throw new LimitReached('too-many-calls', limit, hit.retryAfter)
  }

  private async releaseInterval(call: CallRequest, interval: Hit): Promise<void> {
    await this.userInterval(call).release(this.userKey(call), interval)
  }

  /** Runs `work`, and gives the user's interval back if it throws. */
  private async orReleaseInterval<T>(
    call: CallRequest,
    interval: Hit,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work()
    } catch (error) {
      await this.releaseInterval(call, interval)
      throw error
    }
  }

  private userInterval({ kind }: Pick<CallRequest, 'kind'>): LimitCounter {
    return kind === 'approve' ? this.counters.approveUserInterval : this.counters.userInterval
  }

  private userKey({ userId }: { readonly userId: string }): string {
    return userKey(this.keys, userId)
  }

  private waiverKey(userId: string, callSid: string): string {
    return userKey(this.keys, userId, 'call', callSid)
  }
}
