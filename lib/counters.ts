import { randomInt } from 'node:crypto'
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js'
import { type FailureCode, Refusal, VoiceOtpError, withDeadline } from './errors.js'
import type { Keys } from './keys.js'
import type { Limits } from './options.js'

/** What one counter is made with; hand all of it on to the limiter. */
export interface CounterOptions {
  /** Keeps this counter's names apart from the others'. */
  readonly keyPrefix: string
  /** Most that may be counted in one window. */
  readonly points: number
  /** The window, in seconds. */
  readonly duration: number
}

/** State of one count, as rate-limiter-flexible answers it. */
export interface Count {
  readonly consumedPoints: number
  readonly msBeforeNext: number
}

/** The part of a rate-limiter-flexible limiter that is used; `RateLimiterMemory`, `RateLimiterRedis` and the others have it. */
export interface Counter {
  consume(key: string, points?: number): Promise<Count>
  reward(key: string, points?: number): Promise<Count>
  get(key: string): Promise<Count | null>
  set(key: string, points: number, secDuration: number): Promise<unknown>
  delete(key: string): Promise<boolean>
}

/** `options => new RateLimiterRedis({ storeClient, useRedisPackage: true, ...options })` moves every count to Redis. */
export type CounterFactory = (options: CounterOptions) => Counter

/** Which limit refused a request; told to the app in an event, never to the person. */
export type LimitName = keyof Limits | 'locked'

interface Hit { readonly over: boolean, readonly count: number, readonly retryAfter: number }

const deadlineMilliseconds = 2000
const unlimited = 2 ** 31 - 1

/** One counter with our own rules: a deadline, nonsense is trouble, and being over a limit is an answer, not an exception. */
class Tally {
  constructor(private readonly counter: Counter, private readonly limit: number) {}

  async hit(key: string, limit = this.limit): Promise<Hit> {
    const { value, rejected } = await ask(() => this.counter.consume(key).then(value => ({ value, rejected: false }), (reason: unknown) => {
      // rate-limiter-flexible rejects with a plain object when a limit is passed, and with an Error when the store fails.
      if (typeof reason === 'object' && reason !== null && 'msBeforeNext' in reason && !(reason instanceof Error)) return { value: reason as Count, rejected: true }
      throw reason
    }))
    if (!rejected && !(isCount(value) && value.consumedPoints > 0)) throw nonsense()
    return { over: rejected || value.consumedPoints > limit, count: value.consumedPoints, retryAfter: seconds(value.msBeforeNext) }
  }

  async get(key: string): Promise<Count | undefined> {
    const value = await ask(() => this.counter.get(key))
    if (value === null) return undefined
    if (!isCount(value)) throw nonsense()
    return value
  }

  /** Zero seconds is for ever. */
  async set(key: string, value: number, secondsToLive: number): Promise<void> {
    await ask(() => this.counter.set(key, value, secondsToLive))
  }

  async giveBack(key: string): Promise<void> {
    await ask(() => this.counter.reward(key))
  }

  async delete(key: string): Promise<void> {
    await ask(() => this.counter.delete(key))
  }
}

const isCount = (value: unknown): value is Count =>
  typeof value === 'object' && value !== null && Number.isInteger((value as Count).consumedPoints) && Number.isFinite((value as Count).msBeforeNext)
const seconds = (milliseconds: unknown): number => (typeof milliseconds === 'number' && milliseconds > 0 ? Math.ceil(milliseconds / 1000) : 1)
const nonsense = (): Error => new VoiceOtpError('counters-unavailable', 'It answered something that is no count.')

async function ask<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await withDeadline(operation(), deadlineMilliseconds, () => new VoiceOtpError('counters-unavailable', 'It took too long.'))
  } catch (error) {
    throw error instanceof VoiceOtpError ? error : new VoiceOtpError('counters-unavailable', undefined, error)
  }
}

/** A call that is asked for. */
export interface CallRequest {
  readonly userId: string
  readonly phone: string
  /** Whether the number is not the user's yet: counted apart, so that nobody can lock out its owner. */
  readonly enrol: boolean
  /** Whether the interval is waived, because the last call did not reach anybody. */
  readonly waived: boolean
}

/** A guess that may be compared, and the limit that it fills. */
export interface Admission {
  readonly limit: 'guessesPerUser' | 'guessesInARow' | undefined
  readonly row: number
  readonly rowSecondsLeft: number
}

/** A refusal for a limit; remembers which, for the event. */
export class LimitReached extends Refusal {
  constructor(code: FailureCode, readonly limit: LimitName, retryAfter?: number) {
    super(code, retryAfter === undefined ? {} : { retryAfter })
  }
}

/** Every count that must hold under parallel requests and on many machines. @internal */
export type Counters = ReturnType<typeof createCounters>

export function createCounters(factory: CounterFactory = options => new RateLimiterMemory(options), limits: Limits, codeSeconds: number, keys: Keys) {
  const tally = (name: string, points: unknown, duration: number): Tally =>
    new Tally(factory({ keyPrefix: `voice-otp:${name}`, points: typeof points === 'number' ? points : unlimited, duration }), typeof points === 'number' ? points : unlimited)
  const outlivesCode = codeSeconds + 60

  const ticket = tally('ticket', unlimited, outlivesCode)
  const guesses = tally('guesses', limits.guessesPerChallenge, outlivesCode)
  const uses = tally('uses', 1, outlivesCode)
  const fetches = tally('fetches', 3, outlivesCode)
  const failures = tally('failures', limits.guessesPerUser, limits.guessesPerUserSeconds)
  const row = tally('row', limits.guessesInARow, limits.guessesInARowSeconds)
  const pause = tally('pause', unlimited, limits.pauseSeconds)
  const stop = tally('stop', unlimited, limits.guessesInARowSeconds)
  const reported = tally('reported', unlimited, limits.reportedSeconds || 1)
  const waivers = tally('waivers', 1, 86_400)
  const userInterval = tally('user-interval', 1, limits.callIntervalSeconds || 1)
  // What everybody shares, told apart by limit; a window each, counted together, given back together.
  const shared = [
    { limit: 'callIntervalSeconds', by: 'number', tally: tally('number-interval', 1, limits.callIntervalSeconds || 1) },
    { limit: 'callsPerUserHour', by: 'user', tally: tally('user-hour', limits.callsPerUserHour, 3600) },
    { limit: 'callsPerNumberTenMinutes', enrolLimit: 'enrolCallsPerNumberTenMinutes', by: 'number', tally: tally('number-10min', unlimited, 600) },
    { limit: 'callsPerNumberDay', enrolLimit: 'enrolCallsPerNumberDay', by: 'number', tally: tally('number-day', unlimited, 86_400) },
    { limit: 'callsPerPrefixTenMinutes', by: 'prefix', tally: tally('prefix-10min', unlimited, 600) },
    { limit: 'callsPerAppMinute', by: 'app', tally: tally('app-minute', limits.callsPerAppMinute, 60) },
  ] as const satisfies readonly { limit: keyof Limits, enrolLimit?: keyof Limits, by: string, tally: Tally }[]

  const userKey = (userId: string): string => keys.storeName('user', userId)
  const challengeKey = (challengeId: string): string => keys.storeName('challenge', challengeId)

  /** Refuses a user who is paused, stopped until `unlock`, or whose last call was reported. */
  async function refuseLocked(userId: string): Promise<void> {
    const key = userKey(userId)
    const [paused, stopped] = await Promise.all([pause.get(key), stop.get(key)])
    if (stopped !== undefined) throw new LimitReached('locked', 'guessesInARow')
    if (paused !== undefined) throw new LimitReached('locked', 'guessesPerUser', seconds(paused.msBeforeNext))
  }

  async function refuseReported(userId: string): Promise<void> {
    if (limits.reportedSeconds === false) return
    const unwanted = await reported.get(userKey(userId))
    if (unwanted !== undefined) throw new LimitReached('reported', 'reportedSeconds', seconds(unwanted.msBeforeNext))
  }

  /** The count stays over its limit as long as the pause lasts, so that no guess slips in between the two keys. */
  async function beginPause(key: string): Promise<void> {
    await Promise.all([pause.set(key, 1, limits.pauseSeconds), failures.set(key, 2 ** 30, limits.pauseSeconds)])
  }

  async function takeInterval(userId: string, waived: boolean): Promise<void> {
    if (limits.callIntervalSeconds === false) return
    if (waived) return userInterval.set(userKey(userId), 1, limits.callIntervalSeconds)
    const hit = await userInterval.hit(userKey(userId))
    if (hit.over) throw new LimitReached('too-many-calls', 'callIntervalSeconds', hit.retryAfter)
  }

  function sharedCounts({ userId, phone, enrol, waived }: CallRequest) {
    const set = enrol ? 'enrol' : 'own'
    const names = { user: userKey(userId), number: keys.storeName(set, 'number', phone), prefix: keys.storeName(set, 'prefix', phone.slice(0, -4)), app: 'all' }
    return shared.flatMap(each => {
      const limitName: keyof Limits = enrol && 'enrolLimit' in each ? each.enrolLimit : each.limit
      const configured = limits[limitName]
      const value = typeof configured === 'function' ? configured(phone) : configured
      if (value === false || (each.limit === 'callIntervalSeconds' && waived)) return []
      const limit = each.limit === 'callIntervalSeconds' ? 1 : value
      if (!Number.isInteger(limit)) throw new VoiceOtpError('configuration', `limits.${limitName} must answer a whole number or false.`)
      return [{ name: limitName, key: names[each.by], limit, tally: each.tally }]
    })
  }

  return {
    /**
     * Counts a call before it is placed: the user's own interval first, then all that is shared, together; what a
     * refused request took of the latter is given back. Throws {@link LimitReached}.
     */
    async admitCall(call: CallRequest): Promise<void> {
      const [locked, interval] = await Promise.allSettled([
        Promise.all([refuseLocked(call.userId), refuseReported(call.userId)]),
        takeInterval(call.userId, call.waived),
      ])
      if (locked.status === 'rejected') {
        if (interval.status === 'fulfilled' && limits.callIntervalSeconds !== false) await userInterval.giveBack(userKey(call.userId))
        throw locked.reason
      }
      if (interval.status === 'rejected') throw interval.reason
      const counts = sharedCounts(call)
      const hits = await Promise.all(counts.map(async count => ({ ...count, hit: await count.tally.hit(count.key, count.limit) })))
      const over = hits.filter(({ hit }) => hit.over)
      const [first] = over
      if (first === undefined) return
      await Promise.all(hits.map(({ tally, key }) => tally.giveBack(key)))
      throw new LimitReached('too-many-calls', first.name, Math.max(...over.map(({ hit }) => hit.retryAfter)))
    },

    /** The interval does not run after a call that SignalWire refused to place. */
    async waiveInterval({ userId, phone, enrol }: CallRequest): Promise<void> {
      const number = sharedCounts({ userId, phone, enrol, waived: false }).find(({ name }) => name === 'callIntervalSeconds')
      await Promise.all([userInterval.delete(userKey(userId)), number?.tally.delete(number.key)])
    },

    /** Once per call that ended busy, unanswered or failed, another may be asked for at once. */
    async takeWaiver(callSid: string): Promise<boolean> {
      return !(await waivers.hit(keys.storeName('call', callSid))).over
    },

    /** Seconds until the user may ask for a call, as far as the interval decides. */
    async nextCallIn(userId: string): Promise<number> {
      const interval = limits.callIntervalSeconds === false ? undefined : await userInterval.get(userKey(userId))
      return interval === undefined || interval.consumedPoints < 1 ? 0 : seconds(interval.msBeforeNext)
    },

    /** Makes every older challenge of the user dead. The number is random, so that it never comes back after a flush. */
    async issueTicket(userId: string): Promise<number> {
      const value = randomInt(1, 2 ** 31)
      await ticket.set(userKey(userId), value, outlivesCode)
      return value
    },

    /** No ticket in the store is a dead one: a flushed store kills challenges and never revives any. */
    async isAlive(userId: string, value: number): Promise<boolean> {
      return (await ticket.get(userKey(userId)))?.consumedPoints === value
    },

    /** Ends the challenge, unless a newer one has taken its place. */
    async killTicket(userId: string, value: number): Promise<void> {
      if (await this.isAlive(userId, value)) await ticket.delete(userKey(userId))
    },

    /** Counts a guess at a living challenge, before anything is compared. Answers the guesses that remain. */
    async admitGuess(userId: string, challengeId: string, value: number): Promise<number> {
      const [alive, hit] = await Promise.all([this.isAlive(userId, value), guesses.hit(challengeKey(challengeId))])
      if (!alive) throw new Refusal('code-expired')
      if (hit.over) throw new LimitReached('too-many-guesses', 'guessesPerChallenge')
      return limits.guessesPerChallenge - hit.count
    },

    /** Counts the guess on the user; gives it back if it is refused, since only what is compared may count. */
    async admitUserGuess(userId: string): Promise<Admission> {
      const key = userKey(userId)
      const none: Hit = { over: false, count: 0, retryAfter: 0 }
      const [locked, failed, inRow] = await Promise.all([
        refuseLocked(userId).then(() => undefined, (refusal: unknown) => refusal as Error),
        limits.guessesPerUser === false ? none : failures.hit(key),
        limits.guessesInARow === false ? none : row.hit(key),
      ])
      if (locked === undefined && !failed.over && !inRow.over) {
        const isLast = failed.count === limits.guessesPerUser
        // Before the comparison: a process that dies in between leaves a pause of minutes, not a count that is full for a day.
        if (isLast) await beginPause(key)
        const limit = inRow.count === limits.guessesInARow ? 'guessesInARow' : isLast ? 'guessesPerUser' : undefined
        return { limit, row: inRow.count, rowSecondsLeft: inRow.retryAfter }
      }
      await Promise.all([failed.count > 0 && failures.giveBack(key), inRow.count > 0 && row.giveBack(key)])
      if (locked !== undefined) throw locked
      if (inRow.over) {
        await stop.set(key, 1, 0)
        throw new LimitReached('locked', 'guessesInARow')
      }
      throw new LimitReached('locked', 'guessesPerUser', Math.min(failed.retryAfter, limits.pauseSeconds))
    },

    /** Draws the conclusions of a code that was compared and wrong. */
    async countWrong(userId: string, { limit, row: count, rowSecondsLeft }: Admission): Promise<void> {
      const key = userKey(userId)
      if (limit === 'guessesInARow') await stop.set(key, 1, 0)
      else if (count > 0 && rowSecondsLeft < limits.guessesInARowSeconds * 0.95) await row.set(key, count, limits.guessesInARowSeconds)
    },

    /** The gate of every race between right codes: answers `true` once for a challenge that is still alive. */
    async useUp(userId: string, challengeId: string, value: number): Promise<boolean> {
      const [use, alive] = await Promise.all([uses.hit(challengeKey(challengeId)), this.isAlive(userId, value)])
      return !use.over && alive
    },

    /** After the right code: the user's counts begin anew and the challenge is dead. */
    async reset(userId: string): Promise<void> {
      const key = userKey(userId)
      await Promise.all([failures, row, pause, stop, ticket].map(each => each.delete(key)))
    },

    /** At most three fetches for one webhook token, and for a ticket that is still alive. */
    async admitFetch(tokenName: string, userId: string, value: number): Promise<boolean> {
      const [hit, alive] = await Promise.all([fetches.hit(keys.storeName('token', tokenName)), this.isAlive(userId, value)])
      return !hit.over && alive
    },

    /** "This was not me": the challenge dies at once and no call follows for a while. */
    async report(userId: string): Promise<void> {
      await Promise.all([ticket.delete(userKey(userId)), limits.reportedSeconds !== false && reported.set(userKey(userId), 1, limits.reportedSeconds)])
    },

    /** What a page may show: guesses left, and whether the user reported the call. */
    async outlook(userId: string, challengeId: string): Promise<{ readonly attemptsLeft: number, readonly reported: boolean }> {
      const [used, unwanted] = await Promise.all([guesses.get(challengeKey(challengeId)), limits.reportedSeconds === false ? undefined : reported.get(userKey(userId))])
      return { attemptsLeft: Math.max(0, limits.guessesPerChallenge - (used?.consumedPoints ?? 0)), reported: unwanted !== undefined }
    },

    /** Lifts pause, stop and the mark of a report, and forgets the wrong codes. */
    async unlock(userId: string): Promise<void> {
      const key = userKey(userId)
      await Promise.all([pause, stop, failures, row, reported].map(each => each.delete(key)))
    },
  }
}
