/** How many values each label may have in one process. */
const maxValues = 60

/**
 * Values of labels, so that no attacker, no app and no vendor can create metrics without end: each
 * label has at most 60 values, and each value is a short word. Every other value is `other`.
 * @internal
 */
export class Labels {
  private readonly seen = new Map<string, Set<string>>()

  /** The labels to record. Leaves out those without a value. */
  bound(labels: Readonly<Record<string, unknown>>): Record<string, string> {
    const given = Object.entries(labels).filter(([, value]) => value !== undefined)
    return Object.fromEntries(given.map(([name, value]) => [name, this.boundValue(name, value)]))
  }

  private boundValue(name: string, value: unknown): string {
    const seen = this.seen.get(name) ?? new Set<string>()
    this.seen.set(name, seen)
    if (typeof value !== 'string' || !isWord(value)) return 'other'
    if (!seen.has(value) && seen.size >= maxValues) return 'other'
    seen.add(value)
    return value
  }
}

/** A country is two capitals; a code, a channel, a limit or an event is a word of letters. */
const isWord = (value: string): boolean => /^[A-Za-z][A-Za-z.-]{0,39}$/.test(value)
