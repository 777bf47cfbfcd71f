import { VoiceOtpError } from 'passport-voice-otp'
import { demoPassword, demoPeople } from '../stores/users.js'
import { missingDemoPhone } from './check.js'
import { ConfigError, withVariableNames } from './config.js'
import type { RunningExample } from './start.js'

/** Prints the addresses and how to log in. */
export function printIntroduction({ config, publicUrl, simulatorUrl, passwords }: RunningExample) {
  const names = demoPeople.map(({ username }) => username).join(', ')
  const lines = [
    `The app:    ${publicUrl}`,
    simulatorUrl && `The phones: ${simulatorUrl}`,
    '',
    ...(passwords
      ? howToLogIn(passwords)
      : [`Log in as ${names}. The password of each user is: ${demoPassword}`]),
    passwords && config.demoPhone === undefined && missingDemoPhone,
    passwords && '\nTo check the settings: npm run example -- --check',
    config.hasGeneratedSecrets &&
      '\nSESSION_SECRET or VOICE_OTP_SECRET is not set, so this start generated a new one. A restart and other processes do not know it.',
  ]
  console.log(lines.filter(line => typeof line === 'string').join('\n'))
}

function howToLogIn(passwords: ReadonlyMap<string, string>): string[] {
  return [
    'Log in as alice. The other users have no phone number and cannot log in.',
    'The passwords are printed only now:',
    ...Array.from(passwords, ([username, password]) => `  ${username.padEnd(8)} ${password}`),
  ]
}

/**
 * Says why the example could not start, in one sentence if the reason is known. Ends the process.
 */
export function exitWithReason(error: unknown): never {
  const { code = '', port, message } = error as NodeJS.ErrnoException & { port?: number }
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use. Stop the program that listens there, or set PORT (and SIMULATOR_PORT) to a free port.`,
    EACCES: `This user may not listen on port ${port}. Set PORT to a number above 1023.`,
  }
  const isOurs =
    error instanceof ConfigError || error instanceof VoiceOtpError || error instanceof TypeError
  console.error(reasons[code] ?? (isOurs ? withVariableNames(message) : error))
  process.exit(1)
}
