import { isHosted } from '../channels.js'
import type { Context } from '../context.js'
import { noWait, remainingWait, type Wait } from '../limits/turn.js'
import type { Channel } from '../options/channel.js'
import { type Challenge, codeAge } from '../session/challenge.js'
import type { DeliveryState } from '../signalwire/call-states.js'

/** What a page may say about a call that waits for its turn. @internal */
export interface TurnStatus extends Wait {
  /** Channels that the user may choose instead, because the wait is long. */
  readonly otherChannels: readonly Channel[]
}

/** The status of a call that does not wait. @internal */
export const turnOver: TurnStatus = { ...noWait, otherChannels: [] }

/**
 * The state of the call of a challenge, and how long it still waits for its turn. Corrects the
 * expected waits when the call begins to ring.
 * @internal
 */
export async function followTurn<User>(
  context: Context<User>,
  challenge: Challenge,
): Promise<TurnStatus & { readonly state: DeliveryState | undefined }> {
  const { calls, settings, turns } = context
  const { channel, deliverySid, turn } = challenge
  if (channel !== 'call' || deliverySid === undefined) return { ...turnOver, state: undefined }
  const state = await calls.state(deliverySid)
  if (state === 'ringing' && calls.noticeRing(deliverySid)) {
    const { userId, purpose, country } = challenge
    const seconds = codeAge(settings, challenge)
    context.emit('call.ringing', { userId, purpose, seconds, country })
  }
  if (turn === undefined) return { ...turnOver, state }
  if (state === 'ringing') await turns.learn(turn, calls.queuedUntil(deliverySid))
  if (state !== undefined && state !== 'queued') return { ...turnOver, state }
  const updated = await turns.update(turn)
  const wait = remainingWait(updated, settings.clock.now(), settings.signalwire.callsPerSecond)
  // The wait that the user was told first counts too. Otherwise the offer of other channels would
  // vanish while the user reads it.
  const isLong = Math.max(turn.seconds, wait.startsIn) > settings.longWaitSeconds
  return { ...wait, state, otherChannels: isLong ? otherChannels(settings, challenge) : [] }
}

/** The allowed channels that do not wait and can carry this code. */
function otherChannels(
  { channels }: { readonly channels: readonly Channel[] },
  { purpose, turn }: Challenge,
): readonly Channel[] {
  if (turn?.callOnly === true) return []
  return channels.filter(
    channel => channel !== 'call' && !(purpose === 'approve' && isHosted(channel)),
  )
}
