import { isChannel } from '../channels.js'
import { copyOwn } from '../check-options.js'
import { isTurn } from '../limits/turn.js'
import type { Purpose } from '../options/purpose.js'
import { isCountry } from '../phone.js'
import type { Challenge } from './challenge.js'

const purposes: ReadonlySet<unknown> = new Set<Purpose>(['login', 'step-up', 'enroll', 'approve'])

/**
 * A challenge as it was read from a session, or `undefined` if it is malformed: a store may contain
 * any data.
 * @internal
 */
export function parseChallenge(value: unknown): Challenge | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const given = copyOwn(value) as Partial<Record<keyof Challenge, unknown>>
  const texts = [
    given.id,
    given.userId,
    given.codeHash,
    given.phoneHash,
    given.maskedPhone,
    given.sessionId,
  ]
  const numbers = [given.activation, given.expiresAt, given.nextCallAt]
  const optional = [
    given.sealedPhone,
    given.sealedApproval,
    given.matchingDigits,
    given.receipt,
    given.deliverySid,
    given.hostedId,
  ]
  const isComplete =
    texts.every(text => typeof text === 'string' && text !== '') &&
    numbers.every(Number.isSafeInteger) &&
    optional.every(text => text === undefined || typeof text === 'string') &&
    (given.country === undefined || isCountry(given.country)) &&
    isChannel(given.channel) &&
    (given.limitedUntil === undefined || Number.isSafeInteger(given.limitedUntil)) &&
    (given.turn === undefined || isTurn(given.turn)) &&
    purposes.has(given.purpose)
  return isComplete ? (given as Challenge) : undefined
}
