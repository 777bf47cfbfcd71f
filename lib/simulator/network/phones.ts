import { SimulatorError } from '../errors.js'
import type { Behaviour } from '../types/call.js'

/** How a phone behaves. @internal */
export interface Phone {
  readonly behaviour: Behaviour
  /** Keys that the greeting of a voicemail plays. */
  readonly keys?: string
}

const behaviours: readonly string[] = [
  'manual',
  'answers',
  'voicemail',
  'busy',
  'no-answer',
  'failed',
] satisfies readonly Behaviour[]

/** E.164: a plus, a country code, at most 15 digits. @internal */
export const isPhoneNumber = (text: string): boolean => /^\+[1-9]\d{6,14}$/.test(text)

/** Returns the keys. Throws a SimulatorError if they are not 1 to 32 keys of a phone. @internal */
export function checkKeys(digits: unknown): string {
  if (typeof digits === 'string' && /^[0-9*#]{1,32}$/.test(digits)) return digits
  throw new SimulatorError(400, "keys are 1 to 32 of 0-9, * and #: { digits: '42' }")
}

/**
 * Returns the phone. Throws a SimulatorError if the number, the behaviour or the keys are not
 * valid.
 * @internal
 */
export function checkPhone(number: unknown, behaviour: unknown, keys: unknown): Phone {
  if (typeof number !== 'string' || !isPhoneNumber(number))
    throw new SimulatorError(
      400,
      `'${String(number)}' is not a phone number: write it in E.164, such as +12025550123`,
    )
  if (typeof behaviour !== 'string' || !behaviours.includes(behaviour))
    throw new SimulatorError(400, `behaviour is one of ${behaviours.join(', ')}`)
  if (keys === undefined) return { behaviour: behaviour as Behaviour }
  if (behaviour !== 'voicemail')
    throw new SimulatorError(
      400,
      "keys are what the greeting of a voicemail plays: omit them, or set behaviour to 'voicemail'",
    )
  return { behaviour, keys: checkKeys(keys) }
}
