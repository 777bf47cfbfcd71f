import type { CallStatus } from '../index.js'
import type { Visit } from './context.js'
import type { Situation } from './state.js'

/** How long a page waits for the state of the call, which comes from SignalWire. */
const statusTimeoutMilliseconds = 1500

/**
 * The challenge of this session with the state of its call, for the page of a new number (`enroll`)
 * or of the code (`log in`).
 * @param skipStatus Whether to leave the state out: if a store has just failed, the page would wait
 * for its timeout again.
 */
export async function currentChallenge(
  { pages, req }: Visit,
  page: 'enroll' | 'log in',
  skipStatus: boolean,
): Promise<Omit<Situation, 'failure'>> {
  const status = skipStatus
    ? undefined
    : await Promise.race([
        pages.strategy.getStatus(req as never).catch(() => undefined),
        new Promise<undefined>(resolve => {
          setTimeout(resolve, statusTimeoutMilliseconds, undefined).unref()
        }),
      ])
  const challenge = isForPage(req.voiceOtp?.purpose, page) ? req.voiceOtp : undefined
  const isActive = secondsLeft(status, challenge) > 0
  return {
    challenge: isActive ? challenge : undefined,
    isOver: !isActive && challenge !== undefined,
    status,
  }
}

/** A code that approves an action belongs to a page of the app. */
const isForPage = (purpose: string | undefined, page: 'enroll' | 'log in'): boolean =>
  page === 'enroll' ? purpose === 'enroll' : purpose === 'login' || purpose === 'step-up'

const secondsLeft = (
  status: CallStatus | undefined,
  challenge: { readonly expiresIn: number } | undefined,
): number => status?.expiresIn ?? challenge?.expiresIn ?? 0
