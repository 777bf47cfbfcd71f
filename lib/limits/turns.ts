// How a call gets its turn. SignalWire queues the calls of a Space and starts a few per second.
// 1. Before SignalWire is asked, `take` takes a place in our copy of this queue (call-queue.ts).
//    This decides whether the call may be placed. An enrollment also needs a place in a smaller
//    queue.
// 2. After SignalWire has accepted the call, `accept` counts its wait once more, in the order in
//    which SignalWire accepted the calls (accepted-calls.ts): parallel requests overtake each
//    other.
// 3. When a call rings, `learn` compares its wait with the counted one (queue-correction.ts). The
//    difference corrects the waits that users are told (`update`) and what `take` refuses.

import type { Keys } from '../crypto.js'
import { readingSeconds } from '../call/dialogue.js'
import type { CallRequest } from './call-limits.js'
import { AcceptedCalls } from './accepted-calls.js'
import { CallQueue, type Pace } from './call-queue.js'
import type { Counters } from './counters.js'
import { appKey } from './store-keys.js'
import type { Turn } from './turn.js'
import { type Correction, correct, noCorrection, QueueCorrection } from './queue-correction.js'

/**
 * Enrollments may use this part of the pace. Anybody with a new account can ask for one, so they
 * must not fill the queue for logins.
 */
const enrollShare = 1 / 3

/**
 * A page reads the state of its call every few seconds. If the last read is older than this, it
 * does not show when the call began to ring.
 */
const freshMilliseconds = 10_000

/** The pace of a Space in which no call waits. @internal */
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
  // After the wait, the phone rings for up to `ringSeconds`. For a code with a short life, half of
  // the time is kept for the wait.
  const maxWaitSeconds = usableSeconds - Math.min(ringSeconds, usableSeconds / 2)
  return { callsPerSecond, maxWaitSeconds, now: () => clock.now() }
}

/**
 * When each call rings, because calls wait until the Space starts them. Refuses a call that would
 * ring too late to be heard before its code expires.
 * @internal
 */
export class Turns {
  private readonly queue: CallQueue | undefined
  private readonly enrollQueue: CallQueue | undefined
  private readonly accepted: AcceptedCalls | undefined
  private readonly correction: QueueCorrection
  /** The correction with which each turn was taken, for `accept`. */
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

  /** How many seconds the limiter must keep the counts of both queues. */
  static windowSeconds(pace: Pace): number {
    // The smaller queue has the longer slots.
    return CallQueue.windowSeconds(pace, enrollShare)
  }

  /** What recent calls have shown about the queue; `undefined` if this call does not wait. */
  async readCorrection({ waitsForTurn = false }: CallRequest): Promise<Correction | undefined> {
    return waitsForTurn && this.queue !== undefined ? this.correction.read() : undefined
  }

  /** Throws `queue-full` if this process knows already that a call would ring too late. */
  refuseFull({ kind }: CallRequest, correction: Correction | undefined): void {
    if (correction === undefined) return
    const maxSeconds = this.maxCountedSeconds(correction)
    if (kind === 'enroll') this.enrollQueue?.refuseFull(maxSeconds)
    this.queue?.refuseFull(maxSeconds)
  }

  /**
   * Takes a place in the queue. Throws `queue-full` if the phone would ring too late. Returns
   * `undefined` if calls do not wait.
   */
  async take({ kind }: CallRequest, correction: Correction | undefined): Promise<Turn | undefined> {
    if (correction === undefined || this.queue === undefined) return undefined
    const maxSeconds = this.maxCountedSeconds(correction)
    if (kind === 'enroll') await this.enrollQueue?.take(maxSeconds)
    const place = await this.queue.take(maxSeconds)
    // The queue was empty. Nothing waits for this write: SignalWire accepts the call much later. If
    // the write fails, only the waits that users are told are less exact.
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
   * After SignalWire has accepted a call, counts its wait again and returns the turn with the new
   * wait. Parallel requests overtake each other on the way to SignalWire, which queues the calls as
   * they arrive. So the place from {@link take} is only approximately the place of the call.
   * Never throws.
   */
  async accept(turn: Turn): Promise<Turn> {
    if (this.accepted === undefined) return turn
    const { callsPerSecond, maxWaitSeconds } = this.pace
    try {
      const countedSeconds = (await this.accepted.add()) / callsPerSecond
      if (countedSeconds > 2 * maxWaitSeconds) return turn // the limiter has lost the count
      const correction = this.corrections.get(turn) ?? noCorrection
      return {
        takenAt: this.pace.now(),
        countedSeconds,
        seconds: correct(countedSeconds, correction),
      }
    } catch {
      return turn // the call is placed, so a failing limiter must not fail the request
    }
  }

  /** Returns the turn with the wait that is expected now, after what recent calls have shown. */
  async update(turn: Turn): Promise<Turn> {
    return { ...turn, seconds: correct(turn.countedSeconds, await this.correction.read()) }
  }

  /**
   * Corrects the expected waits by a call that has just begun to ring.
   * @param queuedUntil When this process last saw the call in SignalWire's queue, in milliseconds
   * since 1970; `undefined` if it never did.
   */
  async learn(turn: Turn, queuedUntil: number | undefined): Promise<void> {
    const now = this.pace.now()
    const isFresh = queuedUntil !== undefined && now - queuedUntil < freshMilliseconds
    const secondsTo = (time: number): number => (time - turn.takenAt) / 1000
    // The call began to ring between these two times.
    const realWait = [isFresh ? secondsTo(queuedUntil) : 0, secondsTo(now)] as const
    await this.correction.learn(turn.countedSeconds, realWait, await this.correction.read())
  }

  /**
   * The longest counted wait of a call that is not refused. A queue that seems faster than the pace
   * does not lengthen it: if it becomes slower again, the call must still be heard in time.
   */
  private maxCountedSeconds({ stretch, delaySeconds }: Correction): number {
    return (this.pace.maxWaitSeconds - delaySeconds) / Math.max(1, stretch)
  }
}
