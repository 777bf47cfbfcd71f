import { failures, VoiceOtpError } from '../errors.js'
import type { Context } from '../context.js'
import type { Middleware, Request } from '../request.js'
import type { Channel } from '../options/channel.js'
import type { Challenge } from '../session/challenge.js'
import { loginStateOf } from '../session/login-state.js'
import type { PhoneLookup } from '../callbacks.js'
import { findNextCallWait, type NextCall, readOwnWaits } from '../actions/next-call-wait.js'
import { followTurn, turnOver } from '../actions/follow-turn.js'
import type { DeliveryState } from '../signalwire/call-states.js'
import { passError, sendJson } from './respond.js'

/** The response of `status()`; all times are whole seconds. */
export interface CallStatus {
  /**
   * State of the call; `none` before one is placed, `reported` after "this was not me", `refused`
   * if key zero refused an approval.
   */
  readonly call: DeliveryState | 'none' | 'reported' | 'refused'
  /** Seconds until the code expires; 0 if there is no code. */
  readonly expiresIn: number
  /**
   * Seconds until the user may ask for another call: the longest wait of all limits on calls, of a
   * lockout and of a report. 86,400 for a user who is locked until `unlock(userId)`.
   */
  readonly nextCallIn: number
  /**
   * Seconds until the phone rings, while the call waits for its turn. It follows what recent calls
   * have shown. 0 if the call does not wait, or is late.
   */
  readonly startsIn: number
  /** Calls that ring before this one, while it waits. */
  readonly callsBefore: number
  /**
   * Channels that the user may choose at once, because the call waits longer than
   * `longWaitSeconds`. Otherwise empty.
   */
  readonly otherChannels: readonly Channel[]
  /** Attempts left for this code; 0 if there is no code. */
  readonly attemptsLeft: number
  /**
   * Seconds after which a page should ask again: soon while the phone rings, late while little can
   * change. Each request costs a few commands of the limiter's store.
   */
  readonly pollAfter: number
}

type Call = CallStatus['call']

/** The seconds after which a page asks again. They depend on how soon the state can change. */
const pollAfterSeconds = { soon: 2, talking: 3, waiting: 5, resting: 10 } as const

function findPollAfter(call: Call, startsIn: number): number {
  if (call === 'answered') return pollAfterSeconds.talking
  if (startsIn > 10) return pollAfterSeconds.waiting
  const isMoving = call === 'queued' || call === 'ringing'
  return isMoving ? pollAfterSeconds.soon : pollAfterSeconds.resting
}

/** Creates the route `status()`. It does not change the session. @internal */
export function createStatus<User>(context: Context<User>, lookup: PhoneLookup<User>): Middleware {
  return (req, res, next) => {
    res.setHeader('Cache-Control', 'no-store')
    getStatus(context, lookup, req)
      .then(
        status => {
          if (status === undefined)
            sendJson(res, 401, {
              code: 'first-factor-required',
              message: failures['first-factor-required'].message,
            })
          else sendJson(res, 200, status)
        },
        (error: unknown) => {
          const { code, message } =
            error instanceof VoiceOtpError ? error : new VoiceOtpError('configuration')
          sendJson(res, 503, { code, message })
        },
      )
      .catch(passError(res, next))
  }
}

/**
 * The state of the call for the user of this request; `undefined` if there is no user.
 * @internal
 */
export async function getStatus<User>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
  req: Request,
): Promise<CallStatus | undefined> {
  const loginState = loginStateOf(context, req)
  const { anyUser: user, challenge } = loginState
  if (user === undefined) return undefined
  const { userId, sessionId } = loginState
  const person = { lookup, req, user, userId, sessionId }
  return challenge?.userId === userId
    ? statusOf(context, challenge, person)
    : statusWithoutChallenge(context, person)
}

type Person<User> = Omit<NextCall<User>, 'challenge' | 'isActive' | 'state'>

async function statusWithoutChallenge<User>(
  context: Context<User>,
  person: Person<User>,
): Promise<CallStatus> {
  const none = { challenge: undefined, isActive: false, state: undefined }
  const own = await readOwnWaits(context, person.userId, undefined)
  const nextCallIn = await findNextCallWait(context, { ...person, ...none }, own)
  const call = own.reported > 0 ? 'reported' : 'none'
  return {
    call,
    expiresIn: 0,
    nextCallIn,
    ...turnOver,
    attemptsLeft: 0,
    pollAfter: findPollAfter(call, 0),
  }
}

async function statusOf<User>(
  context: Context<User>,
  challenge: Challenge,
  person: Person<User>,
): Promise<CallStatus> {
  const { activeChallenges, attempts, settings } = context
  const { userId, expiresAt } = challenge
  // All at the same time, so that a limiter can send the counts of a poll in one command.
  const [attemptsLeft, own, isActive, { state, ...turn }, isRefused] = await Promise.all([
    attempts.attemptsLeft(challenge),
    readOwnWaits(context, userId, challenge),
    activeChallenges.isActive(challenge),
    followTurn(context, challenge),
    challenge.purpose === 'approve' && activeChallenges.isRefused(challenge),
  ])
  const nextCall = { ...person, challenge, isActive, state }
  const nextCallIn = await findNextCallWait(context, nextCall, own)
  const secondsLeft = Math.max(0, Math.ceil((expiresAt - settings.clock.now()) / 1000))
  const call =
    own.reported > 0 ? 'reported' : isRefused ? 'refused' : deliveryState(challenge, state)
  return {
    call,
    expiresIn: isActive ? secondsLeft : 0,
    nextCallIn,
    ...(isActive ? turn : turnOver),
    attemptsLeft: isActive ? attemptsLeft : 0,
    pollAfter:
      isActive && call === 'none' ? pollAfterSeconds.soon : findPollAfter(call, turn.startsIn),
  }
}

/** The state to show: that of the call, or `sent` for every other channel. */
function deliveryState(
  { channel, deliverySid }: Challenge,
  state: DeliveryState | undefined,
): Call {
  if (channel !== 'call') return 'sent'
  return state ?? (deliverySid === undefined ? 'none' : 'queued')
}
