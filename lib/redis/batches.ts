import type { LimiterCount } from '../options/limiter.js'
import type { Send } from './client.js'
import { type Operation, readResults } from './script.js'

/** Redis runs nothing else during a script, so a script must be short. */
const maxOperations = 100

interface Waiting {
  readonly operation: Operation
  resolve(result: LimiterCount | null): void
  reject(error: unknown): void
}

/**
 * Collects the operations of one turn of the event loop, and sends all operations with the same
 * hash tag as one command, in their order. If a command fails, each of its operations rejects.
 * @internal
 */
export class Batches {
  /** The operations of this turn, by hash tag. */
  private waiting = new Map<string, Waiting[]>()

  constructor(private readonly send: Send) {}

  /**
   * Adds an operation to the command of this turn. Resolves to its result.
   * @param tag The hash tag of its key.
   */
  run(tag: string, operation: Operation): Promise<LimiterCount | null> {
    return new Promise((resolve, reject) => {
      if (this.waiting.size === 0)
        setImmediate(() => {
          this.flush()
        })
      const batch = this.waiting.get(tag) ?? []
      this.waiting.set(tag, batch)
      batch.push({ operation, resolve, reject })
    })
  }

  private flush(): void {
    const batches = [...this.waiting.values()]
    this.waiting = new Map()
    for (const batch of batches)
      for (let start = 0; start < batch.length; start += maxOperations)
        void this.sendBatch(batch.slice(start, start + maxOperations))
  }

  private async sendBatch(batch: readonly Waiting[]): Promise<void> {
    const operations = batch.map(({ operation }) => operation)
    try {
      const results = readResults(await this.send(operations), operations)
      for (const [index, each] of batch.entries()) each.resolve(results[index] ?? null)
    } catch (error) {
      for (const each of batch) each.reject(error)
    }
  }
}
