import { randomBytes } from 'node:crypto'
import { type PhoneLookup, phonesOnRecord } from '../callbacks.js'
import type { Context } from '../context.js'
import { Failure, VoiceOtpError } from '../errors.js'
import type { RememberOptions } from '../options/remember.js'
import type { Request } from '../request.js'
import { type LoginState, loginStateOf } from '../session/login-state.js'
import { asPassportRequest } from '../session/passport-request.js'
import { freshSeconds } from '../session/verification.js'
import { readCookie, setCookie } from './cookie.js'
import {
  dayMilliseconds,
  forgetBrowsers,
  hashCookie,
  hashSession,
  hashUser,
  listBrowsers,
  runStore,
} from './entries.js'

/** What a page may show of a remembered browser. */
export interface RememberedEntry {
  /** The argument for `revoke`. It reveals nothing about the cookie. */
  readonly id: string
  /** The name that was given to `add`. */
  readonly name: string
  /** When the browser was remembered. */
  readonly createdAt: Date
  /** When the browser last replaced a call. */
  readonly usedAt: Date
  /** When the browser is no longer remembered. */
  readonly expiresAt: Date
}

/**
 * The remembered browsers, at `voiceOtp.remembered`. Each method rejects with a
 * {@link VoiceOtpError}: `configuration` if the option `remember` is not set, `callback-failed` if
 * the store failed or took over 2 seconds.
 */
export interface Remembered {
  /**
   * Remembers the browser of this request, and sets its cookie: call it before the response begins.
   * The user must have passed a call or a text within the last five minutes. Otherwise it rejects
   * with the code `second-factor-required` (status 401).
   * @param name The name that the user knows. Only the first 100 characters are stored.
   */
  add(req: Request, name: string): Promise<void>
  /**
   * The `id` of the browser that sends this request, if it sends a cookie. The cookie is not
   * checked: only `list` tells whether this user's browser with this `id` is remembered.
   */
  current(req: Request): string | undefined
  /** The browsers of a user that have not expired. */
  list(userId: string | number): Promise<readonly RememberedEntry[]>
  /**
   * Removes one browser by the `id` of its entry. Does nothing if it belongs to another user.
   */
  revoke(userId: string | number, id: string): Promise<void>
  /** Removes all browsers of a user. */
  revokeAll(userId: string | number): Promise<void>
}

/** Creates `voiceOtp.remembered`. @internal */
export function createRemembered<User>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
): Remembered {
  const publicId = (id: string): string => context.keys.storeName('remembered-browser', id)
  const storedBrowsers = (userId: string | number) => {
    const { store } = rememberOptions(context)
    return runStore('list', () => store.list(hashUser(context, String(userId))))
  }

  return {
    async add(req, name) {
      rememberOptions(context)
      const loginState = loginStateOf(context, req)
      const phone = await provedPhone(context, lookup, req, loginState)
      const shownName = name.slice(0, 100)
      await addBrowser(context, req, loginState, { name: shownName, phone })
      context.notify(loginState.userId, { type: 'browser-remembered', name: shownName })
    },

    current(req) {
      const cookie = readCookie(context, req)
      return cookie && publicId(cookie.id)
    },

    async list(userId) {
      const { store } = rememberOptions(context)
      const browsers = await listBrowsers(context, store, String(userId))
      return browsers.map(({ id, name, createdAt, usedAt, expiresAt }) => ({
        id: publicId(id),
        name,
        createdAt: new Date(createdAt),
        usedAt: new Date(usedAt),
        expiresAt: new Date(expiresAt),
      }))
    },

    async revoke(userId, id) {
      const { store } = rememberOptions(context)
      const found = (await storedBrowsers(userId)).filter(browser => publicId(browser.id) === id)
      await Promise.all(found.map(browser => runStore('remove', () => store.remove(browser.id))))
    },

    async revokeAll(userId) {
      rememberOptions(context)
      await forgetBrowsers(context, String(userId))
    },
  }
}

/** The option `remember`; an error that names it if the app did not set it. */
function rememberOptions<User>({ settings: { remember } }: Context<User>): RememberOptions {
  if (remember === undefined)
    throw new VoiceOtpError(
      'configuration',
      'Remembering browsers needs the option remember: { days, store }.',
    )
  return remember
}

/**
 * The phone that the user of this request proved within the last five minutes, and that is still on
 * record.
 */
async function provedPhone<User>(
  { keys }: Context<User>,
  lookup: PhoneLookup<User>,
  req: Request,
  { user, verification, verificationAge }: LoginState<User>,
): Promise<string> {
  const phoneHash = verification?.phoneHash
  if (!user || phoneHash === undefined || verificationAge > freshSeconds)
    throw new Failure('second-factor-required')
  const onRecord = (await phonesOnRecord(lookup, user, req)) ?? []
  const proved = onRecord.find(({ phone }) => keys.matches(phoneHash, 'phone', phone))
  if (proved === undefined) throw new Failure('second-factor-required')
  return proved.phone
}

async function addBrowser<User>(
  context: Context<User>,
  req: Request,
  { userId, sessionId }: LoginState<User>,
  { name, phone }: { readonly name: string; readonly phone: string },
): Promise<void> {
  const { days, store } = rememberOptions(context)
  const user = hashUser(context, userId)
  await removeOldEntry(context, req, user)
  const cookie = {
    id: randomBytes(16).toString('base64url'),
    value: randomBytes(32).toString('base64url'),
  }
  const now = context.settings.clock.now()
  const expiresAt = now + days * dayMilliseconds
  await runStore('add', () =>
    store.add({
      id: cookie.id,
      user,
      name,
      hash: hashCookie(context, cookie, userId),
      replacedHash: '',
      phoneHash: context.keys.hash('phone', phone),
      createdAt: now,
      usedAt: now,
      usedBy: hashSession(context, sessionId),
      expiresAt,
    }),
  )
  setCookie(context, asPassportRequest(req).res, cookie, expiresAt)
}

/**
 * Removes the old entry of this browser, before a new cookie replaces the old one. Otherwise a copy
 * of the old cookie would stay valid, and nobody would notice: the browser never sends it again.
 */
async function removeOldEntry<User>(
  context: Context<User>,
  req: Request,
  user: string,
): Promise<void> {
  const { store } = rememberOptions(context)
  const cookie = readCookie(context, req)
  if (cookie === undefined) return
  const old = await runStore('get', () => store.get(cookie.id))
  if (old?.user === user) await runStore('remove', () => store.remove(cookie.id))
}
