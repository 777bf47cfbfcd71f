import type { Limiter, LimiterFactory } from './options/limiter.js'

const methods = ['consume', 'reward', 'get', 'set', 'delete'] as const satisfies (keyof Limiter)[]

/** Class names of rate-limiter-flexible that cannot work here, and why. */
const unusable: Readonly<Record<string, string>> = {
  // Its set() is inherited and throws.
  RateLimiterClusterWorker: 'RateLimiterCluster has no set()',
  RateLimiterUnion: 'RateLimiterUnion has no get(), set(), reward() and delete()',
  BurstyRateLimiter: 'BurstyRateLimiter has no set(), reward() and delete()',
  RateLimiterQueue: 'RateLimiterQueue makes requests wait instead of counting them',
}

/**
 * Checks the option `limiter`. Returns a factory that throws a `TypeError` for a limiter which
 * cannot hold the limits. The constructor of the strategy creates every limiter, so the error comes
 * when the app starts.
 * @internal
 */
export function resolveLimiter(limiter: LimiterFactory | undefined): LimiterFactory | undefined {
  if (limiter === undefined) return undefined
  return options => {
    const created = limiter(options)
    checkLimiter(created)
    return created
  }
}

function checkLimiter(limiter: unknown): void {
  const problem = findProblem(limiter)
  if (problem === undefined) return
  throw new TypeError(
    `limiter: ${problem}. Return a limiter of rate-limiter-flexible with one store, for example RateLimiterRedis, or your own with ${methods.join(', ')}.`,
  )
}

function findProblem(limiter: unknown): string | undefined {
  if (limiter instanceof Promise) return 'the function returned a promise instead of a limiter'
  if (typeof limiter !== 'object' || limiter === null) return 'the function returned no limiter'
  const { constructor } = limiter as { readonly constructor?: { readonly name?: string } }
  const name = constructor?.name ?? ''
  if (Object.hasOwn(unusable, name)) return unusable[name]
  // Two requests at the same time would both read the old count, and both be allowed.
  if (name.endsWith('NonAtomic')) return `${name} does not count in one atomic step`
  const missing = methods.find(
    method => typeof (limiter as Partial<Record<string, unknown>>)[method] !== 'function',
  )
  if (missing !== undefined) return `the limiter has no ${missing}()`
  // A wrapper of rate-limiter-flexible passes every call to the limiter inside.
  return name.startsWith('RLWrapper')
    ? findProblem((limiter as { readonly limiter?: unknown }).limiter)
    : undefined
}
