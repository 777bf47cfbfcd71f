import { isChannel } from './channels.js'
import { isSpeakable } from './call/check-prompts.js'
import { isLoopback, readOptions, type RenamedOptions, wholeNumber } from './check-options.js'
import type { Channel } from './options/channel.js'
import type { LimiterFactory } from './options/limiter.js'
import type { Limits } from './options/limits.js'
import type { AnnounceResult, BeforeCall, UserId, VoiceOtpOptions } from './options/options.js'
import type { UserNotice } from './options/notice.js'
import type { Country } from './options/phone.js'
import type { RecoveryOptions } from './options/recovery.js'
import type { RememberOptions } from './options/remember.js'
import type { TrailStore } from './options/trail.js'
import { isCountry } from './phone.js'
import type { Request } from './request.js'
import { type ResolvedLanguages, resolveLanguages } from './resolve-languages.js'
import { type ResolvedFraud, resolveFraud } from './resolve-fraud.js'
import { resolveLimiter } from './resolve-limiter.js'
import { resolveLimits } from './resolve-limits.js'
import { type ResolvedSignalWire, resolveSignalWire } from './resolve-signalwire.js'

/** The checked options, with every default filled in. @internal */
export interface ResolvedOptions<User> extends ResolvedLanguages<User>, ResolvedCallbacks<User> {
  readonly appName: string
  readonly webhookUrl: string
  /** The current secret first. */
  readonly secrets: readonly string[]
  readonly limiterSecret: string
  readonly signalwire: ResolvedSignalWire
  readonly channels: readonly Channel[]
  readonly machineDetection: boolean
  readonly codeLength: number
  readonly codeSeconds: number
  readonly numberMatching: boolean | 'any-key'
  readonly ringSeconds: number
  readonly longWaitSeconds: number
  readonly countries: ReadonlySet<string>
  readonly approveAfterHours: number
  readonly limits: Limits
  readonly phoneFallback: VoiceOtpOptions<User>['phoneFallback']
  readonly fraud: ResolvedFraud
  /** The country of the number that calls. */
  readonly homeCountry: Country
  readonly limiter: LimiterFactory | undefined
  readonly remember: RememberOptions | undefined
  readonly recovery: RecoveryOptions<User> | undefined
  readonly trail: TrailStore | undefined
  readonly clock: { now(): number }
}

/** The callbacks of the app. `this` is the object of options inside them. @internal */
export interface ResolvedCallbacks<User> {
  readonly userId: (user: User) => UserId
  readonly required: (user: User, req: Request) => boolean
  readonly announce:
    ((user: User, req: Request) => AnnounceResult | Promise<AnnounceResult>) | undefined
  readonly beforeCall: ((call: BeforeCall<User>) => boolean | Promise<boolean>) | undefined
  readonly onEnroll: ((user: User, phone: string, req: Request) => void | Promise<void>) | undefined
  readonly notifyUser: ((userId: string, what: UserNotice) => void | Promise<void>) | undefined
}

const names = [
  'appName',
  'webhookUrl',
  'secret',
  'signalwire',
  'userId',
  'required',
  'channels',
  'locale',
  'prompts',
  'announce',
  'machineDetection',
  'codeLength',
  'codeSeconds',
  'numberMatching',
  'ringSeconds',
  'longWaitSeconds',
  'countries',
  'approveAfterHours',
  'limits',
  'fraud',
  'beforeCall',
  'onEnroll',
  'notifyUser',
  'remember',
  'recovery',
  'trail',
  'phoneFallback',
  'limiter',
  'limiterSecret',
  'clock',
] as const satisfies readonly (keyof VoiceOtpOptions)[]

const renamed: RenamedOptions = {
  ways: 'channels',
  gate: 'numberMatching',
  onEnrol: 'onEnroll',
  counters: 'limiter',
  counterSecret: 'limiterSecret',
  passReqToCallback: 'getPhone(user, req), which always gets the request',
}

/**
 * Checks the options and fills in the defaults. Throws a `TypeError` that says how to fix them.
 * @internal
 */
export function resolveOptions<User>(options: VoiceOtpOptions<User>): ResolvedOptions<User> {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('VoiceOtpStrategy needs an object of options as its first argument.')
  const given = readOptions<VoiceOtpOptions<User>>(options, names, '', renamed)
  const { signalwire, country } = resolveSignalWire(given.signalwire)
  const secrets = resolveSecrets(given.secret)
  return {
    appName: checkedAppName(given.appName),
    webhookUrl: resolveWebhookUrl(given.webhookUrl),
    secrets,
    limiterSecret: checkedSecret('limiterSecret', given.limiterSecret ?? secrets.at(-1)),
    signalwire,
    ...resolveCallbacks(given, options),
    channels: resolveChannels(given.channels),
    ...resolveLanguages(given.prompts, given.locale),
    machineDetection: given.machineDetection === true,
    codeLength: wholeNumber('codeLength', given.codeLength ?? 6, 6, 10),
    codeSeconds: wholeNumber('codeSeconds', given.codeSeconds ?? 300, 60, 600),
    numberMatching: checkedNumberMatching(given.numberMatching),
    ringSeconds: wholeNumber('ringSeconds', given.ringSeconds ?? 30, 5, 120),
    longWaitSeconds: wholeNumber('longWaitSeconds', given.longWaitSeconds ?? 60, 0, 600),
    countries: resolveCountries(given.countries ?? [country]),
    approveAfterHours: wholeNumber('approveAfterHours', given.approveAfterHours ?? 24, 0, 480),
    limits: resolveLimits(given.limits),
    fraud: resolveFraud(given.fraud),
    homeCountry: country,
    remember: resolveRemember(given.remember),
    recovery: checkedRecovery(given.recovery),
    trail: checkedTrail(given.trail),
    phoneFallback: checkedPhoneFallback(given.phoneFallback, options),
    limiter: resolveLimiter(given.limiter),
    clock: checkedClock(given.clock),
  }
}

/**
 * Calls them as methods of the app's own object, as JavaScript does: an app may pass an instance of
 * a class.
 */
function resolveCallbacks<User>(
  given: VoiceOtpOptions<User>,
  options: VoiceOtpOptions<User>,
): ResolvedCallbacks<User> {
  for (const name of [
    'userId',
    'required',
    'announce',
    'beforeCall',
    'onEnroll',
    'notifyUser',
    'limiter',
  ] as const) {
    if (given[name] !== undefined && typeof given[name] !== 'function')
      throw new TypeError(`${name}: give a function, or omit it.`)
  }
  return {
    userId: given.userId?.bind(options) ?? (user => (user as { readonly id: UserId }).id),
    required: given.required?.bind(options) ?? (() => true),
    announce: given.announce?.bind(options),
    beforeCall: given.beforeCall?.bind(options),
    onEnroll: given.onEnroll?.bind(options),
    notifyUser: given.notifyUser?.bind(options),
  }
}

function checkedAppName(appName: unknown): string {
  if (typeof appName === 'string' && isSpeakable(appName, 60)) return appName
  throw new TypeError(
    'appName: give the name that people know, 1 to 60 characters on one line. The call says it.',
  )
}

function resolveSecrets(secret: unknown): readonly string[] {
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret]
  return (secrets.length === 0 ? [undefined] : secrets).map(each => checkedSecret('secret', each))
}

function checkedSecret(name: string, secret: unknown): string {
  if (typeof secret === 'string' && Buffer.byteLength(secret) >= 32 && new Set(secret).size >= 8)
    return secret
  throw new TypeError(
    `${name}: give at least 32 random bytes. To make one: node -p "crypto.randomBytes(32).toString('base64url')"`,
  )
}

function resolveWebhookUrl(webhookUrl: unknown): string {
  const url =
    typeof webhookUrl === 'string' && URL.canParse(webhookUrl) ? new URL(webhookUrl) : undefined
  const secure =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (url === undefined || !secure)
    throw new TypeError(
      'webhookUrl: give the https address where webhooks() is mounted, for example https://acme.example/voice-otp (http is for loopback addresses only).',
    )
  if (
    /[?#]/.test(String(webhookUrl)) ||
    url.pathname.includes('//') ||
    url.username !== '' ||
    url.password !== '' ||
    url.href.length > 300 ||
    url.pathname.split('/').some(segment => segment.length >= 200)
  )
    throw new TypeError(
      'webhookUrl: it must have no query, no fragment, no credentials, no empty part of the path, 300 characters at most, and 199 characters at most between two slashes.',
    )
  if (url.pathname === '/')
    throw new TypeError(
      'webhookUrl: add a path, for example /voice-otp, and mount webhooks() there.',
    )
  return url.href.replace(/\/+$/, '')
}

function resolveChannels(channels: unknown = ['call']): readonly Channel[] {
  if (
    Array.isArray(channels) &&
    channels.length > 0 &&
    channels.every(isChannel) &&
    new Set(channels).size === channels.length
  )
    return Object.freeze([...channels])
  throw new TypeError(
    "channels: give a list of 'call', 'sms', 'hosted-call' and 'hosted-sms', each at most once, the default one first.",
  )
}

function checkedNumberMatching(numberMatching: unknown = true): boolean | 'any-key' {
  if (typeof numberMatching === 'boolean' || numberMatching === 'any-key') return numberMatching
  throw new TypeError("numberMatching: give true (the default), 'any-key' or false.")
}

function resolveCountries(countries: unknown): ReadonlySet<string> {
  if (Array.isArray(countries) && countries.every(isCountry)) return new Set(countries)
  throw new TypeError(
    "countries: give a list of two-letter codes in capitals, for example ['US', 'CA'].",
  )
}

function resolveRemember(remember: RememberOptions | undefined): RememberOptions | undefined {
  if (remember === undefined) return undefined
  if (typeof remember !== 'object' || remember === null)
    throw new TypeError('remember: give { days, store }, or omit it.')
  const { days, store } = readOptions(remember, ['days', 'store'], 'remember.')
  wholeNumber('remember.days', days, 1, 30)
  const missing = (['add', 'get', 'rotate', 'list', 'remove', 'removeAll'] as const).find(
    name => typeof store?.[name] !== 'function',
  )
  if (missing !== undefined)
    throw new TypeError(
      `remember.store: it has no ${missing}(). MemoryRememberStore is a store that has all methods.`,
    )
  return { days, store }
}

function checkedRecovery<User>(
  recovery: RecoveryOptions<User> | undefined,
): RecoveryOptions<User> | undefined {
  if (recovery === undefined) return undefined
  if (typeof recovery !== 'object' || recovery === null)
    throw new TypeError('recovery: give { save, use }, or omit it.')
  for (const name of ['save', 'use'] as const)
    if (typeof recovery[name] !== 'function')
      throw new TypeError(`recovery.${name}: give a function.`)
  for (const name of ['left', 'removeAll'] as const)
    if (recovery[name] !== undefined && typeof recovery[name] !== 'function')
      throw new TypeError(`recovery.${name}: give a function, or omit it.`)
  return recovery
}

function checkedTrail(trail: TrailStore | undefined): TrailStore | undefined {
  const missing = (['add', 'list'] as const).find(
    name => trail !== undefined && typeof (trail as TrailStore | null)?.[name] !== 'function',
  )
  if (missing === undefined) return trail
  throw new TypeError(
    `trail: it has no ${missing}(). MemoryTrailStore is a store that has both methods.`,
  )
}

function checkedPhoneFallback<User>(
  phoneFallback: VoiceOtpOptions<User>['phoneFallback'],
  options: VoiceOtpOptions<User>,
): VoiceOtpOptions<User>['phoneFallback'] {
  if (typeof phoneFallback === 'function') return phoneFallback.bind(options)
  if (phoneFallback === undefined || typeof phoneFallback === 'boolean') return phoneFallback
  throw new TypeError('phoneFallback: give true, false, or a function (user, req).')
}

function checkedClock(clock: VoiceOtpOptions['clock'] = Date): { now(): number } {
  if (typeof clock?.now === 'function') return clock
  throw new TypeError('clock: give an object with a method now() that returns milliseconds.')
}
