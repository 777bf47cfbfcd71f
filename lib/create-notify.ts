import { runCallback } from './callbacks.js'
import type { Context } from './context.js'
import type { Emit } from './events.js'
import type { UserNotice } from './options/notice.js'

/** What the function needs. @internal */
export interface NotifySettings {
  readonly notifyUser: ((userId: string, what: UserNotice) => void | Promise<void>) | undefined
}

/**
 * Creates the function that tells the app's `notifyUser` what happened. Nothing waits for the
 * callback. If it throws, rejects or takes longer than the deadline, only the event `notify.failed`
 * reports it. The event leaves the error out: an error of a mail server may hold an address.
 * @internal
 */
export function createNotify<User>(
  { notifyUser }: NotifySettings,
  emit: Emit,
): Context<User>['notify'] {
  if (notifyUser === undefined) return () => undefined
  return (userId, what) => {
    runCallback('notifyUser', () => notifyUser(userId, what)).catch(() => {
      emit('notify.failed', { userId, type: what.type })
    })
  }
}
