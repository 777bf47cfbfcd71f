import { runCallback } from '../callbacks.js'
import type { Context } from '../context.js'
import type { UserCount, Wait } from '../limits/user-state.js'
import type { UserId } from '../options/options.js'
import type { RecoveryOptions } from '../options/recovery.js'
import type { TrailEntry } from '../options/trail.js'
import { listBrowsers } from '../remembered-browsers/entries.js'
import { type DescribedSend, describeSends } from './describe-sends.js'
import { trailBounds, trailName } from './trail.js'

/** A limit that makes a user wait. */
export interface DescribedWait {
  /** The limit. `reportedSeconds`: somebody pressed "this was not me" in a call. */
  readonly limit: string
  /** When the wait ends; `undefined`: not before `unlock(userId)`. */
  readonly until: Date | undefined
}

/**
 * Why a user can or cannot get in, for support. It holds no number and no code. A value that a
 * store could not return is `undefined`, and {@link UserDescription.unavailable} names the store.
 */
export interface UserDescription {
  /** When this was read, by the option `clock`. */
  readonly at: Date
  /** The lockout or the lock after too many wrong codes: no code is accepted or sent. */
  readonly lock: DescribedWait | undefined
  /** Factors of other strategies that are locked out by themselves, for example a passkey. */
  readonly lockedFactors: readonly {
    /** The name that was given to `secondFactor`. */
    readonly factor: string
    /** When the lockout ends. */
    readonly until: Date
  }[]
  /** The wait after a reported call: no code is sent. */
  readonly reported: DescribedWait | undefined
  /** The longest wait before the next call that the user's own limits demand. */
  readonly nextCall: DescribedWait | undefined
  /** Counts that lead to a lock or a wait. */
  readonly counts: {
    /** Wrong codes within `attemptsPerUserSeconds`. At the limit, a lockout begins. */
    readonly wrongCodes: UserCount
    /** Wrong codes since the last right one. At the limit, the user is locked until `unlock`. */
    readonly consecutiveFailures: UserCount
    /** Calls and texts of the last hour. */
    readonly callsThisHour: UserCount
  }
  /** What the user can log in with. */
  readonly factors: {
    /** Whether `resetFactors` was called: the user must prove a number at the next login. */
    readonly mustEnroll: boolean
    /** When the user last proved a new number, if the trail knows it. */
    readonly phoneEnrolledAt: Date | undefined
    /** Recovery codes that are left; `undefined` without `recovery.left`. */
    readonly recoveryCodesLeft: number | undefined
    /** Browsers that log in without a call; `undefined` without the option `remember`. */
    readonly rememberedBrowsers: number | undefined
  }
  /** What the guard against fraud prevents. */
  readonly fraud: {
    /** Whether `stopSends(reason)` has stopped all codes of all users. */
    readonly sendsStopped: boolean
    /** Until when codes to numbers like the last one are refused, if the trail knows it. */
    readonly blockedUntil: Date | undefined
  }
  /** The last codes that the user asked for, the newest first; `undefined` without `trail`. */
  readonly sends: readonly DescribedSend[] | undefined
  /** Stores that did not respond. */
  readonly unavailable: readonly ('trail' | 'recovery' | 'remember')[]
}

/** Collects what `describeUser(userId)` returns. @internal */
export async function describeUser<User>(
  context: Context<User>,
  userId: UserId,
): Promise<UserDescription> {
  const id = String(userId)
  const { clock, recovery, remember, trail } = context.settings
  const now = clock.now()
  const unavailable: ('trail' | 'recovery' | 'remember')[] = []
  const ask = async <T>(
    store: (typeof unavailable)[number],
    read: (() => Promise<T>) | undefined | false,
  ): Promise<T | undefined> => {
    try {
      return read ? await read() : undefined
    } catch {
      unavailable.push(store)
      return undefined
    }
  }
  const [
    state,
    isAnyActive,
    mustEnroll,
    sendsStopped,
    lockedFactors,
    browsers,
    codesLeft,
    entries,
  ] = await Promise.all([
    context.userStates.read(id),
    context.activeChallenges.isAnyActive(id),
    context.factorResets.isReset(id),
    context.fraud.sendSwitch.isStopped(),
    findLockedFactors(context, id, now),
    ask('remember', remember && (() => listBrowsers(context, remember.store, id))),
    ask('recovery', recovery?.left && (() => readCodesLeft(recovery, id))),
    ask('trail', trail && (() => readTrail(context, id))),
  ])
  const sends = entries && describeSends(entries, context.settings, now, isAnyActive)
  const enrolledAt = entries?.find(({ event }) => event === 'phone.changed')?.at
  const { wrongCodes, consecutiveFailures, callsThisHour } = state
  return {
    at: new Date(now),
    lock: describeWait(state.lock, now),
    lockedFactors,
    reported: describeWait(state.reported, now),
    nextCall: describeWait(state.nextCall, now),
    counts: { wrongCodes, consecutiveFailures, callsThisHour },
    factors: {
      mustEnroll,
      phoneEnrolledAt: enrolledAt === undefined ? undefined : new Date(enrolledAt),
      recoveryCodesLeft: codesLeft,
      rememberedBrowsers: browsers?.length,
    },
    fraud: { sendsStopped, blockedUntil: findFraudBlock(sends, now) },
    sends,
    unavailable,
  }
}

const describeWait = (wait: Wait | undefined, now: number): DescribedWait | undefined =>
  wait && {
    limit: wait.limit,
    until: wait.seconds === undefined ? undefined : new Date(now + wait.seconds * 1000),
  }

async function findLockedFactors<User>(
  { factors, factorAttempts }: Context<User>,
  userId: string,
  now: number,
): Promise<UserDescription['lockedFactors']> {
  const found = await Promise.all(
    factors.phishingResistant.map(async ({ name }) => ({
      factor: name,
      seconds: await factorAttempts.lockedFor(name, userId),
    })),
  )
  return found
    .filter(({ seconds }) => seconds > 0)
    .map(({ factor, seconds }) => ({ factor, until: new Date(now + seconds * 1000) }))
}

/** Until when the fraud guard refuses codes to the number of the last send, if it refused that. */
function findFraudBlock(
  sends: readonly DescribedSend[] | undefined,
  now: number,
): Date | undefined {
  const [last] = sends ?? []
  return last?.code === 'destination-limited' &&
    last.until !== undefined &&
    Number(last.until) > now
    ? last.until
    : undefined
}

async function readCodesLeft(
  recovery: Pick<RecoveryOptions<unknown>, 'left'>,
  userId: string,
): Promise<number> {
  const count: unknown = await runCallback('recovery.left', () => recovery.left?.(userId))
  if (Number.isInteger(count) && (count as number) >= 0) return count as number
  throw new TypeError('recovery.left must return how many codes are left.')
}

/** Reads the trail. Leaves out entries beyond the bounds, which a store may return. */
async function readTrail<User>(
  { keys, settings: { clock, trail } }: Context<User>,
  userId: string,
): Promise<readonly TrailEntry[]> {
  const listed: unknown = await runCallback(
    'trail.list',
    () => trail?.list(trailName(keys, userId)),
    { deadlineSeconds: 2 },
  )
  if (!Array.isArray(listed)) throw new TypeError('trail.list must return a list.')
  const oldest = clock.now() - trailBounds.maxAgeSeconds * 1000
  return (listed as readonly TrailEntry[])
    .filter(({ at }) => at >= oldest)
    .slice(0, trailBounds.maxEntries)
}
