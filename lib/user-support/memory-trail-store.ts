import type { TrailBounds, TrailEntry, TrailStore } from '../options/trail.js'

/** The memory of one process must not grow with the number of users. */
const maxUsers = 10_000

/**
 * Keeps the trail of the last 10,000 users in the memory of this process: for tests, and for one
 * process that may lose the trail.
 */
export class MemoryTrailStore implements TrailStore {
  private readonly entries = new Map<string, readonly TrailEntry[]>()

  add(user: string, entry: TrailEntry, { maxEntries, maxAgeSeconds }: TrailBounds): void {
    const oldest = entry.at - maxAgeSeconds * 1000
    const kept = this.list(user).filter(({ at }) => at >= oldest)
    this.entries.delete(user) // the user becomes the newest one
    this.entries.set(user, [entry, ...kept].slice(0, maxEntries))
    const [first = user] = this.entries.keys()
    if (this.entries.size > maxUsers) this.entries.delete(first)
  }

  list(user: string): readonly TrailEntry[] {
    return this.entries.get(user) ?? []
  }
}
