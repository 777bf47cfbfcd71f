import type { Keys } from '../crypto.js'
import type { Counters } from './counters.js'

/**
 * Each session makes one login, or ends with a logout. Right codes of two factors that arrive
 * together must not make two sessions, and a logout that arrives meanwhile must win.
 * @internal
 */
export class SessionLogins {
  constructor(
    private readonly counters: Counters,
    private readonly keys: Keys,
  ) {}

  /**
   * Returns `true` only for the first of many requests of one session. Throws a `VoiceOtpError`
   * (`limiter-unavailable`) if the limiter fails.
   */
  async take(sessionId: string): Promise<boolean> {
    return !(await this.counters.logins.hit(this.keys.storeName('login', sessionId))).over
  }
}
