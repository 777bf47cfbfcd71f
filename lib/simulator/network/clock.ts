/** The time of a Space. @internal */
export interface Clock {
  /** Whether time passes only with `advance`. */
  readonly isManual: boolean
  /** Milliseconds since 1970. */
  now(): number
  /** Runs `action` after `delayMs` milliseconds. Returns a function that cancels this. */
  after(delayMs: number, action: () => void): () => void
  /**
   * Lets time pass and runs each action at its time. `untilIdle` waits until everything that an
   * action started is done.
   */
  advance(milliseconds: number, untilIdle: () => Promise<void>): Promise<void>
  /** Cancels all actions. */
  stop(): void
}

/** A clock that follows the time of the machine. @internal */
export function createRealClock(): Clock {
  const timers = new Set<NodeJS.Timeout>()
  return {
    isManual: false,
    now: () => Date.now(),
    after(delayMs, action) {
      const timer = setTimeout(() => {
        timers.delete(timer)
        action()
      }, delayMs)
      // The server keeps the process alive while it listens. A ringing phone must not.
      timer.unref()
      timers.add(timer)
      return () => {
        timers.delete(timer)
        clearTimeout(timer)
      }
    },
    advance: () =>
      Promise.reject(
        new Error("advance() needs the manual clock: Simulator.start({ clock: 'manual' })"),
      ),
    stop() {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}

/** A clock that moves only with `advance`. @internal */
export function createManualClock(): Clock {
  let now = Date.now()
  let order = 0
  let queue: { readonly at: number; readonly order: number; readonly action: () => void }[] = []
  return {
    isManual: true,
    now: () => now,
    after(delayMs, action) {
      const event = { at: now + delayMs, order: order++, action }
      queue.push(event)
      return () => {
        queue = queue.filter(each => each !== event)
      }
    },
    async advance(milliseconds, untilIdle) {
      if (!Number.isFinite(milliseconds) || milliseconds < 0)
        throw new TypeError('advance: give milliseconds, 0 or more.')
      const until = now + milliseconds
      await untilIdle()
      for (;;) {
        const next = queue
          .filter(({ at }) => at <= until)
          .sort((a, b) => a.at - b.at || a.order - b.order)[0]
        if (next === undefined) break
        queue = queue.filter(each => each !== next)
        now = Math.max(now, next.at)
        next.action()
        await untilIdle()
      }
      now = until
    },
    stop() {
      queue = []
    },
  }
}
