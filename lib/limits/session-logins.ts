import type { Keys } from '../crypto.js'
import { delay } from '../deadline.js'
import type { Counters } from './counters.js'

/** The waits before each new attempt to take a login that another request may give back. */
const retryMilliseconds = [20, 40, 80, 160] as const

/**
 * Allows one login for each session. A login replaces the session. If two right codes arrive at the
 * same time, for example a recovery code and the code of a call, only one of them may log in. After
 * a logout, the session allows no login. Every method throws a `VoiceOtpError`
 * (`limiter-unavailable`) if the limiter fails.
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

  /**
   * Takes the only login of a session, and at the same time uses a code up with `useCode`. Returns
   * whether both succeeded. Of two parallel requests, one may get the login and the other
   * the code. Then the first one gives the login back, and the second one tries again to take it.
   */
  async takeWith(sessionId: string, useCode: () => Promise<boolean>): Promise<boolean> {
    const [used, login] = await Promise.allSettled([useCode(), this.take(sessionId)])
    const isTaken = login.status === 'fulfilled' && login.value
    const isUsed = used.status === 'fulfilled' && used.value
    // Nothing waits for this: after a failure, the request has waited long enough.
    if (isTaken && !isUsed) this.giveBack(sessionId).catch(() => undefined)
    if (used.status === 'rejected') throw used.reason
    if (login.status === 'rejected') throw login.reason
    return isUsed && (isTaken || (await this.takeLater(sessionId)))
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

  /** Takes a login that another request is about to give back. */
  private async takeLater(sessionId: string): Promise<boolean> {
    for (const milliseconds of retryMilliseconds) {
      await delay(milliseconds)
      if (await this.take(sessionId)) return true
    }
    return false
  }

  private key(sessionId: string): string {
    return this.keys.storeName('session', sessionId)
  }
}
