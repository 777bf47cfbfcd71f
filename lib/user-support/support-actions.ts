import { runCallback } from '../callbacks.js'
import type { Context } from '../context.js'
import { VoiceOtpError } from '../errors.js'
import type { UserId } from '../options/options.js'
import { forgetBrowsers } from '../remembered-browsers/entries.js'

/** Who acts on another user's account, and why. Both are in the event, for your audit log. */
export interface SupportAction {
  /** Who does it, for example the user name at support: 1 to 200 characters. */
  readonly by: string
  /** Why, for people: 1 to 500 characters. Put no number and no code into it. */
  readonly reason: string
}

/** Unlocks a user, for `unlock(userId)`. @internal */
export async function unlockUser<User>(
  context: Context<User>,
  userId: UserId,
  action: SupportAction | undefined,
): Promise<void> {
  const given = action === undefined ? {} : checkedAction('unlock', action)
  const id = String(userId)
  const ownCounts = context.factors.phishingResistant.map(({ name }) => name)
  await Promise.all([
    context.locks.unlock(id),
    context.factorAttempts.unlock(ownCounts, id),
    forgetBrowsers(context, id),
  ])
  context.emit('user.unlocked', { userId: id, ...given })
}

/** Ends the second factors of a user who lost the phone, for `resetFactors(userId)`. @internal */
export async function resetFactors<User>(
  context: Context<User>,
  userId: UserId,
  action: SupportAction,
): Promise<void> {
  const given = checkedAction('resetFactors', action)
  const id = String(userId)
  const { recovery } = context.settings
  if (recovery !== undefined && recovery.removeAll === undefined)
    throw new VoiceOtpError(
      'configuration',
      'resetFactors() needs recovery.removeAll(userId), which deletes the recovery codes of a user.',
    )
  // First: a call that is asked for at the same time must not reach the lost phone.
  await context.factorResets.begin(id)
  await Promise.all([
    context.activeChallenges.endAny(id),
    forgetBrowsers(context, id),
    recovery && runCallback('recovery.removeAll', () => recovery.removeAll?.(id)),
  ])
  context.emit('factors.reset', { userId: id, ...given })
}

function checkedAction(method: string, action: unknown): SupportAction {
  const { by, reason } = Object(action) as Partial<Record<keyof SupportAction, unknown>>
  if (isText(by, 200) && isText(reason, 500)) return { by, reason }
  throw new TypeError(
    `${method}(userId, { by, reason }): give who does it (1 to 200 characters) and why (1 to 500 characters).`,
  )
}

const isText = (value: unknown, maxLength: number): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= maxLength
