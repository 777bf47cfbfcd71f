import type { IncomingMessage } from 'node:http'
import type { CounterFactory } from './counters.js'
import { type Country, isCountry, parsePhone } from './phone.js'

/** A request as this package sees it: Node's, with what Express, express-session and Passport add. */
export type Request = IncomingMessage & Express.Request

/** What the app answers when asked whose telephone to call: E.164, or `null` when there is none on record. */
export type PhoneAnswer = string | null | undefined
/** Called by `phoneOf` functions that prefer a callback. */
export type PhoneDone = (error: unknown, phone?: PhoneAnswer) => void
/** `phoneOf(user)`, or `phoneOf(user, done)`; the first answer wins, be it a value, a promise or `done`. */
export type PhoneOf<User> = (user: User, done: PhoneDone) => PhoneAnswer | Promise<PhoneAnswer> | undefined
/** The same with the request first, for `passReqToCallback: true`. */
export type PhoneOfWithRequest<User> = (req: Request, user: User, done: PhoneDone) => PhoneAnswer | Promise<PhoneAnswer> | undefined

/** Your SignalWire Space. */
export interface SignalWireOptions {
  /** Project ID, a UUID, from the dashboard's API page. */
  readonly project: string
  /** API token (`PT...`). */
  readonly token: string
  /** `acme.signalwire.com`, `acme`, or `http://127.0.0.1:<port>` for a simulated Space. */
  readonly space: string
  /** The number that calls, E.164, bought in or verified with the Space. */
  readonly from: string
  /**
   * The dashboard's Signing Key (`PSK...`), not the API token; two of them while you change it. `false` switches the
   * check of signatures off: whoever knows a webhook URL may then use it.
   */
  readonly signingKey: string | readonly [string, string] | false
  /** Most you pay per minute, in US dollars; a dearer call is refused by SignalWire. Default: no limit. */
  readonly maxPricePerMinute?: number
}

/** A number, `false` for no limit, or a function of the number to be called. */
export type NumberLimit = number | false | ((phone: string) => number | false)

/** Every limit; seconds are whole, from 1 to 1,728,000 (20 days); `false` switches a limit off. */
export interface Limits {
  /** Wrong codes for one challenge. Default 5. */
  readonly guessesPerChallenge: number
  /** Wrong codes of one user, over all sessions and challenges, before a pause. Default 10. */
  readonly guessesPerUser: number | false
  /** How long those wrong codes are remembered, from the first. Default 86,400 s. */
  readonly guessesPerUserSeconds: number
  /** The pause that follows. Default 900 s. */
  readonly pauseSeconds: number
  /** Wrong codes of one user in a row, without a success, before nothing works until `unlock(userId)`. Default 100. */
  readonly guessesInARow: number | false
  /** How long the row is remembered, from its last wrong code. Default 1,728,000 s. */
  readonly guessesInARowSeconds: number
  /** Time between two calls of one user, and to one number. Default 60 s. */
  readonly callIntervalSeconds: number | false
  /** Calls of one user an hour. Default 5. */
  readonly callsPerUserHour: number | false
  /** Calls to one number in ten minutes. Default 3. */
  readonly callsPerNumberTenMinutes: NumberLimit
  /** Calls to one number a day. Default 10. */
  readonly callsPerNumberDay: NumberLimit
  /** Calls in ten minutes to all numbers that differ in the last four digits only. Default 100. */
  readonly callsPerPrefixTenMinutes: NumberLimit
  /** Calls of the whole app a minute. Default 60. */
  readonly callsPerAppMinute: number | false
  /** Calls in ten minutes to one number that is not the caller's yet (`enrol`), counted apart. Default 2. */
  readonly enrolCallsPerNumberTenMinutes: NumberLimit
  /** The same for a day. Default 4. */
  readonly enrolCallsPerNumberDay: NumberLimit
  /** No call to a user for this long after "this was not me". Default 600 s. */
  readonly reportedSeconds: number | false
}

/** What the hook `beforeCall` is told. */
export interface BeforeCall<User> {
  readonly user: User
  /** The number about to be called, E.164. */
  readonly phone: string
  readonly req: Request
}

/** Everything an app may set. Checked once, when the strategy is made; each mistake is a `TypeError` that names the mend. */
export interface VoiceOtpOptions<User = Express.User> {
  /** Spoken first in the call, so that people know who calls; 1 to 60 characters. */
  readonly appName: string
  /** Where `webhooks()` is mounted, as SignalWire sees it: `https://acme.example/voice-otp`. http is for loopback addresses only. */
  readonly webhookUrl: string
  /** At least 32 bytes, from a random generator. An array rotates: the first seals, all of them open. */
  readonly secret: string | readonly string[]
  /** Your Space. */
  readonly signalwire: SignalWireOptions
  /** What tells one user from another, for ever. Default `user.id`. */
  readonly userId?: (user: User) => string | number
  /** Who needs the second factor. Default: everyone. Anything but `false`, a throw included, means "needed". */
  readonly required?: (user: User, req: Request) => boolean
  /** Whether `phoneOf` is given the request as its first argument. Default `false`. */
  readonly passReqToCallback?: boolean
  /** Digits of a code, 6 to 10. Default 6 (NIST SP 800-63B-4, 3.1.3.2). */
  readonly codeLength?: number
  /** How long a code lives, in seconds, 60 to 600. Default 300. */
  readonly codeSeconds?: number
  /** What a person must key in before the code is read: the two digits on the page, any key, or nothing. Default `match`. */
  readonly gate?: 'match' | 'any' | 'none'
  /** How long the telephone rings, in seconds, 5 to 120. Default 30. */
  readonly ringSeconds?: number
  /** Countries whose numbers may be called. Default: the country of `signalwire.from`. */
  readonly countries?: readonly Country[]
  /** See {@link Limits}; what you leave out keeps its default. */
  readonly limits?: Partial<Limits>
  /** Asked before each call; `false` forbids it (403), a throw is trouble (503). For SIM-swap and porting checks. */
  readonly beforeCall?: (call: BeforeCall<User>) => boolean | Promise<boolean>
  /** Stores a number that was just proved, before the user is let in. If it throws, nobody is. */
  readonly onEnrol?: (user: User, phone: string, req: Request) => void | Promise<void>
  /** Makes one counter of rate-limiter-flexible. Default: in the memory of this process. */
  readonly counters?: CounterFactory
  /** Names in the counter store are hashed under this. Default: the last `secret`, so that rotation keeps the counts. */
  readonly counterSecret?: string
  /** The time, for tests. Default: `Date`. */
  readonly clock?: { now(): number }
}

/** The options with every default filled in. @internal */
export interface Settings<User> extends Required<Omit<VoiceOtpOptions<User>, 'secret' | 'countries' | 'limits' | 'counters' | 'beforeCall' | 'onEnrol' | 'signalwire'>> {
  readonly secrets: readonly string[]
  readonly countries: ReadonlySet<string>
  readonly limits: Limits
  readonly counters: CounterFactory | undefined
  readonly beforeCall: VoiceOtpOptions<User>['beforeCall']
  readonly onEnrol: VoiceOtpOptions<User>['onEnrol']
  readonly signalwire: Omit<SignalWireOptions, 'signingKey'> & { readonly signingKeys: readonly string[] | false, readonly origin: string }
}

const defaultLimits: Limits = {
  guessesPerChallenge: 5,
  guessesPerUser: 10,
  guessesPerUserSeconds: 86_400,
  pauseSeconds: 900,
  guessesInARow: 100,
  guessesInARowSeconds: 1_728_000,
  callIntervalSeconds: 60,
  callsPerUserHour: 5,
  callsPerNumberTenMinutes: 3,
  callsPerNumberDay: 10,
  callsPerPrefixTenMinutes: 100,
  callsPerAppMinute: 60,
  enrolCallsPerNumberTenMinutes: 2,
  enrolCallsPerNumberDay: 4,
  reportedSeconds: 600,
}

const known = ['appName', 'webhookUrl', 'secret', 'signalwire', 'userId', 'required', 'passReqToCallback', 'codeLength', 'codeSeconds', 'gate',
  'ringSeconds', 'countries', 'limits', 'beforeCall', 'onEnrol', 'counters', 'counterSecret', 'clock'] as const satisfies readonly (keyof VoiceOtpOptions)[]
const knownSignalWire = ['project', 'token', 'space', 'from', 'signingKey', 'maxPricePerMinute'] as const satisfies readonly (keyof SignalWireOptions)[]

/** Checks the options and fills in the defaults. Throws a `TypeError` that names the option and the mend. @internal */
export function settle<User>(options: VoiceOtpOptions<User>): Settings<User> {
  if (typeof options !== 'object' || options === null) throw new TypeError('VoiceOtpStrategy needs an options object as its first argument.')
  refuseUnknown(options, known, '')
  const { appName, secret, gate = 'match' } = options
  if (typeof appName !== 'string' || !isSpeakable(appName, 60)) throw new TypeError('appName: give the name that people know, 1 to 60 characters on one line; it is spoken in the call.')
  if (!['match', 'any', 'none'].includes(gate)) throw new TypeError("gate: 'match' (default), 'any' or 'none'.")
  for (const name of ['userId', 'required', 'beforeCall', 'onEnrol', 'counters'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') throw new TypeError(`${name}: a function, or leave it out.`)
  }
  if (options.clock !== undefined && typeof options.clock.now !== 'function') throw new TypeError('clock: an object with a now() that answers milliseconds.')
  const secrets = typeof secret === 'string' ? [secret] : Array.isArray(secret) ? [...(secret as readonly string[])] : []
  for (const each of secrets.length === 0 ? [''] : secrets) checkSecret('secret', each)
  const counterSecret = options.counterSecret ?? secrets.at(-1) ?? ''
  checkSecret('counterSecret', counterSecret)
  const { signalwire, fromCountry } = settleSignalWire(options.signalwire)
  const countries = options.countries ?? [fromCountry]
  if (!Array.isArray(countries) || !countries.every(country => typeof country === 'string' && isCountry(country))) {
    throw new TypeError("countries: a list of two-letter codes in capitals, for example ['US', 'CA'].")
  }
  return {
    appName,
    webhookUrl: settleWebhookUrl(options.webhookUrl),
    secrets,
    counterSecret,
    signalwire,
    userId: options.userId ?? (user => (user as { id?: string | number } | null)?.id ?? ''),
    required: options.required ?? (() => true),
    passReqToCallback: options.passReqToCallback === true,
    codeLength: wholeNumber('codeLength', options.codeLength ?? 6, 6, 10),
    codeSeconds: wholeNumber('codeSeconds', options.codeSeconds ?? 300, 60, 600),
    ringSeconds: wholeNumber('ringSeconds', options.ringSeconds ?? 30, 5, 120),
    gate,
    countries: new Set(countries as readonly string[]),
    limits: settleLimits(options.limits ?? {}),
    beforeCall: options.beforeCall,
    onEnrol: options.onEnrol,
    counters: options.counters,
    clock: options.clock ?? Date,
  }
}

function settleSignalWire(given: SignalWireOptions | undefined): { signalwire: Settings<unknown>['signalwire'], fromCountry: Country } {
  if (typeof given !== 'object' || given === null) throw new TypeError('signalwire: give { project, token, space, from, signingKey } of your Space.')
  refuseUnknown(given, knownSignalWire, 'signalwire.')
  const { project, token, space, from, signingKey, maxPricePerMinute } = given
  // The project becomes part of a path: nothing but a plain identifier may stand there.
  if (typeof project !== 'string' || !/^[\w-]{1,64}$/.test(project)) throw new TypeError('signalwire.project: the Project ID from the API page of your Space, a UUID.')
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw new TypeError('signalwire.token: an API token (PT...) from the API page of your Space.')
  const caller = typeof from === 'string' ? parsePhone(from) : undefined
  if (caller?.country === undefined) throw new TypeError('signalwire.from: a telephone number of your Space in E.164, for example +12025550100.')
  const signingKeys = typeof signingKey === 'string' ? [signingKey] : signingKey
  const keysAreGood = signingKeys === false || (Array.isArray(signingKeys) && signingKeys.length >= 1 && signingKeys.length <= 2 && signingKeys.every(key => typeof key === 'string' && key.length >= 8))
  if (!keysAreGood) {
    throw new TypeError('signalwire.signingKey: the Signing Key (PSK...) from the API page of your Space, or two of them during a change; false switches the check of webhooks off.')
  }
  if (maxPricePerMinute !== undefined && !(typeof maxPricePerMinute === 'number' && maxPricePerMinute > 0 && maxPricePerMinute < 100)) {
    throw new TypeError('signalwire.maxPricePerMinute: US dollars, more than 0 and less than 100, or leave it out.')
  }
  return { signalwire: { project, token, space, origin: spaceOrigin(space), from: caller.number, signingKeys: signingKeys, maxPricePerMinute }, fromCountry: caller.country }
}

const isLoopback = (hostname: string): boolean => hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)

/** The one origin that is ever asked. The credentials go there, so nothing but a host of three labels or a loopback address passes. */
function spaceOrigin(space: unknown): string {
  if (typeof space === 'string') {
    const name = space.toLowerCase()
    const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
    if (new RegExp(`^${label}$`).test(name)) return `https://${name}.signalwire.com`
    if (new RegExp(`^${label}\\.${label}\\.[a-z]{2,63}$`).test(name)) return `https://${name}`
    const url = name.startsWith('http://') && URL.canParse(name) ? new URL(name) : undefined
    if (url !== undefined && isLoopback(url.hostname) && url.pathname === '/' && url.username === '' && url.search === '') return url.origin
  }
  throw new TypeError('signalwire.space: the host of your Space without https:// (acme.signalwire.com), its first label (acme), or http://127.0.0.1:<port> for a simulated one.')
}

function settleWebhookUrl(webhookUrl: unknown): string {
  const url = typeof webhookUrl === 'string' && URL.canParse(webhookUrl) ? new URL(webhookUrl) : undefined
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (url === undefined || !secure) throw new TypeError('webhookUrl: the https address where webhooks() is mounted, for example https://acme.example/voice-otp (http for loopback addresses only).')
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '' || url.href.length > 300) {
    throw new TypeError('webhookUrl: no query, fragment or credentials in it, and 300 characters at most.')
  }
  if (url.pathname === '/') throw new TypeError('webhookUrl: add a path of its own, for example /voice-otp, and mount webhooks() there.')
  return url.href.replace(/\/+$/, '')
}

function settleLimits(given: Partial<Limits>): Limits {
  if (typeof given !== 'object' || given === null) throw new TypeError('limits: an object, or leave it out.')
  refuseUnknown(given, Object.keys(defaultLimits), 'limits.')
  const limits: Limits = { ...defaultLimits, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) }
  for (const [name, value] of Object.entries(limits) as [keyof Limits, unknown][]) {
    const mayBeOff = name !== 'guessesPerChallenge' && (!name.endsWith('Seconds') || name === 'callIntervalSeconds' || name === 'reportedSeconds')
    if (value === false && mayBeOff) continue
    if (typeof value === 'function' && /Number|Prefix/.test(name)) continue
    const most = name === 'guessesPerChallenge' ? 10 : name.endsWith('Seconds') ? 1_728_000 : 1_000_000
    wholeNumber(`limits.${name}`, value, 1, most, mayBeOff ? ', or false for no limit' : '')
  }
  return limits
}

function wholeNumber(name: string, value: unknown, least: number, most: number, more = ''): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw new TypeError(`${name}: a whole number from ${least} to ${most.toLocaleString('en-US')}${more}.`)
  }
  return value
}

function checkSecret(name: string, secret: unknown): void {
  if (typeof secret !== 'string' || Buffer.byteLength(secret) < 32 || new Set(secret).size < 8) {
    throw new TypeError(`${name}: at least 32 random bytes; make one with: node -p "crypto.randomBytes(32).toString('base64url')"`)
  }
}

/** Text that can be said and written into XML: no control characters, no lone surrogates, not blank. */
export function isSpeakable(text: string, most: number): boolean {
  return text.trim() !== '' && text.length <= most && !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(text)
}

function refuseUnknown(given: object, names: readonly string[], prefix: string): void {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    const near = names.find(each => each.toLowerCase() === name.toLowerCase()) ?? names.find(each => distance(each.toLowerCase(), name.toLowerCase()) <= 2)
    throw new TypeError(`${prefix}${name}: there is no such option.${near === undefined ? ` The options are: ${names.join(', ')}.` : ` Did you mean ${prefix}${near}?`}`)
  }
}

/** How many letters must be added, dropped or changed to make `a` into `b` (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length] ?? 0
}
