import type { EventEmitter } from 'node:events'
import PassportStrategy from 'passport-strategy'
import { codeMatches, enrolledPhone, makeChallenge, phoneMatches, type Purpose, readCode } from './challenge.js'
import { type CallRequest, createCounters, LimitReached } from './counters.js'
import { type FailureInfo, Refusal, VoiceOtpError, withDeadline } from './errors.js'
import { createEvents, type VoiceOtpEvents } from './events.js'
import { askBeforeCall, createPhoneLookup, type PhoneLookup, phoneOnRecord, storeNewPhone } from './hooks.js'
import { createKeys } from './keys.js'
import { type PhoneOf, type PhoneOfWithRequest, type Request, settle, type VoiceOtpOptions } from './options.js'
import type { Parts } from './parts.js'
import { isPermitted, parsePhone, type Phone } from './phone.js'
import { carryMark, enforce, type Factor, factorOf, type Mark, type Middleware, requireFresh, type RequireOptions } from './second-factor.js'
import { createCalls, reachedNobody } from './signalwire/calls.js'
import { callTrouble } from './signalwire/errors.js'
import { createStatus } from './status.js'
import { createWebhooks, openingUrl } from './webhooks.js'

/** What `passport.authenticate('voice-otp', options)` takes besides Passport's own options. */
export interface VoiceOtpAuthenticateOptions {
  /** `call` places a call and goes on to the route's handler; `verify`, the default, checks the code in `req.body.code`. */
  readonly action?: 'call' | 'verify'
  /** A number that is not the user's yet: on `call` a function of the request that answers it, on `verify` `true`. */
  readonly enrol?: true | ((req: Request) => unknown)
}

/** `info` of a success. */
export interface SuccessInfo {
  /** Authentication method references (RFC 8176). */
  readonly amr: readonly string[]
  /** The number that was just proved, for `enrol`. */
  readonly phone?: string
}

/** What Passport adds to a strategy before it calls `authenticate`. */
interface PassportActions {
  readonly success: (this: void, user: unknown, info?: object) => void
  readonly fail: (this: void, challenge: FailureInfo, status: number) => void
  readonly pass: (this: void) => void
  readonly error: (this: void, error: unknown) => void
}

type Options = VoiceOtpAuthenticateOptions & { readonly session?: boolean, readonly assignProperty?: string }

/** Age of a mark, in seconds, with which a number may be changed (NIST SP 800-63B-4, 4.1.2). */
const freshSeconds = 300
const amr = ['otp', 'tel'] as const

// Typed by what is used, so that the published types need no @types/passport-strategy and with it no @types/express.
const Base = PassportStrategy as unknown as abstract new () => PassportActions

/**
 * Adds a second factor to any Passport login: calls the user through SignalWire, a voice reads a one-time code, the
 * user types it.
 *
 * @example
 * passport.use(new VoiceOtpStrategy(options, user => user.phone))
 */
export class VoiceOtpStrategy<User extends object = Express.User> extends Base {
  /** The name for `passport.authenticate`; `passport.use('other', strategy)` overrides it. */
  readonly name: string = 'voice-otp'
  /** See {@link VoiceOtpEvents}. */
  readonly events: EventEmitter<VoiceOtpEvents>
  private readonly parts: Parts<User>
  private readonly lookup: PhoneLookup<User>

  /**
   * @param options Everything is checked here, once; a `TypeError` names the option and the mend.
   * @param phoneOf Whose number to call: a value, a promise, or `done(error, number)`; `null` if none is on record.
   */
  constructor(options: VoiceOtpOptions<User> & { readonly passReqToCallback: true }, phoneOf: PhoneOfWithRequest<User>)
  constructor(options: VoiceOtpOptions<User> & { readonly passReqToCallback?: false }, phoneOf: PhoneOf<User>)
  constructor(options: VoiceOtpOptions<User>, phoneOf: PhoneOf<User> | PhoneOfWithRequest<User>) {
    super()
    const settings = settle(options)
    this.lookup = createPhoneLookup(phoneOf, settings.passReqToCallback)
    const { events, emit } = createEvents()
    this.events = events
    const keys = createKeys(settings.secrets, settings.counterSecret)
    this.parts = {
      settings,
      keys,
      counters: createCounters(settings.counters, settings.limits, settings.codeSeconds, keys),
      calls: createCalls(settings, () => settings.clock.now()),
      emit,
    }
  }

  /** Passport's entry; use `passport.authenticate('voice-otp', options)`. */
  authenticate(req: Request, options: Options = {}): void {
    // Taken now: given as an instance, the strategy is shared by parallel requests, and a late `this.success` would log in another's user.
    const { success, fail, pass, error, parts, lookup } = this
    const flow = options.action === 'call' ? placeCall(parts, lookup, req, options).then(() => pass)
      : verify(parts, lookup, req, options).then(([user, info]) => () => { success(user, info) })
    flow.catch((thrown: unknown) => thrown instanceof Refusal
      ? () => {
          if (thrown.info.retryAfter !== undefined) responseOf(req)?.setHeader('Retry-After', thrown.info.retryAfter)
          fail(thrown.info, thrown.status)
        }
      : () => { error(thrown) })
      .then(act => { act() })
      // Only the app's own handler can have thrown here; outside of a promise that would end the process.
      .catch((thrown: unknown) => { if (responseOf(req)?.headersSent !== true) error(thrown) })
  }

  /** Middleware: until the code is in, `req.user` is nobody. Mount it after `passport.session()` and before every login route. */
  enforce(): Middleware {
    return enforce(this.parts)
  }

  /** Middleware for routes that need a second factor not older than `maxAge` seconds (RFC 9470's step-up). */
  require(options: RequireOptions = {}): Middleware {
    return requireFresh(this.parts, options)
  }

  /** Middleware that answers SignalWire during a call. Mount it at `webhookUrl`'s path, before session, CSRF and body parsers. */
  webhooks(): Middleware {
    return createWebhooks(this.parts)
  }

  /** Route that tells the page how the call is doing: `{ call, expiresIn, nextCallIn, attemptsLeft }`, in seconds. Never writes the session. */
  status(): Middleware {
    return createStatus(this.parts)
  }

  /** Lifts a pause or a stop of this user, and forgets the wrong codes. */
  async unlock(userId: string | number): Promise<void> {
    await this.parts.counters.unlock(String(userId))
  }

  /** Ends the challenge that waits in this session, if any. */
  async cancel(req: Request): Promise<void> {
    const factor = factorOf(this.parts, req)
    const { challenge } = factor
    if (challenge === undefined) return
    factor.challenge = undefined
    await this.parts.counters.killTicket(challenge.userId, challenge.ticket)
  }

  /** Loads the vendor's client now, so that the first call is not slower than the others. */
  async warmUp(): Promise<void> {
    await this.parts.calls.warmUp()
  }
}

const responseOf = (req: Request) => (req as unknown as { res?: import('node:http').ServerResponse }).res

/** What this request is about, and for whom. */
function situation<User>(parts: Parts<User>, req: Request, options: Options): { factor: Factor<User>, user: User, userId: string, purpose: Purpose } {
  if (options.action !== undefined && !['call', 'verify'].includes(options.action)) throw new VoiceOtpError('configuration', "action: 'call' or 'verify'.")
  const factor = factorOf(parts, req)
  const user = factor.anyUser
  if (user === undefined) throw new Refusal('first-factor-required')
  if (typeof factor.session.regenerate !== 'function') throw new VoiceOtpError('configuration', 'The session has no regenerate(): use express-session.')
  const purpose = options.enrol ? 'enrol' : factor.pendingUser === undefined ? 'step-up' : 'login'
  return { factor, user, userId: factor.userId, purpose }
}

async function placeCall<User>(parts: Parts<User>, lookup: PhoneLookup<User>, req: Request, options: Options): Promise<void> {
  const { settings: { clock, codeSeconds, codeLength, gate, limits, ringSeconds, countries }, counters, keys, emit } = parts
  const { factor, user, userId, purpose } = situation(parts, req, options)
  try {
    const phone = purpose === 'enrol' ? await phoneToEnrol(lookup, factor, req, user, options.enrol) : await ownPhone(lookup, req, user)
    if (!isPermitted(phone, countries)) throw new Refusal('destination-blocked')
    await askBeforeCall(parts, user, phone.number, req)
    const request: CallRequest = { userId, phone: phone.number, enrol: purpose === 'enrol', waived: await intervalIsWaived(parts, factor, userId) }
    await counters.admitCall(request)

    const ticket = await counters.issueTicket(userId)
    const now = clock.now()
    const expiresAt = now + codeSeconds * 1000
    const { challenge, code } = makeChallenge(keys, {
      userId, purpose, phone: phone.number, ticket, sessionId: factor.sessionId, codeLength, matching: gate === 'match', expiresAt,
      nextCallAt: now + (limits.callIntervalSeconds || 0) * 1000,
    })
    const url = openingUrl(parts, { challengeId: challenge.id, userId, purpose, ticket, code, phone: phone.number, matchingDigits: challenge.matchingDigits, expiresAt })
    factor.challenge = challenge
    await saveSession(factor) // a call that could not be recorded is not placed
    const callSid = await place(parts, factor, request, url, ringSeconds, purpose)
    challenge.callSid = callSid
    factor.challenge = challenge
    emit('call.placed', { userId, purpose, callSid })
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'phone-refused') {
      emit('call.blocked', { userId, purpose, code: error.code, ...(error instanceof LimitReached ? { limit: error.limit } : {}) })
    }
    throw error
  }
}

async function place<User>({ calls, counters, emit }: Parts<User>, factor: Factor<User>, request: CallRequest, url: string, ringSeconds: number, purpose: Purpose): Promise<string> {
  try {
    return await calls.place({ to: request.phone, url, ringSeconds })
  } catch (thrown) {
    const { error, reason, refused } = callTrouble(thrown)
    emit('call.failed', { userId: request.userId, purpose, code: error.code, reason })
    factor.dropChallenge()
    if (refused) await counters.waiveInterval(request) // after a time-out a telephone may be ringing
    throw error
  }
}

/** The interval between calls is waived, once a call, when the last one is known to have reached nobody. */
async function intervalIsWaived<User>({ calls, counters }: Parts<User>, { challenge }: Factor<User>, userId: string): Promise<boolean> {
  if (challenge?.callSid === undefined || challenge.userId !== userId || await counters.nextCallIn(userId) === 0) return false
  return reachedNobody(await calls.freshState(challenge.callSid)) && counters.takeWaiver(challenge.callSid)
}

async function ownPhone<User>(lookup: PhoneLookup<User>, req: Request, user: User): Promise<Phone> {
  const phone = await phoneOnRecord(lookup, req, user)
  if (phone === null) throw new Refusal('phone-missing')
  return phone
}

async function phoneToEnrol<User>(lookup: PhoneLookup<User>, factor: Factor<User>, req: Request, user: User, enrol: Options['enrol']): Promise<Phone> {
  await checkMayEnrol(lookup, factor, req, user)
  const text = typeof enrol === 'function' ? enrol(req) : undefined
  const phone = typeof text === 'string' ? parsePhone(text.trim()) : undefined
  if (phone === undefined) throw new Refusal('phone-malformed')
  return phone
}

/** A first number needs the first factor, a change a fresh second one: else a password alone could move the factor elsewhere. */
async function checkMayEnrol<User>(lookup: PhoneLookup<User>, factor: Factor<User>, req: Request, user: User): Promise<void> {
  if (factor.user && factor.markAge <= freshSeconds) return
  if (await lookup(req, user) === null) return
  throw new Refusal(factor.pendingUser === undefined ? 'second-factor-required' : 'enrol-forbidden')
}

async function verify<User>(parts: Parts<User>, lookup: PhoneLookup<User>, req: Request, options: Options): Promise<readonly [User, SuccessInfo]> {
  if (options.session === false) throw new VoiceOtpError('configuration', 'The mark of the second factor lives in the session: leave session: false out.')
  if (options.assignProperty !== undefined) throw new VoiceOtpError('configuration', 'passport.authorize() and assignProperty do not log in: use passport.authenticate().')
  const { settings: { codeLength, clock }, keys, counters, emit } = parts
  const { factor, user, userId, purpose } = situation(parts, req, options)
  let compared = false
  try {
    const code = readCode((req as { body?: unknown }).body, codeLength)
    if (code === undefined) throw new Refusal('code-malformed')
    const { challenge } = factor
    if (challenge === undefined || challenge.userId !== userId || challenge.purpose !== purpose) throw new Refusal('no-challenge')
    if (clock.now() >= challenge.expiresAt) throw new Refusal('code-expired')
    const phone = await phoneStillGood(parts, lookup, factor, req, user)

    // Counted before it is compared: parallel guesses all read the same session.
    const attemptsLeft = await counters.admitGuess(userId, challenge.id, challenge.ticket)
    const admission = await counters.admitUserGuess(userId)
    compared = true
    if (!codeMatches(keys, challenge, code)) {
      await counters.countWrong(userId, admission)
      if (admission.limit !== undefined) emit('locked', { userId, limit: admission.limit })
      throw new Refusal('code-wrong', { attemptsLeft })
    }
    compared = false
    if (!await counters.useUp(userId, challenge.id, challenge.ticket)) throw new Refusal('code-expired')
    await counters.reset(userId)
    if (clock.now() >= challenge.expiresAt) throw new Refusal('code-expired')
    if (purpose === 'enrol') {
      await storeNewPhone(parts, user, phone, req)
      emit('phone.changed', { userId })
    }
    const mark: Mark = { userId, method: 'call', amr, at: clock.now() }
    carryMark(req, factor, mark)
    emit('code.accepted', { userId, purpose })
    return [user, { amr, ...(purpose === 'enrol' ? { phone } : {}) }]
  } catch (error) {
    if (error instanceof Refusal) emit('code.rejected', { userId, code: error.code, compared })
    throw error
  }
}

/** The number of the challenge, if it still is the one on record, or may still become it. */
async function phoneStillGood<User>({ keys }: Parts<User>, lookup: PhoneLookup<User>, factor: Factor<User>, req: Request, user: User): Promise<string> {
  const { challenge } = factor
  if (challenge?.purpose === 'enrol') {
    await checkMayEnrol(lookup, factor, req, user)
    const phone = enrolledPhone(keys, challenge)
    if (phone === undefined || !phoneMatches(keys, challenge, phone)) throw new Refusal('no-challenge')
    return phone
  }
  const phone = await phoneOnRecord(lookup, req, user)
  if (challenge === undefined || phone === null || !phoneMatches(keys, challenge, phone.number)) {
    factor.dropChallenge()
    throw new Refusal('code-expired')
  }
  return phone.number
}

function saveSession<User>(factor: Factor<User>): Promise<void> {
  const { session } = factor
  const saved = new Promise<void>((resolve, reject) => {
    session.save(error => { if (error) reject(error); else resolve() })
  })
  return withDeadline(saved, 5000, () => new VoiceOtpError('session-unavailable', 'It took too long.')).catch((error: unknown) => {
    factor.dropChallenge()
    throw error instanceof VoiceOtpError ? error : new VoiceOtpError('session-unavailable', undefined, error)
  })
}
