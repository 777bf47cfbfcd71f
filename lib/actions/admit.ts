import { askBeforeCall } from '../callbacks.js'
import type { Context } from '../context.js'
import { VoiceOtpError } from '../errors.js'
import type { FraudCheck } from '../fraud/fraud-guard.js'
import type { CallRequest } from '../limits/call-limits.js'
import type { Admission } from '../limits/sends.js'
import type { Destination } from '../phone.js'
import type { Challenge } from '../session/challenge.js'
import { refuseReset, usesOwnPhone } from './choices.js'
import type { ActionContext } from './context.js'

/** A send that every limit has allowed and counted. @internal */
export interface AdmittedSend extends Admission {
  readonly check: FraudCheck
}

/**
 * Counts a send in all limits, after the app and the fraud guard allowed it. Throws a `Failure` or
 * a `VoiceOtpError` if the code may not be sent.
 * @param waive Whether the interval since the last call is waived.
 * @internal
 */
export async function admitSend<User>(
  action: ActionContext<User>,
  request: CallRequest,
  { number, country, verifiedAt }: Destination,
  waive: () => Promise<boolean>,
): Promise<AdmittedSend> {
  const { context, req, user, userId } = action
  const {
    fraud,
    sends,
    settings: { beforeCall },
  } = context
  let check: FraudCheck | undefined
  const permit =
    beforeCall &&
    (async () => {
      await askBeforeCall(beforeCall, { user, phone: number, req })
      // Check again: the callback may have taken seconds, and sends may have been stopped
      // meanwhile.
      await fraud.sendSwitch.refuseStopped()
    })
  const examine = async () => {
    const [examined] = await Promise.all([
      fraud.examine({ userId, number, country, verifiedAt }),
      usesOwnPhone(action) && refuseReset(action),
    ])
    check = examined
    return check.counts
  }
  const admission = await sends.admit(request, permit, examine, waive)
  /* v8 ignore next -- admit() has called examine(), or has thrown */
  if (check === undefined) throw new VoiceOtpError('configuration')
  return { check, ...admission }
}

/**
 * Gives back what the fraud guard counted for a send that certainly did not happen. First uses the
 * challenge up, so that no request can give the same send back again. An error here must not hide
 * the reason why the send did not happen.
 * @internal
 */
export async function cancelSend<User>(
  { activeChallenges }: Context<User>,
  check: FraudCheck,
  challenge: Challenge,
): Promise<void> {
  const cancel = async () => {
    if (await activeChallenges.claim(challenge)) await check.cancel()
  }
  await cancel().catch(() => undefined)
}
