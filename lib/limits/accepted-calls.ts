import type { LimitCounter } from './limit-counter.js'

/** Turns are numbered modulo this, so that the count stays below 2^31 at any pace. */
const modulus = 2 ** 30

/**
 * The order in which SignalWire accepted calls, for all processes. Parallel requests overtake each
 * other on the way to SignalWire, which queues the calls as they arrive.
 *
 * Time is divided into turns: in each, the Space starts one call. The count in the limiter is the
 * number of the turn that the last accepted call gets. Each accepted call adds one. A call that
 * finds the queue empty sets the count to the present turn.
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
   * Counts a call that SignalWire has just accepted. Returns how many calls ring before it. If the
   * limiter has lost the count, returns 0, or a number far above what the queue can hold.
   */
  async add(): Promise<number> {
    const { count } = await this.counter.hit(this.key)
    const turnsAhead = (((count - 1 - this.currentTurn) % modulus) + modulus) % modulus
    // The upper half stands for negative numbers: the turn has passed, so the queue is empty.
    return turnsAhead > modulus / 2 ? 0 : turnsAhead
  }

  private get currentTurn(): number {
    return Math.floor((this.now() / 1000) * this.callsPerSecond)
  }
}
