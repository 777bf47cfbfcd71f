import type { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import PassportStrategy from 'passport-strategy'
import { call } from './actions/send.js'
import { type ActionOptions, choiceId, situationOf } from './actions/context.js'
import { recover } from './actions/recover.js'
import { type SuccessInfo, verify } from './actions/verify.js'
import { createCounters } from './limits/attempts.js'
import { enforce } from './middleware/enforce.js'
import { type FailureInfo, Refusal } from './errors.js'
import { createEvents, type VoiceOtpEvents } from './events.js'
import { createPhoneLookup, type PhoneLookup, phonesOnRecord } from './callbacks.js'
import { createKeys } from './crypto.js'
import type { Middleware } from './middleware/respond.js'
import type { PhoneOf, PhoneOfWithRequest, Request, VoiceOtpOptions } from './options/options.js'
import type { Parts } from './context.js'
import { maskPhone } from './phone.js'
import { makeRecoveryCodes } from './recovery-codes.js'
import {
  createRemembered,
  forgetBrowsers,
  type Remembered,
} from './remembered-browsers/recognition.js'
import { requireFresh, type RequireOptions } from './middleware/require-second-factor.js'
import { factorOf, freshSeconds } from './session/login-state.js'
import { settle } from './resolve-options.js'
import { createCalls } from './signalwire/calls.js'
import { createConnect } from './signalwire/client.js'
import { createSendText } from './signalwire/messages.js'
import { createMfa } from './signalwire/mfa.js'
import { type CallStatus, createStatus, look } from './middleware/status.js'
import type { Way } from './channels.js'
import { createWebhooks } from './middleware/webhooks.js'

/** One of the user's telephones, for a page that lets the user choose. */
export interface OfferedNumber {
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
  declare private readonly parts: Parts<User>
  declare private readonly lookup: PhoneLookup<User>

  /**
   * With `passReqToCallback: true`, where `phoneOf` is given the request first.
   * @param options Everything is checked here, once.
   * @param phoneOf Whose number to call: a value, a promise, or `done(error, number)`; `null` if none is on record. `undefined`, `''` and no answer
   * within 5 seconds are trouble (503, `phone-lookup-failed`).
   * @throws TypeError that names the option and the mend.
   */
  constructor(
    options: VoiceOtpOptions<User> & { readonly passReqToCallback: true },
    phoneOf: PhoneOfWithRequest<User>,
  )
  /**
   * @param options Everything is checked here, once.
   * @param phoneOf Whose number to call: a value, a promise, or `done(error, number)`; `null` if none is on record. `undefined`, `''` and no answer
   * within 5 seconds are trouble (503, `phone-lookup-failed`).
   * @throws TypeError that names the option and the mend.
   */
  constructor(
    options: VoiceOtpOptions<User> & { readonly passReqToCallback?: false },
    phoneOf: PhoneOf<User>,
  )
  constructor(options: VoiceOtpOptions<User>, phoneOf: PhoneOf<User> | PhoneOfWithRequest<User>) {
    super()
    const settings = settle(options)
    const lookup = createPhoneLookup(phoneOf, settings.passReqToCallback)
    const { events, emit } = createEvents()
    this.events = events
    const keys = createKeys(settings.secrets, settings.counterSecret)
    const connect = createConnect(settings)
    const parts: Parts<User> = {
      settings,
      keys,
      counters: createCounters(settings.counters, settings.limits, settings.codeSeconds, keys),
      connect,
      calls: createCalls(settings, connect, () => settings.clock.now()),
      sendText: createSendText(settings, connect),
      mfa: createMfa(settings),
      emit,
    }
    this.remembered = createRemembered(parts, lookup, req => factorOf(parts, req))
    // Whoever prints a strategy must not print its secrets.
    Object.defineProperties(this, { parts: { value: parts }, lookup: { value: lookup } })
  }

  /** Passport's entry; use `passport.authenticate('voice-otp', options)` on a POST route. Refusals are in {@link failureTable}, trouble is a {@link VoiceOtpError}. */
  authenticate(req: Request, options: ActionOptions = {}): void {
    // Taken now: given as an instance, the strategy is shared by parallel requests, and a late `this.success` would log in another's user.
    const { success, fail, pass, error, parts, lookup } = this
    const flow = async (): Promise<() => void> => {
      const situation = situationOf(parts, lookup, req, options)
      if (options.action === 'call') return call(situation).then(() => pass)
      const info: SuccessInfo =
        options.action === 'recover' ? await recover(situation) : await verify(situation)
      return () => {
        success(situation.user, info)
      }
    }
    flow()
      .catch((thrown: unknown) =>
        thrown instanceof Refusal
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
   * Middleware: until the code is in, `req.user` is nobody. Mount it after `passport.session()` and before every login route. Hands on a
   * {@link VoiceOtpError} (`configuration`) for a session that cannot be regenerated, a second strategy, or a second user property.
   */
  enforce(): Middleware {
    return enforce(this.parts, this.lookup)
  }

  /**
   * Middleware for routes that need a second factor not older than `maxAge` seconds. Otherwise it answers 401 as JSON with the header of
   * RFC 9470, section 3, or 303 to `redirectTo`. Throws a `TypeError` for options that are none.
   */
  require(options: RequireOptions = {}): Middleware {
    return requireFresh(this.parts, options)
  }

  /**
   * Middleware that answers SignalWire during a call, with LaML. Mount it at `webhookUrl`'s path, before session, CSRF and body parsers; elsewhere
   * it hands on a {@link VoiceOtpError} (`configuration`). What is not signed by SignalWire, or not for a token of ours, gets 403; 405 if it is no POST.
   */
  webhooks(): Middleware {
    return createWebhooks(this.parts)
  }

  /**
   * Route that tells the page how the call is doing: {@link CallStatus} as JSON; 401 without a first factor, 503 with `{ code, message }` in trouble.
   * Asks SignalWire once a second per call at most, and never writes the session.
   */
  status(): Middleware {
    return createStatus(this.parts)
  }

  /**
   * What `status()` answers, for a page that is rendered on the server; `undefined` for nobody. The state of a call comes from SignalWire and can take seconds:
   * a page that must not wait goes on without it. Rejects with a {@link VoiceOtpError}.
   */
  async look(req: Request): Promise<CallStatus | undefined> {
    return look(this.parts, req)
  }

  /** The ways that the app allows, the usual one first. */
  get ways(): readonly Way[] {
    return this.parts.settings.ways
  }

  /**
   * The telephones of the pending or full user of this request, to choose from; empty without a valid one, or for nobody. Rejects with a
   * {@link VoiceOtpError} where `enforce()` did not run or `phoneOf` failed.
   */
  async numbers(req: Request): Promise<readonly OfferedNumber[]> {
    const factor = factorOf(this.parts, req)
    if (factor.anyUser === undefined) return []
    const destinations =
      (await phonesOnRecord(this.lookup, req, factor.anyUser).catch((error: unknown) => {
        if (error instanceof Refusal) return null // numbers on record, and none of them is one
        throw error
      })) ?? []
    return destinations.map(({ number, label, telephone }) => ({
      id: choiceId(this.parts.keys, factor.userId, telephone),
      label,
      phone: maskPhone(number),
    }))
  }

  /**
   * Draws ten recovery codes for the full user of this request, in place of older ones, and answers them to be shown once. Needs a mark at
   * most five minutes old: whoever finds an open browser must not take a way in home. Rejects with the code `second-factor-required` (status
   * 401) otherwise, and with a {@link VoiceOtpError} if the option `recovery` is not set or its `save` failed.
   */
  async recoveryCodes(req: Request): Promise<readonly string[]> {
    const factor = factorOf(this.parts, req)
    const { user } = factor
    if (!user || factor.markAge > freshSeconds) throw new Refusal('second-factor-required')
    return makeRecoveryCodes(this.parts, factor.userId, user)
  }

  /**
   * Lifts a pause, a stop and the wait after "this was not me" of this user, and forgets the wrong codes and the remembered browsers. Rejects with a
   * {@link VoiceOtpError} if a store did not do it.
   */
  async unlock(userId: string | number): Promise<void> {
    await Promise.all([
      this.parts.counters.unlock(String(userId)),
      forgetBrowsers(this.parts, String(userId)),
    ])
  }

  /** Ends the challenge that waits in this session, if any. Rejects with a {@link VoiceOtpError} where `enforce()` did not run, or if the counters failed. */
  async cancel(req: Request): Promise<void> {
    const factor = factorOf(this.parts, req)
    const { challenge } = factor
    if (challenge === undefined) return
    factor.challenge = undefined
    await this.parts.counters.killTicket(challenge.userId, challenge.ticket)
  }

  /** Loads the vendor's client now, so that the first call is not slower than the others. Rejects if it cannot be loaded. */
  async warmUp(): Promise<void> {
    await this.parts.connect()
  }
}

const responseOf = (req: Request) => (req as unknown as { res?: ServerResponse }).res
