import {
  type Challenge,
  codeMatches,
  enrolledPhone,
  hostedIdOf,
  phoneMatches,
  readCode,
} from '../session/challenge.js'
import { Refusal } from '../errors.js'
import { isOnRecord, storeNewPhone } from '../callbacks.js'
import { carryMark } from '../session/re-login.js'
import { forgetBrowsers } from '../remembered-browsers/recognition.js'
import { amrOf, isHosted } from '../channels.js'
import { checkMayEnrol, refuseOutsideSessions, type Situation } from './context.js'

/** `info` of a success. */
export interface SuccessInfo {
  /** Authentication method references (RFC 8176). */
  readonly amr: readonly string[]
  /** The number that was just proved, for `enrol`. */
  readonly phone?: string
  /** After `recover`: how many recovery codes remain. */
  readonly recoveryCodesLeft?: number
}

/** Compares the code in the body with the challenge in the session, and prepares the login that carries the mark. @internal */
export async function verify<User>(situation: Situation<User>): Promise<SuccessInfo> {
  const {
    parts: {
      settings: { codeLength, clock },
      keys,
      counters,
      emit,
    },
    factor,
    req,
    options,
    user,
    userId,
    purpose,
  } = situation
  refuseOutsideSessions(options)
  let compared = false
  try {
    const code = readCode((req as { body?: unknown }).body, codeLength)
    if (code === undefined) throw new Refusal('code-malformed')
    const { challenge } = factor
    if (challenge === undefined || challenge.userId !== userId || challenge.purpose !== purpose)
      throw new Refusal('no-challenge')
    if (clock.now() >= challenge.expiresAt) throw new Refusal('code-expired')
    const phone = await phoneStillGood(situation, challenge)

    // Counted before it is compared: parallel guesses all read the same session.
    const attemptsLeft = await counters.admitGuess(userId, challenge.id, challenge.ticket)
    const admission = await counters.admitUserGuess(userId)
    compared = true
    const right = isHosted(challenge.way)
      ? await askHosted(situation, challenge, code).catch(async (error: unknown) => {
          // SignalWire compared nothing: an outage must not lock people out.
          compared = false
          await counters.forgiveGuess(userId, admission)
          throw error
        })
      : codeMatches(keys, challenge, code)
    if (!right) {
      await counters.countWrong(userId, admission)
      if (admission.limit !== undefined) emit('locked', { userId, limit: admission.limit })
      throw new Refusal('code-wrong', { attemptsLeft })
    }
    compared = false
    if (!(await counters.useUp(userId, challenge.id, challenge.ticket)))
      throw new Refusal('code-expired')
    if (clock.now() >= challenge.expiresAt) throw new Refusal('code-expired')
    const cleared = counters.reset(userId, admission)
    if (phone !== undefined) {
      await cleared
      await storeNewPhone(situation.parts, user, phone, req)
      // Should this fail: a browser that is bound to another number is not recognized any more.
      await forgetBrowsers(situation.parts, userId).catch(() => undefined)
      emit('phone.changed', { userId })
    }
    const { way } = challenge
    const amr = amrOf[way]
    carryMark(
      req,
      factor,
      { userId, method: way, amr, at: clock.now(), phoneHash: challenge.phoneHash },
      cleared,
    )
    emit('code.accepted', { userId, purpose, way })
    return { amr, ...(phone === undefined ? {} : { phone }) }
  } catch (error) {
    if (error instanceof Refusal) emit('code.rejected', { userId, code: error.code, compared })
    throw error
  }
}

/** Has SignalWire compare the code of a hosted way. */
async function askHosted<User>(
  { parts: { keys, mfa }, factor }: Situation<User>,
  challenge: Challenge,
  code: string,
): Promise<boolean> {
  const hostedId = hostedIdOf(keys, challenge)
  if (hostedId === undefined) throw new Refusal('no-challenge')
  const answer = await mfa.verify(hostedId, code)
  if (answer === 'gone') {
    factor.dropChallenge()
    throw new Refusal('code-expired')
  }
  return answer === 'right'
}

/** Checks that the challenge's number still is one on record, or may still become it; answers a number that is to be stored. */
async function phoneStillGood<User>(
  situation: Situation<User>,
  challenge: Challenge,
): Promise<string | undefined> {
  const {
    parts: { keys },
    lookup,
    factor,
    req,
    user,
  } = situation
  if (challenge.purpose === 'enrol') {
    await checkMayEnrol(situation)
    const phone = enrolledPhone(keys, challenge)
    if (phone === undefined) throw new Refusal('no-challenge')
    return phone
  }
  if (
    !(await isOnRecord(lookup, req, user, telephone => phoneMatches(keys, challenge, telephone)))
  ) {
    factor.dropChallenge()
    throw new Refusal('code-expired')
  }
  return undefined
}
