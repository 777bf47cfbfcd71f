/** Time as the simulator knows it. @internal */
export interface Clock {
  /** Whether time passes only by `advance`. */
  readonly isManual: boolean
  /** Milliseconds since 1970. */
  now(): number
  /** Does something in `delayMs` milliseconds; answers a function that calls it off. */
  after(delayMs: number, action: () => void): () => void
  /** Lets time pass, each event at its moment; `settle` waits for what an event set off. */
  advance(milliseconds: number, settle: () => Promise<void>): Promise<void>
  /** Calls everything off. */
  stop(): void
}

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
      // The server holds the process for as long as it listens; a telephone that rings need not.
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
    async advance(milliseconds, settle) {
      if (!Number.isFinite(milliseconds) || milliseconds < 0)
        throw new TypeError('advance: give milliseconds, 0 or more.')
      const until = now + milliseconds
      await settle()
      for (;;) {
        const next = queue
          .filter(({ at }) => at <= until)
          .sort((a, b) => a.at - b.at || a.order - b.order)[0]
        if (next === undefined) break
        queue = queue.filter(each => each !== next)
        now = Math.max(now, next.at)
        next.action()
        await settle()
      }
      now = until
    },
    stop() {
      queue = []
    },
  }
}
