import type { ServerResponse } from 'node:http'
import { failures } from '../errors.js'
import { isOwnPath } from '../own-path.js'
import { stepUpKey } from '../session/login-state.js'
import type { Session } from '../session/passport-request.js'
import { saveSession } from '../session/save-session.js'

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
 * Passes an error to the app unless a response was sent: Express would then close the connection.
 * For the end of a promise, where nothing else would catch an error that the app throws while the
 * response is sent. It would end the process.
 * @internal
 */
export const passError =
  (res: ServerResponse, next: (error: unknown) => void) =>
  (error: unknown): void => {
    if (!res.headersSent) next(error)
  }

/**
 * Redirects to a path of this app after `saving`. No cache may keep the redirect: the next request
 * may not need it. An error goes to the app, see {@link passError}.
 * @internal
 */
export function redirectAfter(
  saving: Promise<void>,
  res: ServerResponse,
  path: string,
  next: (error: unknown) => void,
): void {
  saving
    .then(() => {
      res.writeHead(303, { Location: path, 'Cache-Control': 'no-store' }).end()
    })
    .catch(passError(res, next))
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
 * Stores the requested page in the session and saves it, before a redirect to the login or to the
 * code. The page becomes `returnTo`, where Passport's `successReturnToOrRedirect` finds it. Only a
 * path of this app is stored: Passport redirects to whatever it finds there.
 * @param needsFreshCode The user is logged in, and the page needs a fresh code. Then the page is
 * also stored under {@link stepUpKey}, so that the ready pages ask for a code.
 * @throws VoiceOtpError (`session-unavailable`) if the store fails. A redirect would then lead to a
 * login that cannot succeed.
 * @internal
 */
export async function rememberPage(
  session: Session,
  url: string,
  needsFreshCode: boolean,
): Promise<void> {
  const before = [session['returnTo'], session[stepUpKey]]
  if (isOwnPath(url)) session['returnTo'] = url
  if (needsFreshCode) session[stepUpKey] = session['returnTo']
  const isChanged = before[0] !== session['returnTo'] || before[1] !== session[stepUpKey]
  if (isChanged) await saveSession(session)
}
