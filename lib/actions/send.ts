import { Failure, VoiceOtpError } from '../errors.js'
import { createActivation } from '../limits/active-challenge.js'
import type { CallRequest } from '../limits/call-limits.js'
import type { CallPlace } from '../limits/last-calls.js'
import { LimitReached } from '../limits/limit-counter.js'
import type { Context } from '../context.js'
import type { Turn } from '../limits/turn.js'
import type { Channel } from '../options/channel.js'
import type { Country } from '../options/phone.js'
import type { Destination } from '../phone.js'
import { type Challenge, withDeliverySid, makeChallenge } from '../session/challenge.js'
import type { LoginState } from '../session/login-state.js'
import { saveSession } from '../session/save-session.js'
import { toDeliveryError } from '../signalwire/errors.js'
import { admitSend, type AdmittedSend, cancelSend } from './admit.js'
import { checkDestination, readChoices } from './choices.js'
import { type ApprovalContent, writeApproval } from '../approvals/sealed-approval.js'
import { readApproval } from './approve.js'
import type { ActionContext } from './context.js'
import { deliver } from './deliver.js'
import { checkPhoneFallback } from './phone-fallback.js'
import { waiveInterval } from './waive-interval.js'

/**
 * Sends a new code to the user's phone, if every limit allows it. The session with the challenge is
 * saved before the phone rings. Throws a {@link Failure} if the code may not be sent.
 * @internal
 */
export async function sendCode<User>(action: ActionContext<User>): Promise<void> {
  const { context, loginState, userId, purpose } = action
  const { emit, unusedCodes } = context
  let country: Country | undefined
  try {
    await checkPhoneFallback(action)
    const { channel, destination } = await readChoices(action)
    country = destination.country
    await checkDestination(action, channel, destination)
    const approval =
      purpose === 'approve' ? await readApproval(action, channel, destination) : undefined
    const { number, phone } = destination
    const callPlace = { userId, sessionId: loginState.sessionId, phone }
    const request: CallRequest = {
      userId,
      number,
      phone,
      kind: purpose === 'enroll' || purpose === 'approve' ? purpose : 'own',
      waitsForTurn: channel === 'call',
    }
    const admitted = await admitSend(action, request, destination, () =>
      waiveInterval(context, callPlace, purpose, loginState.challenge, channel),
    )
    const { check, turn } = admitted
    const { challenge, code } = createChallenge(
      action,
      destination,
      channel,
      admitted,
      approval && writeApproval(approval),
    )
    cancelWaitingCall(action)
    loginState.storeChallenge(challenge)
    const cancel = () => cancelSend(context, check, challenge)
    // Do not place a call that the session does not know.
    await Promise.all([saveChallenge(loginState, cancel), activate(action, challenge)])
    const sid = await deliverOrEnd(action, request, challenge, destination, code, cancel, approval)
    const accepted = await withAcceptedTurn(context, challenge, turn)
    loginState.storeChallenge(withDeliverySid(context.keys, accepted, sid))
    rememberCall(action, callPlace, challenge, sid)
    const details = { userId, purpose, channel, country, sid }
    emit('code.sent', { ...details, ...(accepted.turn && { startsIn: accepted.turn.seconds }) })
    unusedCodes.add({ id: challenge.id, expiresAt: challenge.expiresAt, details })
  } catch (error) {
    reportBlocked(action, country, error)
    throw error
  }
}

/**
 * Remembers the call in the limiter. Without this, a user whose session loses the challenge must
 * wait for the whole interval. Nothing waits for this write.
 */
function rememberCall<User>(
  { context: { lastCalls }, purpose }: ActionContext<User>,
  place: CallPlace,
  { channel, activation }: Challenge,
  callSid: string,
): void {
  if (channel === 'call' && purpose !== 'approve')
    lastCalls.remember(place, { callSid, activation }).catch(() => undefined)
}

/** The challenge with the wait of its call, which is counted again after SignalWire accepted it. */
async function withAcceptedTurn<User>(
  { turns }: Context<User>,
  challenge: Challenge,
  turn: Turn | undefined,
): Promise<Challenge> {
  if (turn === undefined) return challenge
  return { ...challenge, turn: { ...challenge.turn, ...(await turns.accept(turn)) } }
}

/** Tells the app about a code that was refused before SignalWire was asked. */
function reportBlocked<User>(
  { context: { emit }, userId, purpose }: ActionContext<User>,
  country: Country | undefined,
  error: unknown,
): void {
  const blocked = { userId, purpose, country }
  if (
    error instanceof VoiceOtpError &&
    (error.code === 'queue-full' || error.code === 'sends-stopped')
  )
    emit('code.blocked', { ...blocked, code: error.code, ...retryAfterOf(error) })
  // Not for `phone-refused`: the event `code.failed` has told the app already.
  if (error instanceof Failure && error.code !== 'phone-refused')
    emit('code.blocked', {
      ...blocked,
      code: error.code,
      ...(error instanceof LimitReached ? { limit: error.limit } : {}),
      ...retryAfterOf(error.info),
    })
}

const retryAfterOf = ({ retryAfter }: { readonly retryAfter?: number | undefined }) =>
  retryAfter === undefined ? {} : { retryAfter }

function createChallenge<User>(
  { context: { keys, settings }, loginState, userId, purpose }: ActionContext<User>,
  destination: Destination,
  channel: Channel,
  { check, turn, limitedSeconds }: AdmittedSend,
  approval: string | undefined,
): { readonly challenge: Challenge; readonly code: string } {
  const { clock, codeSeconds, codeLength, numberMatching, limits } = settings
  const now = clock.now()
  const interval =
    purpose === 'approve' ? limits.approveCallIntervalSeconds : limits.callIntervalSeconds
  return makeChallenge(keys, {
    userId,
    purpose,
    channel,
    destination,
    activation: createActivation(),
    sessionId: loginState.sessionId,
    codeLength,
    matching: channel === 'call' && numberMatching === true,
    approval,
    receipt: check.receipt,
    expiresAt: now + codeSeconds * 1000,
    nextCallAt: now + (interval || 0) * 1000,
    limitedUntil: now + limitedSeconds * 1000,
    turn: turn && { ...turn, callOnly: destination.extension !== undefined },
  })
}

/**
 * Makes SignalWire deliver the code. If that fails, ends the challenge. Returns SignalWire's id of
 * the call, the message or the hosted challenge.
 */
async function deliverOrEnd<User>(
  action: ActionContext<User>,
  request: CallRequest,
  challenge: Challenge,
  destination: Destination,
  code: string,
  cancel: () => Promise<void>,
  approval: ApprovalContent | undefined,
): Promise<string> {
  const { context, loginState, userId, purpose } = action
  try {
    return await deliver(action, challenge, destination, code, approval)
  } catch (thrown) {
    const { error, reason, refused } = toDeliveryError(thrown)
    const { channel } = challenge
    const { country } = destination
    context.emit('code.failed', { userId, purpose, channel, country, code: error.code, reason })
    loginState.dropChallenge()
    // Only if it was refused. After a timeout, the phone may be ringing.
    if (refused) await Promise.all([context.sends.endInterval(request), cancel()])
    throw error
  }
}

/**
 * Cancels the last call of this session if its phone does not ring yet: its code is no longer
 * valid, so the call would be useless for the user. Nothing waits for this.
 */
function cancelWaitingCall<User>({ context, loginState, userId }: ActionContext<User>): void {
  const { challenge } = loginState
  const { deliverySid, turn } = challenge ?? {}
  if (challenge?.userId !== userId || deliverySid === undefined || turn === undefined) return
  void context.calls
    .freshState(deliverySid)
    .then(state => (state === 'queued' ? context.calls.cancel(deliverySid) : undefined))
    .catch(() => undefined)
}

/** Makes the challenge the active one of its user, which ends every older one. */
async function activate<User>(
  { context: { activeChallenges }, loginState }: ActionContext<User>,
  { userId, activation }: Challenge,
): Promise<void> {
  try {
    await activeChallenges.activate(userId, activation)
  } catch (error) {
    loginState.dropChallenge()
    throw error
  }
}

async function saveChallenge<User>(
  loginState: LoginState<User>,
  cancel: () => Promise<void>,
): Promise<void> {
  try {
    await saveSession(loginState.session)
  } catch (error) {
    loginState.dropChallenge()
    await cancel()
    throw error
  }
}
