import { runCallback } from '../callbacks.js'
import type { Context } from '../context.js'
import { Failure, VoiceOtpError } from '../errors.js'
import type { RegisteredFactor } from '../factor-registry.js'
import type { Request } from '../request.js'
import { type LoginState, loginStateOf } from '../session/login-state.js'
import { freshSeconds } from '../session/verification.js'
import { hasAny } from './ownership.js'

/**
 * Stores a change of the user's factors, if the user's last verification is fresh and strong
 * enough. Throws a {@link Failure} if it is not, and a `VoiceOtpError` if `save` failed.
 * @internal
 */
export async function changeFactor<User>(
  context: Context<User>,
  req: Request,
  name: string,
  change: 'add' | 'remove',
  save: () => void | Promise<void>,
): Promise<void> {
  const factor = context.factors.get(name)
  if (
    factor === undefined ||
    (change !== 'add' && change !== 'remove') ||
    typeof save !== 'function'
  )
    throw new VoiceOtpError(
      'configuration',
      "changeFactor(req, name, change, save): give the name of a secondFactor(), 'add' or 'remove', and a function.",
    )
  const loginState = loginStateOf(context, req)
  const { user } = loginState
  // A pending user has shown nothing but the password.
  if (!user || loginState.verificationAge > freshSeconds)
    throw new Failure('second-factor-required')
  await checkStrength(context, factor, loginState, user, req)
  const { userId } = loginState
  await runCallback('save', async () => {
    await save()
    // Inside the callback: if `save` succeeds only after its deadline, the user must still be told.
    const isAdded = change === 'add'
    context.emit(isAdded ? 'factor.added' : 'factor.removed', { userId, factor: name })
    context.notify(userId, { type: isAdded ? 'factor-added' : 'factor-removed', name })
  })
}

/**
 * Throws `phishing-resistant-required` if the user has a phishing-resistant factor, did not use one
 * for the last verification, and wants to add or remove one. Otherwise a thief of the phone number
 * could replace it.
 */
async function checkStrength<User>(
  { factors }: Context<User>,
  factor: RegisteredFactor<User>,
  { verification }: LoginState<User>,
  user: User,
  req: Request,
): Promise<void> {
  if (!factor.phishingResistant) return
  // A verification from before the factor was registered as phishing-resistant lacks this time.
  const isStrong = verification?.phishingResistantFrom !== undefined
  if (isStrong && factors.get(verification.method)?.phishingResistant === true) return
  if (await hasAny(factors.phishingResistant, user, req))
    throw new Failure('phishing-resistant-required')
}
