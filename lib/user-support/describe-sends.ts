import type { Channel } from '../options/channel.js'
import type { Purpose } from '../options/purpose.js'
import type { TrailEntry } from '../options/trail.js'

/** One code that a user asked for, and what became of it. */
export interface DescribedSend {
  /** When the user asked for the code. */
  readonly at: Date
  /** What the code was for. */
  readonly purpose: Purpose | undefined
  /** The channel; `undefined` for a code that was refused before a channel was chosen. */
  readonly channel: Channel | undefined
  /** The country of the number, two letters, if known. */
  readonly country: string | undefined
  /**
   * - `waiting`: it was sent and is still valid.
   * - `accepted`: the user entered the right code.
   * - `expired`: it was sent, and never entered in time.
   * - `canceled`: it was sent, and ended before its time, for example by `cancel(req)`, a logout,
   *   wrong digits in the call or `resetFactors()`.
   * - `no-attempts`: it was sent, and too many wrong codes were entered for it.
   * - `refused`: the user pressed zero in a call that asked for an approval.
   * - `reported`: somebody pressed "this was not me" in the call.
   * - `blocked`: the strategy refused to send it; `code` and `limit` say why.
   * - `failed`: SignalWire refused it, or a dependency failed; `code` and `reason` say why.
   */
  readonly outcome:
    | 'waiting'
    | 'accepted'
    | 'expired'
    | 'canceled'
    | 'no-attempts'
    | 'refused'
    | 'reported'
    | 'blocked'
    | 'failed'
  /** Whether somebody answered the call. */
  readonly answered: boolean
  /** Wrong codes that were entered for it. */
  readonly wrongCodes: number
  /** The code of the failure or error, for `blocked` and `failed`. */
  readonly code: string | undefined
  /** The limit that was reached. */
  readonly limit: string | undefined
  /** SignalWire's reason, for `failed`. */
  readonly reason: string | undefined
  /** Until when the user had to wait. */
  readonly until: Date | undefined
}

/** The settings that the description of the sends needs. @internal */
export interface SendSettings {
  readonly codeSeconds: number
  readonly limits: { readonly attemptsPerChallenge: number }
}

type Draft = { -readonly [Key in keyof DescribedSend]: DescribedSend[Key] }

/**
 * Reads from a trail which codes a user asked for, and what became of each, the newest first. Only
 * the last code of a user is valid, so each later entry is about the last code that was sent.
 * @param entries The trail, the newest entry first.
 * @param now Milliseconds since 1970.
 * @param isAnyActive Whether the limiter knows an active challenge of the user. Without one, no
 * code is valid, whatever the trail says.
 * @internal
 */
export function describeSends(
  entries: readonly TrailEntry[],
  { codeSeconds, limits }: SendSettings,
  now: number,
  isAnyActive: boolean,
): readonly DescribedSend[] {
  const sends: Draft[] = []
  let last: Draft | undefined
  for (const entry of [...entries].reverse()) {
    const started = startSend(entry)
    if (started !== undefined) {
      sends.unshift(started)
      if (started.outcome === 'waiting') {
        if (last?.outcome === 'waiting') last.outcome = 'expired' // the newer code has replaced it
        last = started
      }
    } else if (last !== undefined) continueSend(last, entry, limits.attemptsPerChallenge)
  }
  if (last?.outcome === 'waiting') {
    if (now >= last.at.getTime() + codeSeconds * 1000) last.outcome = 'expired'
    else if (!isAnyActive) last.outcome = 'canceled'
  }
  return sends
}

const outcomes: Readonly<Record<string, DescribedSend['outcome']>> = {
  'code.sent': 'waiting',
  'code.blocked': 'blocked',
  'code.failed': 'failed',
  'request.handled': 'failed',
}

function startSend(entry: TrailEntry): Draft | undefined {
  const outcome = Object.hasOwn(outcomes, entry.event) ? outcomes[entry.event] : undefined
  if (outcome === undefined) return undefined
  const { at, purpose, channel, country, code, limit, reason, until } = entry
  return {
    at: new Date(at),
    purpose,
    channel,
    country,
    outcome,
    answered: false,
    wrongCodes: 0,
    code,
    limit,
    reason,
    until: until === undefined ? undefined : new Date(until),
  }
}

function continueSend(
  send: Draft,
  { event, code }: TrailEntry,
  attemptsPerChallenge: number,
): void {
  if (event === 'call.answered') send.answered = true
  if (event === 'call.reported') send.outcome = 'reported'
  if (event === 'action.refused') send.outcome = 'refused'
  if (event === 'code.accepted' || event === 'action.approved') send.outcome = 'accepted'
  if (event === 'code.canceled' && send.outcome === 'waiting') send.outcome = 'canceled'
  if (event === 'code.rejected' && code === 'code-wrong') {
    send.wrongCodes++
    if (send.wrongCodes >= attemptsPerChallenge && send.outcome === 'waiting')
      send.outcome = 'no-attempts'
  }
  if (event === 'code.rejected' && code === 'code-expired' && send.outcome === 'waiting')
    send.outcome = 'expired'
}
