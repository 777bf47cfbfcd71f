import { randomInt } from 'node:crypto'
import type { Keys } from '../crypto.js'
import type { Limits } from '../options/limits.js'
import type { Counters } from './counters.js'
import { LimitReached, toSeconds } from './limit-counter.js'

/** What identifies the challenge of a user. @internal */
export interface Activation {
  readonly userId: string
  /** The number that {@link ActiveChallenges.activate} returned. */
  readonly activation: number
}

/** The activation of one challenge, with the challenge's id. @internal */
export interface ChallengeReference extends Activation {
  /** A keyed hash: it is a key in the limiter's store. */
  readonly id: string
}

/**
 * Which challenge of a user is active, and what may still happen to it. Every method throws a
 * `VoiceOtpError` (`limiter-unavailable`) if the limiter fails.
 * @internal
 */
export class ActiveChallenges {
  constructor(
    private readonly counters: Counters,
    private readonly limits: Limits,
    private readonly keys: Keys,
  ) {}

  /**
   * Activates a new challenge, which ends every older one of the user. Returns a random number for
   * the challenge. A counter would start again after a flush of the limiter's store, and an old
   * challenge could become active.
   */
  async activate(userId: string): Promise<number> {
    const activation = randomInt(1, 2 ** 31)
    await this.counters.activeChallenge.set(this.key(userId), activation)
    return activation
  }

  /** Whether a challenge is active. After a flush of the limiter's store, no challenge is. */
  async isActive({ userId, activation }: Activation): Promise<boolean> {
    const current = await this.counters.activeChallenge.get(this.key(userId))
    return current?.consumedPoints === activation
  }

  /** Ends a challenge, unless a newer one has replaced it. */
  async end(challenge: Activation): Promise<void> {
    if (await this.isActive(challenge))
      await this.counters.activeChallenge.delete(this.key(challenge.userId))
  }

  /** Ends the active challenge of a user, whichever it is. */
  async endAny(userId: string): Promise<void> {
    await this.counters.activeChallenge.delete(this.key(userId))
  }

  /**
   * Uses a challenge up after the right code. Returns `true` only for the first of many requests
   * with the right code, and only while the challenge is active.
   */
  async useUp(challenge: ChallengeReference): Promise<boolean> {
    const [use, isActive] = await Promise.all([
      this.counters.uses.hit(challenge.id),
      this.isActive(challenge),
    ])
    return !use.over && isActive
  }

  /**
   * Uses a challenge up, active or not, so that no later request can. Returns `false` if it was
   * used up before. The limiter knows that until a minute after the end of the code.
   */
  async claim(challengeId: string): Promise<boolean> {
    return !(await this.counters.uses.hit(challengeId)).over
  }

  /**
   * Ends an approval that the user refused with key zero. Returns `false` if its code was used up
   * before. Key zero and the right code count in the same place, and only the first of them wins:
   * a call that says "nothing will happen" must be right.
   */
  async refuse(challenge: ChallengeReference): Promise<boolean> {
    if (!(await this.claim(challenge.id))) return false
    await Promise.all([this.end(challenge), this.counters.refused.set(challenge.id, 1)])
    return true
  }

  /** Whether the user refused an approval with key zero. */
  async isRefused(challengeId: string): Promise<boolean> {
    return (await this.counters.refused.get(challengeId)) !== undefined
  }

  /**
   * Counts one webhook request for a token. Returns whether it is one of the first three, and
   * whether it is the first.
   * @param tokenTag The authentication tag of the token.
   */
  async countFetch(
    tokenTag: string,
  ): Promise<{ readonly isAdmitted: boolean; readonly isFirst: boolean }> {
    const { over, count } = await this.counters.fetches.hit(tokenTag)
    return { isAdmitted: !over, isFirst: !over && count === 1 }
  }

  /**
   * Acts on "this was not me": ends the user's challenge and blocks further calls for
   * `reportedSeconds`. Returns `true` only for the first report of a challenge: SignalWire may send
   * a webhook again.
   */
  async report({ userId, id }: Pick<ChallengeReference, 'userId' | 'id'>): Promise<boolean> {
    const { reportedSeconds } = this.limits
    await Promise.all([
      this.endAny(userId),
      reportedSeconds !== false && this.counters.reported.set(this.key(userId), 1),
    ])
    // Last: if an earlier step fails, the webhook that comes again must still count as the first.
    return !(await this.counters.reports.hit(id)).over
  }

  /** Seconds for which a report still blocks calls to this user; 0 if none does. */
  async reportedFor(userId: string): Promise<number> {
    if (this.limits.reportedSeconds === false) return 0
    const report = await this.counters.reported.get(this.key(userId))
    return report === undefined ? 0 : toSeconds(report.msBeforeNext)
  }

  /** Throws {@link LimitReached} (`reported`) while a report blocks calls to this user. */
  async refuseReported(userId: string): Promise<void> {
    const seconds = await this.reportedFor(userId)
    if (seconds > 0) throw new LimitReached('reported', 'reportedSeconds', seconds)
  }

  private key(userId: string): string {
    return this.keys.storeName('user', userId)
  }
}
