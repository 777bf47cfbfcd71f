import { withDeadline } from '../deadline.js'
import { toVoiceOtpError, VoiceOtpError } from '../errors.js'
import type { Session } from './passport-request.js'

const deadlineMilliseconds = 5000

/**
 * Saves a session before the response is sent. express-session alone would send a redirect first
 * and save then: a fast browser would read the old session, and the error of a store that is down
 * would be lost. Rejects with a {@link VoiceOtpError} (`session-unavailable`).
 * @internal
 */
export async function saveSession(session: Session): Promise<void> {
  const saved = new Promise<void>((resolve, reject) => {
    session.save(error => {
      if (error) reject(error)
      else resolve()
    })
  })
  try {
    await withDeadline(
      saved,
      deadlineMilliseconds,
      () => new VoiceOtpError('session-unavailable', 'It took too long.'),
    )
  } catch (error) {
    throw toVoiceOtpError(error, 'session-unavailable')
  }
}
