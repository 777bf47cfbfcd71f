import { randomInt } from 'node:crypto'
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js'
import { createCallLimits } from './sends.js'
import { Failure } from '../errors.js'
import type { Keys } from '../crypto.js'
import type { Limits } from '../options/limits.js'
import type { LimiterCount, LimiterFactory } from '../options/limiter.js'

import {
  type Hit,
  hitAll,
  LimitReached,
  seconds,
  LimitCounter,
  type LimitLimiterFactory,
  uncounted,
  undoAll,
  unlimited,
  type Wanted,
} from './limit-counter.js'

/** A guess that may be compared, and the limit that it fills. @internal */
export interface Admission {
  readonly limit: 'attemptsPerUser' | 'maxConsecutiveFailures' | undefined
  readonly failed: Hit
  readonly inRow: Hit
}

/** What the count of a user's wrong codes is put to during a pause: over any limit, whatever is counted meanwhile or given back. */
const overAny = 2 ** 30

/** One request asks for the same names several times, and a keyed hash is the dearest part of a count. */
function remembering(nameOf: (text: string) => string): (text: string) => string {
  const names = new Map<string, string>()
  return text => {
    let name = names.get(text)
    if (name !== undefined) return name
    if (names.size >= 1000) names.clear() // bounded: nothing here may grow with the users
    names.set(text, (name = nameOf(text)))
    return name
  }
}

/** Every count that must hold under parallel requests and on many machines. @internal */
export type Counters = ReturnType<typeof createCounters>

/** @internal */
export function createCounters(
  factory: LimiterFactory = options => new RateLimiterMemory(options),
  limits: Limits,
  codeSeconds: number,
  keys: Keys,
) {
  const limitCounter: LimitLimiterFactory = (name, limit, duration) => {
    const points = typeof limit === 'number' ? limit : unlimited
    return new LimitCounter(factory({ keyPrefix: `voice-otp:${name}`, points, duration }), points)
  }
  const outlivesCode = codeSeconds + 60

  const activation = limitCounter('active-challenge', unlimited, outlivesCode)
  const guesses = limitCounter('attempts', limits.attemptsPerChallenge, outlivesCode)
  const uses = limitCounter('uses', 1, outlivesCode)
  const fetches = limitCounter('fetches', 3, outlivesCode)
  const failures = limitCounter('failures', limits.attemptsPerUser, limits.attemptsPerUserSeconds)
  const row = limitCounter(
    'consecutive-failures',
    limits.maxConsecutiveFailures,
    limits.consecutiveFailureSeconds,
  )
  const pause = limitCounter('lockout', unlimited, limits.lockoutSeconds)
  const stop = limitCounter('locked', unlimited, limits.consecutiveFailureSeconds)
  const reported = limitCounter('reported', unlimited, limits.reportedSeconds || 1)
  const userKey = remembering((userId: string) => keys.storeName('user', userId))

  /** Refuses a user who is paused, or stopped until `unlock`. */
  function refuseLocked([paused, stopped]: readonly [
    paused: LimiterCount | undefined,
    stopped: LimiterCount | undefined,
  ]): void {
    if (stopped !== undefined) throw new LimitReached('locked', 'maxConsecutiveFailures')
    if (paused !== undefined)
      throw new LimitReached('locked', 'attemptsPerUser', seconds(paused.msBeforeNext))
  }

  const locksOf = (key: string) => Promise.all([pause.get(key), stop.get(key)])

  /** Begins the pause before the comparison: a process that dies in between leaves a pause of minutes, not a count that is full for a day. */
  async function admitted(key: string, failed: Hit, inRow: Hit): Promise<Admission> {
    const isLast = failed.count === limits.attemptsPerUser
    if (isLast) await beginPause(key)
    return {
      limit:
        inRow.count === limits.maxConsecutiveFailures
          ? 'maxConsecutiveFailures'
          : isLast
            ? 'attemptsPerUser'
            : undefined,
      failed,
      inRow,
    }
  }

  /** Two counts of one user, in which nothing stays if one of them meets trouble: only what is compared may count. */
  const userCounts = (key: string): readonly [failed: Wanted, inRow: Wanted] => {
    const countOf = (limitCounter: LimitCounter, limit: number | false): Wanted => ({
      hit: async () => (limit === false ? uncounted : limitCounter.hit(key)),
      undo: hit => limitCounter.giveBack(key, hit),
    })
    return [countOf(failures, limits.attemptsPerUser), countOf(row, limits.maxConsecutiveFailures)]
  }

  /** A row that is full stops the user, unless the user's own limit has refused the guess: then what it added to the row was never compared. */
  async function refuseAttempt(key: string, failed: Hit): Promise<never> {
    if (!failed.over) {
      await stop.set(key, 1, 0)
      throw new LimitReached('locked', 'maxConsecutiveFailures')
    }
    // Whoever saw the last guess met trouble, or is about to begin the pause: without one the count would lock the user for its whole day.
    const isPaused = failed.count === 0 || failed.count >= overAny / 2
    if (!isPaused) await beginPause(key)
    throw new LimitReached(
      'locked',
      'attemptsPerUser',
      isPaused ? Math.min(failed.retryAfter, limits.lockoutSeconds) : limits.lockoutSeconds,
    )
  }

  /** Whether guesses at the same challenge, which came at once with the one that made this count, may have reached the limit. */
  const isNear = (count: number, limit: number | false): boolean =>
    limit !== false && count + limits.attemptsPerChallenge > limit

  async function refuseReported(key: string): Promise<void> {
    if (limits.reportedSeconds === false) return
    const unwanted = await reported.get(key)
    if (unwanted !== undefined)
      throw new LimitReached('reported', 'reportedSeconds', seconds(unwanted.msBeforeNext))
  }

  /** The count stays over its limit as long as the pause lasts, so that no guess slips in between the two keys. */
  async function beginPause(key: string): Promise<void> {
    await Promise.all([
      pause.set(key, 1, limits.lockoutSeconds),
      failures.set(key, overAny, limits.lockoutSeconds),
    ])
  }

  return {
    ...createCallLimits({
      limitCounter,
      limits,
      keys,
      userKey,
      refuseBarred: key => Promise.all([locksOf(key).then(refuseLocked), refuseReported(key)]),
    }),

    /** Makes every older challenge of the user dead. The number is random, so that it never comes back after a flush. */
    async activateChallenge(userId: string): Promise<number> {
      const value = randomInt(1, 2 ** 31)
      await activation.set(userKey(userId), value, outlivesCode)
      return value
    },

    /** No ticket in the store is a dead one: a flushed store kills challenges and never revives any. */
    async isActiveChallenge(userId: string, value: number): Promise<boolean> {
      return (await activation.get(userKey(userId)))?.consumedPoints === value
    },

    /** Ends the challenge, unless a newer one has taken its place. */
    async deactivateChallenge(userId: string, value: number): Promise<void> {
      if (await this.isActiveChallenge(userId, value)) await activation.delete(userKey(userId))
    },

    /** Counts a guess at a living challenge of a user who is not locked, before anything is compared. Answers the guesses that remain. */
    async admitAttempt(userId: string, challengeId: string, value: number): Promise<number> {
      const key = userKey(userId)
      const [alive, hit, paused, stopped] = await Promise.all([
        activation.get(key),
        guesses.hit(challengeId),
        pause.get(key),
        stop.get(key),
      ])
      if (alive?.consumedPoints !== value) throw new Failure('code-expired')
      if (hit.over) throw new LimitReached('too-many-attempts', 'attemptsPerChallenge')
      refuseLocked([paused, stopped])
      return limits.attemptsPerChallenge - hit.count
    },

    /** Counts a guess on the user that {@link admitGuess} let through, as it does five at a time at most; gives it back if it is refused, since only what is compared may count. */
    async admitUserAttempt(userId: string): Promise<Admission> {
      const key = userKey(userId)
      const taken = await hitAll(userCounts(key))
      const [failed = uncounted, inRow = uncounted] = taken.map(each => each.taken)
      if (!failed.over && !inRow.over) return admitted(key, failed, inRow)
      await undoAll(taken)
      return refuseAttempt(key, failed)
    },

    /**
     * The same where no challenge limits how many guesses come at once. One count after the other: a burst that is refused by the first
     * must not fill the second, and giving back would come too late.
     */
    async admitRecoveryAttempt(userId: string): Promise<Admission> {
      const key = userKey(userId)
      refuseLocked(await locksOf(key))
      const [one, other] = userCounts(key)
      const failed = await one.hit()
      const inRow = failed.over
        ? uncounted
        : await other.hit().catch(async (error: unknown) => {
            await one.undo(failed).catch(() => undefined)
            throw error
          })
      return failed.over || inRow.over ? refuseAttempt(key, failed) : admitted(key, failed, inRow)
    },

    /** Draws the conclusions of a code that was compared and wrong. */
    async countWrong(
      userId: string,
      { limit, inRow: { count, retryAfter } }: Admission,
    ): Promise<void> {
      const key = userKey(userId)
      if (limit === 'maxConsecutiveFailures') await stop.set(key, 1, 0)
      else if (count > 0 && retryAfter < limits.consecutiveFailureSeconds * 0.95) {
        // Guesses that came meanwhile stay counted.
        await row.set(
          key,
          Math.max(count, (await row.get(key))?.consumedPoints ?? 0),
          limits.consecutiveFailureSeconds,
        )
      }
    },

    /** Takes a guess back that turned out right where that clears nothing else. */
    async forgiveAttempt(
      userId: string,
      { failed, inRow }: Omit<Admission, 'limit'>,
    ): Promise<void> {
      const key = userKey(userId)
      const beganPause = failed.count === limits.attemptsPerUser
      await Promise.all([
        row.giveBack(key, inRow),
        beganPause
          ? failures.set(key, failed.count - 1, limits.attemptsPerUserSeconds)
          : failures.giveBack(key, failed),
        beganPause && pause.delete(key),
      ])
    },

    /** Whether nothing works for the user until `unlock`. */
    async isStopped(userId: string): Promise<boolean> {
      return (await stop.get(userKey(userId))) !== undefined
    },

    /** The gate of every race between right codes: answers `true` once for a challenge that is still alive. */
    async useUp(userId: string, challengeId: string, value: number): Promise<boolean> {
      const [use, alive] = await Promise.all([
        uses.hit(challengeId),
        this.isActiveChallenge(userId, value),
      ])
      return !use.over && alive
    },

    /** After the right code: the user's counts begin anew, the challenge is dead, and so is a lock that this guess or others beside it had begun by then. */
    async reset(userId: string, { failed, inRow }: Omit<Admission, 'limit'>): Promise<void> {
      const key = userKey(userId)
      const locks = [
        ...(isNear(failed.count, limits.attemptsPerUser) ? [pause] : []),
        ...(isNear(inRow.count, limits.maxConsecutiveFailures) ? [stop] : []),
      ]
      await Promise.all([failures, row, activation, ...locks].map(each => each.delete(key)))
    },

    /** At most three fetches for one webhook token, by its authentication tag: a keyed hash of it, as every name in the store is. */
    async admitFetch(tokenTag: string): Promise<boolean> {
      return !(await fetches.hit(tokenTag)).over
    },

    /** "This was not me": the challenge dies at once and no call follows for a while. */
    async report(userId: string): Promise<void> {
      await Promise.all([
        activation.delete(userKey(userId)),
        limits.reportedSeconds !== false &&
          reported.set(userKey(userId), 1, limits.reportedSeconds),
      ])
    },

    /** What a page may show: guesses left, and for how many seconds the user's report of a call still holds; 0 = none does. */
    async outlook(
      userId: string,
      challengeId: string,
    ): Promise<{ readonly attemptsLeft: number; readonly reportedFor: number }> {
      const [used, unwanted] = await Promise.all([
        guesses.get(challengeId),
        limits.reportedSeconds === false ? undefined : reported.get(userKey(userId)),
      ])
      return {
        attemptsLeft: Math.max(0, limits.attemptsPerChallenge - (used?.consumedPoints ?? 0)),
        reportedFor: unwanted === undefined ? 0 : seconds(unwanted.msBeforeNext),
      }
    },

    /** Lifts pause, stop and the mark of a report, and forgets the wrong codes. */
    async unlock(userId: string): Promise<void> {
      const key = userKey(userId)
      await Promise.all([pause, stop, failures, row, reported].map(each => each.delete(key)))
    },
  }
}
