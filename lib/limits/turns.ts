import type { Keys } from '../crypto.js'
import { readingSeconds } from '../call/dialogue.js'
import type { CallRequest } from './call-limits.js'
import { CallQueue, type Pace, type QueuePlace } from './call-queue.js'
import type { Counters } from './counters.js'

/** Enrollments may use this part of the pace: anybody with a new account can ask for them. */
const enrollShare = 1 / 3

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

  constructor(counters: Counters, pace: Pace, keys: Keys) {
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

  /** Throws `queue-full` if this process knows already that a call would ring too late. */
  refuseFull({ waitsForTurn = false, kind }: CallRequest): void {
    if (!waitsForTurn) return
    if (kind === 'enroll') this.enrollQueue?.refuseFull()
    this.queue?.refuseFull()
  }

  /**
   * Takes a place in the queue. Throws `queue-full` if the phone would ring too late. `undefined`
   * if calls do not wait.
   */
  async take({ waitsForTurn = false, kind }: CallRequest): Promise<QueuePlace | undefined> {
    if (!waitsForTurn) return undefined
    if (kind === 'enroll') await this.enrollQueue?.take()
    return this.queue?.take()
  }
}
