import { VoiceOtpError } from 'passport-voice-otp'
import { demoPassword, demoPeople } from '../stores/users.js'
import { missingDemoPhone } from './check.js'
import { ConfigError, withVariableName } from './config.js'
import type { RunningExample } from './start.js'

/** Prints the addresses and how to log in. */
export function printIntroduction({
  config,
  publicUrl,
  simulatorUrl,
  passwords,
}: RunningExample): void {
  const lines = [`The app:    ${publicUrl}`]
  if (simulatorUrl !== undefined) lines.push(`The phones: ${simulatorUrl}`)
  lines.push('')
  if (passwords === undefined) {
    const names = demoPeople.map(({ username }) => username).join(', ')
    lines.push(`Log in as ${names}. The password of each user is: ${demoPassword}`)
  } else {
    lines.push('Log in as alice. The other users have no phone number and cannot log in.')
    lines.push('The passwords are printed only now:')
    for (const [username, password] of passwords) lines.push(`  ${username.padEnd(8)} ${password}`)
    if (config.demoPhone === undefined) lines.push(missingDemoPhone)
    lines.push('', 'To check the settings: npm run example -- --check')
  }
  if (config.hasGeneratedSecrets) lines.push('', generatedSecrets(config.redisUrl !== undefined))
  console.log(lines.join('\n'))
}

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
