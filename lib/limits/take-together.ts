import type { Hit } from './limit-counter.js'

/** A count that a request needs, and how it is given back. @internal */
export interface Count {
  take(): Promise<Hit>
  giveBack(hit: Hit): Promise<void>
}

/** A count that was taken. @internal */
export type Taken<Each extends Count = Count> = Each & { readonly hit: Hit }

/**
 * Takes all counts at the same time, or none: if one of them fails, the others are given back,
 * because the request that they were for does not happen. A count over its limit is taken too; the
 * caller decides.
 * @internal
 */
export async function takeTogether<Each extends Count>(
  counts: readonly Each[],
): Promise<readonly Taken<Each>[]> {
  const outcomes = await Promise.allSettled(
    counts.map(async count => ({ ...count, hit: await count.take() })),
  )
  const taken = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const failed = outcomes.find(outcome => outcome.status === 'rejected')
  if (failed === undefined) return taken
  await giveBackAll(taken).catch(() => undefined)
  throw failed.reason
}

/** Gives back all of these counts. @internal */
export async function giveBackAll(taken: readonly Taken[]): Promise<void> {
  await Promise.all(taken.map(count => count.giveBack(count.hit)))
}
