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
 * When to look again whether the last allowed attempt has begun the lockout. Together longer than
 * the limiter may take for it.
 */
const lastAttemptMilliseconds = [25, 50, 100, 200, 400, 800, 1600] as const

/** The count of consecutive failures is renewed after this part of its window. */
const renewAfter = 0.05

/**
 * The failures of each user: in a window of `attemptsPerUserSeconds`, and since the last success.
 * An attempt is counted as a failure before the code is compared, because parallel requests all see
 * the same session. Every method throws a `VoiceOtpError` (`limiter-unavailable`) if the limiter
 * fails.
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
   * Counts an attempt in both counts at the same time. For attempts of which only a few can arrive
   * at once. Throws {@link LimitReached} at a limit, after it has given back both counts: only what
   * is compared may count.
   */
  async takeTogether(userId: string): Promise<UserHits> {
    const taken = await takeTogether(this.countsOf(userId))
    const [failure = uncounted, consecutive = uncounted] = taken.map(({ hit }) => hit)
    if (!failure.over && !consecutive.over) return this.admit(userId, { failure, consecutive })
    await giveBackAll(taken)
    return this.refuse(userId, failure)
  }

  /**
   * Counts an attempt in one count after the other. For attempts of which any number can arrive at
   * once: a burst that the first limit refuses must not fill the second, and giving it back would
   * come too late. Throws {@link LimitReached} at a limit.
   */
  async takeInTurn(userId: string): Promise<UserHits> {
    const [failures, consecutiveFailures] = this.countsOf(userId)
    const failure = await failures.take()
    if (failure.over) {
      // Only the hits of compared codes may be missing or present in the count of a lockout.
      if (this.locks.isLockoutCount(failure.count)) await failures.giveBack(failure)
      return this.refuse(userId, failure)
    }
    const consecutive = await consecutiveFailures.take().catch(async (error: unknown) => {
      await failures.giveBack(failure).catch(() => undefined)
      throw error
    })
    if (consecutive.over) return this.refuse(userId, failure)
    return this.admit(userId, { failure, consecutive })
  }

  /**
   * Keeps the hits of an attempt whose code was wrong. Locks the user if it was the last one that
   * `maxConsecutiveFailures` allows. A lockout and a lock end the active challenge: its code must
   * not be valid again afterwards. Returns the limit that the attempt reached, if any.
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

  /** Gives back the hits of an attempt that must not count, and ends the lockout that it began. */
  async giveBack(userId: string, { failure, consecutive }: UserHits): Promise<void> {
    const { failures, consecutiveFailures } = this.counters
    const key = this.key(userId)
    await Promise.all([
      consecutiveFailures.giveBack(key, consecutive),
      this.isLastBeforeLockout(failure)
        ? this.takeBackLockout(userId, failure)
        : failures.giveBack(key, failure),
    ])
  }

  /**
   * Ends the lockout that an attempt began. The count becomes what it was before, without the hits
   * that other attempts have given back since. A right code may have cleared the count meanwhile.
   */
  private async takeBackLockout(userId: string, failure: Hit): Promise<void> {
    const key = this.key(userId)
    const present = (await this.counters.failures.get(key))?.consumedPoints ?? 0
    const givenBack = this.locks.missingInLockout(present)
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
      this.isNear(failure, this.limits.attemptsPerUser) && this.locks.endLockout(userId),
      this.isNear(consecutive, this.limits.maxConsecutiveFailures) && this.locks.endLock(userId),
    ])
  }

  /**
   * Begins the lockout before the comparison: if the process ends in between, the user waits
   * minutes, not a day.
   */
  private async admit(userId: string, hits: UserHits): Promise<UserHits> {
    if (this.isLastBeforeLockout(hits.failure)) await this.locks.beginLockout(userId)
    return hits
  }

  /**
   * Locks the user when the limit of consecutive failures is reached, but not if the limit of the
   * window refused this attempt first: no code was compared, so it must not count.
   */
  private async refuse(userId: string, failure: Hit): Promise<never> {
    if (!failure.over) {
      await Promise.all([this.locks.lock(userId), this.activeChallenges.endAny(userId)])
      throw new LimitReached('locked', 'maxConsecutiveFailures')
    }
    const { lockoutSeconds } = this.limits
    // A count of 0 comes from a limiter that refused from the memory of its process: the lockout
    // has begun elsewhere.
    if (failure.count === 0 || this.locks.isLockoutCount(failure.count))
      throw new LimitReached(
        'locked',
        'attemptsPerUser',
        Math.min(failure.retryAfter, lockoutSeconds),
      )
    // Without a lockout the full count would lock the user for its whole window.
    if (!(await this.waitForLastAttempt(userId)))
      await Promise.all([this.locks.beginLockout(userId), this.activeChallenges.endAny(userId)])
    throw new LimitReached('locked', 'attemptsPerUser', lockoutSeconds)
  }

  /**
   * Waits until the last allowed attempt has begun the lockout, or has given it back because its
   * code was right: a lockout that began after that would lock out a user who made no mistake.
   * Returns `false` if neither happens: the process of that attempt ended, or the limiter failed.
   */
  private async waitForLastAttempt(userId: string): Promise<boolean> {
    for (const milliseconds of lastAttemptMilliseconds) {
      await delay(milliseconds)
      const count = (await this.counters.failures.get(this.key(userId)))?.consumedPoints ?? 0
      if (this.locks.isLockoutCount(count) || count < (this.limits.attemptsPerUser || 0))
        return true
    }
    return false
  }

  /**
   * The window of consecutive failures begins again with each failure. Saves the write if the
   * window is almost new.
   */
  private async renewConsecutive(userId: string, { count, retryAfter }: Hit): Promise<void> {
    const { consecutiveFailures } = this.counters
    if (count === 0 || retryAfter >= this.limits.consecutiveFailureSeconds * (1 - renewAfter))
      return
    const key = this.key(userId)
    // Attempts that were counted after this one stay counted.
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

  private isLastBeforeLockout(failure: Hit): boolean {
    return failure.count === this.limits.attemptsPerUser
  }

  /**
   * Whether this hit, or others for the same challenge that arrived at the same time, may have
   * reached the limit.
   */
  private isNear({ count }: Hit, limit: number | false): boolean {
    return limit !== false && count + this.limits.attemptsPerChallenge > limit
  }

  private key(userId: string): string {
    return userKey(this.keys, userId)
  }
}
