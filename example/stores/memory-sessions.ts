import { Store, type SessionData } from 'express-session'
import { sessionSeconds } from './session-lifetime.js'

interface StoredSession {
  /** A copy, so that a request cannot change the stored session before it saves it. */
  readonly json: string
  readonly expiry: NodeJS.Timeout
}

/**
 * Sessions in the memory of this process that expire. express-session's own MemoryStore keeps them
 * for ever.
 */
export class MemorySessions extends Store {
  readonly sessions = new Map<string, StoredSession>()

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    const stored = this.sessions.get(id)
    callback(undefined, stored ? (JSON.parse(stored.json) as SessionData) : null)
  }

  override set(id: string, session: SessionData, callback?: () => void): void {
    clearTimeout(this.sessions.get(id)?.expiry)
    const expiry = setTimeout(() => this.sessions.delete(id), sessionSeconds(session) * 1000)
    this.sessions.set(id, { json: JSON.stringify(session), expiry: expiry.unref() })
    callback?.()
  }

  /** Extends the life of a session that still exists. */
  override touch(id: string, _session: SessionData, callback?: () => void): void {
    this.sessions.get(id)?.expiry.refresh()
    callback?.()
  }

  override destroy(id: string, callback?: () => void): void {
    clearTimeout(this.sessions.get(id)?.expiry)
    this.sessions.delete(id)
    callback?.()
  }
}
