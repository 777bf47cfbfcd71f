import { type PhoneLookup, phonesOnRecord } from '../callbacks.js'
import type { Context } from '../context.js'
import { Failure } from '../errors.js'
import type { AvailableFactor } from '../options/second-factor.js'
import type { Request } from '../request.js'
import { loginStateOf } from '../session/login-state.js'
import { askPhoneFallback, findFactor } from './ownership.js'

/**
 * What the user of this request may use as a second factor, the best first; an empty list without a
 * user.
 * @internal
 */
export async function listAvailableFactors<User>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
  req: Request,
): Promise<readonly AvailableFactor[]> {
  const { anyUser: user } = loginStateOf(context, req)
  if (user === undefined) return []
  const [owned, mayPhone] = await Promise.all([
    Promise.all(
      context.factors.bestFirst.map(async factor => ({
        factor,
        isOwned: (await findFactor(factor, user, req)) !== undefined,
      })),
    ),
    mayUsePhone(context, lookup, user, req),
  ])
  return [
    ...owned
      .filter(({ isOwned }) => isOwned)
      .map(({ factor: { name, phishingResistant } }) => ({ name, phishingResistant })),
    ...(mayPhone ? [{ name: 'phone', phishingResistant: false }] : []),
    ...(context.settings.recovery === undefined
      ? []
      : [{ name: 'recovery', phishingResistant: false }]),
  ]
}

async function mayUsePhone<User>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
  user: User,
  req: Request,
): Promise<boolean> {
  const [{ isAllowed }, phones] = await Promise.all([
    askPhoneFallback(context, user, req),
    phonesOnRecord(lookup, user, req).catch((error: unknown) => {
      if (error instanceof Failure) return null // no phone on record is valid
      throw error
    }),
  ])
  return isAllowed && phones !== null
}
