import type { Clock } from './clock.js'

interface WaitingCall {
  /** The call rings at this time at the earliest. */
  readonly earliest: number
  readonly ring: () => void
}

/**
 * The calls that wait for their turn to ring: first in, first out, at the pace of the Space.
 * Source: SignalWire, "Rate limits".
 * @internal
 */
export class RingQueue {
  private waiting: WaitingCall[] = []
  private nextTurn = 0
  private cancelTimer: (() => void) | undefined
  private readonly intervalMs: number

  constructor(
    private readonly clock: Clock,
    callsPerSecond: number,
    private readonly length: number,
  ) {
    this.intervalMs = 1000 / callsPerSecond
  }

  /** Whether one more call would have to wait and finds no place. */
  isFull(): boolean {
    return this.waiting.length >= this.length
  }

  /**
   * Takes the turn of a call that can ring now. Returns false, and takes nothing, if the call has
   * to wait.
   */
  takeTurn(delayMs: number): boolean {
    const now = this.clock.now()
    if (delayMs > 0 || now < this.nextTurn || (this.intervalMs > 0 && this.waiting.length > 0))
      return false
    this.nextTurn = now + this.intervalMs
    return true
  }

  /**
   * Calls `ring` when the turn of a call has come, after `delayMs` at the earliest. Returns a
   * function that leaves the queue.
   */
  wait(delayMs: number, ring: () => void): () => void {
    const call = { earliest: this.clock.now() + delayMs, ring }
    this.waiting.push(call)
    // At an unlimited pace no call waits for another one.
    if (this.intervalMs === 0) {
      const cancel = this.clock.after(delayMs, ring)
      return () => {
        cancel()
        this.remove(call)
      }
    }
    this.schedule()
    return () => {
      this.remove(call)
      this.schedule()
    }
  }

  private remove(call: WaitingCall): void {
    this.waiting = this.waiting.filter(each => each !== call)
  }

  private schedule(): void {
    this.cancelTimer?.()
    this.cancelTimer = undefined
    const [first] = this.waiting
    if (first === undefined) return
    const delayMs = Math.max(first.earliest, this.nextTurn) - this.clock.now()
    this.cancelTimer = this.clock.after(Math.max(delayMs, 0), () => {
      this.nextTurn = this.clock.now() + this.intervalMs
      this.remove(first)
      this.schedule()
      first.ring()
    })
  }
}
