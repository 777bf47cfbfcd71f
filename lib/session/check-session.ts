import { VoiceOtpError } from '../errors.js'
import type { Request } from '../request.js'
import { asPassportRequest, type Session } from './passport-request.js'

/**
 * Refuses a session that cannot store a challenge or a login, before a call costs money. @internal
 */
export function checkSession(session: Session, req: Request): void {
  const { sessionID, sessionStore } = asPassportRequest(req)
  const problem =
    typeof session.regenerate !== 'function'
      ? 'The session has no regenerate()'
      : typeof sessionID !== 'string' || sessionID !== session['id']
        ? 'req.sessionID is not the id of req.session'
        : typeof sessionStore?.generate !== 'function'
          ? 'req.sessionStore cannot generate a session'
          : undefined
  if (problem !== undefined)
    throw new VoiceOtpError('configuration', `${problem}: use express-session.`)
}

/** Throws if the login would not use the session, which stores the verification. @internal */
export function refuseOutsideSessions({
  session,
  assignProperty,
}: {
  readonly session?: boolean
  readonly assignProperty?: string
}): void {
  if (session === false)
    throw new VoiceOtpError(
      'configuration',
      'The second factor is stored in the session: do not set session: false.',
    )
  if (assignProperty !== undefined)
    throw new VoiceOtpError(
      'configuration',
      'passport.authorize() and assignProperty do not log in: use passport.authenticate().',
    )
}
