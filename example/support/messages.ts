import { VoiceOtpError } from 'passport-voice-otp'
import { demoPassword, demoPeople } from '../stores/users.js'
import { missingDemoPhone } from './check.js'
import { ConfigError, withVariableName } from './config.js'
import type { RunningExample } from './start.js'

/** Prints the addresses and how to log in. */
export function printIntroduction({ config, publicUrl, simulatorUrl, passwords }: RunningExample) {
  const lines = [
    `The app:    ${publicUrl}`,
    simulatorUrl && `The phones: ${simulatorUrl}`,
    '',
    ...(passwords ? howToLogIn(passwords) : [howToTry]),
    passwords && config.demoPhone === undefined && missingDemoPhone,
    passwords && '\nTo check the settings: npm run example -- --check',
    config.hasGeneratedSecrets && `\n${generatedSecrets(config.redisUrl !== undefined)}`,
  ]
  console.log(lines.filter(line => typeof line === 'string').join('\n'))
}

const names = demoPeople.map(({ username }) => username).join(', ')
const howToTry = `Log in as ${names}. The password of each user is: ${demoPassword}`

const howToLogIn = (passwords: ReadonlyMap<string, string>): string[] => [
  'Log in as alice. The other users have no phone number and cannot log in.',
  'The passwords are printed only now:',
  ...Array.from(passwords, ([username, password]) => `  ${username.padEnd(8)} ${password}`),
]

const generatedSecrets = (isShared: boolean): string =>
  `SESSION_SECRET or VOICE_OTP_SECRET is not set, so this start generated a new one${isShared ? ' that other processes on this Redis do not know' : ''}.`

/** Says in one sentence why the example could not start. */
export function explainError(error: unknown): string {
  const { code, port } = error as { code?: string; port?: number }
  if (code === 'EADDRINUSE')
    return `Port ${String(port)} is in use. Stop the program that listens there, or set PORT (and SIMULATOR_PORT) to a free port.`
  if (code === 'EACCES')
    return `This user may not listen on port ${String(port)}. Set PORT to a number above 1023.`
  if (error instanceof ConfigError || error instanceof VoiceOtpError) return error.message
  if (error instanceof TypeError) return withVariableName(error.message)
  return `The example could not start: ${error instanceof Error ? error.message : 'the reason is unknown'}`
}
