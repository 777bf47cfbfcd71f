import type { Keys } from '../crypto.js'
import { delay } from '../deadline.js'
import type { Counters } from './counters.js'

/** When to look again whether the login of a session was given back. */
const holdMilliseconds = [20, 40, 80, 160] as const

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

  /**
   * Takes the only login of a session while `useCode` uses a code up. Returns whether both
   * succeeded. If only the login was taken, it is given back. So a request that loses may hold the
   * login for a moment, and the request whose code was accepted asks for it again.
   */
  async takeWith(sessionId: string, useCode: () => Promise<boolean>): Promise<boolean> {
    const [used, login] = await Promise.allSettled([useCode(), this.take(sessionId)])
    const isTaken = login.status === 'fulfilled' && login.value
    const isUsed = used.status === 'fulfilled' && used.value
    // Nobody waits for it: after a failure, the request has waited long enough.
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
    for (const milliseconds of holdMilliseconds) {
      await delay(milliseconds)
      if (await this.take(sessionId)) return true
    }
    return false
  }

  private key(sessionId: string): string {
    return this.keys.storeName('session', sessionId)
  }
}
