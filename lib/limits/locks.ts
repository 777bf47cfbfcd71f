import type { Keys } from '../crypto.js'
import type { Limits } from '../options/limits.js'
import type { Counters } from './counters.js'
import { LimitReached, toSeconds } from './limit-counter.js'
import { userKey } from './store-keys.js'

/**
 * The value of the count of failures when a lockout begins. Attempts in progress still add to the
 * count or subtract from it. The value is so far above every limit that the count stays over the
 * limit all the same.
 */
const lockoutCount = 2 ** 30

/**
 * The two locks of a user: the lockout, which ends by itself after `lockoutSeconds`, and the lock
 * after `maxConsecutiveFailures`, which lasts until `unlock`. user-failures.ts decides when each
 * begins and ends. Every method throws a `VoiceOtpError` (`limiter-unavailable`) if the limiter
 * fails.
 * @internal
 */
export class Locks {
  constructor(
    private readonly counters: Counters,
    private readonly limits: Limits,
    private readonly keys: Keys,
  ) {}

  /**
   * Returns the failure `locked` for a user who is locked out, or locked until `unlock`, and
   * `undefined` for all others.
   */
  async find(userId: string): Promise<LimitReached | undefined> {
    const key = this.key(userId)
    const [lockout, locked] = await Promise.all([
      this.counters.lockout.get(key),
      this.counters.locked.get(key),
    ])
    if (locked !== undefined) return new LimitReached('locked', 'maxConsecutiveFailures')
    if (lockout === undefined) return undefined
    return new LimitReached('locked', 'attemptsPerUser', toSeconds(lockout.msBeforeNext))
  }

  /** Throws the failure that {@link find} returns, if any. */
  async refuseLocked(userId: string): Promise<void> {
    const failure = await this.find(userId)
    if (failure !== undefined) throw failure
  }

  /** Throws the failure `locked` for a user who is locked until `unlock`. */
  async refuseLockedUntilUnlock(userId: string): Promise<void> {
    if (await this.isLocked(userId)) throw new LimitReached('locked', 'maxConsecutiveFailures')
  }

  /** Whether the user is locked until `unlock`. */
  async isLocked(userId: string): Promise<boolean> {
    return (await this.counters.locked.get(this.key(userId))) !== undefined
  }

  /**
   * Begins a lockout. Writes two keys that last equally long: `lockout`, which is read before an
   * attempt, and the count of failures, which refuses an attempt that read `lockout` too early.
   */
  async beginLockout(userId: string): Promise<void> {
    const key = this.key(userId)
    await Promise.all([
      this.counters.lockout.set(key, 1),
      this.counters.failures.set(key, lockoutCount, this.limits.lockoutSeconds),
    ])
  }

  /** Ends a lockout. The caller changes the count of failures. */
  async endLockout(userId: string): Promise<void> {
    await this.counters.lockout.delete(this.key(userId))
  }

  /** Whether a count of failures was set by a lockout. */
  isLockoutCount(failures: number): boolean {
    // Half: the count may be a little below `lockoutCount`, after attempts were given back.
    return failures >= lockoutCount / 2
  }

  /**
   * How many attempts were given back during a lockout, from the count of failures; `undefined` if
   * no lockout has set the count.
   */
  givenBackDuringLockout(failures: number): number | undefined {
    return this.isLockoutCount(failures) ? Math.max(0, lockoutCount - failures) : undefined
  }

  /** Locks the user until `unlock`. */
  async lock(userId: string): Promise<void> {
    await this.counters.locked.set(this.key(userId), 1, 0)
  }

  /** Ends the lock that lasts until `unlock`. The caller changes the count of failures. */
  async endLock(userId: string): Promise<void> {
    await this.counters.locked.delete(this.key(userId))
  }

  /** Ends both locks and the wait after "this was not me", and forgets the user's failures. */
  async unlock(userId: string): Promise<void> {
    const { lockout, locked, failures, consecutiveFailures, reported } = this.counters
    const key = this.key(userId)
    await Promise.all(
      [lockout, locked, failures, consecutiveFailures, reported].map(each => each.delete(key)),
    )
  }

  private key(userId: string): string {
    return userKey(this.keys, userId)
  }
}
