import { isSpeakable } from './call/check-prompts.js'
import { negotiate } from './call/languages.js'
import type { Prompts } from './options/prompts.js'
import { type ErrorCode, Failure, VoiceOtpError, withDeadline } from './errors.js'
import type { GetPhone, PhoneEntry } from './options/phone.js'
import type { Request } from './request.js'
import type { BeforeCall } from './options/options.js'
import type { Context } from './context.js'
import { type Destination, parseDestination, telephoneAsWritten } from './phone.js'

/** What the app is asked on the way: whose number, may it be called, store it. A hook that fails or hangs lets nobody in. */

const callbackDeadlineMilliseconds = 5000

/** Looks up the phones of a user with the app's `getPhone`; `null` if none is on record. @internal */
export type PhoneLookup<User> = (req: Request, user: User) => Promise<readonly PhoneEntry[] | null>

/** Wraps `getPhone` with a deadline and checks what it returns. @internal */
export function createPhoneLookup<User>(getPhone: GetPhone<User>): PhoneLookup<User> {
  if (typeof getPhone !== 'function') {
    throw new TypeError(
      'VoiceOtpStrategy requires a getPhone function as its second argument, for example user => user.phone',
    )
  }
  return async (req, user) => {
    const phone: unknown = await run(
      'getPhone',
      async () => getPhone(user, req),
      'phone-lookup-failed',
    )
    if (phone === null) return null
    const { phones } = Object(phone) as { phones?: unknown }
    const entries = typeof phone === 'string' && phone !== '' ? [{ number: phone }] : phones
    if (
      !Array.isArray(entries) ||
      entries.length === 0 ||
      !entries.every(each => typeof each === 'object' && each !== null)
    ) {
      throw new VoiceOtpError(
        'phone-lookup-failed',
        'getPhone must return a number, { phones: [...] }, or null if the user has no number.',
      )
    }
    return entries as readonly PhoneEntry[]
  }
}

/** The user's telephones on record that are ones, in their one form; `null` if none is on record. @internal */
export async function phonesOnRecord<User>(
  lookup: PhoneLookup<User>,
  req: Request,
  user: User,
): Promise<readonly Destination[] | null> {
  const entries = await lookup(req, user)
  return entries === null ? null : parsed(entries)
}

/** Whether a telephone on record `matches`. Most are written as they were called, and need no parsing, which costs more than all the rest of a guess. @internal */
export async function isOnRecord<User>(
  lookup: PhoneLookup<User>,
  req: Request,
  user: User,
  matches: (telephone: string) => boolean,
): Promise<boolean> {
  const entries = await lookup(req, user)
  if (entries === null) return false
  const written = entries.map(telephoneAsWritten)
  return (
    written.some(each => each !== undefined && matches(each)) ||
    parsed(entries).some(({ telephone }) => matches(telephone))
  )
}

function parsed(entries: readonly PhoneEntry[]): readonly Destination[] {
  const destinations = entries.map(parseDestination).filter(each => each !== undefined)
  if (destinations.length === 0) throw new Failure('phone-invalid')
  return destinations
}

type BeforeCallHook<User> = NonNullable<Context<User>['settings']['beforeCall']>

/** Asks `beforeCall`; anything but a clear yes is a no. @internal */
export async function askBeforeCall<User>(
  beforeCall: BeforeCallHook<User>,
  call: BeforeCall<User>,
): Promise<void> {
  const answer: unknown = await run('beforeCall', async () => beforeCall(call))
  if (answer !== true) throw new Failure('call-vetoed')
}

/** Hands a proved number to the app. @internal */
export async function storeNewPhone<User>(
  { settings: { onEnroll } }: Context<User>,
  user: User,
  phone: string,
  req: Request,
): Promise<void> {
  if (onEnroll === undefined)
    throw new VoiceOtpError(
      'configuration',
      'Enrolling a number needs the option onEnroll(user, phone, req), which stores it.',
    )
  await run('onEnroll', async () => onEnroll(user, phone, req))
}

/** The languages of this user, the first of which the call speaks. A mistake here costs the language, never the call. @internal */
export async function askLanguages<User>(
  { settings: { locale, prompts, defaultPrompts }, emit }: Context<User>,
  userId: string,
  user: User,
  req: Request,
): Promise<readonly Prompts[]> {
  try {
    const answer =
      typeof locale === 'function' ? await run('locale', async () => locale(user, req)) : locale
    const wanted = [answer ?? defaultPrompts.language]
      .flat()
      .filter(tag => typeof tag === 'string')
      .slice(0, 5)
    const found = wanted.map(tag => negotiate([tag], prompts))
    if (found.some(each => each === undefined) || found.length === 0)
      emit('prompt.fallback', { userId, what: 'locale', reason: 'unknown' })
    const known = [...new Set(found.filter(each => each !== undefined))]
    return known.length === 0 ? [defaultPrompts] : known
  } catch {
    emit('prompt.fallback', { userId, what: 'locale', reason: 'failed' })
    return [defaultPrompts]
  }
}

/** The app's own words on which login this is, or nothing. @internal */
export async function askAnnouncement<User>(
  { settings: { announce }, emit }: Context<User>,
  userId: string,
  user: User,
  req: Request,
): Promise<string | undefined> {
  if (announce === undefined) return undefined
  try {
    const text: unknown = await run('announce', async () => announce(user, req))
    if (
      text === undefined ||
      (typeof text === 'string' && isSpeakable(text, 200) && !/[<>]/.test(text))
    )
      return text
    emit('prompt.fallback', { userId, what: 'announce', reason: 'malformed' })
  } catch {
    emit('prompt.fallback', { userId, what: 'announce', reason: 'failed' })
  }
  return undefined
}

async function run<T>(
  name: string,
  callback: () => Promise<T>,
  code: ErrorCode = 'callback-failed',
): Promise<T> {
  try {
    return await withDeadline(
      callback(),
      callbackDeadlineMilliseconds,
      () => new VoiceOtpError(code, `${name} took longer than 5 seconds.`),
    )
  } catch (error) {
    throw error instanceof VoiceOtpError
      ? error
      : new VoiceOtpError(code, `${name} threw an error.`, error)
  }
}
