import type { Activity } from '../network/activity.js'

/** Ends what the call is doing, because the call is over. @internal */
export class CallEnded extends Error {}

/**
 * The times at which a call waits for a person or for the clock. Only then it counts as idle.
 * @internal
 */
export class Waits {
  /** Set while a person may answer. */
  pickUp: (() => void) | undefined
  /** Set while a key ends the wait. */
  onKey: (() => void) | undefined
  private stop: ((reason: Error) => void) | undefined
  /** An interruption that came while the call did not wait. */
  private pending: Error | undefined

  constructor(
    private readonly activity: Activity,
    private readonly sid: string,
    private readonly changed: () => void,
  ) {}

  /**
   * Waits until `wake` is called. `start` returns a function that cancels its timer. Rejects with
   * the reason of an interruption.
   */
  rest<T>(start: (wake: (value: T) => void) => () => void): Promise<T> {
    this.check()
    return new Promise((resolve, reject) => {
      const resume = (): void => {
        cancel()
        this.stop = this.pickUp = this.onKey = undefined
        this.activity.enter(this.sid)
      }
      const cancel = start(value => {
        resume()
        resolve(value)
      })
      this.stop = reason => {
        resume()
        reject(reason)
      }
      this.activity.leave(this.sid)
      this.changed()
    })
  }

  /**
   * Makes the call stop what it is doing: at once if it waits, otherwise at its next `rest` or
   * `check`.
   */
  interrupt(reason: Error): void {
    if (this.stop === undefined) this.pending = reason
    else this.stop(reason)
  }

  /** Throws the reason of an interruption that came while the call did not wait. */
  check(): void {
    const reason = this.pending
    if (!(reason instanceof CallEnded)) this.pending = undefined
    if (reason !== undefined) throw reason
  }
}
