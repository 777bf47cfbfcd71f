import { Failure } from '../errors.js'
import { askPhoneFallback } from '../factors/ownership.js'
import type { ActionContext } from './context.js'

/**
 * Refuses a code over the phone as a second factor if the option `phoneFallback` forbids it for
 * this user. Returns whether the phone takes the place of a phishing-resistant factor. A new phone
 * and an approval need a second factor before, so they have rules of their own.
 * @internal
 */
export async function checkPhoneFallback<User>({
  context,
  req,
  user,
  purpose,
}: ActionContext<User>): Promise<boolean> {
  if (purpose !== 'login' && purpose !== 'step-up') return false
  const { isFallback, isAllowed } = await askPhoneFallback(context, user, req)
  if (!isAllowed) throw new Failure('phone-not-allowed')
  return isFallback
}
