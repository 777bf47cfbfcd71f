import { runCallback } from '../callbacks.js'
import type { Context } from '../context.js'
import { VoiceOtpError } from '../errors.js'
import type { UserId } from '../options/options.js'
import { forgetBrowsers } from '../remembered-browsers/entries.js'

/**
 * What `forgetUser(userId)` does. The counts of a phone, a prefix, a country and the app stay: they
 * name no user, and end within a day.
 * @internal
 */
export async function forgetUser<User>(context: Context<User>, userId: UserId): Promise<void> {
  const id = String(userId)
  const { recovery } = context.settings
  if (recovery !== undefined && recovery.removeAll === undefined)
    throw new VoiceOtpError(
      'configuration',
      'forgetUser() needs recovery.removeAll(userId), which deletes the recovery codes of a user.',
    )
  const ownCounts = context.factors.phishingResistant.map(({ name }) => name)
  await Promise.all([
    context.activeChallenges.endAny(id),
    context.locks.unlock(id),
    context.sends.forget(id),
    context.factorAttempts.unlock(ownCounts, id),
    context.factorResets.end(id),
    forgetBrowsers(context, id),
    recovery && runCallback('recovery.removeAll', () => recovery.removeAll?.(id)),
  ])
}
