import { Failure } from '../errors.js'
import type { Attempt } from '../limits/attempts.js'
import { readRecoveryCode, useRecoveryCode } from '../recovery-codes.js'
import { refuseOutsideSessions } from '../session/check-session.js'
import { carryVerification } from '../session/re-login.js'
import type { ActionContext } from './context.js'
import { warnAboutUnparsedBody } from './warn-unparsed-body.js'
import { failAttempt, type SuccessInfo } from './verify.js'

/**
 * Checks the recovery code in the body, and prepares the login that puts the verification into a
 * new session. A wrong recovery code counts on the user as a wrong code from a call does. Throws a
 * {@link Failure} for every code that is not accepted.
 * @internal
 */
export async function recover<User>(action: ActionContext<User>): Promise<SuccessInfo> {
  const {
    context: {
      settings: { clock },
      attempts,
      emit,
      notify,
      sessionLogins,
    },
    loginState,
    req,
    userId,
    purpose,
  } = action
  refuseOutsideSessions(action.options)
  const code = readRecoveryCode(req.body)
  if (code === undefined) {
    warnAboutUnparsedBody(req)
    throw new Failure('recovery-malformed')
  }
  if (purpose === 'enroll') throw new Failure('enroll-forbidden')

  const attempt = await attempts.beginRecovery(userId)
  const left = await useOrCancel(action, code, attempt)
  if (left === undefined) return failAttempt(action, attempt, () => new Failure('recovery-wrong'))
  await attempt.succeeded()
  if (!(await sessionLogins.take(loginState.sessionId))) throw new Failure('recovery-wrong')
  loginState.dropChallenge()
  const amr = ['otp']
  carryVerification(req, loginState, { userId, method: 'recovery', amr, verifiedAt: clock.now() })
  emit('recovery.used', { userId, left })
  notify(userId, { type: 'recovery-code-used', left })
  return { amr, recoveryCodesLeft: left }
}

/**
 * Makes the app compare the code and use it up. Cancels the attempt if the app fails: an outage
 * must not lock users out.
 */
async function useOrCancel<User>(
  { context, user, userId }: ActionContext<User>,
  code: string,
  attempt: Attempt,
): Promise<number | undefined> {
  try {
    return await useRecoveryCode(context, userId, user, code)
  } catch (error) {
    await attempt.cancel()
    throw error
  }
}
