import type { Space } from './space.js'
import type { SimulatedCall } from './types/call.js'

const waitMilliseconds = 5000

/** Tests that wait for a call. @internal */
export class CallWaiters {
  private readonly waiting = new Set<(reason: Error) => void>()

  constructor(private readonly space: Space) {}

  /**
   * Resolves with the first call that satisfies `predicate`, now or after a change. Rejects after
   * five real seconds.
   */
  waitFor(predicate: (call: SimulatedCall) => boolean): Promise<SimulatedCall> {
    const { space, waiting } = this
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer)
        forget()
        waiting.delete(fail)
        act()
      }
      const fail = (reason: unknown): void => {
        finish(() => {
          reject(reason)
        })
      }
      const check = (calls: readonly SimulatedCall[]): void => {
        try {
          const found = calls.find(predicate)
          if (found !== undefined)
            finish(() => {
              resolve(found)
            })
        } catch (error) {
          fail(error)
        }
      }
      const timer = setTimeout(() => {
        fail(new Error(`No call matched within 5 seconds. ${describe(space.snapshots())}`))
      }, waitMilliseconds)
      const forget = space.onChange(call => {
        if (call !== undefined) check([call.snapshot()])
      })
      waiting.add(fail)
      check(space.snapshots())
    })
  }

  /** Rejects everything that waits. */
  stop(): void {
    for (const fail of [...this.waiting]) fail(new Error('The simulator was stopped.'))
  }
}

function describe(calls: readonly SimulatedCall[]): string {
  if (calls.length === 0) return 'There are no calls.'
  return `The calls are: ${calls.map(describeCall).join('; ')}.`
}

function describeCall({ to, status, waitingFor, error }: SimulatedCall): string {
  const keys = waitingFor === null ? '' : ', waits for keys'
  const reason = error === null ? '' : `, ended by an error: ${error}`
  return `${to} ${status}${keys}${reason}`
}
