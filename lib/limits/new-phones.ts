import type { Keys } from '../crypto.js'
import type { Counters } from './counters.js'
import { userKey } from './store-keys.js'

/**
 * Which phones of a user are too new to approve an action. Every method throws a `VoiceOtpError`
 * (`limiter-unavailable`) if the limiter fails.
 * @internal
 */
export class NewPhones {
  constructor(
    private readonly counters: Counters,
    private readonly keys: Keys,
    private readonly approveAfterHours: number,
  ) {}

  /**
   * Records that a user enrolls a number. The number is too new from now on, unless an older phone
   * has just approved this change. Call it before the app stores the number: if the limiter fails
   * after that, the number would count as old.
   */
  async recordEnrollment(userId: string, number: string): Promise<void> {
    if (this.approveAfterHours === 0) return
    const { approvedChange, approvedPhone, newPhone } = this.counters
    const key = this.key(userId, number)
    if ((await approvedChange.get(key)) !== undefined) {
      await Promise.all([approvedChange.delete(key), approvedPhone.set(key, 1)])
      return
    }
    await newPhone.set(key, 1)
    await approvedPhone.delete(key)
  }

  /** Records that an older phone of the user has approved the change to this number. */
  async approveChange(userId: string, number: string): Promise<void> {
    if (this.approveAfterHours > 0)
      await this.counters.approvedChange.set(this.key(userId, number), 1)
  }

  /**
   * Whether a number is too new to approve an action: according to the app's record, or to our own.
   * @param enrolledAt The date on the app's record, if any. An invalid date counts as too new.
   * @param now Milliseconds since 1970.
   */
  async isTooNew(
    userId: string,
    number: string,
    enrolledAt: Date | undefined,
    now: number,
  ): Promise<boolean> {
    if (this.approveAfterHours === 0) return false
    const key = this.key(userId, number)
    const isOldOnRecord =
      enrolledAt === undefined || now - enrolledAt.getTime() >= this.approveAfterHours * 3_600_000
    const isNew = !isOldOnRecord || (await this.counters.newPhone.get(key)) !== undefined
    return isNew && (await this.counters.approvedPhone.get(key)) === undefined
  }

  private key(userId: string, number: string): string {
    return userKey(this.keys, userId, 'new-phone', number)
  }
}
