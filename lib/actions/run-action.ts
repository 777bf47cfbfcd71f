import type { LookupWithResets } from '../callbacks.js'
import type { Context } from '../context.js'
import { Failure, VoiceOtpError } from '../errors.js'
import type { Success } from '../report-outcome.js'
import type { Request } from '../request.js'
import { approve } from './approve.js'
import { type ActionContext, type ActionOptions, createActionContext } from './context.js'
import { recover } from './recover.js'
import { sendCode } from './send.js'
import { verify } from './verify.js'

/**
 * Runs the action of one request, and reports with the event `request.handled` how it ended.
 * Resolves to `undefined` if nobody is to be logged in.
 * @internal
 */
export async function runAction<User extends object>(
  context: Context<User>,
  lookup: LookupWithResets<User>,
  req: Request,
  options: ActionOptions,
): Promise<Success | undefined> {
  const startedAt = performance.now()
  let action: ActionContext<User> | undefined
  const report = (outcome: string): void => {
    context.emit('request.handled', {
      what: whatOf(options),
      outcome,
      milliseconds: performance.now() - startedAt,
      ...(action && { userId: action.userId, purpose: action.purpose }),
    })
  }
  try {
    action = createActionContext(context, lookup, req, options)
    const success = await perform(action)
    report('ok')
    return success
  } catch (error) {
    report(error instanceof Failure || error instanceof VoiceOtpError ? error.code : 'unknown')
    throw error
  }
}

const whatOf = ({ action }: ActionOptions): 'send' | 'verify' | 'recover' =>
  action === 'call' ? 'send' : action === 'recover' ? 'recover' : 'verify'

async function perform<User extends object>(
  action: ActionContext<User>,
): Promise<Success | undefined> {
  if (action.options.action === 'call') {
    await sendCode(action)
    return undefined
  }
  const country = action.loginState.challenge?.country
  try {
    return await checkCode(action)
  } catch (error) {
    if (error instanceof Failure)
      action.context.emit('code.rejected', {
        userId: action.userId,
        country,
        code: error.code,
        compared: error.code === 'code-wrong' || error.code === 'recovery-wrong',
      })
    throw error
  }
}

async function checkCode<User extends object>(
  action: ActionContext<User>,
): Promise<Success | undefined> {
  if (action.options.action === 'recover') return { user: action.user, info: await recover(action) }
  if (action.purpose !== 'approve') return { user: action.user, info: await verify(action) }
  await approve(action)
  return undefined
}
