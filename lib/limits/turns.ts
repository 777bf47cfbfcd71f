import type { Keys } from '../crypto.js'
import { readingSeconds } from '../call/dialogue.js'
import type { CallRequest } from './call-limits.js'
import { AcceptedCalls } from './accepted-calls.js'
import { CallQueue, type Pace } from './call-queue.js'
import type { Counters } from './counters.js'
import { appKey } from './store-keys.js'
import type { Turn } from './turn.js'
import { type Correction, correct, noCorrection, QueueCorrection } from './queue-correction.js'

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

/**
 * Whose turn it is: calls wait until the Space starts them, and a call that cannot be heard before
 * its code expires is refused. @internal
 */
export class Turns {
  private readonly queue: CallQueue | undefined
  private readonly enrollQueue: CallQueue | undefined
  private readonly accepted: AcceptedCalls | undefined
  private readonly correction: QueueCorrection
  /** What was known about the queue when a turn was taken. */
  private readonly corrections = new WeakMap<Turn, Correction>()

  constructor(
    counters: Counters,
    private readonly pace: Pace,
    keys: Keys,
  ) {
    this.correction = new QueueCorrection(counters.turnCorrection, appKey(keys))
    if (pace.callsPerSecond === Infinity) return
    const create = (name: string, share?: number): CallQueue =>
      new CallQueue(counters.turns, pace, slot => appKey(keys, 'turn', name, slot), share)
    this.queue = create('all')
    this.enrollQueue = create('enroll', enrollShare)
    this.accepted = new AcceptedCalls(
      counters.acceptedCalls,
      appKey(keys),
      pace.callsPerSecond,
      () => pace.now(),
    )
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
    // Long before SignalWire accepts this call. If it fails, only the told waits are less exact.
    if (place.seconds === 0) this.accepted?.restart().catch(() => undefined)
    const turn = {
      takenAt: place.takenAt,
      countedSeconds: place.seconds,
      seconds: correct(place.seconds, correction),
    }
    this.corrections.set(turn, correction)
    return turn
  }

  /**
   * The turn of a call that SignalWire has just accepted. Parallel requests overtake each other on
   * the way to SignalWire, which queues them as they arrive. So the wait that a user is told is
   * counted again, in this order. The place that let the call in is only approximately its own.
   */
  async accept(turn: Turn): Promise<Turn> {
    if (this.accepted === undefined) return turn
    const { callsPerSecond, maxWaitSeconds } = this.pace
    try {
      const countedSeconds = (await this.accepted.add()) / callsPerSecond
      if (countedSeconds > 2 * maxWaitSeconds) return turn
      const correction = this.corrections.get(turn) ?? noCorrection
      return {
        takenAt: this.pace.now(),
        countedSeconds,
        seconds: correct(countedSeconds, correction),
      }
    } catch {
      return turn // the call is placed: it must not fail now
    }
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
