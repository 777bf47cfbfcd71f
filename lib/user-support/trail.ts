import { runCallback } from '../callbacks.js'
import type { Keys } from '../crypto.js'
import { errors } from '../errors.js'
import type { Emit, VoiceOtpEvents } from '../events.js'
import type { TrailBounds, TrailEntry, TrailStore } from '../options/trail.js'

/** How much a store keeps of one user. @internal */
export const trailBounds: TrailBounds = { maxEntries: 50, maxAgeSeconds: 30 * 86_400 }

const deadlineSeconds = 2
/** At most this many entries wait for the store. A store that hangs must not fill the memory. */
const maxPending = 1000
/** A repeated failure is written once in this time: a flood of requests must not fill the store. */
const repeatMilliseconds = 60_000
/** The last entry of this many users is remembered. */
const maxUsers = 10_000

type EventName = keyof VoiceOtpEvents

/** The events that tell support why a user cannot get in. */
const recorded: ReadonlySet<EventName> = new Set<EventName>([
  'code.sent',
  'code.blocked',
  'code.failed',
  'code.accepted',
  'code.rejected',
  'code.canceled',
  'action.approved',
  'action.refused',
  'call.answered',
  'call.reported',
  'user.locked',
  'phone.changed',
  'request.handled',
])

/** The details of events that the trail reads. */
type Details = Partial<Omit<TrailEntry, 'at' | 'event'>> & {
  readonly userId?: string
  readonly outcome?: string
  readonly compared?: boolean
  readonly retryAfter?: number
}

/** The settings that the trail needs. @internal */
export interface TrailSettings {
  readonly trail: TrailStore | undefined
  readonly clock: { now(): number }
}

/** The name of a user in the store: a keyed hash, so that the store holds no user ids. @internal */
export const trailName = (keys: Keys, userId: string): string => keys.storeName('trail', userId)

/**
 * Returns an `emit` that also writes events to the trail. Nothing waits for the store. If the store
 * fails or takes longer than 2 seconds, the event `trail.failed` reports it, and no login changes.
 * @internal
 */
export function withTrail({ trail, clock }: TrailSettings, keys: Keys, emit: Emit): Emit {
  if (trail === undefined) return emit
  const isRepetition = createRepetitionFilter()
  let pending = 0

  const add = async (user: string, entry: TrailEntry): Promise<void> => {
    if (pending >= maxPending) {
      emit('trail.failed', { reason: 'too-many' })
      return
    }
    pending++
    try {
      await runCallback('trail.add', () => trail.add(user, entry, trailBounds), { deadlineSeconds })
    } catch {
      emit('trail.failed', { reason: 'store' })
    }
    pending--
  }

  return (name, ...details) => {
    emit(name, ...details)
    const given = details[0] as Details
    const { userId, compared } = given
    const entry = recorded.has(name) ? toEntry(name, given, clock.now()) : undefined
    if (userId === undefined || entry === undefined) return
    const user = trailName(keys, userId)
    if (!isRepetition(user, entry) || compared === true) void add(user, entry)
  }
}

/**
 * Creates the check whether an entry is a failure that repeats the last entry of its user within a
 * minute. Entries without a code (for example a code that was sent) are never repetitions: other
 * limits bound their number.
 */
function createRepetitionFilter(): (user: string, entry: TrailEntry) => boolean {
  const last = new Map<string, { readonly key: string; readonly at: number }>()
  return (user, { at, event, code, limit }) => {
    const key = [event, code, limit].join(' ')
    const previous = last.get(user)
    if (
      code !== undefined &&
      previous?.key === key &&
      at - previous.at < repeatMilliseconds &&
      at >= previous.at
    )
      return true
    last.delete(user)
    last.set(user, { key, at })
    const [oldest = user] = last.keys()
    if (last.size > maxUsers) last.delete(oldest)
    return false
  }
}

/**
 * What the trail keeps of an event. `undefined` for a `request.handled` that ended without an
 * error, or with an error that another event reports.
 */
function toEntry(event: EventName, details: Details, at: number): TrailEntry | undefined {
  const { purpose, channel, country, limit, reason, outcome, retryAfter } = details
  const code = event === 'request.handled' ? newError(outcome) : details.code
  if (event === 'request.handled' && code === undefined) return undefined
  const entry = {
    at,
    event,
    purpose,
    channel,
    country,
    code,
    limit,
    reason,
    until: retryAfter === undefined ? undefined : at + retryAfter * 1000,
  }
  return Object.fromEntries(
    Object.entries(entry).filter(([, value]) => value !== undefined),
  ) as unknown as TrailEntry
}

/** Errors that `code.failed` or `code.blocked` has reported. */
const reportedErrors = new Set(['signalwire-unavailable', 'queue-full', 'sends-stopped'])

/** The code of an error that no other event reports. */
const newError = (outcome = ''): string | undefined =>
  Object.hasOwn(errors, outcome) && !reportedErrors.has(outcome) ? outcome : undefined
