import { Failure } from '../errors.js'
import { explainPhoneMistake, parsePhone } from '../phone.js'
import { type ApprovalContent, detailsOf } from './sealed-approval.js'

/**
 * The new number, if an approval is of the kind `phone-change`; otherwise `undefined`. Throws a
 * {@link Failure} (`phone-malformed`) if `details.phone` is not a number.
 * @internal
 */
export function newPhoneOf(approval: ApprovalContent): string | undefined {
  if (approval.kind !== 'phone-change') return undefined
  const { phone } = detailsOf(approval)
  const parsed = typeof phone === 'string' ? parsePhone(phone.trim()) : undefined
  if (parsed === undefined)
    throw new Failure('phone-malformed', { message: explainPhoneMistake(phone) })
  return parsed.number
}
