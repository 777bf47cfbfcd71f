import { Refusal } from '../errors.js'
import { carryMark } from '../session/re-login.js'
import { readRecoveryCode, useRecoveryCode } from '../recovery-codes.js'
import { refuseOutsideSessions, type Situation } from './context.js'
import type { SuccessInfo } from './verify.js'

/** Takes a recovery code in place of a call; its wrong guesses count on the user as those of a call do. @internal */
export async function recover<User>(situation: Situation<User>): Promise<SuccessInfo> {
  const { parts, factor, req, options, user, userId, purpose } = situation
  const {
    settings: { clock },
    counters,
    emit,
  } = parts
  refuseOutsideSessions(options)
  let compared = false
  try {
    const code = readRecoveryCode((req as { body?: unknown }).body)
    if (code === undefined) throw new Refusal('recovery-malformed')
    if (purpose === 'enrol') throw new Refusal('enrol-forbidden')

    const admission = await counters.admitLooseGuess(userId)
    compared = true
    const left = await useRecoveryCode(parts, userId, user, code).catch(async (error: unknown) => {
      // The app compared nothing: an outage must not lock people out.
      compared = false
      await counters.forgiveGuess(userId, admission)
      throw error
    })
    if (left === undefined) {
      await counters.countWrong(userId, admission)
      if (admission.limit !== undefined) emit('locked', { userId, limit: admission.limit })
      throw new Refusal('recovery-wrong')
    }
    compared = false
    // Wrong codes stay counted: only the telephone itself clears them.
    await counters.forgiveGuess(userId, admission)
    factor.dropChallenge()
    const amr = ['otp']
    carryMark(req, factor, { userId, method: 'recovery', amr, at: clock.now() })
    emit('recovery.used', { userId, left })
    return { amr, recoveryCodesLeft: left }
  } catch (error) {
    if (error instanceof Refusal) emit('code.rejected', { userId, code: error.code, compared })
    throw error
  }
}
