import type { RecoveryOptions } from './options/recovery.js'
import { randomInt } from 'node:crypto'
import { runCallback } from './callbacks.js'
import { VoiceOtpError } from './errors.js'
import type { Context } from './context.js'

/** Crockford's base 32: no letter that is easily taken for a digit or another letter. Source: Douglas Crockford, "Base 32". */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeLength = 10
const codesOfASet = 10

/** Draws ten codes of 50 bits each, hands their hashes to the app, and answers the codes, to be shown once. @internal */
export async function makeRecoveryCodes<User>(
  context: Context<User>,
  userId: string,
  user: User,
): Promise<readonly string[]> {
  const codes = Array.from({ length: codesOfASet }, () =>
    Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join(''),
  )
  const { save } = recoveryOf(context)
  await runCallback('recovery.save', () =>
    save(
      user,
      codes.map(code => context.keys.hash('recovery', userId, code)),
    ),
  )
  return codes.map(code => `${code.slice(0, 5)}-${code.slice(5)}`)
}

/** Uses up one code; answers how many are left, or `undefined` if it is none of the user's. @internal */
export async function useRecoveryCode<User>(
  context: Context<User>,
  userId: string,
  user: User,
  code: string,
): Promise<number | undefined> {
  const { use } = recoveryOf(context)
  const left: unknown = await runCallback('recovery.use', () =>
    use(user, context.keys.everyHash('recovery', userId, code)),
  )
  if (left === undefined || (Number.isInteger(left) && (left as number) >= 0))
    return left as number | undefined
  throw new VoiceOtpError(
    'callback-failed',
    'recovery.use must answer how many codes are left, or undefined.',
  )
}

/** `code` of the body's own properties as a recovery code, however it was typed; `undefined` for anything else. @internal */
export function readRecoveryCode(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'code')) return undefined
  const { code } = body as { code: unknown }
  if (typeof code !== 'string' || code.length > 40) return undefined
  const letters = code.replace(/[ -]/g, '').toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1')
  return letters.length === codeLength &&
    Array.from(letters).every(letter => alphabet.includes(letter))
    ? letters
    : undefined
}

function recoveryOf<User>({ settings: { recovery } }: Context<User>): RecoveryOptions<User> {
  if (recovery === undefined)
    throw new VoiceOtpError(
      'configuration',
      'Recovery codes need the option recovery: { save, use }.',
    )
  return recovery
}
