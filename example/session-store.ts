import { Store, type SessionData } from 'express-session'
import { Unavailable } from './errors.js'

type Done<T = void> = (error?: unknown, value?: T) => void

/** Stands in front of another session store: one that hangs, fails or throws becomes a 503 within a time limit, and hangs no page. */
export class PunctualStore extends Store {
  constructor(
    private readonly inner: Store,
    private readonly milliseconds = 3000,
  ) {
    super()
    // express-session stops asking a store that says it is gone.
    for (const event of ['connect', 'disconnect'] as const) inner.on(event, () => this.emit(event))
  }

  override get(sessionId: string, done: Done<SessionData | null>): void {
    this.limited<SessionData | null>(done, limited => this.inner.get(sessionId, limited))
  }

  override set(sessionId: string, session: SessionData, done: Done = ignore): void {
    this.limited(done, limited => this.inner.set(sessionId, session, limited))
  }

  override destroy(sessionId: string, done: Done = ignore): void {
    this.limited(done, limited => this.inner.destroy(sessionId, limited))
  }

  override touch(sessionId: string, session: SessionData, done: () => void = ignore): void {
    if (this.inner.touch)
      this.limited(done, limited => this.inner.touch?.(sessionId, session, limited))
    else done()
  }

  private limited<T>(done: Done<T>, work: (limited: Done<T>) => unknown): void {
    const settle = (error?: unknown, value?: T): void => {
      clearTimeout(timer)
      const answer = done
      done = ignore
      answer(
        error ? new Unavailable('session-store', 'The session store failed.') : undefined,
        value,
      )
    }
    const timer = setTimeout(() => settle(true), this.milliseconds)
    try {
      work(settle)
    } catch (error) {
      settle(error)
    }
  }
}

function ignore(): void {
  /* an answer that nobody waits for any more */
}
