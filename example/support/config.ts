import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  isValidPhoneNumber,
  parsePhoneNumberFromString,
  type CountryCode,
} from 'libphonenumber-js/max'
import type { SignalWireOptions } from 'passport-voice-otp'

/** The settings of the example, checked. */
export interface Config {
  readonly port: number
  readonly simulatorPort: number
  /** A simulator that is already running; `undefined` = none. */
  readonly simulatorUrl: string | undefined
  /**
   * Whether other machines or the host of a container may connect: `undefined` = all interfaces.
   */
  readonly host: string | undefined
  readonly redisUrl: string | undefined
  /** Origin for browsers and SignalWire; `undefined` = the loopback address. */
  readonly publicUrl: string | undefined
  /** The Space; `undefined` = a simulated Space in this process. */
  readonly signalwire: SignalWireOptions | undefined
  /** Whether calls cost money: a real Space, not a simulator. */
  readonly isReal: boolean
  readonly sessionSecret: string[]
  readonly secrets: string[]
  /** Whether a secret was generated for this start, and is lost when the process ends. */
  readonly hasGeneratedSecrets: boolean
  /** E.164. */
  readonly demoPhone: string | undefined
  /** The countries of `demoPhone` and of the Space's own number. */
  readonly countries: readonly CountryCode[]
}

/** A mistake in the environment. Its message names the variable and says how to fix it. */
export class ConfigError extends Error {}

/** Throws a {@link ConfigError} unless `isRight`. */
export function must(isRight: boolean, message: string): asserts isRight {
  if (!isRight) throw new ConfigError(message)
}

/**
 * Loads `example/.env` into the environment if the file exists. Variables that are already set win.
 */
export function loadEnvironment(): void {
  const file = new URL('../.env', import.meta.url)
  if (existsSync(file)) process.loadEnvFile(file)
}

/** What is allowed in a variable. The sentence begins with its name. */
interface Rule {
  readonly pattern?: RegExp
  isValid?(text: string): boolean
  readonly fix: string
}

const howToMakeSecrets = 'Make one with: node -p "crypto.randomBytes(32).toString(\'base64url\')"'

const portRule: Rule = {
  pattern: /^\d+$/,
  isValid: text => Number(text) <= 65_535,
  fix: ' is not a port: set a whole number from 0 (any free port) to 65535.',
}
const origin: Rule = {
  pattern: /^(https:\/\/[^/?#@\s\\]+|http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?)\/?$/i,
  isValid: text => URL.canParse(text),
  fix: ': set the address without a path, for example https://acme.example (http only for loopback addresses).',
}
const secret: Rule = {
  isValid: text => secretsIn(text).every(each => Buffer.byteLength(each) >= 32),
  fix: ` is too short: it needs 32 bytes or more. ${howToMakeSecrets}`,
}
const rules: Readonly<Record<string, Rule>> = {
  PORT: portRule,
  SIMULATOR_PORT: portRule,
  SIMULATOR_URL: {
    pattern: /^http:/i,
    isValid: text => isAllowed(text, origin),
    fix: ': set the loopback address of a running simulator without a path, for example http://127.0.0.1:3001',
  },
  PUBLIC_URL: origin,
  HOSTNAME: { pattern: /^(https:\/\/)?[^/?#@\s\\]+\/?$/i, fix: origin.fix },
  SESSION_SECRET: secret,
  VOICE_OTP_SECRET: secret,
  DEMO: { pattern: /^(true|false)$/i, fix: ': set true, or leave it empty.' },
  DEMO_PHONE: {
    isValid: isValidPhoneNumber,
    fix: ' is not a phone number: write it with + and the country code, for example +12025550123',
  },
  REDIS_URL: {
    pattern: /^rediss?:\/\/./,
    fix: ' is not the address of a Redis: write it like redis://127.0.0.1:6379',
  },
}

function isAllowed(text: string, rule: Rule): boolean {
  return rule.pattern?.test(text) !== false && rule.isValid?.(text) !== false
}

/** Reads and checks one variable: trimmed, and `fallback` if it is empty. */
type Get = (name: string, fallback?: string) => string | undefined

function createGet(environment: NodeJS.ProcessEnv): Get {
  return (name, fallback) => {
    const text = environment[name]?.trim() || fallback
    const rule = rules[name] ?? { fix: '' }
    must(text === undefined || isAllowed(text, rule), name + rule.fix)
    return text
  }
}

/** Commas separate several secrets. Without a text, this is a new random secret. */
function secretsIn(text = randomBytes(32).toString('base64url')): string[] {
  return text.split(/\s*,\s*/).filter(Boolean)
}

function toOrigin(address: string | undefined): string | undefined {
  return address && new URL(address).origin
}

/** Reads every variable. Throws a {@link ConfigError} for the first mistake. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const get = createGet(environment)
  const port = Number(get('PORT') ?? 3000)
  const simulatorUrl = toOrigin(get('SIMULATOR_URL'))
  const signalwire = readSignalWire(get, simulatorUrl)
  const isReal = signalwire !== undefined && simulatorUrl === undefined
  const isProduction = get('NODE_ENV') === 'production'
  must(
    get('DEMO')?.toLowerCase() === 'true' || isReal || !isProduction,
    `NODE_ENV is production and ${simulatorUrl ? 'SIMULATOR_URL' : 'no SIGNALWIRE_* variable'} is set: set the SIGNALWIRE_* variables of your Space, or remove NODE_ENV for the demo. The demo has a published password. For the demo in a container, set DEMO=true.`,
  )
  // In production, a proxy or a container is in front of the app. Without it the app listens on
  // this machine only, because the demo's password is published.
  const hostInProduction = isReal ? undefined : '0.0.0.0'
  const demoPhone = parsePhoneNumberFromString(get('DEMO_PHONE') ?? '')
  const ownPhone = parsePhoneNumberFromString(signalwire?.from ?? '')
  return {
    ...readSecrets(get, isProduction && isReal),
    port,
    simulatorPort: Number(get('SIMULATOR_PORT', String(port === 0 ? 0 : port + 1))),
    simulatorUrl,
    host: isProduction ? hostInProduction : '127.0.0.1',
    redisUrl: get('REDIS_URL'),
    publicUrl: readPublicUrl(get, isReal ? signalwire : undefined),
    signalwire,
    isReal,
    demoPhone: demoPhone?.number,
    countries: [ownPhone, demoPhone].flatMap(phone => phone?.country ?? []),
  }
}

function readSignalWire(get: Get, simulatorUrl: string | undefined): SignalWireOptions | undefined {
  const space = {
    project: get('SIGNALWIRE_PROJECT') ?? '',
    token: get('SIGNALWIRE_TOKEN') ?? '',
    space: get('SIGNALWIRE_SPACE') ?? simulatorUrl ?? '',
    from: get('SIGNALWIRE_NUMBER') ?? '',
    signingKey: get('SIGNALWIRE_SIGNING_KEY') ?? '',
  }
  const missing = Object.entries(space)
    .filter(([, value]) => value === '')
    .map(([option]) => variableNames[`signalwire.${option}`])
  if (missing.length === Object.keys(space).length) return undefined
  const fix = simulatorUrl
    ? 'to use the simulator at SIMULATOR_URL, set the values that it printed when it started.'
    : 'set all five SIGNALWIRE_* variables to use a Space, or leave all of them empty for the demo.'
  must(
    missing.length === 0,
    `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: ${fix}`,
  )
  // Otherwise the app would place real calls for people who know the demo's published password.
  must(
    simulatorUrl === undefined || space.space.replace(/\/$/, '') === simulatorUrl,
    'SIGNALWIRE_SPACE and SIMULATOR_URL name two different Spaces: remove one of them.',
  )
  return space
}

function readPublicUrl(get: Get, realSpace: SignalWireOptions | undefined): string | undefined {
  // Many machines set their own name as HOSTNAME. Only a name with a dot can be a public address.
  const hostname = realSpace && get('HOSTNAME')?.replace(/^https:\/\//, '')
  const address = get('PUBLIC_URL', hostname?.includes('.') ? `https://${hostname}` : undefined)
  must(
    address !== undefined || realSpace === undefined || realSpace.space.startsWith('http://'),
    'PUBLIC_URL is missing: SignalWire must reach this app from the internet, so set the https address of your proxy or tunnel, for example PUBLIC_URL=https://acme.example',
  )
  return toOrigin(address)
}

function readSecrets(get: Get, mustSurvive: boolean) {
  const missing = ['SESSION_SECRET', 'VOICE_OTP_SECRET'].find(name => get(name) === undefined)
  must(
    missing === undefined || !mustSurvive,
    `${missing} is missing: in production it must survive a restart. ${howToMakeSecrets}`,
  )
  return {
    sessionSecret: secretsIn(get('SESSION_SECRET')),
    secrets: secretsIn(get('VOICE_OTP_SECRET')),
    hasGeneratedSecrets: missing !== undefined,
  }
}

/** The variable that sets each option of the strategy. */
const variableNames: Readonly<Record<string, string>> = {
  'signalwire.project': 'SIGNALWIRE_PROJECT',
  'signalwire.token': 'SIGNALWIRE_TOKEN',
  'signalwire.space': 'SIGNALWIRE_SPACE',
  'signalwire.from': 'SIGNALWIRE_NUMBER',
  'signalwire.signingKey': 'SIGNALWIRE_SIGNING_KEY',
  secret: 'VOICE_OTP_SECRET',
  limiterSecret: 'VOICE_OTP_SECRET',
  webhookUrl: 'PUBLIC_URL',
}

/** Replaces the names of options in a message of the strategy with those of their variables. */
export function withVariableNames(message: string): string {
  return message.replace(/^\w+(?=:)|\bsignalwire\.\w+/g, option => variableNames[option] ?? option)
}
