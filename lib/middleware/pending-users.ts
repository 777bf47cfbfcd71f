import type { ServerResponse } from 'node:http'
import type { Approval } from '../options/approval.js'
import { isOwnPath } from '../own-path.js'
import { type Request, urlOf } from '../request.js'
import type { PendingChallenge } from '../session/challenge.js'
import { asPassportRequest } from '../session/passport-request.js'
import { redirectAfter, rememberPage, sendSecondFactorRequired } from './respond.js'

/** What `enforce()` adds to a request. */
declare global {
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the app extends it
    interface User {}
    interface Request {
      /** The user who has passed only the first factor. `req.user` is undefined then. */
      readonly pendingUser?: User | undefined
      /** The challenge in this session. */
      readonly voiceOtp?: PendingChallenge | undefined
      /**
       * What the user has just approved. Only in the handler of a route with the purpose `approve`.
       */
      readonly approval?: Approval | undefined
    }
  }
}

/** Options of `enforce()`. */
export interface EnforceOptions {
  /**
   * The page of this app on which a pending user enters the code, for example `/otp`. A navigation
   * of a pending user to another page is redirected there (303), and the page is stored as
   * `returnTo`. Every other request of a pending user gets 401 (`second-factor-required`) as JSON.
   * Default: `enforce()` only guards `req.user`, and the app responds itself.
   */
  readonly redirectTo?: string
  /**
   * Paths that a pending user may ask for: exact paths, and what is below them. `/api` allows
   * `/api` and `/api/users`, not `/apis`; `/` allows only `/`. The page of `redirectTo` needs
   * no exception. An exception does not open anything: `req.user` stays undefined.
   */
  readonly except?: readonly string[]
}

/**
 * Responds to a request of a pending user, and returns `true`. Returns `false` if the app must
 * respond.
 * @internal
 */
export type RespondToPendingUser = (
  req: Request,
  res: ServerResponse,
  next: (error: unknown) => void,
) => boolean

/**
 * Checks the options of `enforce()`. Throws a `TypeError` that names the option and how to fix it.
 * @internal
 */
export function createPendingUserResponse(options: EnforceOptions): RespondToPendingUser {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('enforce(): give { redirectTo, except }, or nothing.')
  const unknown = Object.keys(options).find(name => name !== 'redirectTo' && name !== 'except')
  if (unknown !== undefined)
    throw new TypeError(
      `enforce({ ${unknown} }): there is no such option. The options are: redirectTo, except.`,
    )
  const { redirectTo, except = [] } = options
  if (redirectTo !== undefined && !isOwnPath(redirectTo))
    throw new TypeError("enforce({ redirectTo }): give a path of this app, for example '/otp'.")
  if (!Array.isArray(except) || !except.every(isPath))
    throw new TypeError(
      "enforce({ except }): give a list of paths without a query, for example ['/login', '/api'].",
    )
  if (redirectTo !== undefined) return createResponse(redirectTo, except)
  if (except.length > 0)
    throw new TypeError('enforce({ except }): these exceptions need the option redirectTo.')
  return () => false
}

function createResponse(redirectTo: string, except: readonly string[]): RespondToPendingUser {
  const exceptions = [redirectTo, ...except].map(readSegments)
  return (req, res, next) => {
    // For a WebSocket handshake, nobody would receive the response.
    if (res.socket === null) return false
    const url = urlOf(req)
    const segments = readSegments(url)
    if (exceptions.some(exception => includes(exception, segments))) return false
    if (isNavigation(req)) redirectAfter(keepPage(req, url), res, redirectTo, next)
    else sendSecondFactorRequired(res)
    return true
  }
}

/** Keeps the page for the time after the code. A user who sent a token may have no session. */
async function keepPage(req: Request, url: string): Promise<void> {
  const { session } = asPassportRequest(req)
  if (session) await rememberPage(session, url, false)
}

const isPath = (path: unknown): boolean =>
  typeof path === 'string' && /^\/(?![/\\])[^?#\\]*$/.test(path) && readSegments(path) !== undefined

/**
 * The parts of a URL's path, decoded and in lower case; `undefined` if it cannot be decoded. A
 * request line may hold an absolute URL: Express then matches the path of that URL.
 */
function readSegments(url: string): readonly string[] | undefined {
  try {
    const path = url.startsWith('/') ? url.replace(/[?#].*$/s, '') : new URL(url).pathname
    const segments = decodeURIComponent(path).toLowerCase().split('/').slice(1)
    return segments.at(-1) === '' ? segments.slice(0, -1) : segments
  } catch {
    return undefined
  }
}

/** Whether a path is the exception or below it; the exception `/` is the start page only. */
function includes(
  exception: readonly string[] | undefined,
  path: readonly string[] | undefined,
): boolean {
  if (exception === undefined || path === undefined) return false
  if (exception.length === 0) return path.length === 0
  return exception.every((segment, index) => segment === path[index])
}

/**
 * Whether a browser shows the response as a page. Browsers before 2023 do not send
 * `Sec-Fetch-Mode`.
 */
function isNavigation({ method, headers }: Request): boolean {
  if (method !== 'GET') return false
  const mode = headers['sec-fetch-mode']
  return mode === undefined ? /text\/html/i.test(headers.accept ?? '') : mode === 'navigate'
}
