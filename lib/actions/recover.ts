import { Failure } from '../errors.js'
import { carryVerification } from '../session/re-login.js'
import { readRecoveryCode, useRecoveryCode } from '../recovery-codes.js'
import { refuseOutsideSessions, type ActionContext } from './context.js'
import type { SuccessInfo } from './verify.js'

/** Takes a recovery code in place of a call; its wrong guesses count on the user as those of a call do. @internal */
export async function recover<User>(action: ActionContext<User>): Promise<SuccessInfo> {
  const { context, loginState, req, options, user, userId, purpose } = action
  const {
    settings: { clock },
    counters,
    emit,
  } = context
  refuseOutsideSessions(options)
  let compared = false
  try {
    const code = readRecoveryCode((req as { body?: unknown }).body)
    if (code === undefined) throw new Failure('recovery-malformed')
    if (purpose === 'enroll') throw new Failure('enroll-forbidden')

    const admission = await counters.admitRecoveryAttempt(userId)
    compared = true
    const left = await useRecoveryCode(context, userId, user, code).catch(
      async (error: unknown) => {
        // The app compared nothing: an outage must not lock people out.
        compared = false
        await counters.forgiveAttempt(userId, admission)
        throw error
      },
    )
    if (left === undefined) {
      await counters.countWrong(userId, admission)
      if (admission.limit !== undefined) emit('user.locked', { userId, limit: admission.limit })
      throw new Failure('recovery-wrong')
    }
    compared = false
    // Wrong codes stay counted: only the telephone itself clears them.
    await counters.forgiveAttempt(userId, admission)
    loginState.dropChallenge()
    const amr = ['otp']
    carryVerification(req, loginState, { userId, method: 'recovery', amr, verifiedAt: clock.now() })
    emit('recovery.used', { userId, left })
    return { amr, recoveryCodesLeft: left }
  } catch (error) {
    if (error instanceof Failure) emit('code.rejected', { userId, code: error.code, compared })
    throw error
  }
}
