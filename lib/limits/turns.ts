import type { Keys } from '../crypto.js'
import { readingSeconds } from '../call/dialogue.js'
import type { CallRequest } from './call-limits.js'
import { CallQueue, type Pace } from './call-queue.js'
import type { Counters } from './counters.js'
import type { Turn } from './turn.js'
import { type Correction, correct, QueueCorrection } from './queue-correction.js'

/** Enrollments may use this part of the pace: anybody with a new account can ask for them. */
const enrollShare = 1 / 3

/** A page asks for the state of its call every few seconds. */
const freshMilliseconds = 10_000

/** @internal */
export const unlimitedPace: Pace = { callsPerSecond: Infinity, maxWaitSeconds: 0, now: Date.now }

/** The pace of the Space, and how late a call may ring. @internal */
export function createPace({
  signalwire: { callsPerSecond },
  codeSeconds,
  ringSeconds,
  clock,
}: {
  readonly signalwire: { readonly callsPerSecond: number }
  readonly codeSeconds: number
  readonly ringSeconds: number
  readonly clock: { now(): number }
}): Pace {
  const usableSeconds = codeSeconds - readingSeconds
  // The person may let the phone ring for a while. A code that is valid for a short time only must
  // still leave calls some time to wait.
  const maxWaitSeconds = usableSeconds - Math.min(ringSeconds, usableSeconds / 2)
  return { callsPerSecond, maxWaitSeconds, now: () => clock.now() }
}

/** The turn of a call that SignalWire has not accepted yet. */
interface PendingTurn {
  readonly turn: Turn
  readonly correction: Correction
  /** Milliseconds since 1970. */
  ringsAt: number
}

/**
 * Whose turn it is: calls wait until the Space starts them, and a call that cannot be heard before
 * its code expires is refused. @internal
 */
export class Turns {
  private readonly queue: CallQueue | undefined
  private readonly enrollQueue: CallQueue | undefined
  private readonly correction: QueueCorrection
  /** The calls of this process that are on the way to SignalWire. */
  private readonly pending: PendingTurn[] = []

  constructor(
    counters: Counters,
    private readonly pace: Pace,
    keys: Keys,
  ) {
    this.correction = new QueueCorrection(counters.turnCorrection, keys.storeName('turn'))
    if (pace.callsPerSecond === Infinity) return
    const create = (name: string, share?: number): CallQueue =>
      new CallQueue(counters.turns, pace, slot => keys.storeName('turn', name, slot), share)
    this.queue = create('all')
    this.enrollQueue = create('enroll', enrollShare)
  }

  /** How long the counts must be kept. */
  static windowSeconds(pace: Pace): number {
    return CallQueue.windowSeconds(pace, enrollShare)
  }

  /** What recent calls have shown about the queue; `undefined` if this call does not wait. */
  async readCorrection({ waitsForTurn = false }: CallRequest): Promise<Correction | undefined> {
    return waitsForTurn && this.queue !== undefined ? this.correction.read() : undefined
  }

  /** Throws `queue-full` if this process knows already that a call would ring too late. */
  refuseFull({ kind }: CallRequest, correction: Correction | undefined): void {
    if (correction === undefined) return
    const most = this.maxCountedSeconds(correction)
    if (kind === 'enroll') this.enrollQueue?.refuseFull(most)
    this.queue?.refuseFull(most)
  }

  /**
   * Takes a place in the queue. Throws `queue-full` if the phone would ring too late. `undefined`
   * if calls do not wait.
   */
  async take({ kind }: CallRequest, correction: Correction | undefined): Promise<Turn | undefined> {
    if (correction === undefined) return undefined
    const most = this.maxCountedSeconds(correction)
    if (kind === 'enroll') await this.enrollQueue?.take(most)
    const place = await this.queue?.take(most)
    if (place === undefined) return undefined
    const turn = {
      takenAt: place.takenAt,
      countedSeconds: place.seconds,
      seconds: correct(place.seconds, correction),
    }
    this.pending.push({ turn, correction, ringsAt: place.takenAt + place.seconds * 1000 })
    return turn
  }

  /**
   * The turn of a call that SignalWire has just accepted. SignalWire queues the calls as they
   * arrive, and parallel requests overtake each other on the way there: the call gets the first
   * place of all calls of this process that are on the way, and its own place goes to another one.
   */
  accept(turn: Turn): Turn {
    const own = this.leave(turn, (one, other) => one.ringsAt - other.ringsAt)
    if (own === undefined) return turn
    const countedSeconds = Math.max(0, own.ringsAt - turn.takenAt) / 1000
    return { ...turn, countedSeconds, seconds: correct(countedSeconds, own.correction) }
  }

  /** Forgets a call that was not placed. The last place of those on the way remains empty. */
  drop(turn: Turn): void {
    this.leave(turn, (one, other) => other.ringsAt - one.ringsAt)
  }

  /** Takes a call from the way, with the place that comes first by `compare`. */
  private leave(
    turn: Turn,
    compare: (one: PendingTurn, other: PendingTurn) => number,
  ): PendingTurn | undefined {
    const own = this.pending.find(each => each.turn === turn)
    const first = this.pending.toSorted(compare)[0]
    if (own === undefined || first === undefined) return undefined
    const { ringsAt } = first
    first.ringsAt = own.ringsAt
    this.pending.splice(this.pending.indexOf(own), 1)
    return { ...own, ringsAt }
  }

  /** The same turn with what recent calls have shown since it was taken. */
  async update(turn: Turn): Promise<Turn> {
    return { ...turn, seconds: correct(turn.countedSeconds, await this.correction.read()) }
  }

  /**
   * Learns from a call that has just begun to ring.
   * @param queuedUntil The last time at which the call was seen in the queue, if it was.
   */
  async learn(turn: Turn, queuedUntil: number | undefined): Promise<void> {
    const now = this.pace.now()
    const isJustSeen = queuedUntil !== undefined && now - queuedUntil < freshMilliseconds
    const secondsTo = (time: number): number => (time - turn.takenAt) / 1000
    await this.correction.learn(
      turn.countedSeconds,
      [isJustSeen ? secondsTo(queuedUntil) : 0, secondsTo(now)],
      await this.correction.read(),
    )
  }

  /**
   * The longest counted wait. A queue that seems faster than the pace does not lengthen it: a call
   * that is placed must be heard.
   */
  private maxCountedSeconds({ stretch, delaySeconds }: Correction): number {
    return (this.pace.maxWaitSeconds - delaySeconds) / Math.max(1, stretch)
  }
}
