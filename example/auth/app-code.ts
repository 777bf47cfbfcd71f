import { Secret, TOTP } from 'otpauth'
import type { FactorCheck } from 'passport-voice-otp'
import { toString as toQrCode } from 'qrcode'
import { fieldText } from '../middleware/fields.js'
import type { Factors } from '../stores/factors.js'
import type { User } from '../stores/users.js'

/** A new key for an app, 160 bits, base32 (RFC 4226, section 4, R6). */
export function createAppKey(): string {
  return new Secret({ size: 20 }).base32
}

/** The picture that an app scans, as SVG. */
export function drawQrCode(key: string, username: string): Promise<string> {
  const totp = new TOTP({ issuer: 'Acme', label: username, secret: key })
  return toQrCode(totp.toString(), { type: 'svg', margin: 2 })
}

/**
 * The step of a right code; 0 for a wrong one. One step of tolerance: the clock of the phone may be
 * wrong, and typing takes time.
 */
export function stepOf(key: string, code: string): number {
  const timestamp = Date.now()
  const delta = new TOTP({ secret: key }).validate({ token: code, timestamp, window: 1 })
  return delta === null ? 0 : TOTP.counter({ timestamp }) + delta
}

/**
 * `voiceOtp.secondFactor()` accepts each code once, but it does not know the code that set up the
 * app.
 * This check refuses that code, and older ones.
 */
export function checkAppCode(factors: Factors): FactorCheck<User> {
  return async (req, { id }) => {
    const { appKey, appKeyStep } = await factors.of(id)
    return appKey !== undefined && stepOf(appKey, fieldText('code', req)) > appKeyStep
  }
}
