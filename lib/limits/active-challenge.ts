import { randomInt } from 'node:crypto'
import type { Keys } from '../crypto.js'
import type { Limits } from '../options/limits.js'
import type { Counters } from './counters.js'
import { type Hit, LimitReached, toSeconds } from './limit-counter.js'
import { userKey } from './store-keys.js'

/** What identifies the challenge of a user. @internal */
export interface Activation {
  readonly userId: string
  /** The number that {@link createActivation} returned. */
  readonly activation: number
}

/**
 * Creates the number of a new challenge. It is random: a counter would start again at 1 after a
 * flush of the limiter's store, and an old challenge with the same number would become active.
 * @internal
 */
export const createActivation = (): number => randomInt(1, 2 ** 31)

/** What identifies a challenge, active or not. @internal */
export interface ChallengeId {
  readonly userId: string
  /** A keyed hash, because it is a part of keys in the limiter's store. */
  readonly id: string
}

/** The activation of one challenge, with the challenge's id. @internal */
export interface ChallengeReference extends Activation, ChallengeId {}

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
   * Activates a new challenge, which ends every older one of the user. Returns its number.
   * @param activation The number of {@link createActivation}.
   */
  async activate(userId: string, activation = createActivation()): Promise<number> {
    await this.counters.activeChallenge.set(this.key(userId), activation)
    return activation
  }

  /** Whether a challenge is active. After a flush of the limiter's store, no challenge is. */
  async isActive({ userId, activation }: Activation): Promise<boolean> {
    const current = await this.counters.activeChallenge.get(this.key(userId))
    return current?.consumedPoints === activation
  }

  /** Whether any challenge of a user is active. Its code may have expired a moment ago. */
  async isAnyActive(userId: string): Promise<boolean> {
    return (await this.counters.activeChallenge.get(this.key(userId))) !== undefined
  }

  /** Ends a challenge, unless a newer one has replaced it. Returns whether it was active. */
  async end(challenge: Activation): Promise<boolean> {
    const isActive = await this.isActive(challenge)
    if (isActive) await this.counters.activeChallenge.delete(this.key(challenge.userId))
    return isActive
  }

  /** Ends the active challenge of a user, whichever it is. */
  async endAny(userId: string): Promise<void> {
    await this.counters.activeChallenge.delete(this.key(userId))
  }

  /** Counts one attempt at the code of a challenge. */
  countAttempt(challenge: ChallengeId): Promise<Hit> {
    return this.counters.attempts.hit(this.challengeKey(challenge))
  }

  /** How many attempts at the code of a challenge were counted. */
  async readAttempts(challenge: ChallengeId): Promise<number> {
    return (await this.counters.attempts.get(this.challengeKey(challenge)))?.consumedPoints ?? 0
  }

  /**
   * Uses a challenge up after the right code. Returns `true` only for the first of many requests
   * with the right code, and only while the challenge is active.
   */
  async useUp(challenge: ChallengeReference): Promise<boolean> {
    const [use, isActive] = await Promise.all([
      this.counters.uses.hit(this.challengeKey(challenge)),
      this.isActive(challenge),
    ])
    return !use.over && isActive
  }

  /**
   * Uses a challenge up, active or not, so that no later request can use it. Returns `false` if it
   * was used up before. The limiter remembers this for at least a minute after the code expires.
   */
  async claim(challenge: ChallengeId): Promise<boolean> {
    return !(await this.counters.uses.hit(this.challengeKey(challenge))).over
  }

  /**
   * Ends an approval that the user refused with key zero. Returns `false` if its code was used up
   * before. Key zero and the right code use up the same challenge, so only the first of them
   * counts. Otherwise the call could say "nothing will happen" after the action was approved.
   */
  async refuse(challenge: ChallengeReference): Promise<boolean> {
    if (!(await this.claim(challenge))) return false
    const key = this.challengeKey(challenge)
    await Promise.all([this.end(challenge), this.counters.refused.set(key, 1)])
    return true
  }

  /** Whether the user refused an approval with key zero. */
  async isRefused(challenge: ChallengeId): Promise<boolean> {
    return (await this.counters.refused.get(this.challengeKey(challenge))) !== undefined
  }

  /**
   * Counts one webhook request for a token. Returns whether it is one of the first three, and
   * whether it is the first.
   * @param tokenTag The authentication tag of the token.
   */
  async countFetch(
    userId: string,
    tokenTag: string,
  ): Promise<{ readonly isAdmitted: boolean; readonly isFirst: boolean }> {
    const { over, count } = await this.counters.fetches.hit(`${this.key(userId)}.${tokenTag}`)
    return { isAdmitted: !over, isFirst: !over && count === 1 }
  }

  /**
   * Acts on "this was not me": ends the user's challenge and blocks further calls for
   * `reportedSeconds`. Returns `true` only for the first report of a challenge: SignalWire may send
   * a webhook again.
   */
  async report(challenge: ChallengeId): Promise<boolean> {
    const { userId } = challenge
    const { reportedSeconds } = this.limits
    await Promise.all([
      this.endAny(userId),
      reportedSeconds !== false && this.counters.reported.set(this.key(userId), 1),
    ])
    // Last: if a step above fails, SignalWire sends the webhook again, and then it must count as
    // the first report.
    return !(await this.counters.reports.hit(this.challengeKey(challenge))).over
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
    return userKey(this.keys, userId)
  }

  /** The key of a challenge in the limiter's store. The id is a keyed hash already. */
  private challengeKey({ userId, id }: ChallengeId): string {
    return `${this.key(userId)}.${id}`
  }
}
