import { createHmac, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { SignalWireOptions } from 'passport-voice-otp'

export type Config = ReturnType<typeof readConfig>

/** A mistake in the environment: its message names the variable and the mend. */
export class ConfigError extends Error {}

/** Puts `example/.env` into the environment if it is there; what is set already wins. */
export function loadEnvironment(): void {
  const file = fileURLToPath(new URL('.env', import.meta.url))
  if (existsSync(file)) process.loadEnvFile(file)
}

/** Reads every variable. Throws a {@link ConfigError} for the first that is wrong. */
export function readConfig(environment: NodeJS.ProcessEnv) {
  const get = (name: string): string | undefined => environment[name]?.trim() || undefined
  const isProduction = get('NODE_ENV') === 'production'
  const simulatorUrl = readOrigin('SIMULATOR_URL', get('SIMULATOR_URL'), true)
  const signalwire = readSignalWire(get, simulatorUrl)
  const isReal = signalwire !== undefined && simulatorUrl === undefined
  if (isProduction && !isReal) {
    throw new ConfigError(
      `NODE_ENV is production and ${simulatorUrl === undefined ? 'no SIGNALWIRE_* variable' : 'SIMULATOR_URL'} is set: use a Space of yours, or leave NODE_ENV out for the demo. The demo has a published password.`,
    )
  }

  // Many machines have a HOSTNAME of their own; only with a Space can it be meant for SignalWire.
  const hostname =
    isReal && get('HOSTNAME')?.includes('.')
      ? `https://${get('HOSTNAME')?.replace(/^https:\/\//, '') ?? ''}`
      : undefined
  const publicUrl =
    get('PUBLIC_URL') === undefined
      ? readOrigin('HOSTNAME', hostname)
      : readOrigin('PUBLIC_URL', get('PUBLIC_URL'))
  if (isReal && publicUrl === undefined && !signalwire.space.startsWith('http://')) {
    throw new ConfigError(
      'PUBLIC_URL is missing: SignalWire must reach this app from outside, so give the https address of your proxy or tunnel, for example PUBLIC_URL=https://acme.example',
    )
  }

  const port = readPort('PORT', get('PORT') ?? '3000')
  const simulatorPort = readPort(
    'SIMULATOR_PORT',
    get('SIMULATOR_PORT') ?? String(port && port + 1),
  )
  const [sessionSecrets, voiceOtpSecrets] = ['SESSION_SECRET', 'VOICE_OTP_SECRET'].map(name =>
    readSecrets(name, get(name), isProduction),
  )
  const sessionSecret = sessionSecrets ?? [randomSecret()]
  const demoPhone = parsePhoneNumberFromString(get('DEMO_PHONE') ?? '')
  if (get('DEMO_PHONE') !== undefined && !demoPhone?.isValid())
    throw new ConfigError(
      'DEMO_PHONE is not a telephone number: write it with + and country code, for example +12025550123',
    )
  const redisUrl = get('REDIS_URL')
  if (redisUrl !== undefined && !/^rediss?:\/\/./.test(redisUrl))
    throw new ConfigError(
      'REDIS_URL is not the address of a Redis: write it like redis://127.0.0.1:6379',
    )

  return {
    port,
    simulatorPort,
    simulatorUrl,
    isProduction,
    redisUrl,
    /** Origin for browsers and SignalWire; the loopback address if not set. */
    publicUrl,
    /** The Space; `undefined` = a simulated one. */
    signalwire,
    /** Whether calls cost money: a Space, and no simulator that takes its place. */
    isReal,
    sessionSecret,
    secrets: voiceOtpSecrets ?? [randomSecret()],
    /** Whether secrets were drawn at this start, and die with it. */
    hasOwnSecrets: sessionSecrets === undefined || voiceOtpSecrets === undefined,
    /** Names the processes that share a `SESSION_SECRET`. */
    instance: createHmac('sha256', sessionSecret[0] ?? '')
      .update('instance of the example')
      .digest('base64url')
      .slice(0, 16),
    demoPhone: demoPhone?.number,
    /** Where `demoPhone` and the Space's own number are at home. */
    countries: [parsePhoneNumberFromString(signalwire?.from ?? ''), demoPhone].flatMap(
      phone => phone?.country ?? [],
    ),
  }
}

const howToMakeSecrets = 'Make one with: node -p "crypto.randomBytes(32).toString(\'base64url\')"'
const randomSecret = (): string => randomBytes(32).toString('base64url')

const signalWireNames = {
  project: 'SIGNALWIRE_PROJECT',
  token: 'SIGNALWIRE_TOKEN',
  space: 'SIGNALWIRE_SPACE',
  from: 'SIGNALWIRE_NUMBER',
  signingKey: 'SIGNALWIRE_SIGNING_KEY',
} as const

function readSignalWire(
  get: (name: string) => string | undefined,
  simulatorUrl: string | undefined,
): SignalWireOptions | undefined {
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
    throw new ConfigError(
      `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: ${
        simulatorUrl === undefined
          ? 'set all five SIGNALWIRE_* variables to use a Space, or none of them for the demo.'
          : 'to join the simulator at SIMULATOR_URL, set what it printed when it started.'
      }`,
    )
  }
  // Otherwise real calls would go out for people who have the demo's published password.
  if (simulatorUrl !== undefined && space.space.replace(/\/$/, '') !== simulatorUrl)
    throw new ConfigError(
      'SIGNALWIRE_SPACE and SIMULATOR_URL name two different Spaces: leave one of them out.',
    )
  return space
}

/** Says a mistake that the strategy found in its options with the name of the variable that it came from. */
export function inVariables(message: string): string {
  const [option = ''] = message.split(':', 1)
  const names: Readonly<Record<string, string>> = {
    ...signalWireNames,
    secret: 'VOICE_OTP_SECRET',
    limiterSecret: 'VOICE_OTP_SECRET',
    webhookUrl: 'PUBLIC_URL',
  }
  return `${names[option.replace('signalwire.', '')] ?? option}${message.slice(option.length)}`
}

function readPort(name: string, text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new ConfigError(
      `${name} is not a port: give a whole number from 0 (any free one) to 65535.`,
    )
  return port
}

/** The newest first. */
function readSecrets(
  name: string,
  text: string | undefined,
  isProduction: boolean,
): string[] | undefined {
  if (text === undefined && isProduction)
    throw new ConfigError(
      `${name} is missing: in production it must outlive a restart. ${howToMakeSecrets}`,
    )
  const secrets = text
    ?.split(',')
    .map(each => each.trim())
    .filter(Boolean)
  if (secrets?.some(each => Buffer.byteLength(each) < 32))
    throw new ConfigError(`${name} is too short: it needs 32 bytes or more. ${howToMakeSecrets}`)
  return secrets
}

function readOrigin(
  name: string,
  text: string | undefined,
  loopbackOnly = false,
): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLoopback =
    url !== undefined &&
    url.protocol === 'http:' &&
    /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  const isGood =
    url !== undefined &&
    url.href === `${url.origin}/` &&
    (isLoopback || (url.protocol === 'https:' && !loopbackOnly))
  if (isGood) return url.origin
  throw new ConfigError(
    loopbackOnly
      ? `${name}: give the loopback address of a running simulator without a path, for example http://127.0.0.1:3001`
      : `${name}: give the address without a path, https://acme.example (http for loopback addresses only).`,
  )
}
