import type { Activity } from '../network/activity.js'

/** The call has ended while it was at something: that is simply left. @internal */
export class Over extends Error {}

/** The times at which a call waits for a person or for the clock: the only ones at which it counts as idle. @internal */
export class Waits {
  /** Set while a person may answer. */
  pickUp: (() => void) | undefined
  /** Set while a key ends the wait. */
  onKey: (() => void) | undefined
  private breakOff: (() => void) | undefined

  constructor(
    private readonly activity: Activity,
    private readonly sid: string,
    private readonly changed: () => void,
  ) {}

  /** Waits until `wake` is called; `start` answers a function that calls its timer off. Rejects with Over when the call ends. */
  rest<T>(start: (wake: (value: T) => void) => () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const resume = (): void => {
        cancel()
        this.breakOff = this.pickUp = this.onKey = undefined
        this.activity.enter(this.sid)
      }
      const cancel = start(value => {
        resume()
        resolve(value)
      })
      this.breakOff = () => {
        resume()
        reject(new Over())
      }
      this.activity.leave(this.sid)
      this.changed()
    })
  }

  /** Ends a wait because the call is over. */
  end(): void {
    this.breakOff?.()
  }
}
