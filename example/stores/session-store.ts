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

  /** Calls `callback` with the result of `run`, or with an error after the time limit. */
  private limit<T>(callback: Callback<T>, run: (done: Callback<T>) => unknown): void {
    const result = new Promise<T | undefined>((resolve, reject) => {
      const done: Callback<T> = (error, value) =>
        error ? reject(new Error('failed')) : resolve(value)
      setTimeout(done, this.timeoutMilliseconds, true).unref()
      run(done)
    })
    result.then(
      value => callback(undefined, value),
      () => callback(new Unavailable('session-store', 'The session store failed.')),
    )
  }
}

function ignore(): void {
  /* the caller does not wait for the result */
}
