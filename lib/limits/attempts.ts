import { Failure } from '../errors.js'
import type { Limits } from '../options/limits.js'
import type { ActiveChallenges, ChallengeId, ChallengeReference } from './active-challenge.js'
import { LimitReached } from './limit-counter.js'
import type { Locks } from './locks.js'
import type { UserFailures, UserLimit } from './user-failures.js'

/**
 * One attempt to enter a code. It is counted as a failure already, and its code may now be
 * compared. Call exactly one of the methods, once. Each rejects with a `VoiceOtpError`
 * (`limiter-unavailable`) if the limiter fails.
 * @internal
 */
export interface Attempt {
  /**
   * The code was wrong. Resolves to the limit that this attempt reached, if any: the user is locked
   * then.
   */
  failed(): Promise<UserLimit | undefined>
  /** The code was right. */
  succeeded(): Promise<void>
  /**
   * Nothing was compared, for example because SignalWire was down: the attempt does not count on
   * the user.
   */
  cancel(): Promise<void>
}

/** An attempt at the code of a challenge. @internal */
export interface ChallengeAttempt extends Attempt {
  /** How many attempts remain for this challenge after this one. */
  readonly attemptsLeft: number
  /**
   * The code was right: ends the challenge, and clears the failures of the user and a lock that
   * they just began.
   */
  succeeded(): Promise<void>
}

/** Attempts to enter codes, counted before anything is compared. @internal */
export class Attempts {
  constructor(
    private readonly limits: Limits,
    private readonly locks: Locks,
    private readonly activeChallenges: ActiveChallenges,
    private readonly userFailures: UserFailures,
  ) {}

  /**
   * Begins an attempt at the code of a challenge. Throws a {@link Failure}: `code-expired` if the
   * challenge is not active, `too-many-attempts` after `attemptsPerChallenge`, `locked` if the user
   * is locked.
   * @param check Runs at the same time as the first step. If it rejects, `begin` rejects too, and
   * nothing counts on the user.
   */
  async begin(
    challenge: ChallengeReference,
    check: Promise<unknown> = Promise.resolve(),
  ): Promise<ChallengeAttempt> {
    const { userId } = challenge
    const [isActive, hit, lock] = await Promise.all([
      this.activeChallenges.isActive(challenge),
      this.activeChallenges.countAttempt(challenge),
      this.locks.find(userId),
      check,
    ])
    // The lock comes first: it has ended the challenge, and the user must know how long to wait.
    if (lock !== undefined) throw lock
    if (!isActive) throw new Failure('code-expired')
    if (hit.over) throw new LimitReached('too-many-attempts', 'attemptsPerChallenge')
    // Few requests get here at the same time: at most `attemptsPerChallenge` for one challenge.
    const hits = await this.userFailures.countBothAtOnce(userId)
    return {
      attemptsLeft: this.limits.attemptsPerChallenge - hit.count,
      failed: () => this.userFailures.keep(userId, hits),
      succeeded: async () => {
        await Promise.all([
          this.userFailures.clear(userId, hits),
          this.activeChallenges.endAny(userId),
        ])
      },
      cancel: () => this.userFailures.giveBack(userId, hits),
    }
  }

  /**
   * Begins an attempt at a recovery code. No challenge limits these attempts, only the user's
   * failures. `succeeded` gives back this attempt and clears nothing else: only a code that the
   * phone received does that. Throws a {@link Failure} (`locked`) if the user is locked.
   */
  async beginRecovery(userId: string): Promise<Attempt> {
    await this.locks.refuseLocked(userId)
    const hits = await this.userFailures.countOneByOne(userId)
    const giveBack = () => this.userFailures.giveBack(userId, hits)
    return {
      failed: () => this.userFailures.keep(userId, hits),
      succeeded: giveBack,
      cancel: giveBack,
    }
  }

  /** How many attempts remain for a challenge. */
  async attemptsLeft(challenge: ChallengeId): Promise<number> {
    const used = await this.activeChallenges.readAttempts(challenge)
    return Math.max(0, this.limits.attemptsPerChallenge - used)
  }
}
