import { isSpeakable } from './call/check-prompts.js'
import { copyOwn } from './check-options.js'
import { findLanguage } from './find-language.js'
import type { Prompts } from './options/prompts.js'
import { withDeadline } from './deadline.js'
import { type ErrorCode, Failure, toVoiceOtpError, VoiceOtpError } from './errors.js'
import type { GetPhone, PhoneEntry } from './options/phone.js'
import type { Request } from './request.js'
import type { BeforeCall } from './options/options.js'
import type { Context } from './context.js'
import { type Destination, parseDestination, phoneAsStored } from './phone.js'

// Calls the functions of the app. If a callback throws, rejects or hangs, nobody is logged in.

const callbackDeadlineSeconds = 5

/** How {@link runCallback} treats one callback. @internal */
export interface CallbackSettings {
  /** The code of the error. Default `callback-failed`. */
  readonly code?: ErrorCode
  /** The callback may take this many seconds. Default 5. */
  readonly deadlineSeconds?: number
}

/**
 * Calls an asynchronous callback of the app and returns its result. Rejects with a `VoiceOtpError`
 * that names the callback if it throws, rejects, or takes longer than the deadline.
 * @internal
 */
export async function runCallback<T>(
  name: string,
  callback: () => T | PromiseLike<T>,
  { code = 'callback-failed', deadlineSeconds = callbackDeadlineSeconds }: CallbackSettings = {},
): Promise<T> {
  try {
    return await withDeadline(
      (async () => callback())(), // an async function turns an exception into a rejection
      deadlineSeconds * 1000,
      () => new VoiceOtpError(code, `${name} took longer than ${deadlineSeconds} seconds.`),
    )
  } catch (error) {
    throw toVoiceOtpError(error, code, `${name} threw an error.`)
  }
}

/**
 * Returns what a synchronous callback of the app returned. If that is a promise, which the callback
 * must not return, its rejection is caught, so that it cannot crash the process.
 * @internal
 */
export function catchRejection(returned: unknown): unknown {
  if (returned instanceof Promise) returned.catch(() => undefined)
  return returned
}

/**
 * Looks up the phones of a user with the app's `getPhone`; `null` if none is on record. @internal
 */
export type PhoneLookup<User> = (user: User, req: Request) => Promise<readonly PhoneEntry[] | null>

/** A lookup that returns `null` for a user whose factors support has reset. @internal */
export interface LookupWithResets<User> extends PhoneLookup<User> {
  /**
   * The same lookup, but it returns phones even if support has reset the user's factors. The caller
   * must check that itself (`refuseReset`), which it can do at the same time as something else.
   */
  readonly ignoringResets: PhoneLookup<User>
}

/** Wraps `getPhone` with a deadline and checks what it returns. @internal */
export function createPhoneLookup<User>(getPhone: GetPhone<User>): PhoneLookup<User> {
  if (typeof getPhone !== 'function') {
    throw new TypeError(
      'VoiceOtpStrategy requires a getPhone function as its second argument, for example user => user.phone',
    )
  }
  return async (user, req) => {
    const phone: unknown = await runCallback('getPhone', () => getPhone(user, req), {
      code: 'phone-lookup-failed',
    })
    if (phone === null) return null
    const { phones, numbers } = Object(phone) as { phones?: unknown; numbers?: unknown }
    if (phones === undefined && numbers !== undefined)
      throw new VoiceOtpError(
        'phone-lookup-failed',
        'getPhone returned { numbers }: there is no such property. Use phones.',
      )
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

/**
 * The valid phones that the app has on record for the user; `null` if there is none on record.
 * Throws the failure `phone-invalid` if phones are on record and all of them are invalid.
 * @internal
 */
export async function phonesOnRecord<User>(
  lookup: PhoneLookup<User>,
  user: User,
  req: Request,
): Promise<readonly Destination[] | null> {
  const entries = await lookup(user, req)
  return entries === null ? null : parseEntries(entries)
}

function parseEntries(entries: readonly PhoneEntry[]): readonly Destination[] {
  const destinations = entries.map(parseDestination).filter(each => each !== undefined)
  if (destinations.length === 0) throw new Failure('phone-invalid')
  return destinations
}

/**
 * Whether the app has a phone on record for the user that `matches` accepts. Throws the failure
 * `phone-invalid` if none matches and all phones on record are invalid.
 * @param matches Compares with a phone that was called before, and so was checked then.
 * @internal
 */
export async function isPhoneOnRecord<User>(
  lookup: PhoneLookup<User>,
  user: User,
  req: Request,
  matches: (phone: string) => boolean,
): Promise<boolean> {
  const entries = await lookup(user, req)
  if (entries === null) return false
  const stored = entries.map(phoneAsStored).filter(phone => phone !== undefined)
  if (stored.some(matches)) return true
  return parseEntries(entries).some(({ phone }) => matches(phone))
}

type BeforeCallCallback<User> = NonNullable<Context<User>['settings']['beforeCall']>

/** Asks `beforeCall`. Throws the failure `call-vetoed` for every result except `true`. @internal */
export async function askBeforeCall<User>(
  beforeCall: BeforeCallCallback<User>,
  call: BeforeCall<User>,
): Promise<void> {
  const isAllowed: unknown = await runCallback('beforeCall', () => beforeCall(call))
  if (isAllowed !== true) throw new Failure('call-vetoed')
}

/**
 * Gives a number that was just verified to `onEnroll`. Throws a `VoiceOtpError` if that fails or
 * takes over 5 seconds.
 * @param report Is called after the app has stored the number, even if this was after the deadline.
 * @internal
 */
export async function storeNewPhone<User>(
  { settings: { onEnroll } }: Context<User>,
  user: User,
  phone: string,
  req: Request,
  report: () => void,
): Promise<void> {
  if (onEnroll === undefined)
    throw new VoiceOtpError(
      'configuration',
      'Enrolling a number needs the option onEnroll(user, phone, req), which stores it.',
    )
  await runCallback('onEnroll', async () => {
    await onEnroll(user, phone, req)
    report()
  })
}

/** In `Accept-Language`: any language (RFC 9110, section 12.5.4). A call speaks the default. */
const anyLanguage = '*'

/**
 * The languages of this user; the call speaks the first one. If `locale` fails, the call speaks the
 * default language.
 * @internal
 */
export async function askLanguages<User>(
  { settings: { locale, prompts, defaultPrompts }, emit }: Context<User>,
  userId: string,
  user: User,
  req: Request,
): Promise<readonly Prompts[]> {
  try {
    const chosen =
      typeof locale === 'function' ? await runCallback('locale', () => locale(user, req)) : locale
    // A list may be the header `Accept-Language`, of any length.
    const wanted = [chosen ?? anyLanguage].flat().slice(0, 10)
    const found = wanted
      .filter(tag => typeof tag === 'string')
      .map(tag => (tag === anyLanguage ? defaultPrompts : findLanguage(tag, prompts)))
      .filter(each => each !== undefined)
    if (found.length > 0) return [...new Set(found)].slice(0, 5)
    emit('prompt.fallback', { userId, what: 'locale', reason: 'unknown' })
    return [defaultPrompts]
  } catch {
    emit('prompt.fallback', { userId, what: 'locale', reason: 'failed' })
    return [defaultPrompts]
  }
}

/**
 * The text of `announce` in the language of the call; `undefined` if there is none or it cannot be
 * used.
 * @internal
 */
export async function askAnnouncement<User>(
  { settings: { announce, prompts }, emit }: Context<User>,
  userId: string,
  user: User,
  req: Request,
  language: string,
): Promise<string | undefined> {
  if (announce === undefined) return undefined
  try {
    const returned: unknown = await runCallback('announce', () => announce(user, req))
    const text = inLanguage(language, prompts, returned)
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

/**
 * Picks the sentence in this language if `announce` returned sentences by language; `undefined` if
 * this language is missing. Returns every other value unchanged: the caller checks it.
 */
function inLanguage(
  language: string,
  prompts: ReadonlyMap<string, Prompts>,
  returned: unknown,
): unknown {
  if (typeof returned !== 'object' || returned === null) return returned
  const isByLanguage = Object.keys(returned).some(tag => prompts.has(tag))
  return isByLanguage ? copyOwn(returned as Record<string, unknown>)[language] : returned
}
