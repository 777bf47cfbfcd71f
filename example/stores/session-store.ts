import { Store, type SessionData } from 'express-session'
import { Unavailable } from '../middleware/errors.js'

type Callback<T = void> = (error?: unknown, value?: T) => void

/**
 * Wraps another session store. If that store hangs, fails or throws, the request ends with a 503
 * within a time limit.
 */
export class TimeLimitedStore extends Store {
  constructor(
    private readonly inner: Store,
    private readonly timeoutMilliseconds = 3000,
  ) {
    super()
    // express-session does not use a store after it emitted "disconnect".
    for (const event of ['connect', 'disconnect'] as const) inner.on(event, () => this.emit(event))
  }

  override get(sessionId: string, callback: Callback<SessionData | null>): void {
    this.limit<SessionData | null>(callback, done => this.inner.get(sessionId, done))
  }

  override set(sessionId: string, session: SessionData, callback: Callback = ignore): void {
    this.limit(callback, done => this.inner.set(sessionId, session, done))
  }

  override destroy(sessionId: string, callback: Callback = ignore): void {
    this.limit(callback, done => this.inner.destroy(sessionId, done))
  }

  override touch(sessionId: string, session: SessionData, callback: () => void = ignore): void {
    if (this.inner.touch) this.limit(callback, done => this.inner.touch?.(sessionId, session, done))
    else callback()
  }

  /** Calls `callback` once: with the result of `run`, or with an error after the time limit. */
  private limit<T>(callback: Callback<T>, run: (done: Callback<T>) => unknown): void {
    const done = (error?: unknown, value?: T): void => {
      clearTimeout(timer)
      const firstCallback = callback
      callback = ignore
      firstCallback(
        error ? new Unavailable('session-store', 'The session store failed.') : undefined,
        value,
      )
    }
    const timer = setTimeout(() => done(true), this.timeoutMilliseconds)
    try {
      run(done)
    } catch (error) {
      done(error)
    }
  }
}

function ignore(): void {
  /* a late result after the time limit */
}
