import { runCallback } from '../callbacks.js'
import type { Context } from '../context.js'
import { VoiceOtpError } from '../errors.js'
import type { UserId } from '../options/options.js'
import { forgetBrowsers } from '../remembered-browsers/entries.js'

/**
 * Forgets a deleted account, for `forgetUser(userId)`. The counts of a phone, a prefix, a country
 * and the app stay, because they name no user. So do the counts of a user together with a number or
 * a call: their keys cannot be found without the number. All of them expire within 20 days.
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
