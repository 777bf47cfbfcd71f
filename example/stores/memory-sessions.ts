import { Store, type SessionData } from 'express-session'
import { sessionSeconds } from './session-lifetime.js'

interface StoredSession {
  /** A copy, so that a request cannot change the stored session before it saves it. */
  readonly json: string
  readonly expiresAt: number
}

const cleanupMilliseconds = 60_000

/**
 * Sessions in the memory of this process that expire. express-session's own MemoryStore keeps them
 * for ever.
 */
export class MemorySessions extends Store {
  private readonly sessions = new Map<string, StoredSession>()
  private nextCleanupAt = 0

  constructor(private readonly clock: { now(): number } = Date) {
    super()
  }

  /** How many sessions are in memory. */
  get size(): number {
    return this.sessions.size
  }

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    const stored = this.sessions.get(id)
    const isValid = stored !== undefined && stored.expiresAt > this.clock.now()
    const session = isValid ? (JSON.parse(stored.json) as SessionData) : null
    setImmediate(callback, undefined, session)
  }

  override set(id: string, session: SessionData, callback?: (error?: unknown) => void): void {
    this.removeExpired()
    const expiresAt = this.clock.now() + sessionSeconds(session) * 1000
    this.sessions.set(id, { json: JSON.stringify(session), expiresAt })
    if (callback) setImmediate(callback)
  }

  /** Extends the life of a session that still exists. */
  override touch(id: string, session: SessionData, callback?: () => void): void {
    const stored = this.sessions.get(id)
    const expiresAt = this.clock.now() + sessionSeconds(session) * 1000
    if (stored) this.sessions.set(id, { ...stored, expiresAt })
    if (callback) setImmediate(callback)
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    this.sessions.delete(id)
    if (callback) setImmediate(callback)
  }

  private removeExpired(): void {
    const now = this.clock.now()
    if (now < this.nextCleanupAt) return
    this.nextCleanupAt = now + cleanupMilliseconds
    for (const [id, { expiresAt }] of this.sessions) if (expiresAt <= now) this.sessions.delete(id)
  }
}
