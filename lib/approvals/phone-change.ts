import { Failure, VoiceOtpError } from '../errors.js'
import { explainPhoneMistake, parsePhone } from '../phone.js'
import { type ApprovalContent, detailsOf } from './sealed-approval.js'

/** The new number of a `phone-change`, as `details.phone` has it and in E.164. */
interface NewPhone {
  readonly text: string
  readonly number: string
}

function readNewPhone(approval: ApprovalContent): NewPhone | undefined {
  if (approval.kind !== 'phone-change') return undefined
  const { phone } = detailsOf(approval)
  const parsed = typeof phone === 'string' ? parsePhone(phone.trim()) : undefined
  if (typeof phone !== 'string' || parsed === undefined)
    throw new Failure('phone-malformed', { message: explainPhoneMistake(phone) })
  return { text: phone, number: parsed.number }
}

/**
 * The new number, if an approval is of the kind `phone-change`; otherwise `undefined`. Throws a
 * {@link Failure} (`phone-malformed`) if `details.phone` is not a number.
 * @internal
 */
export const newPhoneOf = (approval: ApprovalContent): string | undefined =>
  readNewPhone(approval)?.number

/**
 * Checks that every text of a `phone-change` says all digits of the new number, because an attacker
 * can get a number with the same last digits. Throws a {@link Failure} (`phone-malformed`) for a
 * malformed number, and for a number with digits of another script: a text could lack such digits,
 * and a voice could skip them. Throws a `VoiceOtpError` (`callback-failed`) if a text lacks a
 * digit. Does nothing for other kinds.
 * @internal
 */
export function checkPhoneChange(approval: ApprovalContent): void {
  const newPhone = readNewPhone(approval)
  if (newPhone === undefined) return
  const digits = newPhone.text.replace(/\D/g, '')
  if (/\p{Nd}/u.test(newPhone.text.replace(/\d/g, '')))
    throw new Failure('phone-malformed', {
      message: 'Enter the phone number with the digits 0 to 9.',
    })
  if (!Object.values(approval.texts).every(text => text.replace(/\D/g, '').includes(digits)))
    throw new VoiceOtpError(
      'callback-failed',
      "approve(): each text of the kind 'phone-change' must say every digit of details.phone.",
    )
}
