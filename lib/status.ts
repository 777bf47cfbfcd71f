import { failureTable, VoiceOtpError } from './errors.js'
import type { Parts } from './parts.js'
import { factorOf, type Middleware, sendJson } from './second-factor.js'
import type { Request } from './options.js'
import type { CallState } from './signalwire/calls.js'

/** What `status()` answers; all times in whole seconds. */
export interface CallStatus {
  /** State of the call; `none` before one is placed, `reported` after "this was not me". */
  readonly call: CallState | 'none' | 'reported'
  readonly expiresIn: number
  readonly nextCallIn: number
  readonly attemptsLeft: number
}

/** Middleware of `status()`. It reads what others wrote, and writes nothing. @internal */
export function createStatus<User>(parts: Parts<User>): Middleware {
  return (req, res) => {
    res.setHeader('Cache-Control', 'no-store')
    look(parts, req).then(status => {
      if (status === undefined) sendJson(res, 401, { code: 'first-factor-required', message: failureTable['first-factor-required'][1] })
      else sendJson(res, 200, status)
    }, (error: unknown) => {
      const { code, message } = error instanceof VoiceOtpError ? error : new VoiceOtpError('configuration')
      sendJson(res, 503, { code, message })
    })
  }
}

async function look<User>(parts: Parts<User>, req: Request): Promise<CallStatus | undefined> {
  const { counters, calls, settings } = parts
  const factor = factorOf(parts, req)
  if (factor.anyUser === undefined) return undefined
  const { challenge, userId } = factor
  if (challenge?.userId !== userId) {
    const [nextCallIn, { reported }] = await Promise.all([counters.nextCallIn(userId), counters.outlook(userId, '')])
    return { call: reported ? 'reported' : 'none', expiresIn: 0, nextCallIn, attemptsLeft: 0 }
  }
  const [nextCallIn, { attemptsLeft, reported }, alive, state] = await Promise.all([
    counters.nextCallIn(userId),
    counters.outlook(userId, challenge.id),
    counters.isAlive(userId, challenge.ticket),
    challenge.callSid === undefined ? undefined : calls.state(challenge.callSid),
  ])
  return {
    call: reported ? 'reported' : state ?? (challenge.callSid === undefined ? 'none' : 'queued'),
    expiresIn: alive ? Math.max(0, Math.ceil((challenge.expiresAt - settings.clock.now()) / 1000)) : 0,
    nextCallIn,
    attemptsLeft: alive ? attemptsLeft : 0,
  }
}
