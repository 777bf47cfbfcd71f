import { Activity } from './activity.js'
import { Call } from './call.js'
import { type Clock, createManualClock, createRealClock } from './clock.js'
import type { Order } from './order.js'
import type { Telephone } from './telephones.js'
import type { Faults, RestRequest, SimulatedCall, SimulatedMessage, SimulatedMfa } from './types.js'

/** A record that goes on changing; outside it is read only. @internal */
export type Growing<T> = { -readonly [Key in keyof T]: T[Key] }

/** Who the Space is. @internal */
export interface Identity {
  readonly project: string
  readonly token: string
  readonly signingKey: string
  readonly from: string
}

/** A telephone network takes its time; with the manual clock there is none unless asked for. */
const realQueueMilliseconds = 300

/** Everything that a Space knows, and what its rooms share. Nothing is ever forgotten. @internal */
export class Space {
  readonly clock: Clock
  readonly activity = new Activity()
  readonly ended = new AbortController()
  readonly calls = new Map<string, Call>()
  readonly requests: Growing<RestRequest>[] = []
  readonly messages: Growing<SimulatedMessage>[] = []
  readonly mfaRequests: Growing<SimulatedMfa>[] = []
  readonly telephones = new Map<string, Telephone>()
  faults: Faults = {}
  queueMilliseconds = 0
  private readonly delays = new Set<() => void>()
  private readonly listeners = new Set<(call: Call | undefined) => void>()

  constructor(
    readonly identity: Identity,
    clock: 'manual' | 'real',
  ) {
    this.clock = clock === 'manual' ? createManualClock() : createRealClock()
  }

  /** Takes a call; it rings once `begin` of the answer is called. */
  place(order: Order): Call {
    const call = new Call(this, order)
    this.calls.set(call.sid, call)
    this.changed(call)
    return call
  }

  telephone(number: string): Telephone {
    return this.telephones.get(number) ?? { behaviour: 'manual' }
  }

  queueTime(): number {
    return Math.max(this.queueMilliseconds, this.clock.isManual ? 0 : realQueueMilliseconds)
  }

  /** The newest calls, newest first. */
  snapshots(most = Infinity): readonly SimulatedCall[] {
    return [...this.calls.values()]
      .reverse()
      .slice(0, most)
      .map(call => call.snapshot())
  }

  /** Waits, by real time whatever the clock: clients have real limits. */
  realDelay(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return Promise.resolve()
    return new Promise(resolve => {
      const finish = (): void => {
        clearTimeout(timer)
        this.delays.delete(finish)
        resolve()
      }
      const timer = setTimeout(finish, milliseconds)
      this.delays.add(finish)
    })
  }

  /** Ends every timer and every webhook under way. */
  stop(): void {
    this.clock.stop()
    this.ended.abort()
    for (const finish of this.delays) finish()
  }

  changed(call?: Call): void {
    for (const listener of [...this.listeners]) listener(call)
  }

  onChange(listener: (call: Call | undefined) => void): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }
}
