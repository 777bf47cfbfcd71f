import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type PhoneLookup, isPhoneOnRecord } from '../callbacks.js'
import type { Context } from '../context.js'
import { askPhoneFallback } from '../factors/ownership.js'
import type { RememberedBrowser, RememberStore } from '../options/remember.js'
import type { Request } from '../request.js'
import type { LoginState } from '../session/login-state.js'
import { clockToleranceMilliseconds, type Verification } from '../session/verification.js'
import { type BrowserCookie, readCookie, setCookie } from './cookie.js'
import {
  cookieMatches,
  dayMilliseconds,
  hashCookie,
  hashSession,
  hashUser,
  runStore,
} from './entries.js'

/** A browser is never remembered for longer than this, whatever the store returns. */
const maximumDays = 30

/** One attempt to recognize the browser of a request. */
interface Recognition<User> {
  readonly context: Context<User>
  readonly lookup: PhoneLookup<User>
  readonly store: RememberStore
  readonly req: Request
  readonly user: User
  readonly userId: string
  readonly sessionId: string
  readonly cookie: BrowserCookie
}

/**
 * The verification for a pending user whose browser is remembered; `undefined` for all others. If
 * anything fails here, the user is asked for a code instead.
 * @internal
 */
export async function recognize<User>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
  req: Request,
  res: ServerResponse,
  loginState: LoginState<User>,
): Promise<Verification | undefined> {
  const { remember, clock } = context.settings
  const { pendingUser: user } = loginState
  const cookie = readCookie(context, req)
  if (remember === undefined || user === undefined || cookie === undefined) return undefined
  try {
    const { userId, sessionId } = loginState
    const recognition: Recognition<User> = {
      context,
      lookup,
      store: remember.store,
      req,
      user,
      userId,
      sessionId,
      cookie,
    }
    const browser = await findBrowser(recognition)
    if (browser === undefined) return undefined
    const next = await replaceValue(recognition, browser)
    if (next === undefined) return undefined
    setCookie(context, res, next, browser.expiresAt)
    context.emit('browser.recognized', { userId, name: browser.name })
    return {
      userId,
      method: 'remembered',
      amr: [],
      verifiedAt: clock.now(),
      phoneHash: browser.phoneHash,
      unconfirmedCookie: hashCookie(context, next, userId),
    }
  } catch {
    return undefined
  }
}

/**
 * Finds the entry of the cookie, if it is valid for this user. Removes the entry if the cookie was
 * copied, or if the phone is no longer on record.
 */
async function findBrowser<User>(
  recognition: Recognition<User>,
): Promise<RememberedBrowser | undefined> {
  const { context, lookup, store, req, user, userId, sessionId, cookie } = recognition
  const browser = await runStore('get', () => store.get(cookie.id))
  if (browser?.id !== cookie.id || browser.user !== hashUser(context, userId)) return undefined
  if (isExpired(browser, context.settings.clock.now())) return undefined
  if ((await context.locks.find(userId)) !== undefined) return undefined
  // A browser is remembered after a code over the phone. It must not allow more than the phone.
  if (!(await askPhoneFallback(context, user, req)).isAllowed) return undefined

  if (!cookieMatches(context, browser.hash, cookie, userId)) {
    // Several requests of one page arrive together with the same old value. The first one has
    // replaced it, so the others do not prove a theft.
    if (browser.usedBy === hashSession(context, sessionId)) return undefined
    return removeBrowser(recognition, browser, reasonOfOldCookie(recognition, browser))
  }
  const isSamePhone = (phone: string) => context.keys.matches(browser.phoneHash, 'phone', phone)
  return (await isPhoneOnRecord(lookup, user, req, isSamePhone))
    ? browser
    : removeBrowser(recognition, browser, 'phone-changed')
}

/**
 * Why a request sends an old cookie. `reused`: the browser has sent the new cookie since, so
 * somebody copied the old one. `unconfirmed`: no request has sent the new cookie, so the response
 * with it was lost, or somebody copied the old cookie and used it once.
 */
const reasonOfOldCookie = <User>(
  { context, userId, cookie }: Recognition<User>,
  { replacedHash }: RememberedBrowser,
): 'reused' | 'unconfirmed' =>
  typeof replacedHash === 'string' && cookieMatches(context, replacedHash, cookie, userId)
    ? 'unconfirmed'
    : 'reused'

/** Whether an entry has expired. Also if a time is missing, because then `isValid` is false. */
function isExpired({ createdAt, expiresAt }: RememberedBrowser, now: number): boolean {
  const isValid =
    now < expiresAt &&
    now <= createdAt + maximumDays * dayMilliseconds &&
    createdAt <= now + clockToleranceMilliseconds
  return !isValid
}

/** Gives the browser a new value; `undefined` if a parallel request was faster. */
async function replaceValue<User>(
  { context, store, userId, sessionId, cookie: { id } }: Recognition<User>,
  { hash }: RememberedBrowser,
): Promise<BrowserCookie | undefined> {
  const next = { id, value: randomBytes(32).toString('base64url') }
  const replaced = await runStore('rotate', () =>
    store.rotate(id, hash, {
      hash: hashCookie(context, next, userId),
      replacedHash: hash,
      usedAt: context.settings.clock.now(),
      usedBy: hashSession(context, sessionId),
    }),
  )
  return replaced ? next : undefined
}

async function removeBrowser<User>(
  { context, store, userId }: Recognition<User>,
  { id, name }: RememberedBrowser,
  reason: 'reused' | 'unconfirmed' | 'phone-changed',
): Promise<undefined> {
  context.emit('browser.revoked', { userId, name, reason })
  await runStore('remove', () => store.remove(id))
}

/**
 * Records in the store that a recognized browser has sent its new cookie, which its next request
 * does. If a request sends the old cookie after that, the cookie was copied.
 * @internal
 */
export async function confirmCookie<User>(
  context: Context<User>,
  req: Request,
  loginState: LoginState<User>,
): Promise<void> {
  const { remember } = context.settings
  const { verification } = loginState
  const hash = verification?.unconfirmedCookie
  const cookie = readCookie(context, req)
  if (
    remember === undefined ||
    verification === undefined ||
    hash === undefined ||
    cookie === undefined ||
    !cookieMatches(context, hash, cookie, loginState.userId)
  )
    return
  loginState.confirmCookie(verification)
  try {
    const { store } = remember
    const browser = await runStore('get', () => store.get(cookie.id))
    if (browser?.hash !== hash) return
    const { usedAt, usedBy } = browser
    await runStore('rotate', () =>
      store.rotate(cookie.id, hash, { hash, replacedHash: '', usedAt, usedBy }),
    )
  } catch {
    // The store failed. If an old cookie comes back, the reason is `unconfirmed`, not `reused`.
  }
}
