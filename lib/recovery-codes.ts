import { randomInt } from 'node:crypto'
import { runCallback } from './callbacks.js'
import { readCodeText } from './code-input.js'
import type { Context } from './context.js'
import { Failure, VoiceOtpError } from './errors.js'
import type { RecoveryOptions } from './options/recovery.js'
import type { Request } from './request.js'
import { loginStateOf } from './session/login-state.js'
import { freshSeconds } from './session/verification.js'

/**
 * The alphabet leaves out letters that people confuse with a digit or with another letter.
 * Source: Douglas Crockford, "Base 32".
 */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** Ten characters of 5 bits each: 50 bits. */
const codeLength = 10
const isTypedCode = /^[0-9A-Za-z]{10}$/
const codesPerSet = 10

/**
 * Creates ten recovery codes for the user of this request, gives their hashes to `recovery.save`,
 * and returns the codes, which the app shows once. Throws a `Failure` (`second-factor-required`) if
 * the last verification is older than five minutes.
 * @internal
 */
export async function createRecoveryCodes<User>(
  context: Context<User>,
  req: Request,
): Promise<readonly string[]> {
  const loginState = loginStateOf(context, req)
  const { user, verificationAge } = loginState
  if (!user || verificationAge > freshSeconds) throw new Failure('second-factor-required')
  const codes = Array.from({ length: codesPerSet }, createCode)
  const recovery = recoveryOptions(context)
  const hashes = codes.map(code => context.keys.hash('recovery', loginState.userId, code))
  await runCallback('recovery.save', () => recovery.save(user, hashes))
  return codes.map(code => `${code.slice(0, 5)}-${code.slice(5)}`)
}

const createCode = (): string =>
  Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join('')

/**
 * Removes one code from the user's set with `recovery.use`. Returns how many codes are left, or
 * `undefined` if the code is not one of this user's.
 * @internal
 */
export async function useRecoveryCode<User>(
  context: Context<User>,
  userId: string,
  user: User,
  code: string,
): Promise<number | undefined> {
  const recovery = recoveryOptions(context)
  // The codes may have been created under an older secret, which gave them another hash.
  const hashes = context.keys.everyHash('recovery', userId, code)
  const left: unknown = await runCallback('recovery.use', () => recovery.use(user, hashes))
  if (left === undefined || (Number.isInteger(left) && (left as number) >= 0))
    return left as number | undefined
  throw new VoiceOtpError(
    'callback-failed',
    'recovery.use must return how many codes are left, or undefined.',
  )
}

/**
 * The recovery code that the user typed, in the form that was hashed: upper case, `O` as `0`, `I`
 * and `L` as `1`. Returns `undefined` for everything else. See {@link readCodeText}.
 * @internal
 */
export function readRecoveryCode(body: unknown): string | undefined {
  const text = readCodeText(body)
  // Only ASCII: the upper case of other letters can be another letter, or two.
  if (text === undefined || !isTypedCode.test(text)) return undefined
  const code = text.toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1')
  return Array.from(code).every(character => alphabet.includes(character)) ? code : undefined
}

/** The option `recovery`; an error that names it if the app did not set it. */
function recoveryOptions<User>({ settings: { recovery } }: Context<User>): RecoveryOptions<User> {
  if (recovery === undefined)
    throw new VoiceOtpError(
      'configuration',
      'Recovery codes need the option recovery: { save, use }.',
    )
  return recovery
}
