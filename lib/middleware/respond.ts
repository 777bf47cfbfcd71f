import type { ServerResponse } from 'node:http'
import { failures } from '../errors.js'
import { isOwnPath } from '../own-path.js'
import type { Request } from '../request.js'
import { asPassportRequest } from '../session/passport-request.js'

/**
 * Sends a JSON response. Every response of this package uses it, except redirects and LaML.
 * @internal
 */
export function sendJson(res: ServerResponse, status: number, body: object): void {
  // A timeout of the app has responded already. To throw here would crash the process.
  if (res.headersSent) return
  res
    .writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(body))
}

/**
 * Redirects to a path of this app. No cache may keep the redirect: the next request may not need
 * it.
 * @internal
 */
export function sendRedirect(res: ServerResponse, path: string): void {
  if (res.headersSent) return // as in sendJson
  res.writeHead(303, { Location: path, 'Cache-Control': 'no-store' }).end()
}

/**
 * Sends 401 (`second-factor-required`) with the header of RFC 9470, section 3.
 * @param maxAge The second factor may be this many seconds old; `undefined` for any age.
 * @internal
 */
export function sendSecondFactorRequired(res: ServerResponse, maxAge?: number): void {
  if (res.headersSent) return // as in sendJson
  const { status, message } = failures['second-factor-required']
  const maxAgeParameter = maxAge === undefined ? '' : `, max_age="${maxAge}"`
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader(
    'WWW-Authenticate',
    `Bearer error="insufficient_user_authentication", error_description="${message}"${maxAgeParameter}`,
  )
  sendJson(res, status, { code: 'second-factor-required', message, maxAge })
}

/**
 * Stores a page as `returnTo`, where Passport's `successReturnToOrRedirect` finds it. Only a path
 * of this app is stored: Passport redirects to whatever it finds there.
 * @internal
 */
export function rememberReturnTo(req: Request, url: string): void {
  const { session } = asPassportRequest(req)
  if (session && isOwnPath(url)) session['returnTo'] = url
}
