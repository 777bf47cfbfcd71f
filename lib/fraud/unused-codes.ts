import type { Emit } from '../events.js'
import type { FraudEvents } from '../fraud-events.js'
import type { ActiveChallenges } from '../limits/active-challenge.js'

/** A code that was sent. @internal */
export interface SentCode {
  /** The id of its challenge. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  readonly details: FraudEvents['code.unused'][0]
}

/** At most this many codes wait at the same time. Beyond that, the oldest one is forgotten. */
const maxWaiting = 10_000
/**
 * A code is checked this long after it expired: a request that entered it in time has ended then.
 */
const graceMilliseconds = 5000
/**
 * A code is not checked later than this after it expired, because the limiter may have forgotten
 * whether it was used.
 */
const maxLateMilliseconds = 50_000
/**
 * The timer waits at most this long. If the clock was set back by a month, the delay would not fit
 * into a timer of Node, which would fire a thousand times a second.
 */
const maxDelayMilliseconds = 3_600_000
/** How many codes are checked at the same time. */
const batchSize = 100

/**
 * Emits `code.unused` for each code of this process that nobody entered. One timer serves all
 * codes, and it does not keep the process alive. All codes are valid equally long, so the oldest
 * one is always the next one to expire.
 * @internal
 */
export class UnusedCodes {
  private readonly waiting = new Map<string, SentCode>()
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly activeChallenges: ActiveChallenges,
    private readonly clock: { now(): number },
    private readonly emit: Emit,
  ) {}

  /** Waits for the end of a code. */
  add(code: SentCode): void {
    this.waiting.set(code.id, code)
    const [oldest] = this.waiting.keys()
    if (this.waiting.size > maxWaiting && oldest !== undefined) this.waiting.delete(oldest)
    this.schedule()
  }

  /** Forgets a code that was entered, or that reached nobody. */
  remove(id: string): void {
    this.waiting.delete(id)
  }

  private schedule(): void {
    const [oldest] = this.waiting.values()
    if (this.timer !== undefined || oldest === undefined) return
    const due = oldest.expiresAt + graceMilliseconds - this.clock.now()
    this.timer = setTimeout(
      () => {
        void this.checkDue()
      },
      Math.min(Math.max(due, 1000), maxDelayMilliseconds),
    )
    this.timer.unref()
  }

  private async checkDue(): Promise<void> {
    for (let due = this.takeDue(); due.length > 0; due = this.takeDue())
      await Promise.all(due.map(code => this.report(code)))
    this.timer = undefined
    this.schedule()
  }

  /** Takes up to {@link batchSize} codes that can be checked now. */
  private takeDue(): readonly SentCode[] {
    const now = this.clock.now()
    const due: SentCode[] = []
    for (const code of this.waiting.values()) {
      if (due.length === batchSize || now < code.expiresAt + graceMilliseconds) break
      due.push(code)
      this.waiting.delete(code.id)
    }
    return due
  }

  /**
   * Emits the event, unless the code was used. Uses the code up in the same step, so that it cannot
   * be accepted afterwards, and no other process reports it.
   */
  private async report({ id, expiresAt, details }: SentCode): Promise<void> {
    if (this.clock.now() > expiresAt + maxLateMilliseconds) return
    const isUnused = await this.activeChallenges
      .claim({ userId: details.userId, id })
      .catch(() => false)
    if (isUnused) this.emit('code.unused', details)
  }
}
