import type { PhoneLookup } from '../callbacks.js'
import type { Context } from '../context.js'
import type { Success } from '../report-outcome.js'
import type { Request } from '../request.js'
import { approve } from './approve.js'
import { type ActionOptions, createActionContext } from './context.js'
import { recover } from './recover.js'
import { sendCode } from './send.js'
import { verify } from './verify.js'

/** Runs the action; `undefined` if nobody is to be logged in. @internal */
export async function runAction<User extends object>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
  req: Request,
  options: ActionOptions,
): Promise<Success | undefined> {
  const action = createActionContext(context, lookup, req, options)
  switch (options.action) {
    case 'call':
      await sendCode(action)
      return undefined
    case 'recover':
      return { user: action.user, info: await recover(action) }
    default:
      if (action.purpose === 'approve') {
        await approve(action)
        return undefined
      }
      return { user: action.user, info: await verify(action) }
  }
}
