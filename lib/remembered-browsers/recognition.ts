import type { RememberStore, RememberedBrowser } from '../options/remember.js'
import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type PhoneLookup, phonesOnRecord, runCallback } from '../callbacks.js'
import { Failure, VoiceOtpError } from '../errors.js'
import type { Request } from '../request.js'

import type { Context } from '../context.js'
import type { Destination } from '../phone.js'
import {
  type LoginState,
  freshSeconds,
  type Verification,
  asPassportRequest,
} from '../session/login-state.js'

/** What a person may be shown of a remembered browser. */
export interface RememberedEntry {
  /** For `revoke`; tells nothing about the cookie. */
  readonly id: string
  /** As it was given to `add`. */
  readonly name: string
  /** When it was remembered. */
  readonly createdAt: Date
  /** When it last took the place of a call. */
  readonly usedAt: Date
  /** When it is forgotten. */
  readonly expiresAt: Date
}

/**
 * The browsers of people, at `voiceOtp.remembered`. Each method rejects with a {@link VoiceOtpError}: `configuration` if the option `remember` is not
 * set, `callback-failed` if the store failed or took over 2 seconds.
 */
export interface Remembered {
  /**
   * Remembers the browser of this request from now on, and sets its cookie: call it before the response begins. The person must have passed a call or a text
   * within the last five minutes, else it rejects with the code `second-factor-required` (status 401). `name` is what the person knows the browser by, 100 characters.
   */
  add(req: Request, name: string): Promise<void>
  /**
   * The `id` under which `list` has the browser that sends this request, if it carries a cookie of one. Nothing is checked: only `list` says
   * whether that browser is remembered, and for whom.
   */
  current(req: Request): string | undefined
  /** The browsers of a user that have not expired. */
  list(userId: string | number): Promise<readonly RememberedEntry[]>
  /** Forgets one, by the `id` of its entry; nothing if it is not this user's. */
  revoke(userId: string | number, id: string): Promise<void>
  /** Forgets all of them. */
  revokeAll(userId: string | number): Promise<void>
}

/** Puts remembered browsers into the memory of this process: for tests, and for one process that may forget them. */
export class MemoryRememberStore implements RememberStore {
  private readonly browsers = new Map<string, RememberedBrowser>()

  add(browser: RememberedBrowser): Promise<void> {
    for (const { id, expiresAt } of this.browsers.values())
      if (expiresAt <= browser.createdAt) this.browsers.delete(id)
    this.browsers.set(browser.id, browser)
    return Promise.resolve()
  }

  get(id: string): Promise<RememberedBrowser | undefined> {
    return Promise.resolve(this.browsers.get(id))
  }

  rotate(
    id: string,
    from: string,
    next: Pick<RememberedBrowser, 'hash' | 'usedAt' | 'usedBy'>,
  ): Promise<boolean> {
    const browser = this.browsers.get(id)
    if (browser?.hash !== from) return Promise.resolve(false)
    this.browsers.set(id, { ...browser, ...next })
    return Promise.resolve(true)
  }

  list(user: string): Promise<readonly RememberedBrowser[]> {
    return Promise.resolve([...this.browsers.values()].filter(browser => browser.user === user))
  }

  remove(id: string): Promise<void> {
    this.browsers.delete(id)
    return Promise.resolve()
  }

  removeAll(user: string): Promise<void> {
    for (const browser of this.browsers.values())
      if (browser.user === user) this.browsers.delete(browser.id)
    return Promise.resolve()
  }
}

const storeDeadlineSeconds = 2
const dayMilliseconds = 86_400_000

/** Calls one method of the app's store, with its deadline. */
const runStore = <T>(name: keyof RememberStore, operation: () => T | PromiseLike<T>): Promise<T> =>
  runCallback(`remember.store.${name}`, operation, { deadlineSeconds: storeDeadlineSeconds })
const userName = <User>({ keys }: Context<User>, userId: string): string =>
  keys.storeName('remembered-user', userId)

const sessionName = <User>({ keys }: Context<User>, { sessionId }: LoginState<User>): string =>
  keys.storeName('remembered-session', sessionId)

// The prefix makes browsers refuse the cookie from another host or over http; on loopback without TLS they would refuse it from us.
const cookieName = <User>({ settings: { webhookUrl } }: Context<User>): string =>
  `${webhookUrl.startsWith('https:') ? '__Host-' : ''}voice-otp-browser`

/** The face of remembered browsers. @internal */
export function createRemembered<User>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
  loginStateOf: (req: Request) => LoginState<User>,
): Remembered {
  const store = (): RememberStore => {
    if (context.settings.remember === undefined)
      throw new VoiceOtpError(
        'configuration',
        'Remembering browsers needs the option remember: { days, store }.',
      )
    return context.settings.remember.store
  }
  const publicId = (id: string): string => context.keys.storeName('remembered-browser', id)

  return {
    async add(req, name) {
      const {
        settings: { clock, remember },
        keys,
      } = context
      const loginState = loginStateOf(req)
      const { user, verification } = loginState
      if (!user || verification === undefined || loginState.verificationAge > freshSeconds)
        throw new Failure('second-factor-required')
      const destinations = (await phonesOnRecord(lookup, user, req)) ?? []
      const phone = destinations.find(
        ({ telephone }) =>
          verification.phoneHash !== undefined &&
          keys.matches(verification.phoneHash, 'phone', telephone),
      )
      if (phone === undefined) throw new Failure('second-factor-required')
      // What this browser was remembered by until now: a copy of it would live on, and nobody would ever see it come back.
      const [oldId] = cookieOf(context, req)
      const old = oldId === undefined ? undefined : await runStore('get', () => store().get(oldId))
      if (old?.user === userName(context, loginState.userId))
        await runStore('remove', () => store().remove(old.id))
      const id = randomBytes(16).toString('base64url')
      const value = randomBytes(32).toString('base64url')
      const now = clock.now()
      /* v8 ignore next -- store() was before */
      const expiresAt = now + (remember?.days ?? 0) * dayMilliseconds
      await runStore('add', () =>
        store().add({
          id,
          user: userName(context, loginState.userId),
          name: name.slice(0, 100),
          hash: hashOf(context, id, value, loginState.userId),
          phoneHash: keys.hash('phone', phone.telephone),
          createdAt: now,
          usedAt: now,
          usedBy: sessionName(context, loginState),
          expiresAt,
        }),
      )
      setCookie(context, asPassportRequest(req).res, id, value, expiresAt)
    },

    current(req) {
      const [id] = cookieOf(context, req)
      return id === undefined ? undefined : publicId(id)
    },

    async list(userId) {
      const browsers = await runStore('list', () => store().list(userName(context, String(userId))))
      return browsers
        .filter(({ expiresAt }) => expiresAt > context.settings.clock.now())
        .map(({ id, name, createdAt, usedAt, expiresAt }) => ({
          id: publicId(id),
          name,
          createdAt: new Date(createdAt),
          usedAt: new Date(usedAt),
          expiresAt: new Date(expiresAt),
        }))
    },

    async revoke(userId, id) {
      const browsers = await runStore('list', () => store().list(userName(context, String(userId))))
      await Promise.all(
        browsers
          .filter(browser => publicId(browser.id) === id)
          .map(browser => runStore('remove', () => store().remove(browser.id))),
      )
    },

    async revokeAll(userId) {
      await runStore('removeAll', () => store().removeAll(userName(context, String(userId))))
    },
  }
}

/** Forgets every browser of a user, if browsers are remembered at all. @internal */
export async function forgetBrowsers<User>(context: Context<User>, userId: string): Promise<void> {
  const { remember } = context.settings
  if (remember !== undefined)
    await runStore('removeAll', () => remember.store.removeAll(userName(context, userId)))
}

/**
 * The mark for a pending user whose browser is remembered, or `undefined`. A value that was used before revokes the browser:
 * it was copied. Whatever fails here only means that a call is asked for. @internal
 */
export async function recognize<User>(
  context: Context<User>,
  lookup: PhoneLookup<User>,
  req: Request,
  res: ServerResponse,
  loginState: LoginState<User>,
): Promise<Verification | undefined> {
  const {
    settings: { remember, clock },
    keys,
    counters,
  } = context
  const user = loginState.pendingUser
  const [id, value] = cookieOf(context, req)
  if (remember === undefined || user === undefined || id === undefined || value === undefined)
    return undefined
  try {
    const { userId } = loginState
    const usedBy = sessionName(context, loginState)
    const browser = await runStore('get', () => remember.store.get(id))
    if (
      browser?.id !== id ||
      browser.user !== userName(context, userId) ||
      !(clock.now() < browser.expiresAt)
    )
      return undefined
    if (
      !(clock.now() <= browser.createdAt + 30 * dayMilliseconds) ||
      (await counters.isStopped(userId))
    )
      return undefined

    if (!keys.matches(browser.hash, 'browser', id, value, userId)) {
      // Requests of one page arrive together, all with the value that the first of them replaced.
      if (browser.usedBy === usedBy) return undefined
      await revoke(context, browser, userId, 'reused')
      return undefined
    }
    const phone = findPhone(context, browser, (await phonesOnRecord(lookup, user, req)) ?? [])
    if (phone === undefined) {
      await revoke(context, browser, userId, 'phone-changed')
      return undefined
    }
    const next = randomBytes(32).toString('base64url')
    if (
      !(await runStore('rotate', () =>
        remember.store.rotate(id, browser.hash, {
          hash: hashOf(context, id, next, userId),
          usedAt: clock.now(),
          usedBy,
        }),
      ))
    )
      return undefined
    setCookie(context, res, id, next, browser.expiresAt)
    context.emit('browser.recognized', { userId, name: browser.name })
    return {
      userId,
      method: 'remembered',
      amr: [],
      verifiedAt: clock.now(),
      phoneHash: browser.phoneHash,
    }
  } catch {
    return undefined
  }
}

const hashOf = <User>({ keys }: Context<User>, id: string, value: string, userId: string): string =>
  keys.hash('browser', id, value, userId)

const findPhone = <User>(
  { keys }: Context<User>,
  { phoneHash }: RememberedBrowser,
  destinations: readonly Destination[],
): Destination | undefined =>
  destinations.find(({ telephone }) => keys.matches(phoneHash, 'phone', telephone))

async function revoke<User>(
  context: Context<User>,
  { id, name }: RememberedBrowser,
  userId: string,
  reason: 'reused' | 'phone-changed',
): Promise<void> {
  context.emit('browser.revoked', { userId, name, reason })
  /* v8 ignore next -- it comes from there */
  await runStore('remove', () => context.settings.remember?.store.remove(id))
}

function cookieOf<User>(
  context: Context<User>,
  req: Request,
): readonly [id?: string, value?: string] {
  const prefix = `${cookieName(context)}=`
  /* v8 ignore next -- a session has a cookie */
  const found = (req.headers.cookie ?? '')
    .split(';')
    .map(each => each.trim())
    .filter(each => each.startsWith(prefix))
  // Two cookies of one name: somebody planted one, and it cannot be told which.
  /* v8 ignore next -- there is one */
  const [, id, value] =
    found.length === 1
      ? (/^([\w-]{22})\.([\w-]{43})$/.exec(found[0]?.slice(prefix.length) ?? '') ?? [])
      : []
  return [id, value]
}

function setCookie<User>(
  context: Context<User>,
  res: ServerResponse | undefined,
  id: string,
  value: string,
  expiresAt: number,
): void {
  const name = cookieName(context)
  const secure = name.startsWith('__Host-') ? '; Secure' : ''
  // A new session goes out with it, on whatever is asked for first: also on an image that a shared cache would keep.
  res?.setHeader('Cache-Control', 'no-store')
  res?.appendHeader(
    'Set-Cookie',
    `${name}=${id}.${value}; Path=/; Expires=${new Date(expiresAt).toUTCString()}; HttpOnly; SameSite=Lax${secure}`,
  )
}
