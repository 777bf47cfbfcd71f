import { createHmac, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max'
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
  /** Identifies the processes that share a `SESSION_SECRET`. */
  readonly instance: string
  /** E.164. */
  readonly demoPhone: string | undefined
  /** The countries of `demoPhone` and of the Space's own number. */
  readonly countries: readonly CountryCode[]
}

/** A mistake in the environment. Its message names the variable and says how to fix it. */
export class ConfigError extends Error {}

/** Reads one variable: trimmed, and `undefined` if it is empty. */
type Get = (name: string) => string | undefined

/**
 * Loads `example/.env` into the environment if the file exists. Variables that are already set win.
 */
export function loadEnvironment(): void {
  const file = fileURLToPath(new URL('../.env', import.meta.url))
  if (existsSync(file)) process.loadEnvFile(file)
}

/** Reads every variable. Throws a {@link ConfigError} for the first mistake. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const get: Get = name => environment[name]?.trim() || undefined
  const simulatorUrl = readOrigin('SIMULATOR_URL', get('SIMULATOR_URL'), true)
  const signalwire = readSignalWire(get, simulatorUrl)
  const isReal = signalwire !== undefined && simulatorUrl === undefined
  const isProduction = get('NODE_ENV') === 'production'
  const isDemoAllowed = readFlag('DEMO', get) || !isProduction
  if (!isReal && !isDemoAllowed) refuseDemo(simulatorUrl)

  const publicUrl = readPublicUrl(get, isReal ? signalwire : undefined)
  const port = readPort('PORT', get('PORT') ?? '3000')
  const nextPort = String(port === 0 ? 0 : port + 1)
  const simulatorPort = readPort('SIMULATOR_PORT', get('SIMULATOR_PORT') ?? nextPort)
  const needsSecrets = isProduction && isReal
  const sessionSecrets = readSecrets('SESSION_SECRET', get, needsSecrets)
  const voiceOtpSecrets = readSecrets('VOICE_OTP_SECRET', get, needsSecrets)
  const sessionSecret = sessionSecrets ?? [generateSecret()]
  const demoPhone = readDemoPhone(get)
  return {
    port,
    simulatorPort,
    simulatorUrl,
    host: hostOf(isProduction, isReal),
    redisUrl: readRedisUrl(get),
    publicUrl,
    signalwire,
    isReal,
    sessionSecret,
    secrets: voiceOtpSecrets ?? [generateSecret()],
    hasGeneratedSecrets: sessionSecrets === undefined || voiceOtpSecrets === undefined,
    instance: instanceOf(sessionSecret),
    demoPhone: demoPhone?.number,
    countries: [parsePhoneNumberFromString(signalwire?.from ?? ''), demoPhone].flatMap(
      phone => phone?.country ?? [],
    ),
  }
}

function refuseDemo(simulatorUrl: string | undefined): never {
  const cause = simulatorUrl === undefined ? 'no SIGNALWIRE_* variable' : 'SIMULATOR_URL'
  throw new ConfigError(
    `NODE_ENV is production and ${cause} is set: set the SIGNALWIRE_* variables of your Space, or remove NODE_ENV for the demo. The demo has a published password. For the demo in a container, set DEMO=true.`,
  )
}

/**
 * In production, a proxy or a container is in front of the app. Without it the app listens on this
 * machine only, because the demo's password is published.
 */
function hostOf(isProduction: boolean, isReal: boolean): string | undefined {
  if (!isProduction) return '127.0.0.1'
  return isReal ? undefined : '0.0.0.0'
}

function readFlag(name: string, get: Get): boolean {
  const text = get(name)?.toLowerCase()
  if (text === undefined || text === 'false') return false
  if (text === 'true') return true
  throw new ConfigError(`${name}: set true, or leave it empty.`)
}

const howToMakeSecrets = 'Make one with: node -p "crypto.randomBytes(32).toString(\'base64url\')"'
const generateSecret = (): string => randomBytes(32).toString('base64url')

const instanceOf = ([secret = '']: readonly string[]): string =>
  createHmac('sha256', secret).update('instance of the example').digest('base64url').slice(0, 16)

const signalWireNames = {
  project: 'SIGNALWIRE_PROJECT',
  token: 'SIGNALWIRE_TOKEN',
  space: 'SIGNALWIRE_SPACE',
  from: 'SIGNALWIRE_NUMBER',
  signingKey: 'SIGNALWIRE_SIGNING_KEY',
} as const

function readSignalWire(get: Get, simulatorUrl: string | undefined): SignalWireOptions | undefined {
  const value = (name: keyof typeof signalWireNames): string =>
    get(signalWireNames[name]) ?? (name === 'space' ? simulatorUrl : undefined) ?? ''
  const space = {
    project: value('project'),
    token: value('token'),
    space: value('space'),
    from: value('from'),
    signingKey: value('signingKey'),
  }
  const missing = Object.entries(space)
    .filter(([, text]) => text === '')
    .map(([name]) => signalWireNames[name as keyof typeof signalWireNames])
  if (missing.length === Object.keys(space).length) return undefined
  if (missing.length > 0) {
    const fix =
      simulatorUrl === undefined
        ? 'set all five SIGNALWIRE_* variables to use a Space, or leave all of them empty for the demo.'
        : 'to use the simulator at SIMULATOR_URL, set the values that it printed when it started.'
    throw new ConfigError(
      `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: ${fix}`,
    )
  }
  // Otherwise the app would place real calls for people who know the demo's published password.
  if (simulatorUrl !== undefined && space.space.replace(/\/$/, '') !== simulatorUrl)
    throw new ConfigError(
      'SIGNALWIRE_SPACE and SIMULATOR_URL name two different Spaces: remove one of them.',
    )
  return space
}

/**
 * Replaces the name of an option in an error message of the strategy with the variable that sets
 * this option.
 */
export function withVariableName(message: string): string {
  const [option = ''] = message.split(':', 1)
  const names: Readonly<Record<string, string>> = {
    ...signalWireNames,
    secret: 'VOICE_OTP_SECRET',
    limiterSecret: 'VOICE_OTP_SECRET',
    webhookUrl: 'PUBLIC_URL',
  }
  return `${names[option.replace('signalwire.', '')] ?? option}${message.slice(option.length)}`
}

function readPublicUrl(get: Get, realSpace: SignalWireOptions | undefined): string | undefined {
  const publicUrl = get('PUBLIC_URL')
  if (publicUrl !== undefined) return readOrigin('PUBLIC_URL', publicUrl)
  if (realSpace === undefined) return undefined
  // Many machines set their own name as HOSTNAME. Only a name with a dot can be a public address.
  const hostname = get('HOSTNAME')
  if (hostname?.includes('.'))
    return readOrigin('HOSTNAME', `https://${hostname.replace(/^https:\/\//, '')}`)
  if (realSpace.space.startsWith('http://')) return undefined
  throw new ConfigError(
    'PUBLIC_URL is missing: SignalWire must reach this app from the internet, so set the https address of your proxy or tunnel, for example PUBLIC_URL=https://acme.example',
  )
}

function readPort(name: string, text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new ConfigError(
      `${name} is not a port: set a whole number from 0 (any free port) to 65535.`,
    )
  return port
}

/** The newest secret is first. */
function readSecrets(name: string, get: Get, isRequired: boolean): string[] | undefined {
  const text = get(name)
  if (text === undefined && isRequired)
    throw new ConfigError(
      `${name} is missing: in production it must survive a restart. ${howToMakeSecrets}`,
    )
  const secrets = text
    ?.split(',')
    .map(each => each.trim())
    .filter(Boolean)
  if (secrets?.some(each => Buffer.byteLength(each) < 32))
    throw new ConfigError(`${name} is too short: it needs 32 bytes or more. ${howToMakeSecrets}`)
  return secrets
}

function readDemoPhone(get: Get) {
  const text = get('DEMO_PHONE')
  if (text === undefined) return undefined
  const phone = parsePhoneNumberFromString(text)
  if (phone?.isValid()) return phone
  throw new ConfigError(
    'DEMO_PHONE is not a phone number: write it with + and the country code, for example +12025550123',
  )
}

function readRedisUrl(get: Get): string | undefined {
  const url = get('REDIS_URL')
  if (url === undefined || /^rediss?:\/\/./.test(url)) return url
  throw new ConfigError(
    'REDIS_URL is not the address of a Redis: write it like redis://127.0.0.1:6379',
  )
}

function readOrigin(
  name: string,
  text: string | undefined,
  loopbackOnly = false,
): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLoopback =
    url?.protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  const isAllowed = isLoopback || (url?.protocol === 'https:' && !loopbackOnly)
  if (url !== undefined && isAllowed && url.href === `${url.origin}/`) return url.origin
  throw new ConfigError(
    loopbackOnly
      ? `${name}: set the loopback address of a running simulator without a path, for example http://127.0.0.1:3001`
      : `${name}: set the address without a path, for example https://acme.example (http only for loopback addresses).`,
  )
}
