import type { Logger } from 'pino'
import type { SignalWireOptions } from 'passport-voice-otp'
import { askSpace } from './space.js'
import type { User } from './users.js'

/**
 * Tells the number that was called until now that another took its place: if a thief changed it, its owner hears of it.
 * Never throws. The change is made already, and a text that does not arrive must not undo it.
 */
export async function tellOldNumber(
  signalwire: SignalWireOptions,
  logger: Logger,
  user: User,
  newPhone: string,
): Promise<void> {
  if (user.phone === null || user.phone === newPhone) return
  const text = `Acme: calls for your account now go to a number that ends in ${newPhone.slice(-2)}. If you did not change it, tell us at once.`
  try {
    const { status } = await askSpace(signalwire, 'Messages', {
      To: user.phone,
      From: signalwire.from,
      Body: text,
    })
    if (status >= 300) throw Object.assign(new Error('refused'), { name: `http-${status}` })
    logger.info({ event: 'old-number.told', userId: user.id })
  } catch (error) {
    logger.warn({ event: 'old-number.not-told', userId: user.id, reason: (error as Error).name })
  }
}
