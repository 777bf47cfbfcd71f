import type { SessionData, Store } from 'express-session'
import { Unavailable } from '../middleware/errors.js'

type Callback = (error?: unknown, session?: SessionData | null) => void
/** The last argument is the callback. It may be missing. */
type Operation = (id: string, ...rest: unknown[]) => void

const operations = ['get', 'set', 'destroy', 'touch'] as const

/**
 * The same session store with a time limit. If the store hangs, fails or throws, the request ends
 * with a 503 in time.
 */
export function limitTime(store: Store, milliseconds = 3000): Store {
  const limited = Object.create(store) as Store
  // Otherwise Node counts the listeners on the copy, and the store can lose those of
  // express-session.
  limited.on = store.on.bind(store)
  const inner = store as unknown as Record<(typeof operations)[number], Operation>
  // A store may have no `touch`.
  for (const name of operations.filter(each => typeof store[each] === 'function'))
    limited[name] = limitOperation((...given) => inner[name](...given), milliseconds)
  return limited
}

/** Calls back with the result, or with an error in time. A result that comes later is ignored. */
function limitOperation(operation: Operation, milliseconds: number): Operation {
  return (id, ...rest) => {
    const callback = typeof rest.at(-1) === 'function' ? (rest.pop() as Callback) : undefined
    const result = new Promise<SessionData | null | undefined>((resolve, reject) => {
      setTimeout(reject, milliseconds).unref()
      operation(id, ...rest, (error: unknown, session?: SessionData | null) =>
        error ? reject() : resolve(session),
      )
    })
    result.then(
      session => callback?.(undefined, session),
      () => callback?.(new Unavailable('session-store')),
    )
  }
}
