import {
  type Challenge,
  codeMatches,
  enrolledPhone,
  hostedIdOf,
  phoneMatches,
  readCode,
} from '../session/challenge.js'
import { Failure } from '../errors.js'
import { phonesOnRecord, storeNewPhone } from '../callbacks.js'
import { carryVerification } from '../session/re-login.js'
import { forgetBrowsers } from '../remembered-browsers/entries.js'
import { amrOf, isHosted } from '../channels.js'
import { checkMayEnroll, refuseOutsideSessions, type ActionContext } from './context.js'

/** `info` of a success. */
export interface SuccessInfo {
  /** Authentication method references (RFC 8176). */
  readonly amr: readonly string[]
  /** The number that was just proved, for `enroll`. */
  readonly phone?: string
  /** After `recover`: how many recovery codes remain. */
  readonly recoveryCodesLeft?: number
}

/** Compares the code in the body with the challenge in the session, and prepares the login that carries the mark. @internal */
export async function verify<User>(action: ActionContext<User>): Promise<SuccessInfo> {
  const {
    context: {
      settings: { codeLength, clock },
      keys,
      counters,
      emit,
    },
    loginState,
    req,
    options,
    user,
    userId,
    purpose,
  } = action
  refuseOutsideSessions(options)
  let compared = false
  try {
    const code = readCode((req as { body?: unknown }).body, codeLength)
    if (code === undefined) throw new Failure('code-malformed')
    const { challenge } = loginState
    if (challenge === undefined || challenge.userId !== userId || challenge.purpose !== purpose)
      throw new Failure('no-challenge')
    if (clock.now() >= challenge.expiresAt) throw new Failure('code-expired')
    const phone = await phoneStillGood(action, challenge)

    // Counted before it is compared: parallel guesses all read the same session.
    const attemptsLeft = await counters.admitAttempt(userId, challenge.id, challenge.activation)
    const admission = await counters.admitUserAttempt(userId)
    compared = true
    const right = isHosted(challenge.channel)
      ? await askHosted(action, challenge, code).catch(async (error: unknown) => {
          // SignalWire compared nothing: an outage must not lock people out.
          compared = false
          await counters.forgiveAttempt(userId, admission)
          throw error
        })
      : codeMatches(keys, challenge, code)
    if (!right) {
      await counters.countWrong(userId, admission)
      if (admission.limit !== undefined) emit('user.locked', { userId, limit: admission.limit })
      throw new Failure('code-wrong', { attemptsLeft })
    }
    compared = false
    if (!(await counters.useUp(userId, challenge.id, challenge.activation)))
      throw new Failure('code-expired')
    if (clock.now() >= challenge.expiresAt) throw new Failure('code-expired')
    const cleared = counters.reset(userId, admission)
    if (phone !== undefined) {
      await cleared
      await storeNewPhone(action.context, user, phone, req)
      // Should this fail: a browser that is bound to another number is not recognized any more.
      await forgetBrowsers(action.context, userId).catch(() => undefined)
      emit('phone.changed', { userId })
    }
    const { channel } = challenge
    const amr = amrOf[channel]
    carryVerification(
      req,
      loginState,
      { userId, method: channel, amr, verifiedAt: clock.now(), phoneHash: challenge.phoneHash },
      cleared,
    )
    emit('code.accepted', { userId, purpose, channel })
    return { amr, ...(phone === undefined ? {} : { phone }) }
  } catch (error) {
    if (error instanceof Failure) emit('code.rejected', { userId, code: error.code, compared })
    throw error
  }
}

/** Has SignalWire compare the code of a hosted way. */
async function askHosted<User>(
  { context: { keys, mfa }, loginState }: ActionContext<User>,
  challenge: Challenge,
  code: string,
): Promise<boolean> {
  const hostedId = hostedIdOf(keys, challenge)
  if (hostedId === undefined) throw new Failure('no-challenge')
  const answer = await mfa.verify(hostedId, code)
  if (answer === 'gone') {
    loginState.dropChallenge()
    throw new Failure('code-expired')
  }
  return answer === 'right'
}

/** Checks that the challenge's number still is one on record, or may still become it; answers a number that is to be stored. */
async function phoneStillGood<User>(
  action: ActionContext<User>,
  challenge: Challenge,
): Promise<string | undefined> {
  const {
    context: { keys },
    lookup,
    loginState,
    req,
    user,
  } = action
  if (challenge.purpose === 'enroll') {
    await checkMayEnroll(action)
    const phone = enrolledPhone(keys, challenge)
    if (phone === undefined) throw new Failure('no-challenge')
    return phone
  }
  const destinations = (await phonesOnRecord(lookup, user, req)) ?? []
  if (!destinations.some(({ telephone }) => phoneMatches(keys, challenge, telephone))) {
    loginState.dropChallenge()
    throw new Failure('code-expired')
  }
  return undefined
}
