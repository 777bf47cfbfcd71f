import type { LookupWithResets, PhoneLookup } from '../callbacks.js'
import type { Context } from '../context.js'
import { loginStateOf } from '../session/login-state.js'

/**
 * Wraps the lookup of a user's phones. After `resetFactors(userId)` the lookup returns `null`, as
 * for a user without a number, until the user has proved a number: the number on record belongs to
 * a lost phone.
 * @internal
 */
export function withResets<User>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
): LookupWithResets<User> {
  const withReset: PhoneLookup<User> = async (user, req) => {
    const [phones, isReset] = await Promise.all([
      lookup(user, req),
      context.factorResets.isReset(loginStateOf(context, req).userId),
    ])
    return isReset ? null : phones
  }
  return Object.assign(withReset, { ignoringResets: lookup })
}
