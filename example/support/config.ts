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

function must(isRight: boolean, message: string): asserts isRight {
  if (!isRight) throw new ConfigError(message)
}

/**
 * Loads `example/.env` into the environment if the file exists. Variables that are already set win.
 */
export function loadEnvironment(): void {
  const file = fileURLToPath(new URL('../.env', import.meta.url))
  if (existsSync(file)) process.loadEnvFile(file)
}

/** Reads one variable: trimmed, and `undefined` if it is empty. */
type Get = (name: string) => string | undefined

/** What is allowed in a variable. The sentence begins with its name. */
interface Rule {
  isRight(text: string): boolean
  readonly fix: string
}

const howToMakeSecrets = 'Make one with: node -p "crypto.randomBytes(32).toString(\'base64url\')"'

const isOrigin = (text: string, allowed: RegExp): boolean =>
  URL.canParse(text) &&
  new URL(text).href === `${new URL(text).origin}/` &&
  allowed.test(new URL(text).origin)
const loopback = /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/

const port: Rule = {
  isRight: text => /^\d+$/.test(text) && Number(text) <= 65_535,
  fix: ' is not a port: set a whole number from 0 (any free port) to 65535.',
}
const origin: Rule = {
  isRight: text => isOrigin(text, /^https:/) || isOrigin(text, loopback),
  fix: ': set the address without a path, for example https://acme.example (http only for loopback addresses).',
}
const secret: Rule = {
  isRight: text => listOf(text).every(each => Buffer.byteLength(each) >= 32),
  fix: ` is too short: it needs 32 bytes or more. ${howToMakeSecrets}`,
}
const rules: Readonly<Record<string, Rule>> = {
  PORT: port,
  SIMULATOR_PORT: port,
  SIMULATOR_URL: {
    isRight: text => isOrigin(text, loopback),
    fix: ': set the loopback address of a running simulator without a path, for example http://127.0.0.1:3001',
  },
  PUBLIC_URL: origin,
  SESSION_SECRET: secret,
  VOICE_OTP_SECRET: secret,
  DEMO: {
    isRight: text => /^(true|false)$/i.test(text),
    fix: ': set true, or leave it empty.',
  },
  DEMO_PHONE: {
    isRight: text => parsePhoneNumberFromString(text)?.isValid() === true,
    fix: ' is not a phone number: write it with + and the country code, for example +12025550123',
  },
  REDIS_URL: {
    isRight: text => /^rediss?:\/\/./.test(text),
    fix: ' is not the address of a Redis: write it like redis://127.0.0.1:6379',
  },
}

function checkVariable(name: string, text: string | undefined, rule = rules[name]): void {
  must(text === undefined || rule?.isRight(text) === true, `${name}${rule?.fix}`)
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map(each => each.trim())
    .filter(Boolean)
const toOrigin = (text: string | undefined) => text && new URL(text).origin

/** Reads every variable. Throws a {@link ConfigError} for the first mistake. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const get: Get = name => environment[name]?.trim() || undefined
  for (const name of Object.keys(rules)) checkVariable(name, get(name))
  const port = Number(get('PORT') ?? 3000)
  const simulatorPort = get('SIMULATOR_PORT') ?? String(port === 0 ? 0 : port + 1)
  checkVariable('SIMULATOR_PORT', simulatorPort)

  const simulatorUrl = toOrigin(get('SIMULATOR_URL'))
  const signalwire = readSignalWire(get, simulatorUrl)
  const isReal = signalwire !== undefined && simulatorUrl === undefined
  const isProduction = get('NODE_ENV') === 'production'
  const isDemoAllowed = get('DEMO')?.toLowerCase() === 'true' || !isProduction
  const cause = simulatorUrl === undefined ? 'no SIGNALWIRE_* variable' : 'SIMULATOR_URL'
  must(
    isReal || isDemoAllowed,
    `NODE_ENV is production and ${cause} is set: set the SIGNALWIRE_* variables of your Space, or remove NODE_ENV for the demo. The demo has a published password. For the demo in a container, set DEMO=true.`,
  )

  const readSecrets = (name: string): string[] => {
    const text = get(name)
    must(
      text !== undefined || !(isProduction && isReal),
      `${name} is missing: in production it must survive a restart. ${howToMakeSecrets}`,
    )
    return text === undefined ? [randomBytes(32).toString('base64url')] : listOf(text)
  }
  const sessionSecret = readSecrets('SESSION_SECRET')
  const phones = [signalwire?.from, get('DEMO_PHONE')].map(text =>
    parsePhoneNumberFromString(text ?? ''),
  )
  return {
    port,
    simulatorPort: Number(simulatorPort),
    simulatorUrl,
    host: hostOf(isProduction, isReal),
    redisUrl: get('REDIS_URL'),
    publicUrl: readPublicUrl(get, isReal ? signalwire : undefined),
    signalwire,
    isReal,
    sessionSecret,
    secrets: readSecrets('VOICE_OTP_SECRET'),
    hasGeneratedSecrets: ['SESSION_SECRET', 'VOICE_OTP_SECRET'].some(name => !get(name)),
    instance: instanceOf(sessionSecret),
    demoPhone: phones[1]?.number,
    countries: phones.flatMap(phone => phone?.country ?? []),
  }
}

/**
 * In production, a proxy or a container is in front of the app. Without it the app listens on this
 * machine only, because the demo's password is published.
 */
function hostOf(isProduction: boolean, isReal: boolean): string | undefined {
  if (!isProduction) return '127.0.0.1'
  return isReal ? undefined : '0.0.0.0'
}

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
  const read = (name: keyof typeof signalWireNames): string => get(signalWireNames[name]) ?? ''
  const space: SignalWireOptions = {
    project: read('project'),
    token: read('token'),
    space: read('space') || (simulatorUrl ?? ''),
    from: read('from'),
    signingKey: read('signingKey'),
  }
  const missing = Object.entries(signalWireNames)
    .filter(([name]) => space[name as keyof typeof signalWireNames] === '')
    .map(([, variable]) => variable)
  if (missing.length === Object.keys(signalWireNames).length) return undefined
  const fix =
    simulatorUrl === undefined
      ? 'set all five SIGNALWIRE_* variables to use a Space, or leave all of them empty for the demo.'
      : 'to use the simulator at SIMULATOR_URL, set the values that it printed when it started.'
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
  const publicUrl = get('PUBLIC_URL')
  if (publicUrl !== undefined || realSpace === undefined) return toOrigin(publicUrl)
  // Many machines set their own name as HOSTNAME. Only a name with a dot can be a public address.
  const hostname = get('HOSTNAME')
  const address = hostname?.includes('.') && `https://${hostname.replace(/^https:\/\//, '')}`
  if (address) {
    checkVariable('HOSTNAME', address, origin)
    return toOrigin(address)
  }
  must(
    realSpace.space.startsWith('http://'),
    'PUBLIC_URL is missing: SignalWire must reach this app from the internet, so set the https address of your proxy or tunnel, for example PUBLIC_URL=https://acme.example',
  )
  return undefined
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
