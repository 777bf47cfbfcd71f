import type { SimulatedCall } from '../types/call.js'
import type { Faults } from '../types/faults.js'
import { Activity } from './activity.js'
import { type Clock, createManualClock, createRealClock } from './clock.js'
import type { Phone } from './phones.js'
import { RingQueue } from './ring-queue.js'
import type { Settings } from './settings.js'

/** The credentials and the phone number of a project. @internal */
export interface Identity {
  readonly project: string
  readonly token: string
  readonly signingKey: string
  readonly from: string
}

/** What a listener needs to know about a call. @internal */
export interface ChangedCall {
  snapshot(): SimulatedCall
}

/** With the real clock a call rings after this time, as in a real network. */
const realQueueMilliseconds = 300

/** What all calls and messages of one Space share: time, phones, faults, listeners. @internal */
export class Network {
  readonly clock: Clock
  readonly activity = new Activity()
  readonly ended = new AbortController()
  readonly phones = new Map<string, Phone>()
  readonly ringQueue: RingQueue
  faults: Faults = {}
  queueMilliseconds = 0
  private readonly delays = new Set<() => void>()
  private readonly listeners = new Set<(call: ChangedCall | undefined) => void>()

  constructor(
    readonly identity: Identity,
    readonly settings: Settings,
    clock: 'manual' | 'real',
  ) {
    this.clock = clock === 'manual' ? createManualClock() : createRealClock()
    this.ringQueue = new RingQueue(this.clock, settings.callsPerSecond, settings.queueLength)
  }

  /** How a phone behaves. A phone that nobody has set up rings until it is answered. */
  phone(number: string): Phone {
    return this.phones.get(number) ?? { behaviour: 'manual' }
  }

  /** Milliseconds that a call or a message takes before it reaches the phone. */
  queueTime(): number {
    return Math.max(this.queueMilliseconds, this.clock.isManual ? 0 : realQueueMilliseconds)
  }

  /** Waits in real time, whatever the clock: HTTP clients have real time limits. */
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

  /** Ends every timer and every webhook that was sent and has no response yet. */
  stop(): void {
    this.clock.stop()
    this.ended.abort()
    for (const finish of this.delays) finish()
  }

  /** Tells the listeners that a call, or something else, has changed. */
  changed(call?: ChangedCall): void {
    for (const listener of [...this.listeners]) listener(call)
  }

  /** Calls `listener` after every change. Returns a function that ends this. */
  onChange(listener: (call: ChangedCall | undefined) => void): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }
}
