import type { Keys } from '../crypto.js'
import type { Limits } from '../options/limits.js'
import type { ActiveChallenges } from './active-challenge.js'
import type { Attempt } from './attempts.js'
import type { Counters } from './counters.js'
import { Locks } from './locks.js'
import { userKey } from './store-keys.js'
import { UserFailures } from './user-failures.js'

/** The factor of another strategy, as the limits know it. @internal */
export interface LimitedFactor {
  readonly name: string
  readonly phishingResistant: boolean
  /** Whether every attempt needs a first step. */
  readonly needsBegin: boolean
}

/** A code that no other request may try at the same time. @internal */
export interface HeldCode {
  /** The code was not accepted: another request may try it. */
  release(): Promise<void>
}

/** The count of a step that `begin` has started. Attempts alone can never reach it. */
const begunCount = 2 ** 30

/** For this long after a first step, every attempt of the user at the factor needs a first step. */
const beginsSeconds = 86_400

/**
 * Attempts at the factors of other strategies. Every method throws a `VoiceOtpError`
 * (`limiter-unavailable`) if the limiter fails.
 * @internal
 */
export class FactorAttempts {
  /**
   * The counts of phishing-resistant factors, one for each user and factor. Nobody can find
   * such a factor by trying, so there is no count of consecutive failures.
   */
  private readonly ownFailures: UserFailures
  private readonly ownLocks: Locks

  constructor(
    private readonly counters: Counters,
    limits: Limits,
    private readonly keys: Keys,
    private readonly locks: Locks,
    private readonly activeChallenges: ActiveChallenges,
    private readonly userFailures: UserFailures,
  ) {
    const ownCounters = {
      ...counters,
      failures: counters.factorFailures,
      lockout: counters.factorLockout,
    }
    const ownLimits: Limits = { ...limits, maxConsecutiveFailures: false }
    this.ownLocks = new Locks(ownCounters, ownLimits, keys)
    // A lockout of such a factor leaves the code of a call valid.
    const noChallenges = { endAny: () => Promise.resolve() }
    this.ownFailures = new UserFailures(ownCounters, ownLimits, keys, this.ownLocks, noChallenges)
  }

  /**
   * Counts an attempt before the strategy runs. Throws the failure `locked` if the user, or this
   * factor of the user, is locked.
   */
  async begin(factor: LimitedFactor, userId: string): Promise<Attempt> {
    if (!factor.phishingResistant) {
      await this.locks.refuseLocked(userId)
      return this.take(this.userFailures, this.locks, userId, userId)
    }
    const key = ownKey(factor.name, userId)
    await Promise.all([this.locks.refuseLockedUntilUnlock(userId), this.ownLocks.refuseLocked(key)])
    return this.take(this.ownFailures, this.ownLocks, key, userId)
  }

  /** Seconds for which a phishing-resistant factor of a user is locked out; 0 if it is not. */
  async lockedFor(name: string, userId: string): Promise<number> {
    return (await this.ownLocks.find(ownKey(name, userId)))?.info.retryAfter ?? 0
  }

  private async take(
    failures: UserFailures,
    locks: Locks,
    key: string,
    userId: string,
  ): Promise<Attempt> {
    const hits = await failures.countOneByOne(key)
    return {
      failed: () => failures.keep(key, hits),
      succeeded: async () => {
        // A lockout that others began meanwhile ends too: the user has passed the factor.
        await Promise.all([
          failures.clear(key, hits),
          locks.endLockout(key),
          this.activeChallenges.endAny(userId),
        ])
      },
      cancel: () => failures.giveBack(key, hits),
    }
  }

  /**
   * Holds a code for 15 minutes, or until it is released: no other request can try it. So many
   * requests with one code count as one attempt, and a code is accepted only once. Returns
   * `undefined` if the code is held already.
   */
  async holdCode(name: string, userId: string, code: string): Promise<HeldCode | undefined> {
    const { factorCodes } = this.counters
    const keys = spellingsOf(code).map(each =>
      userKey(this.keys, userId, 'factor-code', name, each),
    )
    const release = async (held: readonly string[]): Promise<void> => {
      await Promise.all(held.map(key => factorCodes.delete(key)))
    }
    for (const [index, key] of keys.entries()) {
      if (!(await factorCodes.hit(key)).over) continue
      await release(keys.slice(0, index))
      return undefined
    }
    return { release: () => release(keys) }
  }

  /** Starts the first of two steps, for one session. It ends an older one. */
  async beginStep(
    { name, needsBegin }: LimitedFactor,
    userId: string,
    sessionId: string,
  ): Promise<void> {
    const { factorSteps } = this.counters
    await Promise.all([
      factorSteps.set(this.stepKey(name, userId, sessionId), begunCount),
      needsBegin || factorSteps.set(this.beginsKey(name, userId), 1, beginsSeconds),
    ])
  }

  /**
   * Uses up the first step before the second one. Returns `true` only for the first of many
   * requests. Without a first step in this session, it returns `true` only if the factor does not
   * need one and this user has begun none for a day. Otherwise a challenge of an older step, which
   * may still be in the session, could be answered again.
   */
  async takeStep(
    { name, needsBegin }: LimitedFactor,
    userId: string,
    sessionId: string,
  ): Promise<boolean> {
    const { factorSteps } = this.counters
    const { count } = await factorSteps.hit(this.stepKey(name, userId, sessionId))
    if (count > begunCount) return count === begunCount + 1
    return !needsBegin && (await factorSteps.get(this.beginsKey(name, userId))) === undefined
  }

  /** Ends the lockouts of these factors, and forgets their failures. */
  async unlock(names: readonly string[], userId: string): Promise<void> {
    await Promise.all(names.map(name => this.ownLocks.unlock(ownKey(name, userId))))
  }

  private stepKey(name: string, userId: string, sessionId: string): string {
    return userKey(this.keys, userId, 'factor-step', name, sessionId)
  }

  private beginsKey(name: string, userId: string): string {
    return userKey(this.keys, userId, 'factor-begins', name)
  }
}

/**
 * The names under which a code is held. All spellings that a strategy could read as the same code
 * must share a name: otherwise the strategy would accept one code several times. A strategy may
 * ignore the case of letters. It may compare numbers: for `==`, the texts `0123456`, `123456e0` and
 * `0x1e240` are 123456, and `parseInt` ignores the end of `123456x`. So the name is the number, and
 * the digits at the beginning if there are at least four. Fewer digits are often the same in
 * different codes of letters and digits.
 */
function spellingsOf(code: string): readonly string[] {
  const text = code.toLowerCase()
  const [digits = text] = /^[0-9]{4,}/.exec(text) ?? []
  const number = Number(text)
  const isNumber = /[^0-9]/.test(text) && !Number.isNaN(number)
  const names = isNumber ? [digits, String(number)] : [digits]
  return [...new Set(names.map(each => each.replace(/^0+(?=[0-9])/, '')))]
}

/** A name has no colon, so two pairs never have the same key. */
const ownKey = (name: string, userId: string): string => `${name}:${userId}`
