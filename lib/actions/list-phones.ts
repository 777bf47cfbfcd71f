import { type PhoneLookup, phonesOnRecord } from '../callbacks.js'
import type { Context } from '../context.js'
import { Failure } from '../errors.js'
import type { Request } from '../request.js'
import { loginStateOf } from '../session/login-state.js'
import { masked } from '../words.js'
import { choiceId } from './choices.js'

/** A phone of the user, for a page that lets the user choose. */
export interface PhoneChoice {
  /**
   * What the option `phone` of `passport.authenticate('voice-otp', { action: 'call', phone })`
   * returns.
   */
  readonly id: string
  /** What the user calls the phone, as the record says. */
  readonly label: string | undefined
  /** The number, masked except for its last two digits. */
  readonly phone: string
}

/**
 * The valid phones of this request's user; `null` for a user without a number on record. @internal
 */
export async function listPhones<User>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
  req: Request,
): Promise<readonly PhoneChoice[] | null> {
  const loginState = loginStateOf(context, req)
  const { anyUser: user } = loginState
  if (user === undefined) return []
  const phones = await phonesOnRecord(lookup, user, req).catch((error: unknown) => {
    if (error instanceof Failure) return [] // no phone on record is valid
    throw error
  })
  if (phones === null) return null
  return phones.map(({ number, label, phone }) => ({
    id: choiceId(context.keys, loginState.userId, phone),
    label,
    phone: masked(number),
  }))
}
