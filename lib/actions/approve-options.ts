import { isKind } from '../approvals/sealed-approval.js'
import { VoiceOtpError } from '../errors.js'

/**
 * Checks the options of the purpose `approve`. Throws a `VoiceOtpError` (`configuration`).
 * @internal
 */
export function checkApproveOptions(options: Readonly<Record<string, unknown>>): void {
  const fail = (fix: string): never => {
    throw new VoiceOtpError('configuration', fix)
  }
  if (!isKind(options['kind'])) fail("kind: give what the route executes, for example 'payment'.")
  if (options['action'] === 'recover') fail('A recovery code cannot approve an action.')
  if (options['action'] === 'call') {
    if (typeof options['approve'] !== 'function')
      fail('approve: give a function (req) => ({ details, text }).')
    return
  }
  // An approval ends in the route's handler. Passport would ignore these options.
  for (const name of ['successRedirect', 'successReturnToOrRedirect', 'assignProperty'])
    if (options[name] !== undefined)
      fail(`${name} has no effect with purpose: 'approve'. Redirect in the handler.`)
}
