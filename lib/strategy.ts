import type { EventEmitter } from 'node:events'
import PassportStrategy from 'passport-strategy'
import { cancelChallenge } from './actions/cancel.js'
import type { ActionOptions } from './actions/context.js'
import { listPhones, type PhoneChoice } from './actions/list-phones.js'
import { runAction } from './actions/run-action.js'
import { createPhoneLookup, type LookupWithResets } from './callbacks.js'
import { copyOwn } from './check-options.js'
import { checkSettings } from './check-settings.js'
import type { Context } from './context.js'
import { createContext } from './create-context.js'
import { createEvents } from './create-events.js'
import type { VoiceOtpEvents } from './events.js'
import { listAvailableFactors } from './factors/available-factors.js'
import { changeFactor } from './factors/change-factor.js'
import { createSecondFactor, type SecondFactorStrategy } from './factors/factor-strategy.js'
import { createEnforce } from './middleware/enforce.js'
import type { EnforceOptions } from './middleware/pending-users.js'
import {
  createRequireSecondFactor,
  type RequireOptions,
} from './middleware/require-second-factor.js'
import { type CallStatus, createStatus, getStatus } from './middleware/status.js'
import { createWebhooks } from './middleware/webhooks.js'
import type { Channel } from './options/channel.js'
import type { UserId, UserIdOption, VoiceOtpOptions } from './options/options.js'
import type { GetPhone } from './options/phone.js'
import type {
  AvailableFactor,
  FactorCheck,
  HostedStrategy,
  SecondFactorOptions,
} from './options/second-factor.js'
import { createPageAccess, pageAccessKey } from './page-access.js'
import { createRecoveryCodes } from './recovery-codes.js'
import { createRemembered, type Remembered } from './remembered-browsers/remembered.js'
import { type PassportFunctions, reportOutcome } from './report-outcome.js'
import type { Middleware, Request } from './request.js'
import { sendText } from './send-text.js'
import { describeUser, type UserDescription } from './user-support/describe-user.js'
import { forgetUser } from './user-support/forget-user.js'
import { withResets } from './user-support/reset-lookup.js'
import { resetFactors, type SupportAction, unlockUser } from './user-support/support-actions.js'

// The type names only what this class uses, so that the published types need no
// @types/passport-strategy.
const Base = PassportStrategy as unknown as abstract new () => PassportFunctions

/**
 * A Passport strategy that adds a second factor to any login: it calls the user through SignalWire,
 * a voice reads a one-time code, and the user types the code.
 *
 * Use it alone in `passport.authenticate()`: of a list of strategies, one success is enough.
 *
 * @typeParam User What your `deserializeUser` returns.
 * @example
 * passport.use(new VoiceOtpStrategy(options, user => user.phone))
 */
export class VoiceOtpStrategy<User extends object = Express.User> extends Base {
  /** The name for `passport.authenticate`. `passport.use('other', strategy)` overrides it. */
  readonly name: string = 'voice-otp'
  /** Tells the app what happens. See {@link VoiceOtpEvents}. */
  readonly events: EventEmitter<VoiceOtpEvents>
  /** Browsers that may log in without a call, if the option `remember` is set. */
  readonly remembered: Remembered
  declare private readonly context: Context<User>
  declare private readonly lookup: LookupWithResets<User>

  /**
   * @param options If `user.id` is not a string, number or bigint, `userId` is required.
   * @param getPhone Returns the phone of a user, or a promise of it. See {@link GetPhone}.
   * @throws TypeError that names the option and how to fix it.
   */
  constructor(options: VoiceOtpOptions<User> & UserIdOption<User>, getPhone: GetPhone<User>) {
    super()
    const { events, emit } = createEvents()
    const context = createContext(options, emit)
    const lookup = withResets(context, createPhoneLookup(getPhone))
    this.events = events
    this.remembered = createRemembered(context, lookup)
    // Not enumerable, because they hold secrets, and an app may print the strategy.
    Object.defineProperties(this, {
      context: { value: context },
      lookup: { value: lookup },
      [pageAccessKey]: { value: createPageAccess(context, lookup) },
    })
  }

  /**
   * Passport calls this method. In an app, use `passport.authenticate('voice-otp', options)` on a
   * POST route. A refused request is one of {@link failures}; an error is a {@link VoiceOtpError}.
   */
  authenticate(req: Request, options: ActionOptions = {}): void {
    // Take Passport's functions off `this` before the first await. If parallel requests share the
    // strategy itself, a late `this.success` would log in the user of another request.
    const { success, fail, pass, error } = this
    const own = copyOwn(options)
    reportOutcome(
      req,
      { success, fail, pass, error },
      own,
      runAction(this.context, this.lookup, req, own),
    )
  }

  /**
   * Creates middleware that guards `req.user`: until the code is verified, `req.user` is undefined
   * and the user is in `req.pendingUser`. Mount it directly after `passport.session()` and before
   * every login route. With `redirectTo` it also responds to a pending user. It passes a
   * {@link VoiceOtpError} (`configuration`) to the error handler for a session that cannot be
   * regenerated, a second strategy, or a second user property.
   * @throws TypeError for options that are not valid.
   */
  enforce(options: EnforceOptions = {}): Middleware {
    return createEnforce(this.context, this.lookup, copyOwn(options))
  }

  /**
   * Creates middleware for routes that need a second factor of at most `maxAge` seconds ago.
   * Otherwise the response is 401 as JSON with the header of RFC 9470, section 3, or a redirect
   * (303) to `redirectTo`.
   * @throws TypeError for wrong options.
   */
  requireSecondFactor(options: RequireOptions = {}): Middleware {
    return createRequireSecondFactor(this.context, copyOwn(options))
  }

  /**
   * Creates middleware that tells SignalWire what to say during a call, as LaML. Mount it where the
   * requests to `webhookUrl` arrive, before session, CSRF protection and body parsers. It also
   * works as a handler of plain `node:http`. A request that SignalWire did not sign for one of our
   * tokens gets 403, another method than POST 405. If it is mounted for every path, it passes a
   * {@link VoiceOtpError} (`configuration`) to `next`.
   */
  webhooks(): Middleware {
    return createWebhooks(this.context)
  }

  /**
   * Creates a route that sends {@link CallStatus} as JSON; 401 without a first factor, 503 with
   * `{ code, message }` after an error. It never writes the session.
   */
  status(): Middleware {
    return createStatus(this.context, this.lookup)
  }

  /**
   * Returns what `status()` sends, for a page that the server renders; `undefined` without a user.
   * It can take seconds. Rejects with a {@link VoiceOtpError}.
   */
  async getStatus(req: Request): Promise<CallStatus | undefined> {
    return getStatus(this.context, this.lookup, req)
  }

  /** The channels that the app allows, the default one first. */
  get channels(): readonly Channel[] {
    return this.context.settings.channels
  }

  /**
   * Lists the valid phones of this request's user, pending or not, so that the user may choose one.
   * The list is empty without a user or without a valid phone. Rejects with a {@link VoiceOtpError}
   * if `enforce()` did not run or `getPhone` failed.
   */
  async listPhones(req: Request): Promise<readonly PhoneChoice[]> {
    return (await listPhones(this.context, this.lookup, req)) ?? []
  }

  /**
   * Creates ten recovery codes for the logged-in user of this request and replaces the old ones.
   * Show them once. If the last verification of the user is older than five minutes, it rejects
   * with the code `second-factor-required` (status 401): somebody may have found an open browser.
   * Rejects with a {@link VoiceOtpError} if the option `recovery` is not set or `save` failed.
   */
  async createRecoveryCodes(req: Request): Promise<readonly string[]> {
    return createRecoveryCodes(this.context, req)
  }

  /**
   * Says why a user can or cannot get in, for support: {@link UserDescription}, without a number
   * and without a code. Rejects with a {@link VoiceOtpError} if the limiter failed.
   */
  async describeUser(userId: UserId): Promise<UserDescription> {
    return describeUser(this.context, userId)
  }

  /**
   * Unlocks a user: ends a lockout, a lock and the wait after a reported call, forgets the wrong
   * codes, and removes the remembered browsers. Event: `user.unlocked`. Rejects with a
   * {@link VoiceOtpError} if a store failed, and with a `TypeError` without `by` or `reason`.
   */
  async unlock(userId: UserId, action?: SupportAction): Promise<void> {
    await unlockUser(this.context, userId, action)
  }

  /**
   * For a user who lost the phone: the remembered browsers, the recovery codes and the active
   * challenge end, and the number on record is no longer used. At the next login the user
   * proves a number with `purpose: 'enroll'`, after the first factor alone: check who asks for it.
   * Sessions that are logged in stay. Event: `factors.reset`. Rejects as {@link forgetUser}, and
   * with a `TypeError` for an action without `by` or `reason`.
   */
  async resetFactors(userId: UserId, action: SupportAction): Promise<void> {
    await resetFactors(this.context, userId, action)
  }

  /**
   * Forgets a deleted account: its locks and counts in the limiter, its remembered browsers and
   * recovery codes. End its sessions first. Rejects with a {@link VoiceOtpError} if a store failed
   * (do it again then) or if the option `recovery` has no `removeAll`.
   */
  async forgetUser(userId: UserId): Promise<void> {
    await forgetUser(this.context, userId)
  }

  /**
   * Makes another Passport strategy, or a function, a second factor behind the same guard. Pass the
   * result to `passport.use()`. Register every factor while the app starts, in every process.
   * @throws TypeError for wrong options, a strategy that cannot be hosted, and a phishing-resistant
   * factor without the option `phoneFallback`.
   */
  secondFactor(
    strategy: HostedStrategy | FactorCheck<User>,
    options: SecondFactorOptions<User>,
  ): SecondFactorStrategy {
    return createSecondFactor(this.context, strategy, options)
  }

  /**
   * Lists what the user of this request, pending or not, may use as a second factor, the best
   * first. Rejects with a {@link VoiceOtpError} if `enforce()` did not run or a callback failed.
   */
  async availableFactors(req: Request): Promise<readonly AvailableFactor[]> {
    return listAvailableFactors(this.context, this.lookup, req)
  }

  /**
   * Checks that the user of this request may add or remove a factor, then runs `save`, which stores
   * the change within 5 seconds. The user needs a verification of at most five minutes ago. A user
   * who has a phishing-resistant factor needs one of them for that. Otherwise it rejects with the
   * code `second-factor-required` or `phishing-resistant-required` (status 401). Rejects with a
   * {@link VoiceOtpError} if `save` failed.
   */
  async changeFactor(
    req: Request,
    name: string,
    change: 'add' | 'remove',
    save: () => void | Promise<void>,
  ): Promise<void> {
    await changeFactor(this.context, req, name, change, save)
  }

  /**
   * Stops every call and text of all processes until {@link resumeSends}: each request for a code
   * gets the error `sends-stopped` (503). A code that was sent can still be entered, and a send
   * that was admitted just before can still go out. Rejects with a {@link VoiceOtpError} if the
   * limiter failed; then sends may not be stopped.
   * @param reason For the event `sends.switched`: 1 to 200 characters.
   * @throws TypeError for another reason.
   */
  async stopSends(reason: string): Promise<void> {
    await this.context.fraud.stopSends(reason)
  }

  /** Allows sends again. Rejects with a {@link VoiceOtpError} if the limiter failed. */
  async resumeSends(): Promise<void> {
    await this.context.fraud.resumeSends()
  }

  /**
   * Ends the challenge in this session. Event: `code.canceled`. Rejects with a {@link
   * VoiceOtpError}.
   */
  async cancel(req: Request): Promise<void> {
    await cancelChallenge(this.context, req)
  }

  /**
   * Sends a text with your own words, for example to the old number after a change. No limit counts
   * the text, but `countries` and {@link stopSends} apply. Rejects with a {@link VoiceOtpError}, or
   * with an error whose `code` is `phone-invalid`, `destination-blocked` or `phone-refused`.
   */
  async sendText(phone: string, text: string): Promise<void> {
    await sendText(this.context, phone, text)
  }

  /** Loads SignalWire's client before the first call. Rejects with a {@link VoiceOtpError}. */
  async warmUp(): Promise<void> {
    await this.context.connect()
  }

  /**
   * Checks the settings, and calls nobody: the credentials for the channels `call` and `sms`, and
   * whether `webhookUrl` leads to `webhooks()` of this app, which must listen. Never rejects.
   * @returns A sentence for each mistake: the name of the option, and how to fix it.
   */
  async checkSettings(): Promise<readonly string[]> {
    return checkSettings(this.context)
  }
}
