import { Secret, TOTP } from 'otpauth'
import { toString as toQrCode } from 'qrcode'
import { fieldText } from '../middleware/fields.js'
import type { Factors } from '../stores/factors.js'
import { CheckStrategy } from './check-strategy.js'

const period = 30

const totpOf = (key: string, username = ''): TOTP =>
  new TOTP({ issuer: 'Acme', label: username, secret: Secret.fromBase32(key), period })

/** A new key for an app, 160 bits, base32 (RFC 4226, section 4, R6). */
export const createAppKey = (): string => new Secret({ size: 20 }).base32

/** The picture that an app scans, as SVG. */
export const drawQrCode = (key: string, username: string): Promise<string> =>
  toQrCode(totpOf(key, username).toString(), { type: 'svg', margin: 2 })

/**
 * The step of a right code; `undefined` for a wrong one. One step of tolerance: the clock of the
 * phone may be wrong, and typing takes time.
 */
export function stepOf(key: string, code: string): number | undefined {
  const timestamp = Date.now()
  const delta = totpOf(key).validate({ token: code, timestamp, window: 1 })
  return delta === null ? undefined : Math.floor(timestamp / 1000 / period) + delta
}

/** `voiceOtp.secondFactor()` accepts each code once. The code of the set-up is used already. */
export const createAppCodeStrategy = (factors: Factors) =>
  new CheckStrategy(async (req, { id }) => {
    const { appKey, appKeyStep } = await factors.of(id)
    const step = appKey === undefined ? undefined : stepOf(appKey, fieldText('code', req))
    return step !== undefined && step > appKeyStep
  })
