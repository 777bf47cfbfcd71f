import type { Request } from 'express'
import { Secret, TOTP } from 'otpauth'
import { toString as toQrCode } from 'qrcode'
import type { Factors } from '../stores/factors.js'
import type { User } from '../stores/users.js'

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

/** What Passport puts on a strategy for each request. */
interface StrategyFunctions {
  success(user: unknown): void
  fail(): void
  error(error: unknown): void
}

/** A Passport strategy for codes of an app. `voiceOtp.secondFactor()` hosts it. */
export class AppCodeStrategy {
  constructor(private readonly factors: Factors) {}

  authenticate(this: AppCodeStrategy & StrategyFunctions, req: Request): void {
    const user = req.user as User
    const { code } = req.body as { code: string }
    this.accepts(user, code).then(
      accepted => {
        if (accepted) this.success(user)
        else this.fail()
      },
      (error: unknown) => {
        this.error(error)
      },
    )
  }

  private async accepts({ id }: User, code: string): Promise<boolean> {
    const { appKey } = await this.factors.of(id)
    const step = appKey === undefined ? undefined : stepOf(appKey, code)
    return step !== undefined && this.factors.takeStep(id, step)
  }
}
