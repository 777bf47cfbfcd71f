import { isChannel } from '../channels.js'
import { copyOwn } from '../check-options.js'

/** The proof in the session that the second factor was passed. */
export interface Verification {
  /** The user who passed it: the result of the option `userId`, as text. */
  readonly userId: string
  /**
   * How the user passed it: with a code over a channel, with a remembered browser, with a recovery
   * code, or with the factor of that name.
   */
  readonly method: string
  /** Authentication method references (RFC 8176). */
  readonly amr: readonly string[]
  /** When the user passed it, in milliseconds since 1970. */
  readonly verifiedAt: number
  /** Keyed hash of the phone that the user proved. */
  readonly phoneHash?: string
  /**
   * For a phishing-resistant factor: when it counts as one, in milliseconds since 1970.
   */
  readonly phishingResistantFrom?: number
  /**
   * Keyed hash of the new cookie of a remembered browser, until the browser sends that cookie.
   * @internal
   */
  readonly unconfirmedCookie?: string
}

/**
 * A user may change the phone, create recovery codes or remember a browser for this many seconds
 * after the second factor (NIST SP 800-63B-4, section 4.1.2).
 * @internal
 */
export const freshSeconds = 300

/**
 * The clocks of two machines may differ by this much. A time further in the future is not trusted:
 * after a clock was set back, such a verification would count as fresh for too long.
 * @internal
 */
export const clockToleranceMilliseconds = 60_000

/**
 * A verification as it was read from a session, or `undefined` if it is malformed: a store may
 * contain any data.
 * @param isFactor Whether a factor of this name is registered. Any other method is malformed.
 * @internal
 */
export function parseVerification(
  value: unknown,
  isFactor: (method: string) => boolean,
): Verification | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const verification = copyOwn(value) as Partial<Record<keyof Verification, unknown>>
  const { userId, method, amr, verifiedAt, phoneHash, unconfirmedCookie, phishingResistantFrom } =
    verification
  const isComplete =
    typeof userId === 'string' &&
    userId !== '' &&
    typeof method === 'string' &&
    (isChannel(method) || method === 'remembered' || method === 'recovery' || isFactor(method)) &&
    Array.isArray(amr) &&
    Number.isFinite(verifiedAt) &&
    (phishingResistantFrom === undefined || Number.isFinite(phishingResistantFrom)) &&
    [phoneHash, unconfirmedCookie].every(hash => hash === undefined || typeof hash === 'string')
  return isComplete ? (verification as Verification) : undefined
}
