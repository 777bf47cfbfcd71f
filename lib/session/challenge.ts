import type { Purpose } from '../options/purpose.js'
import { randomBytes, randomInt } from 'node:crypto'
import type { Keys } from '../crypto.js'
import { type Destination, maskPhone, shownDigits } from '../phone.js'
import type { Channel } from '../options/channel.js'
import { isHosted, isChannel } from '../channels.js'

/** A pending code as express-session keeps it: neither the code nor the number in clear. @internal */
export interface Challenge {
  readonly id: string
  readonly userId: string
  readonly purpose: Purpose
  readonly channel: Channel
  /** Keyed hash of the code, or of the hosted challenge's name, together with all that it is bound to. */
  readonly codeHash: string
  /** Keyed hash of the number with its extension. */
  readonly phoneHash: string
  /** All of the number that may be shown. */
  readonly phoneEnd: string
  /** For `enroll` alone: the number, sealed. */
  readonly sealedPhone?: string
  readonly matchingDigits?: string
  readonly activation: number
  /** Milliseconds since 1970; absolute, never extended. */
  readonly expiresAt: number
  readonly nextCallAt: number
  /** The session that it belongs to: copied elsewhere it is dead. */
  readonly sessionId: string
  /** SignalWire's name for the call or the message. */
  readonly deliverySid?: string
  /** SignalWire's name for a challenge that it checks itself. */
  readonly hostedId?: string
}

/** What a page may show of the challenge that waits in this session; on the request as `req.voiceOtp`. */
export interface PendingChallenge {
  /** The number that is called, masked but for its last two digits. */
  readonly phone: string
  /** The number that calls, E.164. */
  readonly from: string
  /** Two digits to be keyed in by whoever answers; absent when the way or the `gate` has none. */
  readonly matchingDigits: string | undefined
  /** What the code is good for. */
  readonly purpose: Purpose
  /** How the code travels. */
  readonly channel: Channel
  /** Whole seconds until the code is worthless. */
  readonly expiresIn: number
  /** Whole seconds until another call may be asked for, as it stood when this one was placed. */
  readonly nextCallIn: number
}

/** What a challenge is made of. @internal */
export interface NewChallenge {
  readonly userId: string
  readonly purpose: Purpose
  readonly channel: Channel
  readonly destination: Destination
  readonly activation: number
  readonly sessionId: string
  readonly codeLength: number
  readonly matching: boolean
  readonly expiresAt: number
  readonly nextCallAt: number
}

/** The step number under which a number is sealed for the session; no webhook token has it. */
const sealedPhoneStep = 255

/** Draws a code and two matching digits from the system's CSPRNG, without bias, and binds the code's keyed hash. @internal */
export function makeChallenge(
  keys: Keys,
  given: NewChallenge,
): { readonly challenge: Challenge; readonly code: string } {
  const { userId, purpose, channel, destination, activation, sessionId, expiresAt, nextCallAt } =
    given
  // A keyed hash, as every name in the counter store is: it is one there as it stands.
  const id = keys.storeName('challenge', randomBytes(16).toString('base64url'))
  const code = String(randomInt(0, 10 ** given.codeLength)).padStart(given.codeLength, '0')
  const phoneHash = keys.hash('phone', destination.telephone)
  const bound = { id, userId, purpose, channel, phoneHash, activation, expiresAt, sessionId }
  return {
    code,
    challenge: {
      ...bound,
      codeHash: keys.hash(...boundParts(bound, 'code', code)),
      phoneEnd: destination.number.slice(-shownDigits),
      nextCallAt,
      ...(purpose === 'enroll'
        ? { sealedPhone: keys.seal(sealedPhoneStep, destination.number) }
        : {}),
      ...(given.matching ? { matchingDigits: String(randomInt(10, 100)) } : {}),
    },
  }
}

/** The challenge once SignalWire has said what it calls it; a hosted one is bound to that name instead of a code. @internal */
export function delivered(keys: Keys, challenge: Challenge, sid: string): Challenge {
  if (!isHosted(challenge.channel)) return { ...challenge, deliverySid: sid }
  return {
    ...challenge,
    hostedId: sid,
    codeHash: keys.hash(...boundParts(challenge, 'hosted', sid)),
  }
}

type Bound = Pick<
  Challenge,
  'id' | 'userId' | 'purpose' | 'channel' | 'phoneHash' | 'activation' | 'expiresAt' | 'sessionId'
>

// Every field that decides is inside the hash: changing one in the session store makes the right code a wrong one.
const boundParts = (bound: Bound, kind: 'code' | 'hosted', value: string): (string | number)[] => [
  kind,
  value,
  bound.id,
  bound.userId,
  bound.purpose,
  bound.channel,
  bound.phoneHash,
  bound.activation,
  bound.expiresAt,
  bound.sessionId,
]

/** Whether `code` is the challenge's, compared in constant time. @internal */
export function codeMatches(keys: Keys, challenge: Challenge, code: string): boolean {
  return keys.matches(challenge.codeHash, ...boundParts(challenge, 'code', code))
}

/** SignalWire's name for a hosted challenge, unless the session was tampered with. @internal */
export function hostedIdOf(keys: Keys, challenge: Challenge): string | undefined {
  const { hostedId } = challenge
  return hostedId !== undefined &&
    keys.matches(challenge.codeHash, ...boundParts(challenge, 'hosted', hostedId))
    ? hostedId
    : undefined
}

/** Whether the challenge was for this telephone. @internal */
export function phoneMatches(keys: Keys, challenge: Challenge, telephone: string): boolean {
  return keys.matches(challenge.phoneHash, 'phone', telephone)
}

/** The number of an `enroll` challenge. @internal */
export function enrolledPhone(keys: Keys, challenge: Challenge): string | undefined {
  const opened = keys.open(challenge.sealedPhone ?? '')
  if (opened?.step !== sealedPhoneStep) return undefined
  const phone = String(opened.payload)
  return phoneMatches(keys, challenge, phone) ? phone : undefined
}

/** A challenge read from a session, or `undefined` for anything that is not a whole one: a store may hold any data. @internal */
export function asChallenge(value: unknown): Challenge | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const given = value as Partial<Record<keyof Challenge, unknown>>
  const texts = [
    given.id,
    given.userId,
    given.codeHash,
    given.phoneHash,
    given.phoneEnd,
    given.sessionId,
  ]
  const numbers = [given.activation, given.expiresAt, given.nextCallAt]
  const optional = [given.sealedPhone, given.matchingDigits, given.deliverySid, given.hostedId]
  const whole =
    texts.every(text => typeof text === 'string' && text !== '') &&
    numbers.every(Number.isSafeInteger) &&
    optional.every(text => text === undefined || typeof text === 'string') &&
    isChannel(given.channel) &&
    (given.purpose === 'login' || given.purpose === 'step-up' || given.purpose === 'enroll')
  return whole ? (value as Challenge) : undefined
}

/** What a page may show. @internal */
export function describe(challenge: Challenge, from: string, now: number): PendingChallenge {
  const secondsUntil = (time: number): number => Math.max(0, Math.ceil((time - now) / 1000))
  return {
    phone: maskPhone(challenge.phoneEnd),
    from,
    matchingDigits: challenge.matchingDigits,
    purpose: challenge.purpose,
    channel: challenge.channel,
    expiresIn: secondsUntil(challenge.expiresAt),
    nextCallIn: secondsUntil(challenge.nextCallAt),
  }
}

/**
 * The code as the person typed it: `code` of the body's own properties, a string. Spaces and hyphens are dropped and
 * nothing else is forgiven; `undefined` for all the rest, so that a query, a prototype or an array never counts.
 * @internal
 */
export function readCode(body: unknown, length: number): string | undefined {
  const given = Object(body) as { readonly code?: unknown }
  if (!Object.hasOwn(given, 'code')) return undefined
  const { code } = given
  if (typeof code !== 'string' || code.length > 40) return undefined
  const digits = code.replace(/[ -]/g, '')
  return digits.length === length && /^[0-9]+$/.test(digits) ? digits : undefined
}
