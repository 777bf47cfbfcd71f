/** The GSM 7-bit default alphabet. Source: 3GPP TS 23.038, section 6.2.1. */
const gsm = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** Its extension table: each of these characters takes two places. */
const gsmExtension = new Set('\f^{}\\[~]|€')

/**
 * Whether a text message fits into one segment: 160 places of the GSM alphabet, or 70 UTF-16 units
 * if the text has any other character.
 * @internal
 */
export function fitsOneSegment(text: string): boolean {
  const characters = Array.from(text)
  if (!characters.every(each => gsm.has(each) || gsmExtension.has(each))) return text.length <= 70
  return characters.length + characters.filter(each => gsmExtension.has(each)).length <= 160
}
