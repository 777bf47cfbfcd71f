import { runCallback } from '../callbacks.js'
import type { Context } from '../context.js'
import type { RememberedBrowser, RememberStore } from '../options/remember.js'
import type { BrowserCookie } from './cookie.js'

const storeDeadlineSeconds = 2
/** @internal */
export const dayMilliseconds = 86_400_000

/** Calls one method of the app's store, with a deadline of 2 seconds. @internal */
export const runStore = <T>(
  name: keyof RememberStore,
  operation: () => T | PromiseLike<T>,
): Promise<T> =>
  runCallback(`remember.store.${name}`, operation, { deadlineSeconds: storeDeadlineSeconds })

/** The name of a user in the store: a keyed hash, so that the store holds no user ids. @internal */
export const hashUser = <User>({ keys }: Context<User>, userId: string): string =>
  keys.storeName('remembered-user', userId)

/** The name of a session in the store. @internal */
export const hashSession = <User>({ keys }: Context<User>, sessionId: string): string =>
  keys.storeName('remembered-session', sessionId)

/**
 * The hash of a cookie that the store keeps. The user is part of it, so that the cookie of one user
 * is not valid for another.
 * @internal
 */
export const hashCookie = <User>(
  { keys }: Context<User>,
  { id, value }: BrowserCookie,
  userId: string,
): string => keys.hash('browser', id, value, userId)

/** Whether `hash` is the hash of this cookie and user under any of the secrets. @internal */
export const cookieMatches = <User>(
  { keys }: Context<User>,
  hash: string,
  { id, value }: BrowserCookie,
  userId: string,
): boolean => keys.matches(hash, 'browser', id, value, userId)

/** The remembered browsers of a user that have not expired. @internal */
export async function listBrowsers<User>(
  context: Context<User>,
  store: RememberStore,
  userId: string,
): Promise<readonly RememberedBrowser[]> {
  const now = context.settings.clock.now()
  const browsers = await runStore('list', () => store.list(hashUser(context, userId)))
  return browsers.filter(({ expiresAt }) => expiresAt > now)
}

/** Removes every remembered browser of a user, if the option `remember` is set. @internal */
export async function forgetBrowsers<User>(context: Context<User>, userId: string): Promise<void> {
  const { remember } = context.settings
  if (remember !== undefined)
    await runStore('removeAll', () => remember.store.removeAll(hashUser(context, userId)))
}
