import type { Request } from '../request.js'
import type { AppFunction } from './app-function.js'
import type { ApprovalRequest } from './approval.js'
import type { Channel } from './channel.js'

/** The options of `passport.authenticate('voice-otp', options)`, besides Passport's own. */
export interface VoiceOtpAuthenticateOptions {
  /**
   * - `call`: sends a code, then runs the route's handler.
   * - `verify`: checks the code in `req.body.code`, a string, and logs in.
   * - `recover`: checks the recovery code in `req.body.code`, a string, and logs in.
   * - `begin`: for a `secondFactor()` with two steps, starts the first one.
   *
   * Default `verify`.
   */
  readonly action?: 'call' | 'verify' | 'recover' | 'begin'
  /**
   * `enroll` verifies a phone that is not on record yet; then the action `call` needs the option
   * `phone`.
   *
   * `approve` asks the user to approve one action, for example a payment. The call says what is
   * approved. The action `call` needs the options `kind` and `approve`, the action `verify` needs
   * `kind`. After the right code, the route's handler gets `req.approval`; nobody is logged in.
   *
   * Default: `login` for a pending user, `step-up` for a user who is logged in.
   */
  readonly purpose?: 'enroll' | 'approve'
  /**
   * For the purpose `approve`: what sort of action the route executes, for example `payment`. An
   * approval of one kind is not valid on a route of another kind. 1 to 40 lower-case letters,
   * digits and hyphens.
   *
   * The kind `phone-change` approves a new number on an older phone: `details.phone` is the number
   * with its country code (otherwise the failure `phone-malformed`, 400). If the user enrolls this
   * number in the next ten minutes, it can approve at once, without waiting for
   * `approveAfterHours`.
   */
  readonly kind?: string
  /**
   * For the purpose `approve` and the action `call`: returns what the user is asked to approve, or
   * a promise of it. If it throws, returns details that are not allowed, or takes longer than 5
   * seconds, the request fails with the error `callback-failed` (503). A text with characters that
   * cannot be spoken or shown is the failure `approval-malformed` (400), a text that is too long
   * `approval-too-long` (400).
   */
  approve?(req: Request): ApprovalRequest | Promise<ApprovalRequest>
  /**
   * For the action `call`: one of the strategy's `channels`, or a function that reads it from the
   * request. A channel in the request that the app does not allow is the failure `choice-unknown`
   * (400). Default, also if the function returns `undefined`: the first of `channels`.
   */
  readonly channel?: Channel | AppFunction<[req: Request], unknown>
  /**
   * For the action `call`: reads the phone from the request. If it throws, the request fails with
   * the error `callback-failed` (503).
   *
   * - Purpose `enroll`: the new number with its country code. Anything else is the failure
   *   `phone-malformed` (400).
   * - Other purposes: the `id` of one of `voiceOtp.listPhones(req)`; `undefined` and `''` mean the
   *   first one. Anything else is the failure `choice-unknown` (400).
   */
  phone?(req: Request): unknown
}

// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- @types/passport is optional
/** @ts-ignore */
declare module 'passport' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it only inherits
  interface AuthenticateOptions extends VoiceOtpAuthenticateOptions {}
}
