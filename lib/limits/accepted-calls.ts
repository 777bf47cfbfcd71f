import type { LimitCounter } from './limit-counter.js'

/** The count stays below 2^31, also for a thousand calls a second. */
const modulus = 2 ** 30

/**
 * The order in which SignalWire accepted calls, for all processes. Parallel requests overtake each
 * other on the way to SignalWire, which queues the calls as they arrive.
 *
 * The count is a time, in turns of the pace: the turn of the call that was accepted last. It
 * begins at the present turn whenever a call finds the queue empty.
 * @internal
 */
export class AcceptedCalls {
  constructor(
    private readonly counter: LimitCounter,
    private readonly key: string,
    private readonly callsPerSecond: number,
    private readonly now: () => number,
  ) {}

  /** The queue is empty: the next call that SignalWire accepts rings at once. */
  async restart(): Promise<void> {
    await this.counter.set(this.key, this.currentTurn % modulus)
  }

  /**
   * Counts a call that SignalWire has just accepted. Returns how many calls ring before it. A
   * number above all that the queue may hold means that the count was lost.
   */
  async add(): Promise<number> {
    const { count } = await this.counter.hit(this.key)
    const before = (((count - 1 - this.currentTurn) % modulus) + modulus) % modulus
    // A count in the past: the queue is empty.
    return before > modulus / 2 ? 0 : before
  }

  private get currentTurn(): number {
    return Math.floor((this.now() / 1000) * this.callsPerSecond)
  }
}
