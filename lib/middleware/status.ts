import { failures, VoiceOtpError } from '../errors.js'
import type { Context } from '../context.js'
import type { Middleware, Request } from '../request.js'
import { sendJson } from './respond.js'
import { loginStateOf } from '../session/login-state.js'

import { type DeliveryState, reachedNobody } from '../signalwire/call-states.js'

/** What `status()` answers; all times in whole seconds. */
export interface CallStatus {
  /** State of the call; `none` before one is placed, `reported` after "this was not me". */
  readonly call: DeliveryState | 'none' | 'reported'
  /** Seconds until the code is worthless; 0 if none waits. */
  readonly expiresIn: number
  /** Seconds until a call may be asked for, as far as the interval between calls and a report decide. */
  readonly nextCallIn: number
  /** Guesses left for this code; 0 if none waits. */
  readonly attemptsLeft: number
}

/** Middleware of `status()`. It reads what others wrote, and writes nothing. @internal */
export function createStatus<User>(context: Context<User>): Middleware {
  return (req, res) => {
    res.setHeader('Cache-Control', 'no-store')
    getStatus(context, req).then(
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
  }
}

/** The state of the call for this request's user, `undefined` for nobody. @internal */
export async function getStatus<User>(
  context: Context<User>,
  req: Request,
): Promise<CallStatus | undefined> {
  const { counters, calls, settings } = context
  const loginState = loginStateOf(context, req)
  if (loginState.anyUser === undefined) return undefined
  const { challenge, userId } = loginState
  if (challenge?.userId !== userId) {
    const [interval, { reportedFor }] = await Promise.all([
      counters.nextCallIn(userId),
      counters.outlook(userId, ''),
    ])
    return {
      call: reportedFor > 0 ? 'reported' : 'none',
      expiresIn: 0,
      nextCallIn: Math.max(interval, reportedFor),
      attemptsLeft: 0,
    }
  }
  const { id, activation, channel, deliverySid, expiresAt } = challenge
  const [interval, { attemptsLeft, reportedFor }, alive, state] = await Promise.all([
    counters.nextCallIn(userId),
    counters.outlook(userId, id),
    counters.isActiveChallenge(userId, activation),
    channel === 'call' && deliverySid !== undefined ? calls.state(deliverySid) : undefined,
  ])
  const isWaived =
    interval > 0 &&
    deliverySid !== undefined &&
    reachedNobody(state) &&
    (await counters.hasWaiver(deliverySid))
  return {
    call:
      reportedFor > 0
        ? 'reported'
        : channel !== 'call'
          ? 'sent'
          : (state ?? (deliverySid === undefined ? 'none' : 'queued')),
    expiresIn: alive ? Math.max(0, Math.ceil((expiresAt - settings.clock.now()) / 1000)) : 0,
    nextCallIn: Math.max(isWaived ? 0 : interval, reportedFor),
    attemptsLeft: alive ? attemptsLeft : 0,
  }
}
