import type { Keys } from '../crypto.js'
import type { Counters } from './counters.js'
import { userKey } from './store-keys.js'

/**
 * Users whose phone is lost, because support has reset their factors. The number on record does not
 * count for them until they have proved a number again. Every method throws a `VoiceOtpError`
 * (`limiter-unavailable`) if the limiter fails.
 * @internal
 */
export class FactorResets {
  constructor(
    private readonly counters: Counters,
    private readonly keys: Keys,
  ) {}

  /** From now on, the user has no number on record. */
  async begin(userId: string): Promise<void> {
    await this.counters.factorReset.set(this.key(userId), 1, 0)
  }

  /** Whether the number on record does not count. */
  async isReset(userId: string): Promise<boolean> {
    return (await this.counters.factorReset.get(this.key(userId))) !== undefined
  }

  /** The user has proved a number. */
  async end(userId: string): Promise<void> {
    await this.counters.factorReset.delete(this.key(userId))
  }

  private key(userId: string): string {
    return userKey(this.keys, userId)
  }
}
