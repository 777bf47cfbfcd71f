import { Store, type SessionData } from 'express-session'
import { Unavailable } from '../middleware/errors.js'

type Callback = (error?: unknown, session?: SessionData | null) => void
type Arguments = [session: SessionData, callback?: Callback] | [callback?: Callback]

/**
 * Wraps another session store. If that store hangs, fails or throws, the request ends with a 503
 * within a time limit.
 */
export class TimeLimitedStore extends Store {
  override get = this.limit('get')
  override set = this.limit('set')
  override destroy = this.limit('destroy')
  override touch = this.limit('touch')

  constructor(
    private readonly inner: Store,
    private readonly timeoutMilliseconds = 3000,
  ) {
    super()
    // express-session does not use a store after it emitted "disconnect".
    for (const event of ['connect', 'disconnect'] as const) inner.on(event, () => this.emit(event))
  }

  /** The operation calls back with the result of the inner store, or with an error in time. */
  private limit(operation: 'get' | 'set' | 'destroy' | 'touch') {
    return (id: string, ...rest: Arguments): void => {
      const callback = rest.pop() as Callback | undefined
      const result = new Promise<SessionData | null | undefined>((resolve, reject) => {
        setTimeout(reject, this.timeoutMilliseconds).unref()
        const done: Callback = (error, session) => (error ? reject() : resolve(session))
        const store = this.inner as unknown as Record<string, (...values: unknown[]) => void>
        if (operation in store) store[operation]?.(id, ...rest, done)
        else resolve(undefined)
      })
      result.then(
        session => callback?.(undefined, session),
        () => callback?.(new Unavailable('session-store', 'The session store failed.')),
      )
    }
  }
}
