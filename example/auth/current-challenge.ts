import type { Request } from 'express'
import type { CallStatus, PendingChallenge, VoiceOtpStrategy } from 'passport-voice-otp'
import type { User } from '../stores/users.js'

/** The state of a call comes from SignalWire. A page waits for it no longer than this. */
const statusTimeoutMilliseconds = 1500

export interface CurrentChallenge {
  readonly challenge: PendingChallenge | undefined
  /** Whether this session had a challenge that is no longer valid. */
  readonly isOver: boolean
  /** Not known if SignalWire or a store did not respond in time. */
  readonly status: CallStatus | undefined
}

/**
 * The challenge of this session with the state of its call, for the page `/phone` (`enroll`),
 * `/pay` (`approve`) or `/otp` (`log in`). With `skipStatus`, the state is not asked for: a store
 * has just failed, and the page would wait for its timeout again.
 */
export async function currentChallenge(
  voiceOtp: VoiceOtpStrategy<User>,
  req: Request,
  page: 'enroll' | 'approve' | 'log in',
  skipStatus: boolean,
): Promise<CurrentChallenge> {
  const timeout = new Promise<undefined>(resolve => {
    setTimeout(resolve, statusTimeoutMilliseconds, undefined).unref()
  })
  const status = skipStatus
    ? undefined
    : await Promise.race([voiceOtp.getStatus(req).catch(() => undefined), timeout])
  const purpose = req.voiceOtp?.purpose
  const pageOfChallenge = purpose === 'enroll' || purpose === 'approve' ? purpose : 'log in'
  const challenge = pageOfChallenge === page ? req.voiceOtp : undefined
  const isActive = (status?.expiresIn ?? challenge?.expiresIn ?? 0) > 0
  return {
    challenge: isActive ? challenge : undefined,
    isOver: !isActive && challenge !== undefined,
    status,
  }
}
