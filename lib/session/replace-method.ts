import type { LogInDone, Session } from './passport-request.js'

/**
 * Replaces a method of one session. The property is not enumerable, so that it is not stored with
 * the session. Returns a function that puts the old method back.
 * @internal
 */
export function replaceMethod(
  session: Session,
  name: 'regenerate' | 'save',
  value: (done: LogInDone) => unknown,
): () => void {
  const own = Object.getOwnPropertyDescriptor(session, name)
  Object.defineProperty(session, name, {
    value,
    configurable: true,
    writable: true,
    enumerable: false,
  })
  return () => {
    if (own === undefined) Reflect.deleteProperty(session, name)
    else Object.defineProperty(session, name, own)
  }
}
