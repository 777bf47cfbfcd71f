import type { ServerResponse } from 'node:http'
import { failures } from '../errors.js'
import { isOwnPath } from '../own-path.js'
import type { Request } from '../request.js'
import { stepUpKey } from '../session/login-state.js'
import { asPassportRequest } from '../session/passport-request.js'

/**
 * Sends a JSON response. Every response of this package uses it, except redirects and LaML.
 * @internal
 */
export function sendJson(res: ServerResponse, status: number, body: object): void {
  // If a timeout of the app has responded already, `writeHead` would throw and crash the process.
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

/** What a route requires of the second factor. @internal */
export interface RequiredFactor {
  /** It may be this many seconds old; `undefined` for any age. */
  readonly maxAge?: number | undefined
  readonly phishingResistant?: boolean
}

/**
 * The authentication context class of a phishing-resistant factor. Source: OpenID Connect EAP ACR
 * Values 1.0, section 2.
 */
const phishingResistantAcr = 'phr'

/**
 * Sends 401 (`second-factor-required`, or `phishing-resistant-required`) with the header of RFC
 * 9470, section 3.
 * @internal
 */
export function sendSecondFactorRequired(
  res: ServerResponse,
  { maxAge, phishingResistant = false }: RequiredFactor = {},
): void {
  if (res.headersSent) return // as in sendJson
  const code = phishingResistant ? 'phishing-resistant-required' : 'second-factor-required'
  const { status, message } = failures[code]
  const maxAgeParameter = maxAge === undefined ? '' : `, max_age="${maxAge}"`
  const acrParameter = phishingResistant ? `, acr_values="${phishingResistantAcr}"` : ''
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader(
    'WWW-Authenticate',
    `Bearer error="insufficient_user_authentication", error_description="${message}"${acrParameter}${maxAgeParameter}`,
  )
  sendJson(res, status, { code, message, maxAge })
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

/**
 * Stores a page that needs a fresh code of a user who is logged in: as `returnTo`, and under
 * {@link stepUpKey}. From the second one, the ready pages know that they must ask for a code.
 * @internal
 */
export function rememberStepUp(req: Request, url: string): void {
  rememberReturnTo(req, url)
  const { session } = asPassportRequest(req)
  if (session) session[stepUpKey] = session['returnTo']
}
