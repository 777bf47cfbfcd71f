import type { ResolvedOptions } from '../resolve-options.js'
import { checkedSid } from './calls.js'
import type { Connect } from './client.js'

/**
 * Sends a text message; answers its SID. Throws whatever went wrong, to be read by
 * `deliveryTrouble` alone. Never retried.
 * @internal
 */
export type SendText = (text: { readonly to: string; readonly body: string }) => Promise<string>

/** @internal */
export function createSendText(
  { signalwire: { from } }: Pick<ResolvedOptions<unknown>, 'signalwire'>,
  connect: Connect,
): SendText {
  return async ({ to, body }) =>
    checkedSid((await (await connect()).messages.create({ to, from, body })).sid)
}

/**
 * The characters of the GSM 7-bit default alphabet, and those that cost two places. Source: 3GPP TS
 * 23.038, section 6.2.1.
 */
const gsm = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
const gsmExtension = new Set('\f^{}\\[~]|€')

/**
 * Whether a text message fits into one segment: 160 places of the GSM alphabet, or 70 UTF-16 units
 * of any other.
 * @internal
 */
export function fitsOneSegment(text: string): boolean {
  const characters = Array.from(text)
  if (!characters.every(each => gsm.has(each) || gsmExtension.has(each))) return text.length <= 70
  return characters.length + characters.filter(each => gsmExtension.has(each)).length <= 160
}
