import { isSpeakable } from './call/check-prompts.js'
import { negotiate } from './call/languages.js'
import type { Prompts } from './options/prompts.js'
import { Refusal, unwatched, VoiceOtpError, withDeadline } from './errors.js'
import type {
  BeforeCall,
  PhoneAnswer,
  PhoneDone,
  PhoneOf,
  PhoneOfWithRequest,
  Request,
} from './options/options.js'
import type { Parts } from './context.js'
import { type Destination, parseDestination, type PhoneEntry, telephoneAsWritten } from './phone.js'

/** What the app is asked on the way: whose number, may it be called, store it. A hook that fails or hangs lets nobody in. */

const hookDeadlineMilliseconds = 5000

/** The app's function that knows the numbers, asked in one way whatever its shape; `null` when there is none on record. @internal */
export type PhoneLookup<User> = (req: Request, user: User) => Promise<readonly PhoneEntry[] | null>

/** Makes one question of `phoneOf(user)`, `phoneOf(user, done)` and their forms with a request. @internal */
export function createPhoneLookup<User>(
  phoneOf: PhoneOf<User> | PhoneOfWithRequest<User>,
  passRequest: boolean,
): PhoneLookup<User> {
  if (typeof phoneOf !== 'function')
    throw new TypeError(
      'VoiceOtpStrategy requires a phoneOf callback as its second argument, for example user => user.phone',
    )
  const nothing = () =>
    new VoiceOtpError(
      'phone-lookup-failed',
      'phoneOf answered undefined or nothing at all: load the field, or answer null when there is no number.',
    )

  return async (req, user) => {
    let direct: unknown
    let isDone = false
    const answer = new Promise<PhoneAnswer>((resolve, reject) => {
      const done: PhoneDone = (error, phone) => {
        isDone = true
        if (error) reject(error)
        else resolve(phone)
      }
      direct = passRequest
        ? (phoneOf as PhoneOfWithRequest<User>)(req, user, done)
        : (phoneOf as PhoneOf<User>)(user, done)
      // A function that calls done() answers undefined at first; one that forgot to answer does too, and meets the deadline.
      // Not resolve(direct): an async function that calls done() answers undefined in the end, and its promise would be the answer.
      if (direct !== undefined)
        Promise.resolve(direct).then(value => {
          resolve(value as PhoneAnswer)
        }, reject)
    })
    unwatched(answer)
    let phone
    try {
      // A number that is at hand, as with most, needs no deadline.
      phone =
        !isDone && (typeof direct === 'string' || direct === null)
          ? direct
          : await withDeadline(answer, hookDeadlineMilliseconds, nothing)
    } catch (error) {
      throw error instanceof VoiceOtpError
        ? error
        : new VoiceOtpError('phone-lookup-failed', undefined, error)
    }
    if (phone === null) return null
    const entries: unknown =
      typeof phone === 'string' && phone !== ''
        ? [{ number: phone }]
        : (phone as { numbers?: unknown } | undefined)?.numbers
    if (
      !Array.isArray(entries) ||
      entries.length === 0 ||
      !entries.every(each => typeof each === 'object' && each !== null)
    )
      throw nothing()
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
  if (destinations.length === 0) throw new Refusal('phone-invalid')
  return destinations
}

type BeforeCallHook<User> = NonNullable<Parts<User>['settings']['beforeCall']>

/** Asks `beforeCall`; anything but a clear yes is a no. @internal */
export async function askBeforeCall<User>(
  beforeCall: BeforeCallHook<User>,
  call: BeforeCall<User>,
): Promise<void> {
  const answer: unknown = await run('beforeCall', async () => beforeCall(call))
  if (answer !== true) throw new Refusal('call-vetoed')
}

/** Hands a proved number to the app. @internal */
export async function storeNewPhone<User>(
  { settings: { onEnrol } }: Parts<User>,
  user: User,
  phone: string,
  req: Request,
): Promise<void> {
  if (onEnrol === undefined)
    throw new VoiceOtpError(
      'configuration',
      'Enrolling a number needs the option onEnrol(user, phone, req), which stores it.',
    )
  await run('onEnrol', async () => onEnrol(user, phone, req))
}

/** The languages of this user, the first of which the call speaks. A mistake here costs the language, never the call. @internal */
export async function askLanguages<User>(
  { settings: { locale, prompts, defaultPrompts }, emit }: Parts<User>,
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
      emit('prompt.defaulted', { userId, what: 'locale', reason: 'unknown' })
    const known = [...new Set(found.filter(each => each !== undefined))]
    return known.length === 0 ? [defaultPrompts] : known
  } catch {
    emit('prompt.defaulted', { userId, what: 'locale', reason: 'failed' })
    return [defaultPrompts]
  }
}

/** The app's own words on which login this is, or nothing. @internal */
export async function askAnnouncement<User>(
  { settings: { announce }, emit }: Parts<User>,
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
    emit('prompt.defaulted', { userId, what: 'announce', reason: 'malformed' })
  } catch {
    emit('prompt.defaulted', { userId, what: 'announce', reason: 'failed' })
  }
  return undefined
}

async function run<T>(name: string, hook: () => Promise<T>): Promise<T> {
  try {
    return await withDeadline(
      hook(),
      hookDeadlineMilliseconds,
      () => new VoiceOtpError('hook-failed', `${name} took too long.`),
    )
  } catch (error) {
    throw error instanceof VoiceOtpError
      ? error
      : new VoiceOtpError('hook-failed', `It was ${name}.`, error)
  }
}
