import type { Context } from '../context.js'
import type { CallPlace, LastCall } from '../limits/last-calls.js'
import type { Channel } from '../options/channel.js'
import type { Purpose } from '../options/purpose.js'
import { type Challenge, phoneMatches } from '../session/challenge.js'
import { isOver, reachedNobody } from '../signalwire/call-states.js'
import { followTurn } from './follow-turn.js'

/**
 * Waives the interval since the last call, so that the user may ask for a call during it. Returns
 * whether it is waived. Each call can waive the interval once, in one of two cases:
 *
 * - The call has reached nobody, or it waits for so long that the page offers another channel.
 * - The session has lost the challenge of the call, for example by a parallel write of the session;
 *   the call is over, and no webhook has read its code. The lost challenge is ended first.
 *
 * Only for the newest call of this session and the same phone: otherwise an old unanswered call
 * could be saved up, or used for another number. After a call for an approval, only the interval of
 * approvals is waived, and after other calls only the other interval: otherwise each of them would
 * weaken the limit of the other.
 * @param purpose What the next code is for.
 * @param challenge The challenge of this session, whichever user it is for.
 * @param channel The channel of the next code.
 * @internal
 */
export async function waiveInterval<User>(
  context: Context<User>,
  place: CallPlace,
  purpose: Purpose,
  challenge: Challenge | undefined,
  channel: Channel,
): Promise<boolean> {
  const { activeChallenges, sends } = context
  const { userId, phone } = place
  const kind = purpose === 'approve' ? 'approve' : 'own'
  if (challenge?.userId !== userId || !(await activeChallenges.isActive(challenge))) {
    if (kind === 'approve') return false // the limiter remembers no calls for approvals
    const lost = await findLostCall(context, place, challenge)
    if (lost === undefined) return false
    await activeChallenges.end({ userId, activation: lost.activation })
    return (await isWaivable(context, userId, lost)) && sends.takeWaiver(userId, lost.callSid)
  }
  const { deliverySid } = challenge
  if ((challenge.purpose === 'approve') !== (kind === 'approve')) return false
  if (challenge.channel !== 'call' || deliverySid === undefined) return false
  return (
    phoneMatches(context.keys, challenge, phone) &&
    (await sends.hasWaiver(userId, deliverySid)) &&
    (reachedNobody(await context.calls.freshState(deliverySid)) ||
      (await followTurn(context, challenge)).otherChannels.includes(channel)) &&
    sends.takeWaiver(userId, deliverySid)
  )
}

/** The last call of this session to this phone, if the session has lost its challenge. @internal */
export async function findLostCall<User>(
  { lastCalls }: Context<User>,
  place: CallPlace,
  challenge: Challenge | undefined,
): Promise<LastCall | undefined> {
  const last = await lastCalls.find(place)
  return last?.activation === challenge?.activation ? undefined : last
}

/** Whether the interval after a lost call may be waived. Changes nothing. @internal */
export async function isWaivable<User>(
  { calls, lastCalls, sends }: Context<User>,
  userId: string,
  { callSid }: LastCall,
): Promise<boolean> {
  return (
    (await sends.hasWaiver(userId, callSid)) &&
    isOver(await calls.freshState(callSid)) &&
    !(await lastCalls.wasRead(userId, callSid))
  )
}
