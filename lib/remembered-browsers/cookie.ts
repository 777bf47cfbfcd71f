import type { ServerResponse } from 'node:http'
import type { Context } from '../context.js'
import type { Request } from '../request.js'

/**
 * What the cookie of a remembered browser holds: the id of its entry, and a secret that changes at
 * each use.
 * @internal
 */
export interface BrowserCookie {
  readonly id: string
  readonly value: string
}

/**
 * With the prefix `__Host-`, a browser refuses the cookie from another host or over http. A
 * loopback address without TLS could not set such a cookie, so there the prefix is left out.
 * Source: RFC 6265bis, section 4.1.3.2.
 */
const cookieName = <User>({ settings: { webhookUrl } }: Context<User>): string =>
  `${webhookUrl.startsWith('https:') ? '__Host-' : ''}voice-otp-browser`

/**
 * The cookie of a remembered browser on this request; `undefined` if there is none, or if it is
 * malformed.
 * @internal
 */
export function readCookie<User>(context: Context<User>, req: Request): BrowserCookie | undefined {
  const prefix = `${cookieName(context)}=`
  const found = (req.headers.cookie ?? '')
    .split(';')
    .map(each => each.trim())
    .filter(each => each.startsWith(prefix))
  // If there are two cookies of this name, an attacker may have set one. Nobody can tell which.
  if (found.length !== 1) return undefined
  const [, id, value] =
    /^([\w-]{22})\.([\w-]{43})$/.exec(String(found[0]).slice(prefix.length)) ?? []
  return id === undefined || value === undefined ? undefined : { id, value }
}

/** Sets the cookie of a remembered browser. @internal */
export function setCookie<User>(
  context: Context<User>,
  res: ServerResponse | undefined,
  { id, value }: BrowserCookie,
  expiresAt: number,
): void {
  const name = cookieName(context)
  const secure = name.startsWith('__Host-') ? '; Secure' : ''
  // The response that sets the cookie may be an image. A shared cache must not store it.
  res?.setHeader('Cache-Control', 'no-store')
  res?.appendHeader(
    'Set-Cookie',
    `${name}=${id}.${value}; Path=/; Expires=${new Date(expiresAt).toUTCString()}; HttpOnly; SameSite=Lax${secure}`,
  )
}
