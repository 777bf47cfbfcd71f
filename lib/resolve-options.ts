import type { Prompts } from './options/prompts.js'
import { checkPrompts, isSpeakable } from './call/check-prompts.js'
import { findLanguage, languages } from './call/languages.js'
import type { Limits } from './options/limits.js'
import type { Country } from './options/phone.js'
import { type SignalWireOptions, type VoiceOtpOptions } from './options/options.js'
import { isCountry, parsePhone } from './phone.js'
import { isChannel } from './channels.js'

type Filled =
  | 'secret'
  | 'countries'
  | 'limits'
  | 'limiter'
  | 'beforeCall'
  | 'onEnroll'
  | 'signalwire'
  | 'prompts'
  | 'locale'
  | 'announce'
  | 'remember'
  | 'recovery'

/** The options with every default filled in. @internal */
export interface ResolvedOptions<User> extends Required<Omit<VoiceOtpOptions<User>, Filled>> {
  readonly secrets: readonly string[]
  readonly countries: ReadonlySet<string>
  readonly limits: Limits
  readonly limiter: VoiceOtpOptions<User>['limiter']
  readonly beforeCall: VoiceOtpOptions<User>['beforeCall']
  readonly onEnroll: VoiceOtpOptions<User>['onEnroll']
  readonly announce: VoiceOtpOptions<User>['announce']
  readonly remember: VoiceOtpOptions<User>['remember']
  readonly recovery: VoiceOtpOptions<User>['recovery']
  readonly locale: NonNullable<VoiceOtpOptions<User>['locale']>
  /** Every language that a call can speak, by tag. */
  readonly prompts: ReadonlyMap<string, Prompts>
  /** What is spoken to a user whose language is none of them. */
  readonly defaultPrompts: Prompts
  readonly signalwire: Omit<SignalWireOptions, 'signingKey'> & {
    readonly signingKeys: readonly string[] | false
    readonly origin: string
  }
}

const known = [
  'appName',
  'webhookUrl',
  'secret',
  'signalwire',
  'userId',
  'required',
  'codeLength',
  'codeSeconds',
  'numberMatching',
  'ringSeconds',
  'channels',
  'locale',
  'prompts',
  'announce',
  'machineDetection',
  'countries',
  'limits',
  'beforeCall',
  'onEnroll',
  'remember',
  'recovery',
  'limiter',
  'limiterSecret',
  'clock',
] as const satisfies readonly (keyof VoiceOtpOptions)[]
const knownSignalWire = [
  'project',
  'token',
  'space',
  'from',
  'signingKey',
  'maxPricePerMinute',
] as const satisfies readonly (keyof SignalWireOptions)[]

/** Checks the options and fills in the defaults. Throws a `TypeError` that names the option and the mend. @internal */
export function resolveOptions<User>(options: VoiceOtpOptions<User>): ResolvedOptions<User> {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('VoiceOtpStrategy needs an options object as its first argument.')
  refuseUnknown(options, known, '')
  const { appName, secret, numberMatching = true } = options
  if (typeof appName !== 'string' || !isSpeakable(appName, 60))
    throw new TypeError(
      'appName: give the name that people know, 1 to 60 characters on one line; it is spoken in the call.',
    )
  if (numberMatching !== true && numberMatching !== 'any-key' && numberMatching)
    throw new TypeError("numberMatching: true (default), 'any-key' or false.")
  for (const name of [
    'userId',
    'required',
    'beforeCall',
    'onEnroll',
    'announce',
    'limiter',
  ] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function')
      throw new TypeError(`${name}: a function, or leave it out.`)
  }
  if (options.clock !== undefined && typeof options.clock.now !== 'function')
    throw new TypeError('clock: an object with a now() that answers milliseconds.')
  const secrets =
    typeof secret === 'string'
      ? [secret]
      : Array.isArray(secret)
        ? [...(secret as readonly string[])]
        : []
  for (const each of secrets.length === 0 ? [''] : secrets) checkSecret('secret', each)
  /* v8 ignore next -- checkSecret() refused it */
  const limiterSecret = options.limiterSecret ?? secrets.at(-1) ?? ''
  checkSecret('limiterSecret', limiterSecret)
  const { signalwire, fromCountry } = resolveSignalWire(options.signalwire)
  const countries = options.countries ?? [fromCountry]
  if (
    !Array.isArray(countries) ||
    !countries.every(country => typeof country === 'string' && isCountry(country))
  ) {
    throw new TypeError(
      "countries: a list of two-letter codes in capitals, for example ['US', 'CA'].",
    )
  }
  const { channels = ['call'] } = options
  if (
    !Array.isArray(channels) ||
    channels.length === 0 ||
    !channels.every(isChannel) ||
    new Set(channels).size !== channels.length
  ) {
    throw new TypeError(
      "channels: a list of 'call', 'sms', 'hosted-call' and 'hosted-sms', each at most once, the default one first.",
    )
  }
  return {
    appName,
    webhookUrl: resolveWebhookUrl(options.webhookUrl),
    secrets,
    limiterSecret: limiterSecret,
    signalwire,
    userId: options.userId ?? (user => (user as { id?: string | number } | null)?.id ?? ''),
    required: options.required ?? (() => true),
    codeLength: wholeNumber('codeLength', options.codeLength ?? 6, 6, 10),
    codeSeconds: wholeNumber('codeSeconds', options.codeSeconds ?? 300, 60, 600),
    ringSeconds: wholeNumber('ringSeconds', options.ringSeconds ?? 30, 5, 120),
    numberMatching,
    channels: Object.freeze([...channels]),
    machineDetection: options.machineDetection === true,
    announce: options.announce,
    remember: resolveRemember(options.remember),
    recovery: resolveRecovery(options.recovery),
    ...resolveLanguages(options),
    countries: new Set(countries as readonly string[]),
    limits: resolveLimits(options.limits ?? {}),
    beforeCall: options.beforeCall,
    onEnroll: options.onEnroll,
    limiter: options.limiter,
    clock: options.clock ?? Date,
  }
}

function resolveRemember(remember: VoiceOtpOptions['remember']): VoiceOtpOptions['remember'] {
  if (remember === undefined) return undefined
  if (typeof remember !== 'object' || remember === null)
    throw new TypeError('remember: { days, store }, or leave it out.')
  refuseUnknown(remember, ['days', 'store'], 'remember.')
  const { days, store } = remember
  wholeNumber('remember.days', days, 1, 30)
  const missing = (['add', 'get', 'rotate', 'list', 'remove', 'removeAll'] as const).find(
    name => typeof store?.[name] !== 'function',
  )
  if (missing !== undefined)
    throw new TypeError(
      `remember.store: it has no ${missing}(); MemoryRememberStore is one that has all.`,
    )
  return { days, store }
}

function resolveRecovery<User>(
  recovery: VoiceOtpOptions<User>['recovery'],
): VoiceOtpOptions<User>['recovery'] {
  if (recovery === undefined) return undefined
  if (typeof recovery !== 'object' || recovery === null)
    throw new TypeError('recovery: { save, use }, or leave it out.')
  refuseUnknown(recovery, ['save', 'use'], 'recovery.')
  for (const name of ['save', 'use'] as const)
    if (typeof recovery[name] !== 'function') throw new TypeError(`recovery.${name}: a function.`)
  return { save: recovery.save, use: recovery.use }
}

function resolveLanguages<User>({
  prompts: own = {},
  locale = 'en-US',
}: VoiceOtpOptions<User>): Pick<ResolvedOptions<User>, 'prompts' | 'defaultPrompts' | 'locale'> {
  if (typeof own !== 'object' || own === null)
    throw new TypeError(
      "prompts: an object of languages by tag, for example { 'sv-SE': {...} }, or leave it out.",
    )
  const prompts = new Map<string, Prompts>(Object.entries(languages))
  for (const [tag, given] of Object.entries(own)) {
    const sessionKey = [...prompts.keys()].find(known => known.toLowerCase() === tag.toLowerCase())
    if (sessionKey !== undefined) prompts.delete(sessionKey)
    prompts.set(tag, checkPrompts(tag, given))
  }
  const wanted =
    typeof locale === 'function' ? ['en-US'] : typeof locale === 'string' ? [locale] : locale
  if (!Array.isArray(wanted) || wanted.length === 0)
    throw new TypeError(
      "locale: a language tag such as 'de-DE', a list of them, or a function that answers one.",
    )
  const [first, ...others] = wanted.map(tag => {
    const found = findLanguage(String(tag), prompts)
    if (found === undefined)
      throw new TypeError(
        `locale: '${String(tag)}' is not spoken here. There are ${[...prompts.keys()].join(', ')}; add your own with the option prompts.`,
      )
    return found
  })
  return {
    prompts,
    defaultPrompts: first as Prompts,
    locale:
      typeof locale === 'function'
        ? locale
        : [first as Prompts, ...others].map(({ language }) => language),
  }
}

function resolveSignalWire(given: SignalWireOptions | undefined): {
  signalwire: ResolvedOptions<unknown>['signalwire']
  fromCountry: Country
} {
  if (typeof given !== 'object' || given === null)
    throw new TypeError(
      'signalwire: give { project, token, space, from, signingKey } of your Space.',
    )
  refuseUnknown(given, knownSignalWire, 'signalwire.')
  const { project, token, space, from, signingKey, maxPricePerMinute } = given
  // The project becomes part of a path: nothing but a plain identifier may stand there.
  if (typeof project !== 'string' || !/^[\w-]{1,64}$/.test(project))
    throw new TypeError(
      'signalwire.project: the Project ID from the API page of your Space, a UUID.',
    )
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
    throw new TypeError('signalwire.token: an API token (PT...) from the API page of your Space.')
  const caller = typeof from === 'string' ? parsePhone(from) : undefined
  if (caller?.country === undefined)
    throw new TypeError(
      'signalwire.from: a telephone number of your Space in E.164, for example +12025550100.',
    )
  const signingKeys = typeof signingKey === 'string' ? [signingKey] : signingKey
  const keysAreGood =
    signingKeys === false ||
    (Array.isArray(signingKeys) &&
      signingKeys.length >= 1 &&
      signingKeys.length <= 2 &&
      signingKeys.every(key => typeof key === 'string' && /^[\x21-\x7e]{8,}$/.test(key)))
  if (!keysAreGood) {
    throw new TypeError(
      'signalwire.signingKey: the Signing Key (PSK...) from the API page of your Space, or two of them during a change; false switches the check of webhooks off.',
    )
  }
  if (maxPricePerMinute !== undefined && !isPrice(maxPricePerMinute)) {
    throw new TypeError(
      'signalwire.maxPricePerMinute: give US dollars, more than 0 and less than 100, with at most four decimals, or leave it out. SignalWire refuses every call with more decimals.',
    )
  }
  return {
    signalwire: {
      project,
      token,
      space,
      origin: spaceOrigin(space),
      from: caller.number,
      signingKeys: signingKeys,
      maxPricePerMinute,
    },
    fromCountry: caller.country,
  }
}

/** The form that SignalWire accepts: source, "Create a Call" of the Compatibility API. */
const isPrice = (price: unknown): boolean =>
  typeof price === 'number' && price > 0 && /^\d{1,2}(\.\d{1,4})?$/.test(String(price))

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)

/** The one origin that is ever asked. The credentials go there, so nothing but a host of three labels or a loopback address passes. */
function spaceOrigin(space: unknown): string {
  if (typeof space === 'string') {
    const name = space.toLowerCase()
    const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
    if (new RegExp(`^${label}$`).test(name)) return `https://${name}.signalwire.com`
    if (new RegExp(`^${label}\\.${label}\\.[a-z]{2,63}$`).test(name)) return `https://${name}`
    const url = name.startsWith('http://') && URL.canParse(name) ? new URL(name) : undefined
    if (
      url !== undefined &&
      isLoopback(url.hostname) &&
      url.pathname === '/' &&
      url.username === '' &&
      url.search === ''
    )
      return url.origin
  }
  throw new TypeError(
    'signalwire.space: the host of your Space without https:// (acme.signalwire.com), its first label (acme), or http://127.0.0.1:<port> for a simulated one.',
  )
}

function resolveWebhookUrl(webhookUrl: unknown): string {
  const url =
    typeof webhookUrl === 'string' && URL.canParse(webhookUrl) ? new URL(webhookUrl) : undefined
  const secure =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (url === undefined || !secure)
    throw new TypeError(
      'webhookUrl: the https address where webhooks() is mounted, for example https://acme.example/voice-otp (http for loopback addresses only).',
    )
  if (
    /[?#]/.test(String(webhookUrl)) ||
    url.pathname.includes('//') ||
    url.username !== '' ||
    url.password !== '' ||
    url.href.length > 300 ||
    url.pathname.split('/').some(segment => segment.length >= 200)
  ) {
    throw new TypeError(
      'webhookUrl: no query, fragment or credentials in it, 300 characters at most, and 199 characters at most between two slashes.',
    )
  }
  if (url.pathname === '/')
    throw new TypeError(
      'webhookUrl: add a path of its own, for example /voice-otp, and mount webhooks() there.',
    )
  return url.href.replace(/\/+$/, '')
}

function resolveLimits(given: Partial<Limits>): Limits {
  if (typeof given !== 'object' || given === null)
    throw new TypeError('limits: an object, or leave it out.')
  refuseUnknown(given, Object.keys(defaultLimits), 'limits.')
  const limits: Limits = {
    ...defaultLimits,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  }
  for (const [name, value] of Object.entries(limits) as [keyof Limits, unknown][]) {
    const mayBeOff =
      name !== 'attemptsPerChallenge' &&
      (!name.endsWith('Seconds') || name === 'callIntervalSeconds' || name === 'reportedSeconds')
    if (value === false && mayBeOff) continue
    if (typeof value === 'function' && /Phone|Prefix/.test(name)) continue
    const most =
      name === 'attemptsPerChallenge' ? 10 : name.endsWith('Seconds') ? 1_728_000 : 1_000_000
    wholeNumber(`limits.${name}`, value, 1, most, mayBeOff ? ', or false for no limit' : '')
  }
  return limits
}

function wholeNumber(name: string, value: unknown, least: number, most: number, more = ''): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw new TypeError(
      `${name}: a whole number from ${least} to ${most.toLocaleString('en-US')}${more}.`,
    )
  }
  return value
}

function checkSecret(name: string, secret: unknown): void {
  if (typeof secret !== 'string' || Buffer.byteLength(secret) < 32 || new Set(secret).size < 8) {
    throw new TypeError(
      `${name}: at least 32 random bytes; make one with: node -p "crypto.randomBytes(32).toString('base64url')"`,
    )
  }
}

function refuseUnknown(given: object, names: readonly string[], prefix: string): void {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    const near =
      names.find(each => each.toLowerCase() === name.toLowerCase()) ??
      names.find(each => distance(each.toLowerCase(), name.toLowerCase()) <= 2)
    throw new TypeError(
      `${prefix}${name}: there is no such option.${near === undefined ? ` The options are: ${names.join(', ')}.` : ` Did you mean ${prefix}${near}?`}`,
    )
  }
}

/** How many letters must be added, dropped or changed to make `a` into `b` (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      /* v8 ignore next -- within the rows */
      next.push(
        Math.min(
          (next[j - 1] ?? 0) + 1,
          (row[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      )
    }
    row = next
  }
  /* v8 ignore next -- within the row */
  return row[b.length] ?? 0
}

/** What `limits` is where the app says nothing. @internal */
export const defaultLimits: Limits = {
  attemptsPerChallenge: 5,
  attemptsPerUser: 10,
  attemptsPerUserSeconds: 86_400,
  lockoutSeconds: 900,
  maxConsecutiveFailures: 100,
  consecutiveFailureSeconds: 1_728_000,
  callIntervalSeconds: 60,
  callsPerUserHour: 5,
  callsPerPhoneTenMinutes: 3,
  callsPerPhoneDay: 10,
  callsPerPrefixTenMinutes: 100,
  callsPerAppMinute: 60,
  enrollCallsPerPhoneTenMinutes: 2,
  enrollCallsPerPhoneDay: 4,
  enrollCallsPerAppMinute: 20,
  reportedSeconds: 600,
}
