import type { Context } from './context.js'
import { Failure } from './errors.js'
import { isPermitted, parsePhone } from './phone.js'
import { toDeliveryError } from './signalwire/errors.js'

/**
 * Sends a text message with the app's own words, not a code. No limit counts the text, but
 * `countries` and `stopSends()` apply. Throws a `Failure` or a `VoiceOtpError`.
 * @internal
 */
export async function sendText<User>(
  { settings, fraud, sendText: send }: Context<User>,
  phone: string,
  text: string,
): Promise<void> {
  const destination = typeof phone === 'string' ? parsePhone(phone) : undefined
  if (destination === undefined) throw new Failure('phone-invalid')
  if (!isPermitted(destination, settings.countries)) throw new Failure('destination-blocked')
  await fraud.sendSwitch.refuseStopped()
  try {
    await send({ to: destination.number, body: text })
  } catch (thrown) {
    throw toDeliveryError(thrown).error
  }
}
