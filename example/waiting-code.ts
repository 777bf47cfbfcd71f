import type { Request } from 'express'
import type { VoiceOtpStrategy } from 'passport-voice-otp'
import type { User } from './users.js'

/** The state of a call comes from SignalWire, and a page is not kept waiting for that. */
const patienceMilliseconds = 1500

/**
 * The code that waits in this session, for the page of new numbers or for the other one; whether it is over; and how its call
 * is doing, unless a store has just `failed`: that is not asked again, for its time limit's sake.
 */
export async function waitingCode(
  voiceOtp: VoiceOtpStrategy<User>,
  req: Request,
  page: 'enroll' | 'log in',
  failed: boolean,
) {
  const late = new Promise<undefined>(resolve => {
    setTimeout(resolve, patienceMilliseconds, undefined).unref()
  })
  const status = failed
    ? undefined
    : await Promise.race([voiceOtp.getStatus(req).catch(() => undefined), late])
  const waiting =
    (req.voiceOtp?.purpose === 'enroll') === (page === 'enroll') ? req.voiceOtp : undefined
  const isActiveChallenge = (status?.expiresIn ?? waiting?.expiresIn ?? 0) > 0
  return {
    challenge: isActiveChallenge ? waiting : undefined,
    isOver: !isActiveChallenge && waiting !== undefined,
    status,
  }
}
