import type { Keys } from '../crypto.js'
import type { Limits } from '../options/limits.js'
import type { Counters } from './counters.js'
import { LimitReached, toSeconds } from './limit-counter.js'
import { userKey } from './store-keys.js'

/**
 * During a lockout, the count of a user's failures is set to this. It stays over every limit,
 * however many attempts are counted or given back at the same time.
 */
const lockoutCount = 2 ** 30

/**
 * The two locks of a user: the lockout, which ends by itself after `lockoutSeconds`, and the lock
 * after `maxConsecutiveFailures`, which lasts until `unlock`. Every method throws a `VoiceOtpError`
 * (`limiter-unavailable`) if the limiter fails.
 * @internal
 */
export class Locks {
  constructor(
    private readonly counters: Counters,
    private readonly limits: Limits,
    private readonly keys: Keys,
  ) {}

  /**
   * The failure (`locked`) during a lockout, and for a user who is locked until `unlock`.
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

  /** Throws what {@link find} returns. */
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
   * Begins a lockout. The count of failures stays over its limit for as long, so that no attempt
   * slips in while only one of the two keys is written.
   */
  async beginLockout(userId: string): Promise<void> {
    const key = this.key(userId)
    await Promise.all([
      this.counters.lockout.set(key, 1),
      this.counters.failures.set(key, lockoutCount, this.limits.lockoutSeconds),
    ])
  }

  /** Ends a lockout. The count of failures is left as it is. */
  async endLockout(userId: string): Promise<void> {
    await this.counters.lockout.delete(this.key(userId))
  }

  /** Whether a count of failures shows that the user's lockout has begun. */
  isLockoutCount(failures: number): boolean {
    return failures >= lockoutCount / 2
  }

  /**
   * How many hits were given back during a lockout, from the count of failures; `undefined` if the
   * count shows no lockout.
   */
  missingInLockout(failures: number): number | undefined {
    return this.isLockoutCount(failures) ? Math.max(0, lockoutCount - failures) : undefined
  }

  /** Locks the user until `unlock`. */
  async lock(userId: string): Promise<void> {
    await this.counters.locked.set(this.key(userId), 1, 0)
  }

  /**
   * Ends the lock that lasts until `unlock`. The count of consecutive failures is left as it is.
   */
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
