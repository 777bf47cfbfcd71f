import type { Keys } from '../crypto.js'
import type { Counters } from './counters.js'

/**
 * Which session may still become logged in. A session is replaced by its first login: other right
 * answers that arrive at the same time, for example a recovery code beside the code of a call, must
 * not make a second one. Nobody logs in with a session that was logged out. Every method throws a
 * `VoiceOtpError` (`limiter-unavailable`) if the limiter fails.
 * @internal
 */
export class SessionLogins {
  constructor(
    private readonly counters: Counters,
    private readonly keys: Keys,
  ) {}

  /** Takes the only login of a session. Returns `false` if it was taken, or after a logout. */
  async take(sessionId: string): Promise<boolean> {
    const [login, isLoggedOut] = await Promise.all([
      this.counters.logins.hit(this.key(sessionId)),
      this.isLoggedOut(sessionId),
    ])
    return !login.over && !isLoggedOut
  }

  /** Gives the login of a session back, after it failed. */
  async giveBack(sessionId: string): Promise<void> {
    await this.counters.logins.delete(this.key(sessionId))
  }

  /** Remembers that a session was logged out, for as long as a code of it could be valid. */
  async logOut(sessionId: string): Promise<void> {
    await this.counters.logouts.set(this.key(sessionId), 1)
  }

  /** Whether a session was logged out. */
  async isLoggedOut(sessionId: string): Promise<boolean> {
    return (await this.counters.logouts.get(this.key(sessionId))) !== undefined
  }

  private key(sessionId: string): string {
    return this.keys.storeName('session', sessionId)
  }
}
