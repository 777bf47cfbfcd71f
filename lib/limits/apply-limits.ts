import type { Keys } from '../crypto.js'
import type { LimiterFactory } from '../options/limiter.js'
import type { Limits } from '../options/limits.js'
import { ActiveChallenges } from './active-challenge.js'
import { Attempts } from './attempts.js'
import type { Pace } from './call-queue.js'
import { createCounters } from './counters.js'
import { FactorResets } from './factor-resets.js'
import { FactorAttempts } from './factor-attempts.js'
import { LastCalls } from './last-calls.js'
import { Locks } from './locks.js'
import { NewPhones } from './new-phones.js'
import { Sends } from './sends.js'
import { Turns, unlimitedPace } from './turns.js'
import { SessionLogins } from './session-logins.js'
import { UserFailures } from './user-failures.js'
import { UserStates } from './user-state.js'

/** Everything that must hold under parallel requests and on many machines. @internal */
export interface AppliedLimits {
  readonly attempts: Attempts
  readonly activeChallenges: ActiveChallenges
  readonly factorAttempts: FactorAttempts
  readonly sessionLogins: SessionLogins
  readonly sends: Sends
  readonly newPhones: NewPhones
  readonly locks: Locks
  readonly lastCalls: LastCalls
  readonly factorResets: FactorResets
  readonly userStates: UserStates
  readonly turns: Turns
}

/** The options that decide about limits. @internal */
export interface LimitSettings {
  readonly limits: Limits
  /** Default: the memory of this process. */
  readonly limiter?: LimiterFactory | undefined
  /** How long a code is valid. */
  readonly codeSeconds: number
  /** How long a new number cannot approve. */
  readonly approveAfterHours: number
  /** Default: no call waits. */
  readonly pace?: Pace
}

/** @internal */
export function applyLimits(
  { limiter, limits, codeSeconds, approveAfterHours, pace = unlimitedPace }: LimitSettings,
  keys: Keys,
): AppliedLimits {
  const counters = createCounters(
    limiter,
    limits,
    codeSeconds,
    approveAfterHours * 3600,
    Turns.windowSeconds(pace),
  )
  const locks = new Locks(counters, limits, keys)
  const activeChallenges = new ActiveChallenges(counters, limits, keys)
  const userFailures = new UserFailures(counters, limits, keys, locks, activeChallenges)
  const turns = new Turns(counters, pace, keys)
  return {
    attempts: new Attempts(limits, locks, activeChallenges, userFailures),
    factorAttempts: new FactorAttempts(
      counters,
      limits,
      keys,
      locks,
      activeChallenges,
      userFailures,
    ),
    sessionLogins: new SessionLogins(counters, keys),
    activeChallenges,
    sends: new Sends(counters, limits, keys, locks, activeChallenges, turns),
    newPhones: new NewPhones(counters, keys, approveAfterHours),
    locks,
    lastCalls: new LastCalls(counters, limits, keys),
    factorResets: new FactorResets(counters, keys),
    userStates: new UserStates(counters, limits, keys, locks, activeChallenges),
    turns,
  }
}
