// How an attempt counts on its user, step by step:
// 1. Before the code is compared, the attempt adds one to both counts of the user: `failures`
//    (attemptsPerUser in a window) and `consecutiveFailures` (maxConsecutiveFailures since the last
//    success). If it counted afterwards, parallel requests could compare more codes than allowed.
// 2. The last attempt that the window allows begins the lockout before its comparison.
// 3. Wrong code: `keep`. The counts stay. The last allowed consecutive failure locks the user.
// 4. Right code: `clear` deletes both counts. Nothing compared: `giveBack` undoes steps 1 and 2.
// 5. An attempt over the limit of the window first waits for the last allowed attempt: if that code
//    is right, no lockout may begin.
//
// Two attempts at the same time, with `attemptsPerUser: 10` and nine failures before them:
//
//   attempt A                         attempt B                          failures   lockout
//   adds one, the last allowed                                           10         no
//                                     adds one, over the limit           11         no
//                                     takes it back, waits for A         10         no
//   begins the lockout                                                   2^30       yes
//                                     reads the lockout, is refused      2^30       yes
//   compares. Wrong: keeps both       (its code was not compared)        2^30       yes
//             Right: deletes both                                        -          no
//
// The lockout sets the count to 2^30 (`lockoutCount`), because attempts that were counted before it
// may still take their hits back: the count must stay over the limit all the same.

import type { Keys } from '../crypto.js'
import { delay } from '../deadline.js'
import type { Limits } from '../options/limits.js'
import type { ActiveChallenges } from './active-challenge.js'
import type { Counters } from './counters.js'
import { type Hit, type LimitCounter, LimitReached, uncounted } from './limit-counter.js'
import type { Locks } from './locks.js'
import { type Count, giveBackAll, takeTogether } from './take-together.js'
import { userKey } from './store-keys.js'

/** The limits on the failures of one user. @internal */
export type UserLimit = 'attemptsPerUser' | 'maxConsecutiveFailures'

/** One attempt in the two counts of its user. @internal */
export interface UserHits {
  readonly failure: Hit
  readonly consecutive: Hit
}

/**
 * The waits between the looks at whether the last allowed attempt has begun the lockout. Their sum
 * is longer than the deadline of an operation on the limiter (2 seconds).
 */
const lastAttemptMilliseconds = [25, 50, 100, 200, 400, 800, 1600] as const

/** The window of consecutive failures is renewed only after this part of it has passed. */
const renewAfter = 0.05

/**
 * The failures of each user: in a window of `attemptsPerUserSeconds`, and since the last success.
 * Every method throws a `VoiceOtpError` (`limiter-unavailable`) if the limiter fails.
 * @internal
 */
export class UserFailures {
  constructor(
    private readonly counters: Counters,
    private readonly limits: Limits,
    private readonly keys: Keys,
    private readonly locks: Locks,
    private readonly activeChallenges: Pick<ActiveChallenges, 'endAny'>,
  ) {}

  /**
   * Counts an attempt in both counts at the same time, which saves one round trip. Only for
   * attempts at a challenge, of which few can arrive at once. Throws {@link LimitReached} at a
   * limit, after it has given back both hits: only an attempt whose code is compared may count.
   */
  async countBothAtOnce(userId: string): Promise<UserHits> {
    const taken = await takeTogether(this.countsOf(userId))
    const [failure = uncounted, consecutive = uncounted] = taken.map(({ hit }) => hit)
    if (!failure.over && !consecutive.over) return this.admit(userId, { failure, consecutive })
    await giveBackAll(taken)
    return failure.over ? this.refuseOverWindow(userId, failure) : this.lockAndRefuse(userId)
  }

  /**
   * Counts an attempt in `failures`, then in `consecutiveFailures`. For attempts of which any
   * number can arrive at once: a burst that the window refuses must not fill the consecutive
   * failures, not even for a moment, because that would lock the user. Throws {@link LimitReached}
   * at a limit.
   */
  async countOneByOne(userId: string): Promise<UserHits> {
    const [failures, consecutiveFailures] = this.countsOf(userId)
    const failure = await failures.take()
    if (failure.over) {
      // `endOwnLockout` reads from the count of a lockout how many compared attempts were given
      // back, so no hit of a refused attempt may stay in it.
      if (this.locks.isLockoutCount(failure.count)) await failures.giveBack(failure)
      return this.refuseOverWindow(userId, failure)
    }
    const consecutive = await consecutiveFailures.take().catch(async (error: unknown) => {
      await failures.giveBack(failure).catch(() => undefined)
      throw error
    })
    if (consecutive.over) return this.lockAndRefuse(userId)
    return this.admit(userId, { failure, consecutive })
  }

  /**
   * Keeps the hits of an attempt whose code was wrong. Locks the user if the attempt was the last
   * one that `maxConsecutiveFailures` allows. A lockout and a lock end the active challenge: its
   * code must not be valid again afterwards. Returns the limit that the attempt reached, if any.
   */
  async keep(userId: string, { failure, consecutive }: UserHits): Promise<UserLimit | undefined> {
    if (consecutive.count === this.limits.maxConsecutiveFailures) {
      await Promise.all([this.locks.lock(userId), this.activeChallenges.endAny(userId)])
      return 'maxConsecutiveFailures'
    }
    const isLast = this.isLastBeforeLockout(failure)
    await Promise.all([
      this.renewConsecutive(userId, consecutive),
      isLast && this.activeChallenges.endAny(userId),
    ])
    return isLast ? 'attemptsPerUser' : undefined
  }

  /**
   * Gives back the hits of an attempt that must not count. Ends the lockout if this attempt began
   * one.
   */
  async giveBack(userId: string, { failure, consecutive }: UserHits): Promise<void> {
    const { failures, consecutiveFailures } = this.counters
    const key = this.key(userId)
    await Promise.all([
      consecutiveFailures.giveBack(key, consecutive),
      this.isLastBeforeLockout(failure)
        ? this.endOwnLockout(userId, failure)
        : failures.giveBack(key, failure),
    ])
  }

  /**
   * Ends the lockout that this attempt began. The lockout replaced the count of failures, so this
   * restores it: the count before this attempt, minus the hits that other attempts have given back
   * during the lockout. Does not restore it if a right code has deleted the count since.
   */
  private async endOwnLockout(userId: string, failure: Hit): Promise<void> {
    const key = this.key(userId)
    const present = (await this.counters.failures.get(key))?.consumedPoints ?? 0
    const givenBack = this.locks.givenBackDuringLockout(present)
    await Promise.all([
      givenBack !== undefined &&
        this.counters.failures.set(key, Math.max(0, failure.count - 1 - givenBack)),
      this.locks.endLockout(userId),
    ])
  }

  /**
   * Forgets all failures after a right code. Ends a lock too if this attempt, or one that arrived
   * at the same time for the same challenge, may have begun it.
   */
  async clear(userId: string, { failure, consecutive }: UserHits): Promise<void> {
    const key = this.key(userId)
    await Promise.all([
      this.counters.failures.delete(key),
      this.counters.consecutiveFailures.delete(key),
      this.mayHaveLocked(failure, this.limits.attemptsPerUser) && this.locks.endLockout(userId),
      this.mayHaveLocked(consecutive, this.limits.maxConsecutiveFailures) &&
        this.locks.endLock(userId),
    ])
  }

  /**
   * Lets an attempt go on to its comparison. The last allowed attempt begins the lockout before the
   * comparison: if the process ends in between, the user waits for the lockout (15 minutes by
   * default), not for the rest of the window (a day).
   */
  private async admit(userId: string, hits: UserHits): Promise<UserHits> {
    if (this.isLastBeforeLockout(hits.failure)) await this.locks.beginLockout(userId)
    return hits
  }

  /**
   * Refuses an attempt over the limit of consecutive failures. Only for an attempt that the window
   * allows: an attempt that the window refuses is never compared, so it must not lock the user.
   */
  private async lockAndRefuse(userId: string): Promise<never> {
    await Promise.all([this.locks.lock(userId), this.activeChallenges.endAny(userId)])
    throw new LimitReached('locked', 'maxConsecutiveFailures')
  }

  /**
   * Refuses an attempt over the limit of the window. Begins the lockout if the last allowed attempt
   * did not.
   */
  private async refuseOverWindow(userId: string, failure: Hit): Promise<never> {
    const { lockoutSeconds } = this.limits
    // A count of 0 comes from a limiter that refused from the memory of its process, without asking
    // the store: the lockout has begun already.
    if (failure.count === 0 || this.locks.isLockoutCount(failure.count))
      throw new LimitReached(
        'locked',
        'attemptsPerUser',
        Math.min(failure.retryAfter, lockoutSeconds),
      )
    // Without a lockout, the full count would refuse the user for the rest of the window.
    if (!(await this.waitForLastAttempt(userId)))
      await Promise.all([this.locks.beginLockout(userId), this.activeChallenges.endAny(userId)])
    throw new LimitReached('locked', 'attemptsPerUser', lockoutSeconds)
  }

  /**
   * Waits until the last allowed attempt has begun the lockout, or until its hit is no longer
   * counted, for example because its code was right. A lockout that another request began after
   * that would lock out a user who just entered the right code. Returns `false` if neither happens:
   * the process of that attempt ended, or the limiter failed.
   */
  private async waitForLastAttempt(userId: string): Promise<boolean> {
    for (const milliseconds of lastAttemptMilliseconds) {
      await delay(milliseconds)
      const count = (await this.counters.failures.get(this.key(userId)))?.consumedPoints ?? 0
      // The limit is a number here: `false` refuses no attempt.
      const limit = Number(this.limits.attemptsPerUser)
      if (this.locks.isLockoutCount(count) || count < limit) return true
    }
    return false
  }

  /**
   * Starts the window of consecutive failures again, because it runs from the last failure. Skips
   * the write while the window is almost new.
   */
  private async renewConsecutive(userId: string, { count, retryAfter }: Hit): Promise<void> {
    const { consecutiveFailures } = this.counters
    const isAlmostNew = retryAfter >= this.limits.consecutiveFailureSeconds * (1 - renewAfter)
    if (count === 0 || isAlmostNew) return
    const key = this.key(userId)
    // The present count may be higher: other attempts were counted after this one.
    const current = (await consecutiveFailures.get(key))?.consumedPoints ?? 0
    await consecutiveFailures.set(key, Math.max(count, current))
  }

  private countsOf(userId: string): readonly [failures: Count, consecutiveFailures: Count] {
    const key = this.key(userId)
    const countOf = (counter: LimitCounter, limit: number | false): Count => ({
      take: async () => (limit === false ? uncounted : counter.hit(key)),
      giveBack: hit => counter.giveBack(key, hit),
    })
    return [
      countOf(this.counters.failures, this.limits.attemptsPerUser),
      countOf(this.counters.consecutiveFailures, this.limits.maxConsecutiveFailures),
    ]
  }

  /** Whether this attempt took the last place in the window, and so began the lockout. */
  private isLastBeforeLockout(failure: Hit): boolean {
    return failure.count === this.limits.attemptsPerUser
  }

  /**
   * Whether this attempt, or a parallel one at the same challenge, may have reached the limit and
   * so begun a lock. A challenge allows only `attemptsPerChallenge` attempts, so a count that
   * is lower by at least that many has not begun a lock.
   */
  private mayHaveLocked({ count }: Hit, limit: number | false): boolean {
    return limit !== false && count + this.limits.attemptsPerChallenge > limit
  }

  private key(userId: string): string {
    return userKey(this.keys, userId)
  }
}
