import type { Keys } from '../crypto.js'
import type { Limits } from '../options/limits.js'
import type { ActiveChallenges } from './active-challenge.js'
import type { Counters } from './counters.js'
import { type LimitCounter, toSeconds } from './limit-counter.js'
import type { Locks } from './locks.js'
import { userKey } from './store-keys.js'

/** A limit that makes a user wait. @internal */
export interface Wait {
  readonly limit: 'attemptsPerUser' | 'maxConsecutiveFailures' | 'reportedSeconds' | CallLimitName
  /** Seconds; `undefined` = until `unlock(userId)`. */
  readonly seconds: number | undefined
}

type CallLimitName = 'callIntervalSeconds' | 'callsPerUserHour'

/** A count of a user, and the limit for it. */
export interface UserCount {
  /** How many have been counted. */
  readonly count: number
  /** How many are allowed; `false` without a limit. */
  readonly limit: number | false
}

/** What the limits hold about one user. @internal */
export interface UserLimitState {
  /** The lockout, or the lock until `unlock`. */
  readonly lock: Wait | undefined
  /** The wait after "this was not me". */
  readonly reported: Wait | undefined
  /** The wait before the next call that the user's own limits demand: the longest one. */
  readonly nextCall: Wait | undefined
  readonly wrongCodes: UserCount
  readonly consecutiveFailures: UserCount
  readonly callsThisHour: UserCount
}

/** Reads what the limits hold about one user, for support. Counts and changes nothing. @internal */
export class UserStates {
  constructor(
    private readonly counters: Counters,
    private readonly limits: Limits,
    private readonly keys: Keys,
    private readonly locks: Locks,
    private readonly activeChallenges: ActiveChallenges,
  ) {}

  /** Throws a `VoiceOtpError` (`limiter-unavailable`) if the limiter fails. */
  async read(userId: string): Promise<UserLimitState> {
    const { counters, limits } = this
    const [lock, reportedFor, interval, hour, failures, consecutive] = await Promise.all([
      this.locks.find(userId),
      this.activeChallenges.reportedFor(userId),
      this.count(counters.userInterval, limits.callIntervalSeconds, userId),
      this.count(counters.userHour, limits.callsPerUserHour, userId),
      this.count(counters.failures, limits.attemptsPerUser, userId),
      this.count(counters.consecutiveFailures, limits.maxConsecutiveFailures, userId),
    ])
    const waits: (Wait & { readonly seconds: number })[] = []
    if (interval.count > 0) waits.push({ limit: 'callIntervalSeconds', seconds: interval.seconds })
    if (limits.callsPerUserHour !== false && hour.count >= limits.callsPerUserHour)
      waits.push({ limit: 'callsPerUserHour', seconds: hour.seconds })
    return {
      lock: lock && {
        limit: lock.limit as 'attemptsPerUser' | 'maxConsecutiveFailures',
        seconds: lock.info.retryAfter,
      },
      reported: reportedFor > 0 ? { limit: 'reportedSeconds', seconds: reportedFor } : undefined,
      nextCall: waits.sort((one, other) => other.seconds - one.seconds)[0],
      wrongCodes: {
        // During a lockout the count is far above its limit.
        count: Math.min(failures.count, limits.attemptsPerUser || failures.count),
        limit: limits.attemptsPerUser,
      },
      consecutiveFailures: { count: consecutive.count, limit: limits.maxConsecutiveFailures },
      callsThisHour: { count: hour.count, limit: limits.callsPerUserHour },
    }
  }

  private async count(
    counter: LimitCounter,
    limit: number | false,
    userId: string,
  ): Promise<{ readonly count: number; readonly seconds: number }> {
    const state = limit === false ? undefined : await counter.get(userKey(this.keys, userId))
    // A limiter may still return a count whose window is over.
    return state !== undefined && state.msBeforeNext > 0 && state.consumedPoints >= 1
      ? { count: state.consumedPoints, seconds: toSeconds(state.msBeforeNext) }
      : { count: 0, seconds: 0 }
  }
}
