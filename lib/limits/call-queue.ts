import { VoiceOtpError } from '../errors.js'
import type { LimitCounter } from './limit-counter.js'

/** How fast the Space rings phones, and how long a call may wait for its turn. @internal */
export interface Pace {
  /** Calls that start to ring in one second. `Infinity`: no call waits. */
  readonly callsPerSecond: number
  /** A call that would ring later than this is refused, whatever the queue has shown. */
  readonly maxWaitSeconds: number
  /** The time of the strategy. */
  now(): number
}

/** When a call will ring, counted from the calls before it. @internal */
export interface QueuePlace {
  /** Milliseconds since 1970. */
  readonly takenAt: number
  /** Seconds from then until the phone rings. */
  readonly seconds: number
}

/**
 * Predicts when SignalWire will start a call: SignalWire starts the calls of a Space in their
 * order, `callsPerSecond` of them in a second. Source: SignalWire, "Rate limits".
 *
 * Time is cut into slots. In each slot, a fixed number of calls can ring. A call adds one to the
 * count of the first slot with room; if that count is then over the limit, the call tries a later
 * slot. So all processes share the queue, and no slot gets too many calls. No place is ever given
 * back: a slot ends when its time has passed, also if the process that took a place has died.
 * @internal
 */
export class CallQueue {
  private readonly callsPerSlot: number
  private readonly slotMilliseconds: number
  /** The first slot that may have room, as far as this process knows. */
  private nextSlot = 0
  /** How many calls of this process have tried for a place in that slot. */
  private triedInNextSlot = 0
  /** The search in progress, which parallel requests share. */
  private search: Promise<void> | undefined

  /** @param share The part of the pace that the calls of this queue may use, up to 1. */
  constructor(
    private readonly counter: LimitCounter,
    private readonly pace: Pace,
    private readonly keyOf: (slot: number) => string,
    share = 1,
  ) {
    const callsPerSecond = pace.callsPerSecond * share
    this.callsPerSlot = Math.max(1, Math.floor(callsPerSecond))
    this.slotMilliseconds = (this.callsPerSlot / callsPerSecond) * 1000
  }

  /** How many seconds the limiter must keep the count of a slot. */
  static windowSeconds({ callsPerSecond, maxWaitSeconds }: Pace, share = 1): number {
    // The longest wait, one slot, and a minute because the clocks of two machines may differ.
    return Math.ceil(maxWaitSeconds + 1 / Math.min(1, callsPerSecond * share)) + 60
  }

  /**
   * Takes the next place. Throws a {@link VoiceOtpError} (`queue-full`) if the phone would ring
   * after more than `maxSeconds`.
   */
  async take(maxSeconds: number): Promise<QueuePlace> {
    for (let fullSlots = 0; ; fullSlots++) {
      this.refuseFull(maxSeconds)
      const slot = this.nextSlot
      // Before the hit, which takes time: parallel requests of this process then spread over the
      // slots instead of all trying for the same one.
      this.triedInNextSlot += 1
      if (this.triedInNextSlot >= this.callsPerSlot) this.moveTo(slot + 1)
      const hit = await this.counter.hit(this.keyOf(slot), this.callsPerSlot)
      if (!hit.over) return this.placeOf(slot, hit.count)
      this.moveTo(slot + 1)
      // A second slot was full, so other processes have filled many slots: search for the first one
      // with room instead of trying one after the other.
      if (fullSlots > 0) await (this.search ??= this.findRoom())
    }
  }

  /** Throws `queue-full` if this process knows that a call would ring too late. Asks no store. */
  refuseFull(maxSeconds: number): void {
    const now = this.pace.now()
    const current = this.slotAt(now)
    // Either the time of the slot has passed, or the clock was set back.
    if (this.nextSlot < current || this.nextSlot > this.lastSlot + 1) {
      this.nextSlot = current
      this.triedInNextSlot = 0
    }
    if (this.nextSlot <= this.slotAt(now + maxSeconds * 1000)) return
    const seconds = (this.nextSlot * this.slotMilliseconds - now) / 1000 - maxSeconds
    throw new VoiceOtpError('queue-full', undefined, undefined, Math.max(1, Math.ceil(seconds)))
  }

  private slotAt(time: number): number {
    return Math.floor(time / this.slotMilliseconds)
  }

  /** The last slot in which a call may ring. */
  private get lastSlot(): number {
    return this.slotAt(this.pace.now() + this.pace.maxWaitSeconds * 1000)
  }

  private moveTo(slot: number): void {
    if (slot <= this.nextSlot) return
    this.nextSlot = slot
    this.triedInNextSlot = 0
  }

  private placeOf(slot: number, count: number): QueuePlace {
    const takenAt = this.pace.now()
    const slotsBefore = Math.max(0, slot - this.slotAt(takenAt))
    const callsBefore = slotsBefore * this.callsPerSlot + count - 1
    const milliseconds = Math.round((callsBefore / this.callsPerSlot) * this.slotMilliseconds)
    return { takenAt, seconds: milliseconds / 1000 }
  }

  /**
   * Moves to the first slot with room. All slots before it are full, so a binary search finds it in
   * a few reads, although there may be hundreds of slots.
   */
  private async findRoom(): Promise<void> {
    try {
      // `full` is a full slot, and `free` is a later slot with room. They approach each other.
      let [full, free] = [this.nextSlot - 1, this.lastSlot + 1]
      for (let step = 1; full + step < free; step *= 2) {
        if (await this.isFull(full + step)) full += step
        else free = full + step
      }
      while (free - full > 1) {
        const middle = Math.floor((full + free) / 2)
        if (await this.isFull(middle)) full = middle
        else free = middle
      }
      this.moveTo(free)
    } finally {
      this.search = undefined
    }
  }

  private async isFull(slot: number): Promise<boolean> {
    const count = await this.counter.get(this.keyOf(slot))
    return count !== undefined && count.consumedPoints >= this.callsPerSlot
  }
}
