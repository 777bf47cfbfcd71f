import { runCallback } from '../callbacks.js'
import type { Context } from '../context.js'
import { VoiceOtpError } from '../errors.js'
import type { RegisteredFactor } from '../factor-registry.js'
import type { Request } from '../request.js'

const hourMilliseconds = 3_600_000

/**
 * Asks the app whether the user has a factor. Returns `undefined` if the user does not have it.
 * Otherwise returns the time from which it counts as phishing-resistant, in milliseconds since
 * 1970; 0 if the app said `true`. Throws a `VoiceOtpError` (`callback-failed`) if `has` failed.
 * @internal
 */
export async function findFactor<User>(
  { name, has, trustAfterHours }: RegisteredFactor<User>,
  user: User,
  req: Request,
): Promise<number | undefined> {
  const owned: unknown = await runCallback(`has of '${name}'`, () => has(user, req))
  if (owned === false) return undefined
  if (owned === true) return 0
  const { since } = Object(owned) as { readonly since?: unknown }
  const time = since instanceof Date ? since.getTime() : NaN
  if (Number.isNaN(time))
    throw new VoiceOtpError(
      'callback-failed',
      `has of '${name}' must return true, false or { since: Date }.`,
    )
  return time + trustAfterHours * hourMilliseconds
}

/** Whether the user has one of these factors. @internal */
export async function hasAny<User>(
  factors: readonly RegisteredFactor<User>[],
  user: User,
  req: Request,
): Promise<boolean> {
  const found = await Promise.all(factors.map(factor => findFactor(factor, user, req)))
  return found.some(each => each !== undefined)
}

/**
 * Whether the user may use the phone, and whether the phone is then a fallback, because the user
 * has a phishing-resistant factor. Throws a `VoiceOtpError` (`callback-failed`) if a callback
 * failed.
 * @internal
 */
export async function askPhoneFallback<User>(
  { factors, settings: { phoneFallback } }: Context<User>,
  user: User,
  req: Request,
): Promise<{ readonly isFallback: boolean; readonly isAllowed: boolean }> {
  if (!(await hasAny(factors.phishingResistant, user, req)))
    return { isFallback: false, isAllowed: true }
  const answer: unknown =
    typeof phoneFallback === 'function'
      ? await runCallback('phoneFallback', () => phoneFallback(user, req))
      : phoneFallback
  return { isFallback: true, isAllowed: answer === true }
}
