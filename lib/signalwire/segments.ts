/** The GSM 7-bit default alphabet. Source: 3GPP TS 23.038, section 6.2.1. */
const gsm = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** Its extension table: each of these characters takes two places. */
const gsmExtension = new Set('\f^{}\\[~]|€')

/**
 * The number of segments of a text message. A single segment holds 160 places of the GSM alphabet,
 * or 70 UTF-16 units of other text. Each of several segments holds 153 places or 67 units.
 * Source: 3GPP TS 23.040, section 9.2.3.24.1.
 * @internal
 */
export function countSegments(text: string): number {
  const characters = Array.from(text)
  const isGsm = characters.every(each => gsm.has(each) || gsmExtension.has(each))
  const places = isGsm
    ? characters.length + characters.filter(each => gsmExtension.has(each)).length
    : text.length
  const [single, joined] = isGsm ? [160, 153] : [70, 67]
  return places <= single ? 1 : Math.ceil(places / joined)
}
