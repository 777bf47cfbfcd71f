import type { Context } from '../context.js'
import type { Request } from '../request.js'
import { loginStateOf } from '../session/login-state.js'

/**
 * Ends the challenge of a session, for `cancel(req)`. The event goes into the trail, so that
 * support does not wait for a code that nobody can enter any more.
 * @internal
 */
export async function cancelChallenge<User>(context: Context<User>, req: Request): Promise<void> {
  const loginState = loginStateOf(context, req)
  const { challenge } = loginState
  const wasActive = await loginState.endChallenge()
  if (challenge === undefined || !wasActive) return
  const { userId, purpose, channel, expiresAt } = challenge
  if (expiresAt > context.settings.clock.now())
    context.emit('code.canceled', { userId, purpose, channel })
}
