import type { PhoneLookup } from '../callbacks.js'
import type { Context } from '../context.js'
import { loginStateOf } from '../session/login-state.js'

/**
 * After `resetFactors(userId)` the number on record is that of a lost phone: until the user has
 * proved a number, the user counts as one without a number.
 * @internal
 */
export function withResets<User>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
): PhoneLookup<User> {
  const withReset: PhoneLookup<User> = async (user, req) => {
    const [phones, isReset] = await Promise.all([
      lookup(user, req),
      context.factorResets.isReset(loginStateOf(context, req).userId),
    ])
    return isReset ? null : phones
  }
  return Object.assign(withReset, { ignoringResets: lookup })
}
