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

/** When a call will ring, as far as the calls before it decide. @internal */
export interface QueuePlace {
  /** Milliseconds since 1970. */
  readonly takenAt: number
  /** Seconds from then until the phone rings. */
  readonly seconds: number
}

/**
 * The queue of the calls that SignalWire has accepted and not started: first in, first out, at
 * `callsPerSecond`. Source: SignalWire, "Rate limits".
 *
 * Time is cut into slots, each with room for the calls that ring in it. A call takes the first slot
 * that has room, by one hit on the count of that slot, so all processes share the queue and no slot
 * is ever overbooked. A place is never given back, and needs no end: slots pass by themselves, also
 * if the process that took one has died. Each process remembers the first slot that may have room.
 * @internal
 */
export class CallQueue {
  /** Calls of one slot. */
  private readonly room: number
  private readonly slotMilliseconds: number
  /** The first slot that may have room, as far as this process knows. */
  private next = 0
  /** Places that this process has taken in that slot. */
  private taken = 0
  private search: Promise<void> | undefined

  /** @param share The part of the pace that the calls of this queue may use, up to 1. */
  constructor(
    private readonly counter: LimitCounter,
    private readonly pace: Pace,
    private readonly keyOf: (slot: number) => string,
    share = 1,
  ) {
    const callsPerSecond = pace.callsPerSecond * share
    this.room = Math.max(1, Math.floor(callsPerSecond))
    this.slotMilliseconds = (this.room / callsPerSecond) * 1000
  }

  /** How long the count of a slot must be kept. */
  static windowSeconds({ callsPerSecond, maxWaitSeconds }: Pace, share = 1): number {
    // Longer than a slot, for clocks that differ.
    return Math.ceil(maxWaitSeconds + 1 / Math.min(1, callsPerSecond * share)) + 60
  }

  /**
   * Takes the next place. Throws a {@link VoiceOtpError} (`queue-full`) if the phone would ring
   * after more than `maxSeconds`.
   */
  async take(maxSeconds: number): Promise<QueuePlace> {
    for (let losses = 0; ; losses++) {
      this.refuseFull(maxSeconds)
      // Parallel requests of this process must not try for the same place.
      const slot = this.next
      this.taken += 1
      if (this.taken >= this.room) this.moveTo(slot + 1)
      const hit = await this.counter.hit(this.keyOf(slot), this.room)
      if (!hit.over) return this.placeOf(slot, hit.count)
      this.moveTo(slot + 1)
      // Other processes are ahead by more than a few calls.
      if (losses > 0) await (this.search ??= this.findRoom())
    }
  }

  /** Throws `queue-full` if this process knows that a call would ring too late. Asks no store. */
  refuseFull(maxSeconds: number): void {
    const now = this.pace.now()
    const current = this.slotAt(now)
    // Either the slot has passed, or the clock was set back.
    if (this.next < current || this.next > this.lastSlot + 1) {
      this.next = current
      this.taken = 0
    }
    if (this.next <= this.slotAt(now + maxSeconds * 1000)) return
    const seconds = (this.next * this.slotMilliseconds - now) / 1000 - maxSeconds
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
    if (slot <= this.next) return
    this.next = slot
    this.taken = 0
  }

  private placeOf(slot: number, count: number): QueuePlace {
    const takenAt = this.pace.now()
    const slotsBefore = Math.max(0, slot - this.slotAt(takenAt))
    const callsBefore = slotsBefore * this.room + count - 1
    const milliseconds = Math.round((callsBefore / this.room) * this.slotMilliseconds)
    return { takenAt, seconds: milliseconds / 1000 }
  }

  /**
   * Moves on to the first slot with room, in a few steps although there may be hundreds of slots:
   * all slots before it are full.
   */
  private async findRoom(): Promise<void> {
    try {
      let [full, free] = [this.next - 1, this.lastSlot + 1]
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
    return count !== undefined && count.consumedPoints >= this.room
  }
}
