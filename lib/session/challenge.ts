import { randomBytes, randomInt } from 'node:crypto'
import { parseApproval, spokenText } from '../approvals/sealed-approval.js'
import { isHosted } from '../channels.js'
import type { Keys } from '../crypto.js'
import { noWait, remainingWait, type Turn } from '../limits/turn.js'
import type { Channel } from '../options/channel.js'
import type { Purpose } from '../options/purpose.js'
import type { Country } from '../options/phone.js'
import type { Destination } from '../phone.js'
import { masked } from '../words.js'

/**
 * What the session stores until the user enters the code. It holds neither the code nor the number
 * in plain text.
 * @internal
 */
export interface Challenge {
  /** Random; also a key in the limiter's store. */
  readonly id: string
  readonly userId: string
  readonly purpose: Purpose
  readonly channel: Channel
  /**
   * Keyed hash of the code, or of the id of the hosted challenge, with every field that it is bound
   * to.
   */
  readonly codeHash: string
  /** Keyed hash of the number with its extension. */
  readonly phoneHash: string
  /** The number masked: only its last two digits may be shown. */
  readonly maskedPhone: string
  /** For `enroll` only: the number, sealed. */
  readonly sealedPhone?: string
  /** For `approve` only: kind, details and texts, sealed. */
  readonly sealedApproval?: string
  /** Two digits that the page shows and the user presses in the call. */
  readonly matchingDigits?: string
  /** The number under which the limiter knows this challenge as the active one. */
  readonly activation: number
  /** Milliseconds since 1970; absolute, never extended. */
  readonly expiresAt: number
  /** Milliseconds since 1970: when the interval ends that began with this call. */
  readonly nextCallAt: number
  /** Milliseconds since 1970: when the limits that this call has filled allow another one. */
  readonly limitedUntil?: number
  /** The session that this challenge belongs to. A copy of it in another session is ignored. */
  readonly sessionId: string
  /** For a call that waits for its turn. */
  readonly turn?: Turn
  /** The country of the number, for events. */
  readonly country?: Country | undefined
  /** Keys in the limiter's store, with which the fraud guard gives this send back (`complete`). */
  readonly receipt?: string
  /** SignalWire's id of the call or the message. */
  readonly deliverySid?: string
  /** SignalWire's id of a challenge that SignalWire checks. */
  readonly hostedId?: string
}

/** What a page may show of the challenge in this session, at `req.voiceOtp`. */
export interface PendingChallenge {
  /** The number that is called. All digits but the last two are masked. */
  readonly phone: string
  /** The number that calls, E.164. */
  readonly from: string
  /**
   * Two digits that the user presses in the call. Absent for other channels, and unless
   * `numberMatching` is `true`.
   */
  readonly matchingDigits: string | undefined
  /** What the code is for. */
  readonly purpose: Purpose
  /** The channel of the code. */
  readonly channel: Channel
  /** For `approve`: what the user approves, letter for letter as the call says it. */
  readonly approvalText?: string
  /** Whole seconds until the code expires. */
  readonly expiresIn: number
  /**
   * Whole seconds until the interval, and the limits that this call has filled, allow another call.
   */
  readonly nextCallIn: number
  /**
   * Whole seconds until the phone rings, as expected when the call was placed. 0 for other channels
   * and for a call that does not wait. `getStatus(req)` returns a more exact value.
   */
  readonly startsIn: number
  /** Calls that ring before this one, as expected when the call was placed. */
  readonly callsBefore: number
}

/** What a challenge is created from. @internal */
export interface NewChallenge {
  readonly userId: string
  readonly purpose: Purpose
  readonly channel: Channel
  readonly destination: Destination
  readonly activation: number
  readonly sessionId: string
  readonly codeLength: number
  readonly matching: boolean
  /** For `approve`: what is approved, as one text. */
  readonly approval?: string | undefined
  /** What the fraud guard needs to credit a right code to this send. */
  readonly receipt: string
  readonly expiresAt: number
  readonly nextCallAt: number
  readonly limitedUntil?: number
  /** For a call that waits for its turn. */
  readonly turn?: Turn | undefined
}

/**
 * The step number under which a phone number is sealed for the session. No webhook token has it.
 */
const sealedPhoneStep = 255
/** The step number under which an approval is sealed for the session. */
const sealedApprovalStep = 254

/**
 * Creates a challenge. Code and matching digits come from the CSPRNG of the system, without bias.
 * @internal
 */
export function makeChallenge(
  keys: Keys,
  given: NewChallenge,
): { readonly challenge: Challenge; readonly code: string } {
  const { userId, purpose, channel, destination, activation, sessionId, expiresAt, nextCallAt } =
    given
  const { limitedUntil = 0 } = given
  // The id is a key in the limiter's store as it is, and every key there is a keyed hash.
  const id = keys.storeName('challenge', randomBytes(16).toString('base64url'))
  const code = String(randomInt(0, 10 ** given.codeLength)).padStart(given.codeLength, '0')
  const phoneHash = keys.hash('phone', destination.phone)
  const own = { id, userId, purpose, channel, phoneHash, activation, expiresAt, sessionId }
  const bound = { ...own, receipt: given.receipt }
  return {
    code,
    challenge: {
      ...bound,
      codeHash: keys.hash(...boundParts(bound, 'code', code, given.approval)),
      maskedPhone: masked(destination.number),
      nextCallAt,
      ...(limitedUntil > nextCallAt ? { limitedUntil } : {}),
      country: destination.country,
      ...(purpose === 'enroll'
        ? { sealedPhone: keys.seal(sealedPhoneStep, destination.number) }
        : {}),
      ...(given.approval === undefined
        ? {}
        : { sealedApproval: keys.seal(sealedApprovalStep, given.approval) }),
      ...(given.turn === undefined ? {} : { turn: given.turn }),
      ...(given.matching ? { matchingDigits: String(randomInt(10, 100)) } : {}),
    },
  }
}

/**
 * Adds SignalWire's id to a challenge that was sent. The hash of a hosted challenge then covers
 * this id instead of a code.
 * @internal
 */
export function withDeliverySid(keys: Keys, challenge: Challenge, sid: string): Challenge {
  if (!isHosted(challenge.channel)) return { ...challenge, deliverySid: sid }
  return {
    ...challenge,
    hostedId: sid,
    codeHash: keys.hash(...boundParts(challenge, 'hosted', sid)),
  }
}

type Bound = Pick<
  Challenge,
  | 'id'
  | 'userId'
  | 'purpose'
  | 'channel'
  | 'phoneHash'
  | 'activation'
  | 'expiresAt'
  | 'sessionId'
  | 'receipt'
>

// The hash covers every field that a decision depends on. If somebody changes one of them in the
// session store, the right code no longer matches.
const boundParts = (
  bound: Bound,
  kind: 'code' | 'hosted',
  value: string,
  approval = '',
): (string | number)[] => [
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
  bound.receipt ?? '',
  approval,
]

/** Whether `code` is the code of the challenge. Takes constant time. @internal */
export function codeMatches(keys: Keys, challenge: Challenge, code: string): boolean {
  const parts = boundParts(challenge, 'code', code, openApproval(keys, challenge))
  return keys.matches(challenge.codeHash, ...parts)
}

/** SignalWire's id of a hosted challenge, or `undefined` if the session was changed. @internal */
export function readHostedId(keys: Keys, challenge: Challenge): string | undefined {
  const { hostedId } = challenge
  return hostedId !== undefined &&
    keys.matches(challenge.codeHash, ...boundParts(challenge, 'hosted', hostedId))
    ? hostedId
    : undefined
}

/** Seconds since a code was created. @internal */
export const codeAge = (
  { clock, codeSeconds }: { readonly clock: { now(): number }; readonly codeSeconds: number },
  { expiresAt }: { readonly expiresAt: number },
): number => Math.max(0, codeSeconds - (expiresAt - clock.now()) / 1000)

/** Whether the challenge was for this phone. @internal */
export function phoneMatches(keys: Keys, challenge: Challenge, phone: string): boolean {
  return keys.matches(challenge.phoneHash, 'phone', phone)
}

/**
 * The approval that an `approve` challenge asks for, as text; `undefined` for other challenges.
 * @internal
 */
export function openApproval(keys: Keys, challenge: Challenge): string | undefined {
  const opened = keys.open(challenge.sealedApproval ?? '')
  return opened?.step === sealedApprovalStep ? String(opened.payload) : undefined
}

/** The number of an `enroll` challenge, or `undefined` if the session was changed. @internal */
export function openEnrolledPhone(keys: Keys, challenge: Challenge): string | undefined {
  const opened = keys.open(challenge.sealedPhone ?? '')
  if (opened?.step !== sealedPhoneStep) return undefined
  const phone = String(opened.payload)
  return phoneMatches(keys, challenge, phone) ? phone : undefined
}

/** What a page may show of a challenge. @internal */
export function describeChallenge(
  keys: Keys,
  challenge: Challenge,
  { from, callsPerSecond }: { readonly from: string; readonly callsPerSecond: number },
  now: number,
): PendingChallenge {
  const approval = openApproval(keys, challenge)
  const secondsUntil = (time: number): number => Math.max(0, Math.ceil((time - now) / 1000))
  return {
    phone: challenge.maskedPhone,
    from,
    matchingDigits: challenge.matchingDigits,
    purpose: challenge.purpose,
    channel: challenge.channel,
    ...(approval === undefined ? {} : { approvalText: spokenText(parseApproval(approval)) }),
    expiresIn: secondsUntil(challenge.expiresAt),
    nextCallIn: secondsUntil(Math.max(challenge.nextCallAt, challenge.limitedUntil ?? 0)),
    ...(challenge.turn === undefined ? noWait : remainingWait(challenge.turn, now, callsPerSecond)),
  }
}
