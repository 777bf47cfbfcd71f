import { readCode } from '../code-input.js'
import {
  type Challenge,
  codeAge,
  codeMatches,
  openEnrolledPhone,
  readHostedId,
  phoneMatches,
} from '../session/challenge.js'
import { isPhoneOnRecord, storeNewPhone } from '../callbacks.js'
import { amrOf, isHosted } from '../channels.js'
import { Failure } from '../errors.js'
import type { Attempt, ChallengeAttempt } from '../limits/attempts.js'
import { forgetBrowsers } from '../remembered-browsers/entries.js'
import { refuseOutsideSessions } from '../session/check-session.js'
import { carryVerification } from '../session/re-login.js'
import { type ActionContext, checkMayEnroll } from './context.js'
import { warnAboutUnparsedBody } from './warn-unparsed-body.js'
import { checkPhoneFallback } from './phone-fallback.js'

/** `info` of a success. */
export interface SuccessInfo {
  /** Authentication method references (RFC 8176). */
  readonly amr: readonly string[]
  /** For `enroll`: the number that the user just proved, E.164. */
  readonly phone?: string
  /** After `recover`: how many recovery codes remain. */
  readonly recoveryCodesLeft?: number
}

/**
 * Checks the code in the body against the challenge in the session, and prepares the login that
 * puts the verification into a new session. Throws a {@link Failure} for every code that is not
 * accepted.
 * @internal
 */
export async function verify<User>(action: ActionContext<User>): Promise<SuccessInfo> {
  const {
    context: {
      settings: { clock },
      emit,
    },
    loginState,
    req,
    userId,
    purpose,
  } = action
  refuseOutsideSessions(action.options)
  const { challenge, code } = readAttempt(action)
  const isFallback = await checkPhoneFallback(action)
  const checking = checkPhone(action, challenge)
  const attempt = await useCode(action, challenge, code, checking)
  const newPhone = await checking
  const cleared = attempt.succeeded()
  if (newPhone !== undefined) {
    await cleared // a failing limiter must not leave a stored phone behind
    await changePhone(action, newPhone)
  }
  const { channel, country, phoneHash } = challenge
  const amr = amrOf[channel]
  const verification = { userId, method: channel, amr, verifiedAt: clock.now(), phoneHash }
  carryVerification(req, loginState, verification, cleared)
  emit('code.accepted', {
    userId,
    purpose,
    channel,
    country,
    seconds: codeAge(action.context.settings, challenge),
  })
  if (isFallback) emit('factor.fallback', { userId, purpose, channel })
  return { amr, ...(newPhone === undefined ? {} : { phone: newPhone }) }
}

/**
 * Tells the fraud guard that the right code was entered. Call it only in the request that used the
 * challenge up.
 */
async function creditSend<User>(
  { context: { fraud, unusedCodes } }: ActionContext<User>,
  { id, receipt }: Challenge,
): Promise<void> {
  unusedCodes.remove(id)
  await fraud.complete(receipt)
}

/** The code in the body and the challenge in the session, if both can be used. @internal */
export function readAttempt<User>({
  context,
  loginState,
  req,
  userId,
  purpose,
}: ActionContext<User>): {
  readonly challenge: Challenge
  readonly code: string
} {
  const { codeLength, clock } = context.settings
  const code = readCode(req.body, codeLength)
  if (code === undefined) {
    warnAboutUnparsedBody(req)
    throw new Failure('code-malformed')
  }
  const { challenge } = loginState
  if (challenge === undefined || challenge.userId !== userId || challenge.purpose !== purpose)
    throw new Failure('no-challenge')
  if (clock.now() >= challenge.expiresAt) throw new Failure('code-expired')
  return { challenge, code }
}

/**
 * Counts an attempt, compares the code, and uses the challenge up. Returns the attempt, whose
 * `succeeded()` the caller must call. Throws a {@link Failure} if the code is wrong or too late.
 * @param checking {@link checkPhone}: no code is compared before it has resolved.
 * @internal
 */
export async function useCode<User>(
  action: ActionContext<User>,
  challenge: Challenge,
  code: string,
  checking: Promise<unknown>,
): Promise<ChallengeAttempt> {
  const { attempts } = action.context
  // Count the attempt before comparing: parallel requests all read the same session.
  const attempt = await attempts.begin(challenge, checking)
  if (!(await isRightCode(action, challenge, code, attempt)))
    await failAttempt(
      action,
      attempt,
      isLocked => new Failure('code-wrong', { attemptsLeft: isLocked ? 0 : attempt.attemptsLeft }),
    )
  if (!(await acceptOnce(action, challenge))) {
    await attempt.cancel() // the code was right: it must not count as a wrong one
    throw new Failure('code-expired')
  }
  const succeeded = async () => {
    await Promise.all([attempt.succeeded(), creditSend(action, challenge)])
  }
  return { ...attempt, succeeded }
}

/**
 * Uses up the code and, if the code logs in, the only login of the session. Returns `false` if
 * another request was first, or if the code has ended meanwhile: by a logout, `cancel()`, a newer
 * code, or because it expired.
 */
async function acceptOnce<User>(
  { context, purpose }: ActionContext<User>,
  challenge: Challenge,
): Promise<boolean> {
  const { activeChallenges, sessionLogins, settings } = context
  const { sessionId } = challenge
  const useUp = async () =>
    (await activeChallenges.useUp(challenge)) && settings.clock.now() < challenge.expiresAt
  if (purpose !== 'approve') return sessionLogins.takeWith(sessionId, useUp)
  const [isUsed, isLoggedOut] = await Promise.all([useUp(), sessionLogins.isLoggedOut(sessionId)])
  return isUsed && !isLoggedOut
}

/**
 * Ends an attempt with a wrong code: tells the app about a lock, and throws.
 * @param failureOf Makes the failure. A lock has ended the challenge: its code is not valid.
 * @internal
 */
export async function failAttempt<User>(
  { context: { emit }, userId }: ActionContext<User>,
  attempt: Attempt,
  failureOf: (isLocked: boolean) => Failure,
): Promise<never> {
  const limit = await attempt.failed()
  if (limit !== undefined) emit('user.locked', { userId, limit })
  throw failureOf(limit !== undefined)
}

/**
 * Compares the code. Cancels the attempt if SignalWire compares it and fails: an outage must not
 * lock users out.
 */
async function isRightCode<User>(
  action: ActionContext<User>,
  challenge: Challenge,
  code: string,
  attempt: Attempt,
): Promise<boolean> {
  if (!isHosted(challenge.channel)) return codeMatches(action.context.keys, challenge, code)
  try {
    return await isRightHostedCode(action, challenge, code)
  } catch (error) {
    await attempt.cancel()
    throw error
  }
}

/** Makes SignalWire compare the code of a hosted channel. */
async function isRightHostedCode<User>(
  { context: { keys, mfa }, loginState }: ActionContext<User>,
  challenge: Challenge,
  code: string,
): Promise<boolean> {
  const hostedId = readHostedId(keys, challenge)
  if (hostedId === undefined) throw new Failure('no-challenge')
  const result = await mfa.verify(hostedId, code)
  if (result === 'gone') {
    loginState.dropChallenge()
    throw new Failure('code-expired')
  }
  return result === 'right'
}

/**
 * Checks that the challenge's phone is still on record for the user. For `enroll`, checks that the
 * user may still store a new phone, and returns its number.
 * @internal
 */
export async function checkPhone<User>(
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
    const phone = openEnrolledPhone(keys, challenge)
    if (phone === undefined) throw new Failure('no-challenge')
    return phone
  }
  if (!(await isPhoneOnRecord(lookup, user, req, phone => phoneMatches(keys, challenge, phone)))) {
    loginState.dropChallenge()
    throw new Failure('code-expired')
  }
  return undefined
}

/** Stores the new phone, and forgets the browsers that were remembered with the old one. */
async function changePhone<User>(
  { context, user, userId, req }: ActionContext<User>,
  phone: string,
): Promise<void> {
  await context.newPhones.recordEnrollment(userId, phone)
  // Tell the user at once, because the steps after this one may fail, and the number is changed.
  await storeNewPhone(context, user, phone, req, () => {
    context.emit('phone.changed', { userId })
    context.notify(userId, { type: 'phone-changed' })
  })
  // If this fails, the browsers are not recognized either: each is bound to the phone with which it
  // was remembered.
  await forgetBrowsers(context, userId).catch(() => undefined)
  await context.factorResets.end(userId)
}
