import { Refusal, VoiceOtpError, withDeadline } from './errors.js'
import type { PhoneAnswer, PhoneDone, PhoneOf, PhoneOfWithRequest, Request } from './options.js'
import type { Parts } from './parts.js'
import { parsePhone, type Phone } from './phone.js'

/** What the app is asked on the way: whose number, may it be called, store it. A hook that fails or hangs lets nobody in. */

const hookDeadlineMilliseconds = 5000

/** The app's function that knows the numbers, asked in one way whatever its shape. @internal */
export type PhoneLookup<User> = (req: Request, user: User) => Promise<string | null>

/** Makes one question of `phoneOf(user)`, `phoneOf(user, done)` and their forms with a request. @internal */
export function createPhoneLookup<User>(phoneOf: PhoneOf<User> | PhoneOfWithRequest<User>, passRequest: boolean): PhoneLookup<User> {
  if (typeof phoneOf !== 'function') throw new TypeError('VoiceOtpStrategy requires a phoneOf callback as its second argument, for example user => user.phone')
  const nothing = () => new VoiceOtpError('phone-lookup-failed', 'phoneOf answered undefined or nothing at all: load the field, or answer null when there is no number.')

  return async (req, user) => {
    const answer = new Promise<PhoneAnswer>((resolve, reject) => {
      const done: PhoneDone = (error, phone) => { if (error) reject(error); else resolve(phone) }
      const direct = passRequest ? (phoneOf as PhoneOfWithRequest<User>)(req, user, done) : (phoneOf as PhoneOf<User>)(user, done)
      // A function that calls done() answers undefined at first; one that forgot to answer does too, and meets the deadline.
      if (direct !== undefined) resolve(direct)
    })
    let phone
    try {
      phone = await withDeadline(answer, hookDeadlineMilliseconds, nothing)
    } catch (error) {
      throw error instanceof VoiceOtpError ? error : new VoiceOtpError('phone-lookup-failed', undefined, error)
    }
    if (phone !== null && (typeof phone !== 'string' || phone === '')) throw nothing()
    return phone
  }
}

/** The user's number on record in its one form, `null` if there is none. @internal */
export async function phoneOnRecord<User>(lookup: PhoneLookup<User>, req: Request, user: User): Promise<Phone | null> {
  const text = await lookup(req, user)
  if (text === null) return null
  const phone = parsePhone(text)
  if (phone === undefined) throw new Refusal('phone-invalid')
  return phone
}

/** Asks `beforeCall`; anything but a clear yes is a no. @internal */
export async function askBeforeCall<User>({ settings: { beforeCall } }: Parts<User>, user: User, phone: string, req: Request): Promise<void> {
  if (beforeCall === undefined) return
  const answer: unknown = await run('beforeCall', async () => beforeCall({ user, phone, req }))
  if (answer !== true) throw new Refusal('call-vetoed')
}

/** Hands a proved number to the app. @internal */
export async function storeNewPhone<User>({ settings: { onEnrol } }: Parts<User>, user: User, phone: string, req: Request): Promise<void> {
  if (onEnrol === undefined) throw new VoiceOtpError('configuration', 'Enrolling a number needs the option onEnrol(user, phone, req), which stores it.')
  await run('onEnrol', async () => onEnrol(user, phone, req))
}

async function run<T>(name: string, hook: () => Promise<T>): Promise<T> {
  try {
    return await withDeadline(hook(), hookDeadlineMilliseconds, () => new VoiceOtpError('hook-failed', `${name} took too long.`))
  } catch (error) {
    throw error instanceof VoiceOtpError ? error : new VoiceOtpError('hook-failed', `It was ${name}.`, error)
  }
}
