import type { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import PassportStrategy from 'passport-strategy'
import { sendCode } from './actions/send.js'
import { choiceId } from './actions/choices.js'
import { type ActionOptions, createActionContext } from './actions/context.js'
import { recover } from './actions/recover.js'
import { type SuccessInfo, verify } from './actions/verify.js'
import { applyLimits } from './limits/apply-limits.js'
import { createEnforce } from './middleware/enforce.js'
import type { EnforceOptions } from './middleware/pending-users.js'
import { type FailureInfo, Failure } from './errors.js'
import { createEvents, type VoiceOtpEvents } from './events.js'
import { createPhoneLookup, type PhoneLookup, phonesOnRecord } from './callbacks.js'
import { createKeys } from './crypto.js'
import type { Middleware, Request } from './request.js'
import type { GetPhone } from './options/phone.js'
import type { Channel } from './options/channel.js'

import type { VoiceOtpOptions } from './options/options.js'
import type { Context } from './context.js'
import { maskPhone } from './phone.js'
import { createRecoveryCodes } from './recovery-codes.js'
import { forgetBrowsers } from './remembered-browsers/entries.js'
import { createRemembered, type Remembered } from './remembered-browsers/remembered.js'
import {
  createRequireSecondFactor,
  type RequireOptions,
} from './middleware/require-second-factor.js'
import { loginStateOf } from './session/login-state.js'
import { freshSeconds } from './session/verification.js'
import { resolveOptions } from './resolve-options.js'
import { createCalls } from './signalwire/calls.js'
import { createConnect } from './signalwire/client.js'
import { createSendText } from './signalwire/messages.js'
import { createMfa } from './signalwire/mfa.js'
import { type CallStatus, createStatus, getStatus } from './middleware/status.js'

import { createWebhooks } from './middleware/webhooks.js'

/** One of the user's telephones, for a page that lets the user choose. */
export interface PhoneChoice {
  /** What `number` of `passport.authenticate('voice-otp', { action: 'call', number })` answers. */
  readonly id: string
  /** What the user calls it, as the record says. */
  readonly label: string | undefined
  /** Masked but for the last two digits. */
  readonly phone: string
}

/** What Passport adds to a strategy before it calls `authenticate`. */
interface PassportActions {
  /** Put there by Passport for one request: the user is in. */
  readonly success: (this: void, user: unknown, info?: object) => void
  /** Put there by Passport for one request: it is refused. */
  readonly fail: (this: void, challenge: FailureInfo, status: number) => void
  /** Put there by Passport for one request: it goes on to the route's own handler. */
  readonly pass: (this: void) => void
  /** Put there by Passport for one request: it ends in trouble. */
  readonly error: (this: void, error: unknown) => void
}

// Typed by what is used, so that the published types need no @types/passport-strategy and with it no @types/express.
const Base = PassportStrategy as unknown as abstract new () => PassportActions

/**
 * Adds a second factor to any Passport login: calls the user through SignalWire, a voice reads a one-time code, the
 * user types it.
 *
 * Name it alone in `passport.authenticate()`: Passport reads a list of strategies as "any of these".
 *
 * @typeParam User What your `deserializeUser` answers.
 * @example
 * passport.use(new VoiceOtpStrategy(options, user => user.phone))
 */
export class VoiceOtpStrategy<User extends object = Express.User> extends Base {
  /** The name for `passport.authenticate`; `passport.use('other', strategy)` overrides it. */
  readonly name: string = 'voice-otp'
  /** See {@link VoiceOtpEvents}. */
  readonly events: EventEmitter<VoiceOtpEvents>
  /** Browsers that may log in without a call, if the option `remember` is set. */
  readonly remembered: Remembered
  declare private readonly context: Context<User>
  declare private readonly lookup: PhoneLookup<User>

  /**
   * @param options Everything is checked here, once.
   * @param getPhone Returns the phone to call: a number with its country code, `{ phones }`, or `null` if none is on
   * record; or a promise of it. `undefined`, `''`, a rejection and no result within 5 seconds are an error (503,
   * `phone-lookup-failed`).
   * @throws TypeError that names the option and how to fix it.
   */
  constructor(options: VoiceOtpOptions<User>, getPhone: GetPhone<User>) {
    super()
    const settings = resolveOptions(options)
    const lookup = createPhoneLookup(getPhone)
    const { events, emit } = createEvents()
    this.events = events
    const keys = createKeys(settings.secrets, settings.limiterSecret)
    const connect = createConnect(settings)
    const context: Context<User> = {
      settings,
      keys,
      ...applyLimits(settings, keys),
      connect,
      calls: createCalls(settings, connect, () => settings.clock.now()),
      sendText: createSendText(settings, connect),
      mfa: createMfa(settings),
      emit,
    }
    this.remembered = createRemembered(context, lookup)
    // Whoever prints a strategy must not print its secrets.
    Object.defineProperties(this, { context: { value: context }, lookup: { value: lookup } })
  }

  /** Passport's entry; use `passport.authenticate('voice-otp', options)` on a POST route. Refusals are in {@link failures}, trouble is a {@link VoiceOtpError}. */
  authenticate(req: Request, options: ActionOptions = {}): void {
    // Taken now: given as an instance, the strategy is shared by parallel requests, and a late `this.success` would log in another's user.
    const { success, fail, pass, error, context, lookup } = this
    const flow = async (): Promise<() => void> => {
      const action = createActionContext(context, lookup, req, options)
      if (options.action === 'call') return sendCode(action).then(() => pass)
      const info: SuccessInfo =
        options.action === 'recover' ? await recover(action) : await verify(action)
      return () => {
        success(action.user, info)
      }
    }
    flow()
      .catch((thrown: unknown) =>
        thrown instanceof Failure
          ? () => {
              if (thrown.info.retryAfter !== undefined)
                responseOf(req)?.setHeader('Retry-After', thrown.info.retryAfter)
              fail(thrown.info, thrown.status)
            }
          : () => {
              error(thrown)
            },
      )
      .then(act => {
        act()
      })
      // Only the app's own handler can have thrown here; outside of a promise that would end the process.
      .catch((thrown: unknown) => {
        if (responseOf(req)?.headersSent !== true) error(thrown)
      })
      // It threw once more at being told so: the process goes on, and the request is answered.
      .catch(() => {
        process.emitWarning(
          "The callback of passport.authenticate('voice-otp') threw.",
          'VoiceOtpWarning',
        )
        const res = responseOf(req)
        /* v8 ignore else -- error() was not called */
        if (res?.headersSent === false) res.writeHead(500).end()
      })
  }

  /**
   * Middleware that guards `req.user`: until the code is verified, `req.user` is undefined and the user is in
   * `req.pendingUser`. Mount it directly after `passport.session()` and before every login route. With `redirectTo` it also
   * responds to a pending user: see {@link EnforceOptions}. It passes a {@link VoiceOtpError} (`configuration`) to the error
   * handler for a session that cannot be regenerated, a second strategy, or a second user property.
   * @throws TypeError for options that are not valid.
   */
  enforce(options: EnforceOptions = {}): Middleware {
    return createEnforce(this.context, this.lookup, options)
  }

  /**
   * Middleware for routes that need a second factor not older than `maxAge` seconds. Otherwise it answers 401 as JSON with the header of
   * RFC 9470, section 3, or 303 to `redirectTo`. Throws a `TypeError` for options that are none.
   */
  requireSecondFactor(options: RequireOptions = {}): Middleware {
    return createRequireSecondFactor(this.context, options)
  }

  /**
   * Middleware that tells SignalWire what to say during a call, as LaML. Mount it where the requests
   * to `webhookUrl` arrive, before session, CSRF protection and body parsers. It also works as a
   * handler of plain `node:http`. A request that SignalWire did not sign for one of our tokens gets
   * 403, another method than POST 405. Mounted for every path, it calls `next` with a
   * {@link VoiceOtpError} (`configuration`).
   */
  webhooks(): Middleware {
    return createWebhooks(this.context)
  }

  /**
   * Route that tells the page how the call is doing: {@link CallStatus} as JSON; 401 without a first factor, 503 with `{ code, message }` in trouble.
   * Asks SignalWire once a second per call at most, and never writes the session.
   */
  status(): Middleware {
    return createStatus(this.context)
  }

  /**
   * What `status()` answers, for a page that is rendered on the server; `undefined` for nobody. The state of a call comes from SignalWire and can take seconds:
   * a page that must not wait goes on without it. Rejects with a {@link VoiceOtpError}.
   */
  async getStatus(req: Request): Promise<CallStatus | undefined> {
    return getStatus(this.context, req)
  }

  /** The ways that the app allows, the usual one first. */
  get channels(): readonly Channel[] {
    return this.context.settings.channels
  }

  /**
   * The telephones of the pending or full user of this request, to choose from; empty without a valid one, or for nobody. Rejects with a
   * {@link VoiceOtpError} where `enforce()` did not run or `getPhone` failed.
   */
  async listPhones(req: Request): Promise<readonly PhoneChoice[]> {
    const loginState = loginStateOf(this.context, req)
    if (loginState.anyUser === undefined) return []
    const destinations =
      (await phonesOnRecord(this.lookup, loginState.anyUser, req).catch((error: unknown) => {
        if (error instanceof Failure) return null // numbers on record, and none of them is one
        throw error
      })) ?? []
    return destinations.map(({ number, label, phone }) => ({
      id: choiceId(this.context.keys, loginState.userId, phone),
      label,
      phone: maskPhone(number),
    }))
  }

  /**
   * Draws ten recovery codes for the full user of this request, in place of older ones, and answers them to be shown once. Needs a mark at
   * most five minutes old: whoever finds an open browser must not take a way in home. Rejects with the code `second-factor-required` (status
   * 401) otherwise, and with a {@link VoiceOtpError} if the option `recovery` is not set or its `save` failed.
   */
  async createRecoveryCodes(req: Request): Promise<readonly string[]> {
    const loginState = loginStateOf(this.context, req)
    const { user } = loginState
    if (!user || loginState.verificationAge > freshSeconds)
      throw new Failure('second-factor-required')
    return createRecoveryCodes(this.context, loginState.userId, user)
  }

  /**
   * Lifts a pause, a stop and the wait after "this was not me" of this user, and forgets the wrong codes and the remembered browsers. Rejects with a
   * {@link VoiceOtpError} if a store did not do it.
   */
  async unlock(userId: string | number): Promise<void> {
    await Promise.all([
      this.context.locks.unlock(String(userId)),
      forgetBrowsers(this.context, String(userId)),
    ])
  }

  /** Ends the challenge that waits in this session, if any. Rejects with a {@link VoiceOtpError} where `enforce()` did not run, or if the counters failed. */
  async cancel(req: Request): Promise<void> {
    await loginStateOf(this.context, req).endChallenge()
  }

  /** Loads the vendor's client now, so that the first call is not slower than the others. Rejects if it cannot be loaded. */
  async warmUp(): Promise<void> {
    await this.context.connect()
  }
}

const responseOf = (req: Request) => (req as unknown as { res?: ServerResponse }).res
