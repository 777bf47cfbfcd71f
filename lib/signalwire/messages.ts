import type { ResolvedOptions } from '../resolve-options.js'
import { checkSid } from './calls.js'
import type { Connect } from './client.js'

/**
 * Sends a text message and returns its SID. Never tried again after an error, because the text may
 * have been sent. Pass what it throws only to `toDeliveryError`: it may hold credentials.
 * @internal
 */
export type SendText = (text: { readonly to: string; readonly body: string }) => Promise<string>

/** Creates the function that sends text messages from the number of the app. @internal */
export function createSendText(
  { signalwire: { from } }: Pick<ResolvedOptions<unknown>, 'signalwire'>,
  connect: Connect,
): SendText {
  return async ({ to, body }) => {
    const client = await connect()
    const message = await client.messages.create({ to, from, body })
    return checkSid(message.sid)
  }
}
