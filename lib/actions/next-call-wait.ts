import { phonesOnRecord, type PhoneLookup } from '../callbacks.js'
import type { Context } from '../context.js'
import type { CallRequest } from '../limits/call-limits.js'
import type { Request } from '../request.js'
import { type Challenge, openEnrolledPhone, phoneMatches } from '../session/challenge.js'
import { type DeliveryState, reachedNobody } from '../signalwire/call-states.js'
import { findLostCall, isWaivable } from './waive-interval.js'

/** What {@link findNextCallWait} needs to know about a request. @internal */
export interface NextCall<User> {
  readonly lookup: PhoneLookup<User>
  readonly req: Request
  readonly user: User
  readonly userId: string
  readonly sessionId: string
  /** The challenge of this user in this session. */
  readonly challenge: Challenge | undefined
  /** Whether the challenge is the active one of the user. */
  readonly isActive: boolean
  /** The state of its call. */
  readonly state: DeliveryState | undefined
}

/** Used for the unknown wait of a user who is locked until `unlock(userId)`. */
const lockedSeconds = 86_400

/** The waits of one user that do not depend on the phone or on the last call. @internal */
export interface OwnWaits {
  /** Seconds until the interval allows the next call. */
  readonly interval: number
  /** Seconds until a lockout ends. */
  readonly lock: number
  /** Seconds for which a report still blocks calls. */
  readonly reported: number
}

/** Reads the waits of one user, all at the same time. @internal */
export async function readOwnWaits<User>(
  { activeChallenges, locks, sends }: Context<User>,
  userId: string,
  challenge: Challenge | undefined,
): Promise<OwnWaits> {
  const kind = challenge?.purpose === 'approve' ? 'approve' : 'own'
  const [interval, lock, reported] = await Promise.all([
    sends.nextCallIn(userId, kind),
    locks.find(userId),
    activeChallenges.reportedFor(userId),
  ])
  return {
    interval,
    lock: lock === undefined ? 0 : (lock.info.retryAfter ?? lockedSeconds),
    reported,
  }
}

/**
 * Seconds until the user may ask for another call: the longest wait of all limits on calls, of a
 * lockout and of a report. Counts nothing. The active challenge holds the end of the limits that
 * its call has filled, so a page that polls does not read all limits again. For a user without a
 * number on record, only the limits of the user are read.
 * @internal
 */
export async function findNextCallWait<User>(
  context: Context<User>,
  nextCall: NextCall<User>,
  { interval, lock, reported }: OwnWaits,
): Promise<number> {
  const { challenge, isActive } = nextCall
  const { limits, isWaived } =
    challenge !== undefined && isActive
      ? await findWaitOfChallenge(context, nextCall, challenge, interval)
      : await readLimits(context, nextCall, interval)
  return Math.max(isWaived ? 0 : interval, reported, lock, limits)
}

interface OtherWaits {
  /** Seconds until the limits on calls, except the interval, allow a call. */
  readonly limits: number
  /** Whether the interval would be waived for the next call. */
  readonly isWaived: boolean
}

async function findWaitOfChallenge<User>(
  { sends, settings: { clock } }: Context<User>,
  { state, userId }: NextCall<User>,
  { deliverySid, limitedUntil = 0 }: Challenge,
  interval: number,
): Promise<OtherWaits> {
  return {
    limits: Math.ceil((limitedUntil - clock.now()) / 1000),
    isWaived:
      interval > 0 &&
      deliverySid !== undefined &&
      reachedNobody(state) &&
      (await sends.hasWaiver(userId, deliverySid)),
  }
}

async function readLimits<User>(
  context: Context<User>,
  nextCall: NextCall<User>,
  interval: number,
): Promise<OtherWaits> {
  const { sends, userStates } = context
  const { challenge, userId, sessionId } = nextCall
  const request = await findRequest(context, nextCall)
  if (request === undefined)
    return { limits: (await userStates.read(userId)).nextCall?.seconds ?? 0, isWaived: false }
  const { phone, kind } = request
  const lost =
    interval > 0 && kind !== 'approve'
      ? await findLostCall(context, { userId, sessionId, phone }, challenge)
      : undefined
  const isWaived = lost !== undefined && (await isWaivable(context, userId, lost))
  return { limits: await sends.limitsEndIn(request, isWaived), isWaived }
}

/** The call that the page would ask for: to the phone of the challenge, or to the usual one. */
async function findRequest<User>(
  { keys }: Context<User>,
  { challenge, lookup, user, userId, req }: NextCall<User>,
): Promise<CallRequest | undefined> {
  if (challenge?.purpose === 'enroll') {
    const number = openEnrolledPhone(keys, challenge)
    return number === undefined
      ? undefined
      : { userId, number, phone: number, kind: 'enroll', waitsForTurn: false }
  }
  // A page that shows the state must not fail because the record cannot be read.
  const phones = (await phonesOnRecord(lookup, user, req).catch(() => null)) ?? []
  const [usual] = phones
  const current = challenge && phones.find(({ phone }) => phoneMatches(keys, challenge, phone))
  const destination = current ?? usual
  if (destination === undefined) return undefined
  const { number, phone } = destination
  const kind = challenge?.purpose === 'approve' ? 'approve' : 'own'
  return { userId, number, phone, kind, waitsForTurn: false }
}
